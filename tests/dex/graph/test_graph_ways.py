"""Of several shortest ways the same one is always taken, and a type is known as soon as it has a number."""

from types import SimpleNamespace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.dex.graph.names import Names
from analyzer.dex.graph.refine import Taken, ways_to

LINKS = ("call", "dispatch", "gesture")


def made(rows, depths, order):
    """A program and a run over bodies 0 to 3: ``rows`` are (caller, edge, mode, target), one deeper each."""
    program = SimpleNamespace(
        signature=lambda body: f"Lapp/{order[body] // 2};->m()V",  # two bodies may have one signature
        link=lambda edge, mode, target: LINKS[(edge + mode + target) % 3],
        steps=SimpleNamespace(offset=lambda edge: edge % 4, argument=lambda edge: edge % 2 - 1),
    )

    def steps_to(bodies):
        wanted = set(bodies.tolist())
        kept = [row for row in rows if row[3] in wanted and depths[row[0]] + 1 == depths[row[3]]]
        columns = np.array(kept, np.int64).reshape(-1, 4).T
        return SimpleNamespace(body=columns[0], edge=columns[1], mode=columns[2], target=columns[3])

    return program, SimpleNamespace(distances=lambda bodies: [depths[body] for body in bodies], steps_to=steps_to)


def plain_ways(program, rows, depths, bodies):
    line, ways = list(bodies), {}
    while line:
        body = line.pop()
        steps = [Taken(*row) for row in rows if row[3] == body and depths[row[0]] + 1 == depths[body]]
        if body in ways or depths[body] <= 0 or not steps:
            continue
        ways[body] = min(
            steps,
            key=lambda step: (
                program.signature(step.body), program.steps.offset(step.edge),
                program.link(step.edge, step.mode, step.target), program.steps.argument(step.edge),
            ),
        )  # fmt: skip
        line.append(ways[body].body)
    return ways


BODY = st.integers(0, 3)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.tuples(BODY, st.integers(0, 9), st.integers(0, 3), BODY), min_size=8, max_size=40),
    st.lists(st.integers(-1, 2), min_size=4, max_size=4),
    st.permutations(range(4)),
    st.lists(BODY, max_size=4),
)
def test_the_way_taken_is_the_first_in_order(rows, depths, order, bodies):
    program, run = made(rows, depths, order)
    assert ways_to(program, run, bodies) == plain_ways(program, rows, depths, bodies)


def test_a_type_without_a_number_has_one_once_it_was_added():
    names = Names([])
    assert names.type("Lapp/New;") == -1
    number = names.add_type(b"Lapp/New;")
    assert names.type("Lapp/New;") == number >= 0
    assert names.type("Lapp/Other;") == -1
