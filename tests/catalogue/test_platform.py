import importlib.util
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.catalogue import find_rules
from analyzer.catalogue.callgraph import PLATFORM_FILE
from analyzer.catalogue.platform import Platform
from analyzer.dex.platform import SUPERS

SCRIPT = Path(__file__).parents[2] / "deploy" / "platform_table.py"
ACTIVITY = "Landroid/app/Activity;"


@pytest.fixture(scope="module")
def platform(catalogue):
    return catalogue.callgraph.platform


@pytest.fixture(scope="module")
def writer():
    spec = importlib.util.spec_from_file_location("platform_table", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def test_hierarchy(platform):
    assert platform.supers(ACTIVITY)[0] == "Landroid/view/ContextThemeWrapper;"
    assert "Landroid/content/Context;" in platform.ancestors(ACTIVITY)
    assert "Ljava/lang/Runnable;" in platform.supers("Ljava/lang/Thread;")
    assert (
        platform.supers("Ljava/util/concurrent/ScheduledExecutorService;")[-1]
        == "Ljava/util/concurrent/ExecutorService;"
    )


def test_methods_with_their_prototypes(platform):
    methods = platform.methods(ACTIVITY)
    assert "onCreate(Landroid/os/Bundle;)V" in methods
    assert "attachBaseContext(Landroid/content/Context;)V" in methods, "of a class above"
    assert "onKeyDown(ILandroid/view/KeyEvent;)Z" in methods, "of an interface"
    assert not any(name.startswith(("<init>", "runOnUiThread(", "getString(")) for name in methods), "final ones"


def test_callbacks_are_what_a_subclass_must_write(platform):
    assert platform.callbacks("Landroid/view/View$OnClickListener;") == {"onClick(Landroid/view/View;)V"}
    assert platform.callbacks("Ljava/util/function/Function;") == {"apply(Ljava/lang/Object;)Ljava/lang/Object;"}
    assert platform.callbacks("Ljava/util/Comparator;") == {"compare(Ljava/lang/Object;Ljava/lang/Object;)I"}
    assert "onReceive(Landroid/content/Context;Landroid/content/Intent;)V" in platform.callbacks(
        "Landroid/content/BroadcastReceiver;"
    )
    assert platform.callbacks(ACTIVITY) == frozenset(), "an ordinary class asks for nothing"


def test_what_came_after_the_jar(platform):
    assert platform.methods("Landroid/window/OnBackInvokedCallback;") == {"onBackInvoked()V"}
    assert "onTopResumedActivityChanged(Z)V" in platform.methods(ACTIVITY)
    assert platform.supers("Landroid/app/AppComponentFactory;")
    assert "onFlushComplete(*" in platform.methods("Landroid/location/LocationListener;"), "a number of unknown type"


def test_unknown_types(platform):
    assert not platform.known("Lcom/example/Main;")
    assert platform.supers("Lcom/example/Main;") == ()
    assert platform.methods("Lcom/example/Main;") == frozenset()
    assert platform.callbacks("Lcom/example/Main;") == frozenset()
    assert platform.kind("Lcom/example/Main;") is None


def test_every_line_is_spelt_out(platform):
    for descriptor in platform:
        for name in (*platform.supers(descriptor), *platform.methods(descriptor)):
            assert all("/" in part for part in _types(name)), (descriptor, name)


def _types(text):
    import re

    return re.findall(r"L([^;]+);", text[text.find("(") + 1 :])


def test_the_short_list_of_the_dex_reader_agrees(platform):
    wrong = {
        (name, above)
        for name, above in ((key.decode(), value.decode()) for key, value in SUPERS.items())
        if platform.known(name) and above not in platform.ancestors(name)
    }
    assert wrong == set()


def test_the_table_stays_small():
    assert (find_rules() / PLATFORM_FILE).stat().st_size < 600_000


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12))
def test_rings_come_to_an_end(pairs):
    supers = {}
    for below, above in pairs:
        supers.setdefault(below, set()).add(above)
    text = "".join(
        f"p/T{below} i {','.join(f'p/T{above}' for above in sorted(above_all))} !m{below}()V\n"
        for below, above_all in supers.items()
    )
    table = Platform(text)
    for name in table:
        assert name not in table.ancestors(name)
        assert f"m{name[4:-1]}()V" in table.methods(name)
        assert table.callbacks(name) <= table.methods(name)


# --- the script that writes the table ----------------------------------------------------------------------------------

DECLARATIONS = """
declare module android {
    export module view {
        export class View extends java.lang.Object implements android.view.Drawn {
            public static class: java.lang.Class<android.view.View>;
            public constructor(context: android.view.View);
            /** @since 30 */
            public onNew(view: android.view.View, on: boolean): void;
            public onCount(count: number): void;
            public onMany(all: androidNative.Array<android.view.View>, list: java.lang.Object | null): android.view.View;
            public static of(view: android.view.View): void;
        }
        export module View {
            export class OnClickListener extends java.lang.Object {
                /**
                 * Constructs a new instance of the android.view.View$OnClickListener interface with the provided implementation.
                 */
                public constructor(implementation: {
                    onClick(param0: android.view.View): void;
                });
                public constructor();
                public onClick(param0: android.view.View): void;
            }
        }
        export abstract class Drawn<T>  extends java.lang.Object {
            public constructor();
            public onDraw(more: any): void;
        }
    }
}
declare module java {
    export module lang {
        export class Object {
        }
    }
}
"""


@pytest.fixture
def declared(writer, tmp_path):
    path = tmp_path / "x.d.ts"
    path.write_text(DECLARATIONS)
    found = writer.read_declarations(path)
    names = {name.replace("/", ".").replace("$", "."): name for name in found}
    return {name: writer.declared_type(row, names) for name, row in found.items()}


def test_declarations_are_read(declared):
    view = declared["android/view/View"]
    assert view.supers == ["java/lang/Object", "android/view/Drawn"]
    assert set(view.methods) == {
        "onNew(Landroid/view/View;Z)V", "onCount(*", "onMany([Landroid/view/View;Ljava/lang/Object;)Landroid/view/View;",
    }  # fmt: skip
    assert declared["android/view/View$OnClickListener"].interface
    assert declared["android/view/Drawn"].abstract
    assert not declared["android/view/Drawn"].interface


def test_what_is_written_is_what_is_read(writer, declared):
    table = Platform(writer.write(writer.select(writer.merge({}, declared, {})), "0"))
    assert table.kind("Landroid/view/View$OnClickListener;") == "interface"
    assert table.callbacks("Landroid/view/View$OnClickListener;") == {"onClick(Landroid/view/View;)V"}
    assert table.supers("Landroid/view/View;") == ("Ljava/lang/Object;", "Landroid/view/Drawn;")
    assert {"onNew(Landroid/view/View;Z)V", "onCount(*", "onDraw(*"} <= table.methods("Landroid/view/View;")


def class_file(name, above, methods, flags=0x0401):
    """Write a class file without code: methods are (flags, name, descriptor)."""
    texts = [name, above, *(text for _, *pair in methods for text in pair)]
    pool = b"".join(struct.pack(">BH", 1, len(text)) + text.encode() for text in texts)
    pool += struct.pack(">BH", 7, 1) + struct.pack(">BH", 7, 2)
    count = len(texts)
    body = struct.pack(">HHHH", flags, count + 1, count + 2, 0) + struct.pack(">HH", 0, len(methods))
    for number, (method_flags, *_) in enumerate(methods):
        body += struct.pack(">HHHH", method_flags, 3 + 2 * number, 4 + 2 * number, 0)
    return b"\xca\xfe\xba\xbe" + struct.pack(">HHH", 0, 52, count + 3) + pool + body + b"\0\0"


def test_class_files_are_read(writer):
    methods = [
        (0x0401, "onBare", "(I)V"), (0x0001, "onFull", "()V"), (0x0011, "ending", "()V"), (0x0009, "of", "()V"),
        (0x0002, "own", "()V"), (0x1041, "onFull", "()Ljava/lang/Object;"), (0x0004, "<init>", "()V"),
        (0x0001, "toString", "()Ljava/lang/String;"),
    ]  # fmt: skip
    found = writer.read_class(class_file("a/B", "a/A", methods))
    assert (found.name, found.supers, found.abstract, found.interface, found.open) == (
        "a/B",
        ["a/A"],
        True,
        False,
        True,
    )
    assert found.methods == {"onBare(I)V": True, "onFull()V": False}
    assert writer.read_class(class_file("a/B", "a/A", methods, flags=0x0400)) is None


def test_prototypes_of_the_jar_go_before_those_of_declarations(writer, declared):
    jar = writer.read_class(
        class_file("android/view/View", "java/lang/Object", [(1, "onCount", "(J)V"), (1, "<init>", "()V")], flags=1)
    )
    merged = writer.merge({"android/view/View": jar}, declared, {})["android/view/View"]
    assert {"onCount(J)V", "onNew(Landroid/view/View;Z)V"} <= set(merged.methods)
    assert "onCount(*" not in merged.methods
