"""Which blocks have always run before another one: compared with taking each block out of the graph."""

from hypothesis import given
from hypothesis import strategies as st

from analyzer.dex.flow.dominators import immediate_dominators


def reached(edges, without=None):
    seen, stack = set(), [0]
    while stack:
        block = stack.pop()
        if block not in seen and block != without:
            seen.add(block)
            stack += edges[block]
    return seen


@given(
    st.integers(1, 9).flatmap(
        lambda size: st.lists(st.lists(st.integers(0, size - 1), max_size=3), min_size=size, max_size=size)
    )
)
def test_the_ways_up_are_the_blocks_without_which_one_is_not_reached(edges):
    above = immediate_dominators(edges)
    live = reached(edges)
    for block in range(len(edges)):
        chain, at = set(), block
        while at >= 0 and block in live:
            chain.add(at)
            at = above[at]
        expected = {one for one in live if one == block or block not in reached(edges, one)}
        assert chain == (expected if block in live else set())
        assert block in live or above[block] == -1
