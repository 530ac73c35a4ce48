"""The compiled search against the one in numpy, over webs that no app ever had."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.dex.graph import search
from analyzer.dex.graph.pairs import Rows
from analyzer.dex.graph.search import Cut, Entry, Run
from analyzer.dex.graph.steps import BODY, CLASS, REFERENCE
from analyzer.dex.graph.web import Web
from analyzer.dex.native import compiler
from analyzer.dex.native.search import SearchCore

BODIES, TYPES, REFERENCES = 7, 4, 4


@pytest.fixture(scope="module")
def core():
    library, why = compiler.build_in_place()
    if library is None:
        pytest.skip(why)
    return SearchCore(str(library))


def web_of(direct, calls, creations, answers, pairs, own, more):
    web = object.__new__(Web)
    web.count, web.reference_count = BODIES, REFERENCES
    web.bodies, web.types = np.arange(BODIES) * 2, np.arange(TYPES) + 3
    web._number_of = np.full(2 * BODIES + 1, BODIES)
    web._number_of[web.bodies] = np.arange(BODIES)
    web._type_of = np.full(TYPES + 5, TYPES)
    web._type_of[web.types] = np.arange(TYPES)
    edge = 0

    def edges(rows, mode):
        nonlocal edge
        body, target, late = (np.array(column) for column in zip(*rows, strict=True)) if rows else ((), (), ())
        numbers = np.arange(edge, edge + len(rows), dtype=np.int32)
        edge += len(rows)
        columns = (web.bodies[np.array(body, np.int64)].astype(np.int32), numbers, numbers, np.array(late, np.bool_))
        return Web._edges(web, [(columns, np.array(target, np.int64), mode)])

    web.direct, web.calls = edges(direct, BODY), edges(calls, REFERENCE)
    web.creations = edges(creations, CLASS)
    pairs = sorted(set(pairs))
    references, bodies = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    web.pair_reference, web.pair_body = references, bodies
    web.pair_first = np.searchsorted(references, np.arange(REFERENCES + 2))
    number = len(pairs)

    def rows(found, owners, limit):
        kept = [(owner, value) for owner, value in found if value < limit]
        return Rows.group(*(np.array([one[side] for one in kept], np.int64) for side in (0, 1)), owners + 1)

    web.answers = rows(answers, TYPES, BODIES)
    web.own_pairs, web.more_pairs = rows(own, BODIES, number), rows(more, TYPES, number)
    return web


def several(*limits, most=12):
    return st.lists(st.tuples(*(st.integers(0, limit - 1) for limit in limits)), max_size=most)


flagged = st.booleans()


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, BODIES - 1), st.integers(0, BODIES), flagged), max_size=12),
    st.lists(st.tuples(st.integers(0, BODIES - 1), st.integers(0, REFERENCES), flagged), max_size=12),
    st.lists(st.tuples(st.integers(0, BODIES - 1), st.integers(0, TYPES), flagged), max_size=8),
    several(TYPES, BODIES),
    several(REFERENCES, BODIES),
    several(BODIES, 12),
    several(TYPES, 12),
    several(BODIES, TYPES, most=3),
    st.dictionaries(st.integers(0, 30), st.tuples(st.sets(st.integers(0, BODIES - 1)), flagged, flagged), max_size=6),
    flagged,
)
def test_both_searches_reach_the_same(core, direct, calls, creations, answers, pairs, own, more, roots, cuts, start):
    web = web_of(direct, calls, creations, answers, pairs, own, more)
    entries = [Entry(2 * body, "activity", owner + 3) for body, owner in roots]
    left_out = {
        edge: Cut({2 * body for body in bodies}, whole=whole, initializer=initializer)
        for edge, (bodies, whole, initializer) in cuts.items()
    }
    runs = []
    for one in (core, None):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(search, "search_core", lambda one=one: one)
            runs.append(Run(web, entries, left_out, start_only=start))
    compiled, plain = runs
    assert compiled._depth.tolist() == plain._depth.tolist()
    assert compiled._enabled.tolist() == plain._enabled.tolist()
    for run in runs:  # every body but the first ones is one step away from one of the level before
        for body in run.reached().tolist():
            if run.distance(body) > 0:
                steps = run.steps_to(np.array([body]))
                assert {run.distance(one) for one in steps.body.tolist()} == {run.distance(body) - 1}
                assert set(steps.target.tolist()) == {body}


def test_numbers_outside_of_the_web_are_passed_over(core):
    web = SimpleNamespace(
        count=1, types=np.zeros(0), reference_count=1, pair_body=np.array([9]), pair_reference=np.array([-4]),
        pair_first=np.array([0, 5, 5]), answers=Rows(np.array([0, 7]), np.array([3])),
        own_pairs=Rows(np.array([0, 2]), np.array([8])), more_pairs=Rows(np.array([0]), np.array([])),
        calls=SimpleNamespace(first=np.array([0, 1]), body=np.array([0])),
        direct=SimpleNamespace(first=np.array([0, 3])), creations=SimpleNamespace(first=np.array([0, 1])),
    )  # fmt: skip
    targets = (np.array([5, -1]), np.array([0]), np.array([0]))
    enabled, depth = core.search(web, targets, np.array([0]), np.array([77]), np.array([0, 5]), np.array([-2]))
    assert (enabled.tolist(), depth.tolist()) == ([False], [0, 0])
