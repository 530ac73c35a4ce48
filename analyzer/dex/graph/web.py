"""All steps between the bodies that a plan reaches at all, numbered densely: what every later search walks over.

Found once, by rapid type analysis over the steps of all phases, level by level: a call runs only bodies of classes that
reached code creates. Whatever is left out later, no search leaves this web.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np

from analyzer.dex.arrays import Bytes, Flags, Ints

from .definitions import Definitions
from .dispatch import Dispatch
from .lifecycle import Lifecycle
from .pairs import Int4, Numbers, Rows, pair_ids, spread, unique
from .steps import BODY, CLASS, INITIALIZER, REFERENCE, Steps

_Columns = tuple[Int4, Int4, Int4, Flags]
"""As `Leaving`: body, edge, target, whether late."""


def _narrow(values: Numbers) -> Int4:
    return values.astype(np.int32)


def _join(parts: list[_Columns]) -> _Columns:
    empty = np.zeros(0, np.int32)
    body, edge, node = (np.concatenate([empty, *(part[column] for part in parts)]) for column in range(3))
    return body, edge, node, np.concatenate([np.zeros(0, np.bool_), *(part[3] for part in parts)])


class Edges(NamedTuple):
    """Steps of one kind in the order of the bodies that take them. Bodies and targets are numbers of the web."""

    first: Ints
    """Where those of each body begin; one entry more than there are bodies."""
    body: Int4
    edge: Int4
    """As in `Steps`."""
    target: Int4
    late: Flags
    """Not taken while the app starts up."""
    mode: Bytes
    by_edge: Int4
    """The rows in the order of `edge`."""
    edges: Int4
    """`edge` in that order."""

    def of(self, edges: Ints) -> Int4:
        """Return the rows of some edges."""
        edges = edges.astype(self.edges.dtype)  # of one type, or all edges of the web are copied
        first = np.searchsorted(self.edges, edges)
        places, _ = spread(first, np.searchsorted(self.edges, edges, "right") - first)
        return self.by_edge[places]


class Web:
    """Bodies, classes and references of the web are numbered from 0; one number more stands for *nowhere*."""

    def __init__(
        self, steps: Steps, dispatch: Dispatch, defined: Definitions, lifecycle: Lifecycle, roots: Ints, owners: Ints,
        types: int,
    ) -> None:  # fmt: skip
        self._defined, self._dispatch, self._lifecycle = defined, dispatch, lifecycle
        reached, alive, called, leaving = self._discover(steps, roots, owners, types)
        self.bodies: Ints = np.flatnonzero(reached)
        """Body by number in the web."""
        self.count = len(self.bodies)
        self._number_of: Ints = np.full(defined.count + 1, self.count)
        self._number_of[self.bodies] = np.arange(self.count)
        self.types: Ints = np.flatnonzero(alive)
        self._type_of: Ints = np.full(types + 1, len(self.types))
        self._type_of[self.types] = np.arange(len(self.types))
        references = np.flatnonzero(called)
        self.reference_count = len(references)
        reference_of = np.full(dispatch.count + 1, len(references))
        reference_of[references] = np.arange(len(references))
        bodies, uses, creations, initialized = leaving
        self.calls = self._edges([(uses, reference_of[uses[2]], REFERENCE)])
        """Calls of references."""
        self.creations = self._edges([(creations, self._type_of[creations[2]], CLASS)])
        """Classes that come to life."""
        which, living, late = lifecycle.bodies(creations[2].astype(np.int64))
        lived = (creations[0][which], creations[1][which], _narrow(living), creations[3][which] | late)
        found, which = defined.initializers.many(initialized[2])
        begun = (initialized[0][which], initialized[1][which], _narrow(found), initialized[3][which])
        self.direct = self._edges(
            [
                (part, self._number_of[part[2]], mode)
                for part, mode in ((bodies, BODY), (lived, CLASS), (begun, INITIALIZER))
            ]
        )
        """Everything that leads to one body."""
        self._answer(reference_of)

    def number(self, bodies: Ints) -> Ints:
        """Return the numbers of bodies in the web; `count` for one outside."""
        return self._number_of[bodies]

    def type_number(self, types: Ints) -> Ints:
        """Return the numbers of types in the web."""
        return self._type_of[types]

    def _discover(
        self, steps: Steps, roots: Ints, owners: Ints, types: int
    ) -> tuple[Flags, Flags, Flags, tuple[_Columns, _Columns, _Columns, _Columns]]:
        defined, dispatch = self._defined, self._dispatch
        reached = np.zeros(defined.count, np.bool_)
        alive, created = np.zeros(types, np.bool_), np.zeros(types, np.bool_)
        live, called = np.zeros(defined.count, np.bool_), np.zeros(dispatch.count, np.bool_)
        empty = np.zeros(0, np.int64)
        waiting_reference, waiting_body = empty, empty
        kept: tuple[list[_Columns], ...] = ([], [], [], [])
        fresh, classes = roots, owners
        reached[fresh] = True
        alive[classes] = True
        while len(fresh) or len(classes):
            targets = []
            if len(fresh):
                leaving = steps.leave(fresh)
                for columns, part in zip(kept, leaving, strict=True):
                    columns.append((_narrow(part.body), _narrow(part.edge), _narrow(part.node), part.late))
                bodies, references, creations, initialized = leaving
                targets.append(bodies.node)
                targets.append(defined.initializers.many(unique(initialized.node))[0])
                made = unique(creations.node)
                made = made[~created[made]]
                created[made] = True
                targets.append(self._lifecycle.bodies(made)[1])
                born = made[~alive[made]]
                alive[born] = True
                classes = np.concatenate((classes, born))
                called[references.node] = True
            if len(classes):
                dispatch.prepare(classes)
                answering = unique(dispatch.bodies(classes)[0])
                answering = answering[~live[answering]]
                live[answering] = True
                own, more = dispatch.own(answering), dispatch.more(classes)
                waiting_reference = np.concatenate((waiting_reference, own[0], more[0]))
                waiting_body = np.concatenate((waiting_body, own[1], more[1]))
            fires = called[waiting_reference]
            targets.append(waiting_body[fires])
            waiting_reference, waiting_body = waiting_reference[~fires], waiting_body[~fires]
            found = np.concatenate(targets)
            fresh, classes = unique(found[~reached[found]]), empty
            reached[fresh] = True
        whole = [_join(columns) for columns in kept]
        return reached, alive, called, (whole[0], whole[1], whole[2], whole[3])

    def _edges(self, parts: list[tuple[_Columns, Ints, int]]) -> Edges:
        body = _narrow(self._number_of[np.concatenate([part[0] for part, _, _ in parts])])
        order = np.argsort(body, kind="stable")
        body = body[order]
        edge = np.concatenate([part[1] for part, _, _ in parts])[order]
        target = np.concatenate([_narrow(target) for _, target, _ in parts])[order]
        late = np.concatenate([part[3] for part, _, _ in parts])[order]
        mode = np.concatenate([np.full(len(target), mode, np.uint8) for _, target, mode in parts])[order]
        first = np.searchsorted(body, np.arange(self.count + 1))
        by_edge = _narrow(np.argsort(edge, kind="stable"))
        return Edges(first, body, edge, target, late, mode, by_edge, edge[by_edge])

    @cached_property
    def direct_into(self) -> Rows:
        """Rows of `direct` by the body that they lead to."""
        return Rows.keep(self.direct.target, np.arange(len(self.direct.target)), self.count + 1)

    @cached_property
    def pairs_into(self) -> Rows:
        """Pairs of reference and body by body."""
        return Rows.keep(self.pair_body, np.arange(len(self.pair_body)), self.count + 1)

    @cached_property
    def calls_by_reference(self) -> Rows:
        """Rows of `calls` by reference."""
        return Rows.keep(self.calls.target, np.arange(len(self.calls.target)), self.reference_count + 1)

    def _answer(self, reference_of: Ints) -> None:
        """Give numbers to the pairs of a called reference and a body that runs; find which classes make them run."""
        dispatch, count = self._dispatch, len(self.types)
        body, owner = dispatch.bodies(self.types)
        keep = self._number_of[body] < self.count
        self.answers = Rows.group(owner[keep], self._number_of[body[keep]], count + 1)
        """Bodies that objects answer with, by class."""
        reference, target = dispatch.own(unique(body[keep]))
        keep = reference_of[reference] < self.reference_count
        own_reference, own = reference_of[reference[keep]], self._number_of[target[keep]]
        reference, target, owner = dispatch.more(self.types)
        keep = reference_of[reference] < self.reference_count
        more_reference, more = reference_of[reference[keep]], self._number_of[target[keep]]
        pair, references, self.pair_body = pair_ids(
            np.concatenate((own_reference, more_reference)), np.concatenate((own, more))
        )
        self.pair_reference: Ints = references
        self.pair_first: Ints = np.searchsorted(references, np.arange(self.reference_count + 2))
        """Where the pairs of each reference begin; *nowhere* has none."""
        self.own_pairs = Rows.group(own, pair[: len(own)], self.count + 1)
        """Pairs that run once any class answers with a body, by body."""
        self.more_pairs = Rows.group(owner[keep], pair[len(own) :], count + 1)
        """Pairs that objects of one class alone make run, by class."""
