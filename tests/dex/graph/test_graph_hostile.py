import random

import pytest
from dexwriter import Class, Code, Ref, write_dex
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_dex_equals_full_decode import CALLEES, TEXTS, programs

from analyzer.dex import load
from analyzer.dex.graph import ImplicitCalls, NoPlatform, Plan, Root, build_graph

END = Code([0x0E])


def graph_of(*files):
    return build_graph(load([(f"classes{n}.dex", data) for n, data in enumerate(files)]), NoPlatform())


def plan_of(owner="La/Main;", **methods):
    return Plan((Root("application", owner, "start", methods or {"go": "start"}),), ImplicitCalls())


def call(signature, opcode=0x71):
    return [opcode, Ref("method", signature), 0]


def new(name):
    return [0x22, Ref("type", name)]


def go(*parts, name="La/Main;", superclass="Ljava/lang/Object;"):
    return Class(name, [("go", "()V", Code([*(unit for part in parts for unit in part), 0x0E]))], superclass)


def test_a_ring_of_superclasses_is_told_and_searched():
    ring = [Class(f"La/R{n};", [("f", "()V", END)], f"La/R{(n + 1) % 3};") for n in range(3)]
    below = Class("La/Below;", [], "La/R0;")
    graph = graph_of(write_dex([*ring, below, go(new("La/Below;"), call("La/R0;->f()V", 0x6E))]))
    assert "3 classes" in graph.problems[0].why
    reach = graph.search(plan_of())
    assert reach.level("La/Main;->go()V") == "before_consent"
    assert reach.level("La/R0;->f()V") == "before_consent"
    assert graph.subtypes("La/R0;") == ["La/Below;"]


def test_a_hierarchy_deeper_than_any_real_one_is_cut_and_told():
    line = [Class(f"La/D{n};", [], f"La/D{n - 1};" if n else "Ljava/lang/Object;") for n in range(600)]
    graph = graph_of(write_dex([*line, go()]))
    assert graph.problems
    assert graph.search(plan_of()).level("La/Main;->go()V") == "before_consent"


def test_the_first_of_two_files_that_define_a_class_counts():
    first = write_dex([Class("La/X;", [("f", "()V", END)]), go(call("La/X;->f()V"), call("La/X;->g()V"))])
    second = write_dex([Class("La/X;", [("f", "()V", END), ("g", "()V", END)])])
    reach = graph_of(first, second).search(plan_of())
    assert (reach.level("La/X;->f()V"), reach.level("La/X;->g()V")) == ("before_consent", "present")
    reach = graph_of(second, first).search(plan_of())
    assert reach.level("La/X;->g()V") == "before_consent"


def test_calls_of_what_nobody_defines_lead_nowhere():
    parts = (
        call("Lq/No;->f()V"),
        new("Lq/No;"),
        call("[La/Main;->clone()Ljava/lang/Object;", 0x6E),
        call("La/Main;->no()V"),
    )
    graph = graph_of(write_dex([go(*parts)]))
    assert graph.problems == ()
    assert graph.search(plan_of()).level("La/Main;->go()V") == "before_consent"


def test_an_interface_with_thousands_of_implementors_is_followed_in_full():
    many = [Class(f"La/I{n};", [("run", "()V", END)], interfaces=("La/Task;",)) for n in range(5000)]
    task = Class("La/Task;", [("run", "()V", None)])
    graph = graph_of(write_dex([task, *many, go(new("La/I77;"), new("La/I4999;"), call("La/Task;->run()V", 0x72))]))
    reach = graph.search(plan_of())
    found = [n for n in range(5000) if reach.level(f"La/I{n};->run()V") == "before_consent"]
    assert found == [77, 4999]
    assert len(graph.overrides("La/Task;->run()V")) == 5000


def test_a_plan_may_name_what_is_not_there():
    graph = graph_of(write_dex([go()]))
    assert graph.search(plan_of("Lq/No;")).level("La/Main;->go()V") == "present"
    assert graph.search(plan_of(other="start")).level("La/Main;->go()V") == "present"
    assert graph.search(plan_of(), [("Lq/No;->f()V", (0,)), ("", ())]).chain("Lq/No;->f()V") is None
    assert graph.callers("Lq/No;->f()V") == []
    assert graph.subtypes("Lq/No;") == []
    assert graph.overrides("Lq/No;->f()V") == []


def test_no_file_at_all_gives_an_empty_graph():
    graph = graph_of()
    assert graph.bodies_count == 0
    assert graph.search(plan_of()).level("La/Main;->go()V") == "present"


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs(), st.integers(0, 2**32))
def test_damage_never_raises(classes, seed):
    data = bytearray(write_dex(classes, extra_strings=TEXTS, extra_methods=CALLEES))
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 30)):
        data[chance.randrange(8, len(data))] = chance.randrange(256)
    graph = graph_of(bytes(data), write_dex(classes))
    graph.search(plan_of("Lapp/C0;", m0="start", m1="start"))
    for method in CALLEES:
        graph.callers(method)
    graph.field_stores("Lp/T0;->f:I")


@pytest.mark.parametrize(("stores", "opcode"), [(True, 0x59), (True, 0x67), (False, 0x52), (False, 0x60)])
def test_reads_and_writes_of_a_field_are_told_apart(stores, opcode):
    graph = graph_of(write_dex([go([opcode, Ref("field", "La/X;->f:I")], [opcode, Ref("field", "La/X;->g:I")])]))
    here, there = graph.field_stores("La/X;->f:I"), graph.field_loads("La/X;->f:I")
    assert [tuple(place) for place in (here if stores else there)] == [(0, 0, 0)]
    assert (there if stores else here) == []


def test_callers_are_found_in_every_file():
    files = [write_dex([go(call("Lp/X;->f()V"), name=f"La/M{n};")]) for n in range(3)]
    assert [(c.signature, c.part) for c in graph_of(*files).callers("Lp/X;->f()V")] == [
        (f"La/M{n};->go()V", n) for n in range(3)
    ]
