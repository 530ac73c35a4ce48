import sys
from pathlib import Path

import pytest
from dexwriter import Class, Code, Ref, write_dex

from analyzer.dex import load
from analyzer.dex.graph import (
    CallbackType,
    CallRule,
    ClassRule,
    ImplicitCalls,
    Inflation,
    Plan,
    Root,
    build_graph,
)

sys.path.insert(0, str(Path(__file__).parent))
from plainsearch import TablePlatform

OBJECT = "Ljava/lang/Object;"
PLATFORM = TablePlatform(
    {
        OBJECT: ((), ("toString()Ljava/lang/String;",), ()),
        "Landroid/app/Activity;": ((OBJECT,), ("onCreate()V", "onStop()V"), ()),
        "Landroid/view/View;": ((OBJECT,), ("onDraw()V",), ()),
        "Ljava/lang/Runnable;": ((OBJECT,), ("run()V",), ("run()V",)),
        "Lp/Click;": ((OBJECT,), ("onClick(*",), ("onClick(*",)),
    }
)
RULES = ImplicitCalls(
    types=(
        CallbackType("Landroid/app/Activity;", {"onCreate": "start", "onStop": "system"}, alive=True, link="lifecycle"),
        CallbackType("Landroid/view/View;", {"onDraw": "start"}, alive=True),
        CallbackType("Lp/Click;", {"onClick": "user"}),
    ),
    calls=(CallRule("Lp/Pool;->execute(*", 0, ("run",)),),
    classes=(
        ClassRule("Lp/Intent;-><init>(*", 0),
        ClassRule("Lp/Work;->enqueue(*", 0, base="Lp/Worker;", runs=("doWork",), phase="system"),
    ),
)
MAIN = "La/Main;->onCreate()V"
READ = "La/Reader;->read()V"


def call(signature, opcode=0x71):
    return [opcode, Ref("method", signature), 0]


def new(name):
    return [0x22, Ref("type", name)]


def text(value):
    return [0x1A, Ref("string", value)]


def const_class(name):
    return [0x1C, Ref("type", name)]


def body(*parts):
    return Code([*(unit for part in parts for unit in part), 0x0E])


def reads(*methods, name="La/Reader;", superclass=OBJECT, interfaces=()):
    """A class each of whose methods goes on to READ."""
    return Class(name, [(*method, body(call(READ))) for method in methods], superclass, interfaces)


READER = Class("La/Reader;", [("read", "()V", body())])


def reach(*parts, classes=(), before=None, **plan):
    main = Class("La/Main;", [("onCreate", "()V", body(*parts))], "Landroid/app/Activity;")
    files = [("classes.dex", write_dex([main, READER, *classes]))]
    plan = Plan((Root("launcher", "La/Main;", "start"),), RULES, **plan)
    return build_graph(load(files), PLATFORM).search(plan, [(READ, (0,))])


def chain(*parts, **more):
    found = reach(*parts, **more)
    way = found.chain(READ)
    return found.level(READ), way and [m.partition("(")[0] for m in way.methods[1:]], way and list(way.links)


@pytest.mark.parametrize("opcode", [0x70, 0x71, 0x72, 0x6E])
def test_a_named_method_is_a_call(opcode):
    level, methods, links = chain(new("La/Reader;"), call(READ, opcode))
    assert (level, methods, links) == ("before_consent", ["La/Reader;->read"], ["call"])


def test_a_virtual_call_needs_a_live_object():
    assert chain(call(READ, 0x6E))[0] == "present"


def test_an_override_is_a_dispatch_and_an_inherited_method_is_not_hidden_by_a_sibling():
    base = Class("La/Base;", [("go", "()V", None)])
    classes = [base, reads(("go", "()V"), name="La/Sub;", superclass="La/Base;"), Class("La/Leaf;", [], "La/Sub;")]
    parts = new("La/Leaf;"), call("La/Base;->go()V", 0x6E)
    assert chain(*parts, classes=classes) == (
        "before_consent",
        ["La/Sub;->go", "La/Reader;->read"],
        ["dispatch", "call"],
    )
    leaf = Class("La/Leaf;", [("go", "()V", body())], "La/Sub;")
    assert chain(*parts, classes=[*classes[:2], leaf])[0] == "present"


def test_a_superclass_satisfies_an_interface_of_its_subclass():
    classes = [
        reads(("go", "()V"), name="La/Base;"), Class("La/Go;", [("go", "()V", None)]),
        Class("La/Both;", [], "La/Base;", ("La/Go;",)), Class("La/Plain;", [], "La/Base;"),
    ]  # fmt: skip
    call_it = call("La/Go;->go()V", 0x72)
    assert chain(new("La/Both;"), call_it, classes=classes)[0] == "before_consent"
    assert chain(new("La/Plain;"), call_it, classes=classes)[0] == "present"


def test_a_default_method_runs_unless_the_class_or_a_nearer_interface_overrides_it():
    top = reads(("go", "()V"), name="La/Top;")
    near = Class("La/Near;", [("go", "()V", body())], interfaces=("La/Top;",))
    call_it = call("La/Top;->go()V", 0x72)
    for interfaces, methods, level in (
        (("La/Top;",), [], "before_consent"),
        (("La/Near;", "La/Top;"), [], "present"),
        (("La/Top;",), [("go", "()V", body())], "present"),
    ):
        classes = [top, near, Class("La/It;", methods, interfaces=interfaces)]
        assert chain(new("La/It;"), call_it, classes=classes)[0] == level


def test_a_super_call_starts_above_the_caller_even_if_it_names_the_caller():
    classes = [
        reads(("go", "()V"), name="La/Base;"),
        Class("La/Sub;", [("go", "()V", body(call("La/Sub;->go()V", 0x6F)))], "La/Base;"),
    ]
    level, methods, _ = chain(new("La/Sub;"), call("La/Sub;->go()V", 0x6E), classes=classes)
    assert (level, methods[:2]) == ("before_consent", ["La/Sub;->go", "La/Base;->go"])


@pytest.mark.parametrize(
    "use",
    [
        new("La/Init;"),
        call("La/Init;->f()V"),
        [0x60, Ref("field", "La/Init;->f:I")],
        [0x67, Ref("field", "La/Init;->f:I")],
    ],
)
def test_a_class_is_initialised_by_its_first_use(use):
    classes = [Class("La/Init;", [("<clinit>", "()V", body(call(READ))), ("f", "()V", body())])]
    assert chain(use, classes=classes)[1:] == (["La/Init;-><clinit>", "La/Reader;->read"], ["class_init", "call"])
    assert chain(const_class("La/Init;"), classes=classes)[0] == "present"


def test_superclasses_are_initialised_too():
    classes = [Class("La/Top;", [("<clinit>", "()V", body(call(READ)))]), Class("La/Sub;", [], "La/Top;")]
    assert chain(new("La/Sub;"), classes=classes)[2] == ["class_init", "call"]


def test_what_is_handed_to_the_platform_runs():
    classes = [reads(("run", "()V"), name="La/Task;", interfaces=("Ljava/lang/Runnable;",))]
    given = "Lp/Unlisted;->later(ILjava/lang/Runnable;)V"
    assert chain(new("La/Task;"), call(given), classes=classes)[1:] == (
        ["La/Task;->run", "La/Reader;->read"], ["callback", "call"]
    )  # fmt: skip
    assert chain(new("La/Task;"), classes=classes)[0] == "present"
    assert chain(call(given), classes=classes)[0] == "present"


def test_what_is_handed_to_the_package_itself_does_not():
    classes = [
        reads(("run", "()V"), name="La/Task;", interfaces=("Ljava/lang/Runnable;",)),
        Class("La/Own;", [("later", "(ILjava/lang/Runnable;)V", body())]),
    ]
    assert chain(new("La/Task;"), call("La/Own;->later(ILjava/lang/Runnable;)V"), classes=classes)[0] == "present"


def test_a_listed_call_is_scheduled_and_a_gesture_is_not_before_consent():
    classes = [
        reads(("run", "()V"), name="La/Task;", interfaces=("Ljava/lang/Runnable;",)),
        reads(("onClick", "(Landroid/view/View;)V"), name="La/Tap;", interfaces=("Lp/Click;",)),
    ]
    run = chain(new("La/Task;"), call("Lp/Pool;->execute(Ljava/lang/Runnable;)V"), classes=classes)
    assert run == ("before_consent", ["La/Task;->run", "La/Reader;->read"], ["scheduled", "call"])
    tap = chain(new("La/Tap;"), call("Lp/Button;->setOnClickListener(Lp/Click;)V"), classes=classes)
    assert tap == ("reachable", ["La/Tap;->onClick", "La/Reader;->read"], ["gesture", "call"])


def test_a_started_component_runs_its_lifecycle_and_a_disabled_one_does_not():
    classes = [reads(("onCreate", "()V"), name="La/Next;", superclass="Landroid/app/Activity;")]
    parts = const_class("La/Next;"), call("Lp/Intent;-><init>(Ljava/lang/Class;)V", 0x70)
    assert chain(*parts, classes=classes, components=frozenset(["La/Next;"]))[1:] == (
        ["La/Next;->onCreate", "La/Reader;->read"], ["started", "call"]
    )  # fmt: skip
    assert chain(*parts, classes=classes)[0] == "present"
    assert chain(parts[0], classes=classes, components=frozenset(["La/Next;"]))[0] == "present"


def test_an_action_starts_the_component_that_listens_to_it():
    classes = [reads(("onCreate", "()V"), name="La/Next;", superclass="Landroid/app/Activity;")]
    parts = text("a.GO"), call("Lp/Intent;-><init>(Ljava/lang/String;)V", 0x70)
    given = {"classes": classes, "components": frozenset(["La/Next;"])}
    assert chain(*parts, by_action={"a.GO": ("La/Next;",)}, **given)[2] == ["started", "call"]
    assert chain(*parts, by_action={"a.STOP": ("La/Next;",)}, **given)[0] == "present"


def test_a_later_phase_of_a_class_rule_is_not_before_consent():
    classes = [reads(("doWork", "()V"), name="La/Job;", superclass="Lp/Worker;")]
    parts = const_class("La/Job;"), call("Lp/Work;->enqueue(Ljava/lang/Class;)V")
    assert chain(*parts, classes=classes) == ("reachable", ["La/Job;->doWork", "La/Reader;->read"], ["started", "call"])


def test_a_class_loaded_by_name_is_created():
    classes = [reads(("<init>", "()V"), name="La/Plugin;")]
    load_it = call("Ljava/lang/Class;->forName(Ljava/lang/String;)Ljava/lang/Class;")
    assert chain(text("a.Plugin"), load_it, classes=classes)[2] == ["reflected", "call"]
    assert chain(text("a.Other"), load_it, classes=classes)[0] == "present"
    assert chain(text("a.Plugin"), classes=classes)[0] == "present"


def test_a_method_looked_up_by_name_runs():
    classes = [reads(("secret", "()V"), name="La/Plugin;")]
    look = call("Ljava/lang/Class;->getMethod(Ljava/lang/String;[Ljava/lang/Class;)Ljava/lang/reflect/Method;", 0x6E)
    assert chain(const_class("La/Plugin;"), text("secret"), look, classes=classes)[2] == ["reflected", "call"]
    assert chain(const_class("La/Plugin;"), text("other"), look, classes=classes)[0] == "present"


LAYOUT = [0x0014, 0x0001, 0x7F0B]


def test_a_layout_creates_its_views_and_names_its_handlers():
    view = "(Landroid/content/Context;Landroid/util/AttributeSet;)V"
    classes = [reads(("<init>", view), name="La/Box;", superclass="Landroid/view/View;")]
    shown = {0x7F0B0001: Inflation(classes=("La/Box;",))}
    assert chain(LAYOUT, classes=classes, inflations=shown)[1:] == (
        ["La/Box;-><init>", "La/Reader;->read"], ["inflated", "call"]
    )  # fmt: skip
    later = {0x7F0B0001: Inflation(later=("La/Box;",))}
    assert chain(LAYOUT, classes=classes, inflations=later)[0] == "reachable"
    assert chain(LAYOUT, classes=classes, inflations={0x7F0B0002: shown[0x7F0B0001]})[0] == "present"
    drawn = [reads(("onDraw", "()V"), name="La/Box;", superclass="Landroid/view/View;")]
    assert chain(LAYOUT, classes=drawn, inflations=shown)[2] == ["callback", "call"]


def test_a_handler_of_a_layout_is_a_gesture_on_the_activity():
    main = Class(
        "La/Main;",
        [("onCreate", "()V", body(LAYOUT)), ("tap", "(Landroid/view/View;)V", body(call(READ)))],
        "Landroid/app/Activity;",
    )
    graph = build_graph(load([("classes.dex", write_dex([main, READER]))]), PLATFORM)
    plan = Plan((Root("launcher", "La/Main;", "start"),), RULES, inflations={0x7F0B0001: Inflation(handlers=("tap",))})
    found = graph.search(plan, [(READ, (0,))])
    assert found.level(READ) == "reachable"
    assert found.chain(READ).links == ("gesture", "call")


def test_a_lifecycle_method_of_a_later_phase_is_reachable_only():
    main = Class("La/Main;", [("onStop", "()V", body(call(READ)))], "Landroid/app/Activity;")
    graph = build_graph(load([("classes.dex", write_dex([main, READER]))]), PLATFORM)
    found = graph.search(Plan((Root("launcher", "La/Main;", "start"),), RULES), [(READ, (0,))])
    assert (found.level(READ), found.chain(READ).methods) == ("reachable", ("La/Main;->onStop()V", READ))
    assert found.chain(READ).entry == "launcher"


def test_methods_that_share_their_code_are_reached_each_for_itself():
    shared = body(call(READ))
    classes = [Class("La/X;", [("f", "()V", shared)]), Class("La/Y;", [("f", "()V", shared)])]
    found = reach(call("La/Y;->f()V"), classes=classes)
    assert found.chain(READ).methods == (MAIN, "La/Y;->f()V", READ)
    assert (found.level("La/X;->f()V"), found.level("La/Y;->f()V")) == ("present", "before_consent")


def test_a_super_call_that_names_a_class_further_up_still_starts_above_the_caller():
    classes = [
        reads(("onCreate", "()V"), name="La/Base;", superclass="La/Root;"),
        Class("La/Root;", [], "Lp/Themed;"),
        Class("La/Sub;", [("go", "()V", body(call("Lp/Themed;->onCreate()V", 0x6F)))], "La/Base;"),
    ]
    platform = TablePlatform(
        PLATFORM.table | {"Lp/Themed;": (("Lp/Plain;",), (), ()), "Lp/Other;": (("Lp/Themed;",), (), ())}
    )
    other = Class("La/Other;", [], "Lp/Other;")
    main = Class(
        "La/Main;", [("onCreate", "()V", body(new("La/Sub;"), call("La/Sub;->go()V", 0x6E)))], "Landroid/app/Activity;"
    )
    graph = build_graph(load([("classes.dex", write_dex([main, READER, *classes, other]))]), platform)
    found = graph.search(Plan((Root("launcher", "La/Main;", "start"),), RULES), [(READ, (0,))])
    assert found.chain(READ).methods[1:] == ("La/Sub;->go()V", "La/Base;->onCreate()V", READ)
