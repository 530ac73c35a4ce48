import sys
from pathlib import Path

import pytest
from dexwriter import Class, Code, Ref, write_dex
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzer.dex import load
from analyzer.dex.graph import CallbackType, CallRule, ImplicitCalls, Plan, Root, build_graph

sys.path.insert(0, str(Path(__file__).parent))
from plainsearch import PlainSearch, TablePlatform

PLATFORM = TablePlatform(
    {
        "Ljava/lang/Object;": ((), ("toString()Ljava/lang/String;",), ()),
        "Lp/Screen;": (("Lp/Context;",), ("onCreate()V", "onTap()V"), ()),
        "Lp/Context;": (("Ljava/lang/Object;",), ("open()V",), ()),
        "Lp/Task;": (("Ljava/lang/Object;",), ("run()V",), ("run()V",)),
        "Lp/Thread;": (("Ljava/lang/Object;", "Lp/Task;"), ("run()V", "begin()V"), ()),
        "Lp/Tap;": (("Ljava/lang/Object;",), ("onTap()V",), ("onTap()V",)),
    }
)
RULES = ImplicitCalls(
    types=(
        CallbackType("Lp/Screen;", {"onCreate": "start", "onTap": "user"}, alive=True, link="lifecycle"),
        CallbackType("Lp/Tap;", {"*": "user"}),
        CallbackType("La/I1;", {"n": "system"}, alive=True),
    ),
    calls=(
        CallRule("Lp/Thread;->begin(*", -1, ("run",)),
        CallRule("La/C1;->take(La/I0;)V", 0, ("m",), "system"),
        CallRule("Lp/X;->quiet(Lp/Task;)V", 0, ()),
    ),
)
CLASSES = [f"La/C{n};" for n in range(6)]
INTERFACES = [f"La/I{n};" for n in range(3)]
OUTSIDE = ["Ljava/lang/Object;", "Lp/Screen;", "Lp/Thread;", "Lp/Task;", "Lp/Tap;", "Lq/Unknown;"]
ABOVE = [name for name in OUTSIDE if name not in {"Lp/Task;", "Lp/Tap;"}]
"""No phone loads a class below an interface, so that nothing says what a call of ``super`` would mean there."""
MEMBERS = ["m()V", "n()V", "run()V", "onCreate()V", "onTap()V", "toString()Ljava/lang/String;"]
OWN = [*MEMBERS, "<init>()V", "<clinit>()V", "take(La/I0;)V", "begin()V"]
CALLS = [
    *(f"{owner}->{member}" for owner in (*CLASSES, *INTERFACES, *OUTSIDE) for member in MEMBERS),
    "Lp/X;->post(Lp/Task;)V", "Lp/X;->quiet(Lp/Task;)V", "Lp/X;->watch(ILp/Tap;)V", "Lp/Thread;->begin()V",
    "La/C0;->begin()V", "La/C1;->take(La/I0;)V", "La/C2;->take(La/I0;)V", "La/C3;->post(Lp/Task;)V",
]  # fmt: skip


@st.composite
def bodies(draw):
    units = []
    for _ in range(draw(st.integers(2, 6))):
        kind = draw(st.sampled_from(["call", "call", "call", "new", "new", "own", "static", "range"]))
        if kind == "call":
            units += [
                draw(st.sampled_from([0x6E, 0x6F, 0x70, 0x71, 0x72])),
                Ref("method", draw(st.sampled_from(CALLS))),
                0,
            ]
        elif kind == "range":
            units += [draw(st.integers(0x74, 0x78)), Ref("method", draw(st.sampled_from(CALLS[-8:]))), 0]
        elif kind == "own":
            member = draw(st.sampled_from(OWN))
            units += [
                draw(st.sampled_from([0x70, 0x71])),
                Ref("method", draw(st.sampled_from(CLASSES)) + "->" + member),
                0,
            ]
        elif kind == "new":
            units += [0x22, Ref("type", draw(st.sampled_from([*CLASSES, "Lp/Thread;"])))]
        else:
            units += [draw(st.integers(0x60, 0x6D)), Ref("field", draw(st.sampled_from(CLASSES)) + "->f:I")]
    return Code([*units, 0x0E])


@st.composite
def files(draw):
    pool = [draw(bodies()) for _ in range(6)]
    pool += [Code(list(code.units)) for code in pool] * 2  # so that some bodies are shared, most are not
    found = []
    for names in ([*CLASSES, *INTERFACES], draw(st.lists(st.sampled_from([*CLASSES, *INTERFACES]), unique=True))):
        classes = []
        for name in names if found else draw(st.permutations(names)):
            if name in INTERFACES:
                above, sides = (
                    "Ljava/lang/Object;",
                    draw(st.lists(st.sampled_from([*INTERFACES, "Lp/Task;"]), max_size=2, unique=True)),
                )
            else:
                above = draw(st.sampled_from([*CLASSES, *ABOVE, "Ljava/lang/Object;"]))
                sides = draw(st.lists(st.sampled_from([*INTERFACES, "Lp/Task;", "Lp/Tap;"]), max_size=2, unique=True))
            methods = [
                (member.partition("(")[0], "(" + member.partition("(")[2], draw(st.sampled_from([None, *pool])))
                for member in draw(st.lists(st.sampled_from(OWN), min_size=2, max_size=6, unique=True))
            ]
            classes.append(Class(name, methods, above, tuple(sides)))
        found.append((classes, write_dex(classes, extra_methods=CALLS)))
    return found


PHASES = st.sampled_from(["start", "start", "user", "system"])


@st.composite
def plans(draw):
    roots = draw(
        st.lists(
            st.builds(
                Root,
                st.just("root"),
                st.sampled_from([*CLASSES, "La/None;"]),
                PHASES,
                st.just({})
                | st.dictionaries(
                    st.sampled_from([*(m.partition("(")[0] for m in MEMBERS), "take"]), PHASES, min_size=2, max_size=4
                ),
            ),
            min_size=1,
            max_size=4,
            unique_by=lambda root: root.owner,
        )
    )
    return Plan(tuple(roots), RULES)


def depths(graph, plan, methods):
    reach = graph.search(plan)
    every, early = {}, {}
    for method in methods:
        for found, start in ((early, True), (every, False)):
            chain = reach._find(method, start)
            if chain is not None:
                assert chain.methods[-1] == method
                assert len(chain.methods) == len(chain.links) + 1 == len(chain.offsets) + 1
                found[method] = len(chain.links)
    return early, every


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(files(), plans())
def test_reached_methods_and_distances_equal_those_of_a_plain_search(program, plan):
    graph = build_graph(load([(f"classes{n}.dex", data) for n, (_, data) in enumerate(program)]), PLATFORM)
    plain = PlainSearch(program, PLATFORM, plan)
    methods = sorted({f"{owner}->{member}" for owner, member in plain.sites})
    early, every = depths(graph, plan, methods)
    assert every == {f"{owner}->{member}": n for (owner, member), n in plain.search(start_only=False).items()}
    assert early == {f"{owner}->{member}": n for (owner, member), n in plain.search(start_only=True).items()}


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(files(), plans(), st.integers(0, 5))
def test_chains_do_not_depend_on_which_file_holds_a_class(program, plan, cut):
    classes = program[0][0]
    parts = [classes[:cut], classes[cut:]]
    methods = sorted(f"{cls.name}->{name}{proto}" for cls in classes for name, proto, code in cls.methods if code)
    found = []
    for order in (parts, parts[::-1], [classes[::-1]]):
        data = [(f"classes{n}.dex", write_dex(part, extra_methods=CALLS)) for n, part in enumerate(order) if part]
        reach = build_graph(load(data), PLATFORM).search(plan, [(method, ()) for method in methods])
        found.append([(method, reach.level(method), reach.chain(method)) for method in methods])
    assert found[0] == found[1] == found[2]


if __name__ == "__main__":
    pytest.main([__file__])
