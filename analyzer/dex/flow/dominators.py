"""Dominators of a graph: which blocks have always run when another one runs."""

from __future__ import annotations

from collections.abc import Sequence


def immediate_dominators(edges: Sequence[Sequence[int]]) -> list[int]:  # noqa: C901  # one algorithm, as published
    """Return for each block the nearest other one on every way to it from block 0; -1 for block 0 and dead ones.

    Lengauer and Tarjan's way ("A fast algorithm for finding dominators in a flowgraph", 1979, with simple linking):
    edges times the logarithm of the blocks, whatever the graph looks like. Nothing here calls itself.
    """
    count = len(edges)
    number, vertex, parent = _numbered(edges)
    sources: list[list[int]] = [[] for _ in range(count)]
    for block in vertex:
        for after in edges[block]:
            sources[after].append(block)
    semi, label, above = number[:], list(range(count)), [-1] * count
    found = [-1] * count
    bucket: list[list[int]] = [[] for _ in range(count)]

    def lowest(block: int) -> int:
        if above[block] < 0:
            return block
        path = []
        while above[above[block]] >= 0:
            path.append(block)
            block = above[block]
        for one in reversed(path):
            upper = above[one]
            if semi[label[upper]] < semi[label[one]]:
                label[one] = label[upper]
            above[one] = above[upper]
        return label[path[0] if path else block]

    for block in reversed(vertex[1:]):
        for source in sources[block]:
            semi[block] = min(semi[block], semi[lowest(source)])
        bucket[vertex[semi[block]]].append(block)
        upper = parent[block]
        above[block] = upper
        for one in bucket[upper]:
            best = lowest(one)
            found[one] = best if semi[best] < semi[one] else upper
        bucket[upper] = []
    for block in vertex[1:]:
        if found[block] != vertex[semi[block]]:
            found[block] = found[found[block]]
    return found


def _numbered(edges: Sequence[Sequence[int]]) -> tuple[list[int], list[int], list[int]]:
    """Return each block's number in a walk in depth (-1: dead), the blocks in that order, and whence each was found."""
    number, parent = [-1] * len(edges), [-1] * len(edges)
    vertex: list[int] = []
    stack = [(0, -1)] if edges else []
    while stack:
        block, source = stack.pop()
        if number[block] >= 0:
            continue
        number[block], parent[block] = len(vertex), source
        vertex.append(block)
        stack += [(after, block) for after in reversed(edges[block]) if number[after] < 0]
    return number, vertex, parent
