"""One search over the web: which bodies are reached with which classes alive, then the shortest ways to them.

The first pass finds the live classes, level by level; with those fixed, the second one finds for every body how many
steps away it is. The compiled core does both at once where it is there; what is found does not depend on the order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import NamedTuple

import numpy as np

from analyzer.dex.arrays import Bytes, Flags, Ints
from analyzer.dex.native.search import search_core
from analyzer.model.record import dataclass

from .pairs import Int4, Numbers, among, spread, unique
from .steps import INITIALIZER, REFERENCE
from .web import Edges, Web


@dataclass(slots=True)
class Cut:
    """What one edge must not be followed to."""

    bodies: set[int] = field(default_factory=set)
    """Targets of a reference."""
    whole: bool = False
    """Its own target: a body or the creation of a class."""
    initializer: bool = False


class Entry(NamedTuple):
    """A body that the platform runs first."""

    body: int
    kind: str
    owner: int
    """Class of the object; it comes to life."""


class Steps(NamedTuple):
    """Steps between bodies of two neighbouring levels."""

    target: Ints
    body: Ints
    edge: Int4
    mode: Bytes


class Run:
    """The state of one search over the steps of ``start`` phase only, or over all."""

    def __init__(self, web: Web, entries: list[Entry], cuts: Mapping[int, Cut], *, start_only: bool) -> None:
        self._web = web
        self._cut(cuts, start_only=start_only)
        roots = web.number(unique(np.array([entry.body for entry in entries if entry.body >= 0], np.int64)))
        owners = web.type_number(unique(np.array([entry.owner for entry in entries], np.int64)))
        self._enabled: Flags
        """Which pairs of reference and body the live classes make run."""
        self._depth: Numbers
        """Steps to every body, -1 where it is not reached; 0 for *nowhere*."""
        core = search_core()
        if core is not None:
            targets = (self._direct, self._calls, self._creations)
            self._enabled, self._depth = core.search(web, targets, self._apart, self._apart_pair, roots, owners)
        else:
            self._enabled = self._come_alive(roots, owners)
            self._depth = self._measure(roots)

    def _cut(self, cuts: Mapping[int, Cut], *, start_only: bool) -> None:
        """Lead what is left out nowhere; calls of which only some targets are left out are kept apart."""
        web = self._web
        self._direct, self._calls, self._creations = (
            _narrowed(part, nowhere) if start_only else part.target.copy() for part, nowhere in self._parts()
        )
        edges = np.array(sorted(cuts), np.int64)
        whole = edges[[cuts[edge].whole for edge in edges.tolist()]] if len(edges) else edges
        rows = web.direct.of(whole)
        self._direct[rows[web.direct.mode[rows] != INITIALIZER]] = web.count
        self._creations[web.creations.of(whole)] = len(web.types)
        rows = web.direct.of(edges[[cuts[edge].initializer for edge in edges.tolist()]] if len(edges) else edges)
        self._direct[rows[web.direct.mode[rows] == INITIALIZER]] = web.count
        partly = edges[[bool(cuts[edge].bodies) for edge in edges.tolist()]] if len(edges) else edges
        rows = web.calls.of(partly)
        rows = rows[self._calls[rows] < web.reference_count]
        pairs, which = self._pairs(self._calls[rows])
        rows = rows[which]
        self._calls[rows] = web.reference_count
        out = {edge: frozenset(cuts[edge].bodies) for edge in partly.tolist()}
        targets = web.bodies[web.pair_body[pairs]].tolist()
        keep = [target not in out[edge] for target, edge in zip(targets, web.calls.edge[rows].tolist(), strict=True)]
        self._apart, self._apart_pair = rows[keep], pairs[keep]

    def _parts(self) -> tuple[tuple[Edges, int], ...]:
        web = self._web
        return (web.direct, web.count), (web.calls, web.reference_count), (web.creations, len(web.types))

    def _pairs(self, references: Numbers) -> tuple[Ints, Ints]:
        """Return the pairs of references, and the position in ``references`` of each."""
        first = self._web.pair_first[references]
        return spread(first, self._web.pair_first[references + 1] - first)

    def _come_alive(self, roots: Ints, owners: Ints) -> Flags:
        """Find the live classes; return which pairs of reference and body they make run."""
        web = self._web
        reached, alive = np.zeros(web.count + 1, np.bool_), np.zeros(len(web.types) + 1, np.bool_)
        called, enabled = np.zeros(web.reference_count + 1, np.bool_), np.zeros(len(web.pair_body), np.bool_)
        live = np.zeros(web.count + 1, np.bool_)
        reached[-1] = alive[-1] = called[-1] = True
        reached[roots] = alive[owners] = True
        fresh, classes = roots, owners
        while len(fresh) or len(classes):
            targets: list[Numbers] = [self._direct[_rows(web.direct, fresh)]]
            made = self._creations[_rows(web.creations, fresh)]
            born = unique(made[~alive[made]])
            alive[born] = True
            classes = np.concatenate((classes, born))
            answering = unique(web.answers.many(classes)[0])
            answering = answering[~live[answering]]
            live[answering] = True
            pairs = np.concatenate((web.own_pairs.many(answering)[0], web.more_pairs.many(classes)[0]))
            pairs = pairs[~enabled[pairs]]
            enabled[pairs] = True
            targets.append(web.pair_body[pairs[called[web.pair_reference[pairs]]]])
            made = self._calls[_rows(web.calls, fresh)]
            uses = unique(made[~called[made]])
            called[uses] = True
            pairs = self._pairs(uses)[0]
            targets.append(web.pair_body[pairs[enabled[pairs]]])
            if len(self._apart):
                fires = reached[web.calls.body[self._apart]] & enabled[self._apart_pair]
                targets.append(web.pair_body[self._apart_pair[fires]])
            found = np.concatenate(targets)
            fresh, classes = unique(found[~reached[found]]), owners[:0]
            reached[fresh] = True
        return enabled

    def _measure(self, roots: Ints) -> Ints:
        """Find the number of steps to every body."""
        web = self._web
        depth = np.full(web.count + 1, -1)
        depth[-1] = 0
        called = np.zeros(web.reference_count + 1, np.bool_)
        called[-1] = True
        fresh, level = roots, 0
        depth[fresh] = 0
        while len(fresh):
            level += 1
            uses = unique(self._calls[_rows(web.calls, fresh)])
            uses = uses[~called[uses]]
            called[uses] = True
            pairs = self._pairs(uses)[0]
            if len(self._apart):
                mine = depth[web.calls.body[self._apart]] == level - 1
                pairs = np.concatenate((pairs, self._apart_pair[mine]))
            targets = (self._direct[_rows(web.direct, fresh)], web.pair_body[pairs[self._enabled[pairs]]])
            found = np.concatenate(targets)
            fresh = unique(found[depth[found] < 0])
            depth[fresh] = level
        return depth

    def distance(self, body: int) -> int:
        """Return the number of steps to a body, -1 if it is not reached."""
        return self.distances([body])[0]

    def distances(self, bodies: Sequence[int]) -> list[int]:
        """Return the number of steps to each body, -1 for those that are not reached."""
        numbers = self._web.number(np.array(bodies, np.int64))
        found: list[int] = np.where(numbers < self._web.count, self._depth[numbers], -1).tolist()
        return found

    def reached(self) -> Ints:
        """Return all bodies that are reached, ascending."""
        return self._web.bodies[self._depth[:-1] >= 0]

    def targets(self, edge: int) -> list[int]:
        """Return the bodies to which an edge's reference leads now."""
        web = self._web
        rows = web.calls.of(np.array([edge]))
        apart = self._apart_pair[among(self._apart, np.sort(rows))]
        pairs = np.concatenate((self._pairs(self._calls[rows])[0], apart))
        found = web.bodies[web.pair_body[pairs[self._enabled[pairs]]]]
        return unique(found).tolist()  # type: ignore[no-any-return]  # numpy types tolist as Any

    def steps_to(self, bodies: Ints) -> Steps:
        """Return all steps to some bodies of one level from the level before: direct ones first, each kind in order."""
        web = self._web
        numbers = web.number(bodies)
        before = int(self._depth[numbers[0]]) - 1
        wanted = np.zeros(web.count + 1, np.bool_)
        wanted[numbers] = True
        rows = np.sort(web.direct_into.many(numbers)[0])
        rows = rows[(self._depth[web.direct.body[rows]] == before) & wanted[self._direct[rows]]]
        pairs = web.pairs_into.many(numbers)[0]
        pairs = pairs[self._enabled[pairs]]
        calls, which = web.calls_by_reference.many(web.pair_reference[pairs])
        keep = (self._depth[web.calls.body[calls]] == before) & (self._calls[calls] < web.reference_count)
        calls, pairs = calls[keep], pairs[which[keep]]
        order = np.lexsort((pairs, calls))
        calls, pairs = calls[order], pairs[order]
        if len(self._apart):
            apart = wanted[web.pair_body[self._apart_pair]] & self._enabled[self._apart_pair]
            apart &= self._depth[web.calls.body[self._apart]] == before
            calls = np.concatenate((calls, self._apart[apart]))
            pairs = np.concatenate((pairs, self._apart_pair[apart]))
        target = np.concatenate((self._direct[rows], web.pair_body[pairs]))
        body = np.concatenate((web.direct.body[rows], web.calls.body[calls]))
        edge = np.concatenate((web.direct.edge[rows], web.calls.edge[calls]))
        mode = np.concatenate((web.direct.mode[rows], np.full(len(calls), REFERENCE, np.uint8)))
        return Steps(web.bodies[target], web.bodies[body], edge, mode)


def _rows(edges: Edges, bodies: Ints) -> Ints:
    """Return the rows of the edges that bodies take."""
    first = edges.first[bodies]
    return spread(first, edges.first[bodies + 1] - first)[0]


def _narrowed(edges: Edges, nowhere: int) -> Int4:
    """Return the targets of edges, those of late ones nowhere."""
    target = edges.target.copy()
    target[edges.late] = nowhere
    return target
