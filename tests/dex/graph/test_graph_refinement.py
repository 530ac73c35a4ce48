import sys
from pathlib import Path

import pytest
from dexwriter import Class, Code, Ref, write_dex
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.dex import load
from analyzer.dex.graph import CallbackType, CallRule, Doubt, ImplicitCalls, Plan, Root, build_graph, refine

sys.path.insert(0, str(Path(__file__).parent))
from plainsearch import TablePlatform

TASK = "Lp/Task;"
PLATFORM = TablePlatform({
    "Lp/Task;": ((), ("run()V",), ("run()V",)),
    "Lp/Screen;": ((), ("onCreate()V",), ()),
    "Ljava/lang/Object;": ((), (), ()),
})  # fmt: skip
RULES = ImplicitCalls(
    types=(CallbackType("Lp/Screen;", {"onCreate": "start"}, alive=True, link="lifecycle"),),
    calls=(CallRule("Lp/Pool;->execute(*", 0, ("run",)),),
)
START = Plan((Root("launcher", "La/Main;", "start"),), RULES)
MAIN = "La/Main;->onCreate()V"


def call(signature, opcode=0x6E):
    return [opcode, Ref("method", signature), 0]


def new(name):
    return [0x22, Ref("type", name)]


def build(*classes, extra=()):
    return build_graph(load([("classes.dex", write_dex(list(classes), extra_methods=extra))]), PLATFORM)


def body(*parts):
    return Code([*(unit for part in parts for unit in part), 0x0E])


def main(*parts):
    return Class("La/Main;", [("onCreate", "()V", body(*parts))], "Lp/Screen;")


def task(name, *parts):
    return Class(name, [("run", "()V", body(*parts))], interfaces=(TASK,))


DIALOG = [
    main(new("La/Work;"), new("La/Ask;"), call("Lp/Pool;->execute(Lp/Task;)V")),
    task("La/Work;"),
    task("La/Ask;", call("La/Reader;->read()V", 0x71)),
    Class("La/Reader;", [("read", "()V", body())]),
]
READ = "La/Reader;->read()V"


def test_any_live_object_is_taken_without_an_examiner():
    chain = build(*DIALOG).search(START, [(READ, (0,))]).chain(READ)
    assert chain.methods == (MAIN, "La/Ask;->run()V", READ)
    assert chain.links == ("scheduled", "call")
    assert (chain.offsets, chain.entry, chain.doubt) == ((4, 0), "launcher", None)


def test_a_refuted_target_is_no_longer_reached():
    asked = []

    def examine(step):
        asked.append(step)
        return "refute" if step.link == "scheduled" and not step.lands("La/Work;") else "keep"

    reach = build(*DIALOG).search(START, [(READ, (0,)), ("La/Work;->run()V", (0,))], examine)
    assert reach.level(READ) == "present"
    assert reach.chain(READ) is None
    assert reach.level("La/Work;->run()V") == "before_consent"
    step = next(step for step in asked if step.target == "La/Ask;->run()V")
    assert (step.caller, step.offset, step.reference) == (MAIN, 4, "Lp/Pool;->execute(Lp/Task;)V")
    assert (step.target_class, step.argument, step.start) == ("La/Ask;", 0, True)
    assert step.lands("La/Ask;")
    assert not step.lands("La/Work;")


def test_refuting_at_one_call_leaves_the_other_calls_of_the_same_method():
    program = [
        main(new("La/Ask;"), call("Lp/Pool;->execute(Lp/Task;)V"), call("La/Main;->later()V", 0x71)),
        *DIALOG[2:],
    ]
    program[0].methods.append(("later", "()V", body(call("Lp/Pool;->execute(Lp/Task;)V"))))
    reach = build(*program).search(
        START, [(READ, (0,))], lambda step: "refute" if step.caller == MAIN and step.link == "scheduled" else "keep"
    )
    assert reach.chain(READ).methods == (MAIN, "La/Main;->later()V", "La/Ask;->run()V", READ)


def test_an_object_whose_creation_was_refuted_is_not_there_either():
    program = [
        main(new("La/Work;"), call("Lp/Pool;->execute(Lp/Task;)V"), call("La/Reader;->use(La/Thing;)V", 0x71)),
        task("La/Work;", new("La/Other;")),
        Class("La/Thing;", [("f", "()V", body())]),
        Class("La/Other;", [("f", "()V", body())], "La/Thing;"),
        Class("La/Reader;", [("use", "(La/Thing;)V", body(call("La/Thing;->f()V")))]),
    ]
    wanted = [("La/Other;->f()V", (0,)), ("La/Work;->run()V", (0,))]
    assert build(*program).search(START, wanted).level("La/Other;->f()V") == "before_consent"
    reach = build(*program).search(
        START, wanted, lambda step: "refute" if step.target == "La/Work;->run()V" else "keep"
    )
    assert reach.level("La/Other;->f()V") == "present"


def test_a_longer_chain_without_doubt_is_preferred():
    program = [
        main(call("La/Main;->short()V", 0x71), call("La/Main;->one()V", 0x71)),
        Class("La/Reader;", [("read", "()V", body())]),
    ]
    program[0].methods += [
        ("short", "()V", body(call(READ, 0x71))),
        ("one", "()V", body(call("La/Main;->two()V", 0x71))),
        ("two", "()V", body(call(READ, 0x71))),
    ]

    def examine(step):
        return Doubt("consent_guard", "preference x") if step.target == "La/Main;->short()V" else "keep"

    reach = build(*program).search(START, [(READ, (0,)), ("La/Main;->short()V", (0,))], examine)
    assert reach.chain(READ).methods == (MAIN, "La/Main;->one()V", "La/Main;->two()V", READ)
    assert reach.chain(READ).doubt is None
    short = reach.chain("La/Main;->short()V")
    assert (short.doubt, short.text) == ("consent_guard", "preference x")
    assert reach.level("La/Main;->short()V") == "before_consent"


def test_a_doubt_about_an_object_is_a_doubt_of_the_chain_that_needs_it():
    program = [
        main(call("La/Main;->make()V", 0x71), call("Lp/Pool;->execute(Lp/Task;)V")),
        *DIALOG[2:],
    ]
    program[0].methods.append(("make", "()V", body(new("La/Ask;"))))
    reach = build(*program).search(
        START, [(READ, (0,))], lambda step: ("consent_guard", "f") if step.target == "La/Main;->make()V" else "keep"
    )
    assert reach.chain(READ).doubt is None  # nobody asked about a step that is not on the chain
    reach = build(*program).search(
        START,
        [(READ, (0,)), ("La/Main;->make()V", (0,))],
        lambda step: ("consent_guard", "f") if step.target == "La/Main;->make()V" else "keep",
    )
    assert reach.chain(READ).methods == (MAIN, "La/Ask;->run()V", READ)
    assert reach.chain(READ).doubt == "consent_guard"


def test_the_examiner_is_asked_once_for_each_step_and_not_about_later_ways_to_what_start_up_reaches():
    asked = []

    def examine(step):
        asked.append((step.caller, step.offset, step.target, step.link, step.start))
        return "keep"

    build(*DIALOG).search(START, [(READ, (0,)), ("La/Ask;->run()V", (0,))], examine)
    assert len(asked) == len(set(asked))
    assert {row[-1] for row in asked} == {True}


@pytest.mark.parametrize(("limit", "value"), [("_EXAMINED", 0), ("_ROUNDS", 1)])
def test_chains_beyond_the_bound_are_doubtful(monkeypatch, limit, value):
    monkeypatch.setattr(refine, limit, value)
    program = [*DIALOG, task("La/Third;", call("La/Reader;->read()V", 0x71))]
    program[0] = main(
        new("La/Third;"), new("La/Ask;"), call("Lp/Pool;->execute(Lp/Task;)V"), call("La/Main;->x()V", 0x71)
    )
    program[0].methods.append(("x", "()V", body(call("Lp/Pool;->execute(Lp/Task;)V"))))
    reach = build(*program).search(
        START, [(READ, (0,))], lambda step: "refute" if step.caller == MAIN and step.link == "scheduled" else "keep"
    )
    assert not reach.complete
    assert reach.chain(READ).doubt == "dispatch_unsure"


@given(
    calls=st.lists(st.tuples(st.integers(0, 5), st.integers(-1, 5)), max_size=12),
    refuted=st.frozensets(st.tuples(st.integers(-1, 5), st.integers(0, 5)), max_size=12),
)
@settings(deadline=None, max_examples=150)
def test_what_is_reached_is_what_the_calls_left_over_lead_to(calls, refuted):
    """Compare with a plain walk over (method, method) pairs; -1 is the start, which makes all objects.

    A call of -1 is one of the interface: it may run any object's method, and each of these may be refuted alone.
    """
    leaving = {number: [called for caller, called in calls if caller == number] for number in range(6)}
    names = {-1: MAIN, **{number: f"La/W{number};->run()V" for number in range(6)}}

    def code(called):
        if called < 0:
            return call("Lp/Task;->run()V", 0x72)
        return call(f"La/W{called};->run()V")

    program = [
        main(*(new(f"La/W{number};") for number in range(6)), code(0), code(-1) if (5, -1) in calls else []),
        *(task(f"La/W{number};", *(code(called) for called in leaving[number])) for number in range(6)),
    ]
    pairs = {(-1, 0), *((-1, number) for number in range(6) if (5, -1) in calls)}
    for caller, called in calls:
        pairs |= {(caller, number) for number in range(6)} if called < 0 else {(caller, called)}
    pairs -= refuted
    reached, waiting = set(), [-1]
    while waiting:
        here = waiting.pop()
        fresh = {called for caller, called in pairs if caller == here} - reached
        reached |= fresh
        waiting += fresh
    numbers = {name: number for number, name in names.items()}
    wanted = [(names[number], (0,)) for number in range(6)]
    reach = build(*program).search(
        START,
        wanted,
        lambda step: "refute" if (numbers.get(step.caller), numbers.get(step.target)) in refuted else "keep",
    )
    for number in range(6):
        assert reach.level(names[number]) == ("before_consent" if number in reached else "present")
        chain = reach.chain(names[number])
        if chain is not None:
            steps = [(numbers[one], numbers[two]) for one, two in zip(chain.methods, chain.methods[1:], strict=False)]
            assert set(steps) <= pairs
