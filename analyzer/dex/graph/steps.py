"""All steps out of a body, worked out when it is first reached: calls, creations, and what no instruction says.

A step leads to a body, to a reference (whose targets depend on which classes are alive), or to a class that comes to
life. Ordinary instructions stay in the columns of `Code`; everything else is added to `extra`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analyzer.dex.arrays import Flags, Ints

from .code import Code
from .decode import DIRECT, HANDLE, NEW, STATIC, STATIC_FIELD, SUPER, VIRTUAL
from .definitions import Definitions
from .dispatch import Dispatch, Pile
from .implicit import LINKS, CallTable
from .kinship import Kinship
from .names import Names
from .pairs import Numbers, flags, spread
from .special import Special

BODY, REFERENCE, CLASS, INITIALIZER = range(4)
"""What a step leads to."""
AT, MODE, NODE, LINK, PHASE, ARGUMENT, METHOD = range(7)
"""Columns of `Steps.extra`: offset, kind and number of the target, link, phase, argument (-2: none), called method."""


class Leaving(NamedTuple):
    """Steps of one kind: body, number of the edge, target."""

    body: Ints
    edge: Ints
    node: Ints
    late: Flags
    """Not taken while the app starts up."""


class Steps:
    """Steps of one search. Edges are numbered: rows of `Code` first, then rows of `extra`."""

    def __init__(
        self, code: Code, names: Names, kin: Kinship, defined: Definitions, dispatch: Dispatch, table: CallTable,
        special: Special, gestures: Ints,
    ) -> None:  # fmt: skip
        """``gestures``: calls (rows of the code, ascending) that are made only after the user has acted."""
        self._code, self._names, self._kin, self._defined, self._special = code, names, kin, defined, special
        self._table = table
        self._is_gesture: Flags = flags(len(code.item), gestures)
        methods = len(names.method_type)
        self._reference_of = dispatch.find(names.method_type, names.method_shape)
        self._implied = dispatch.find(table.types, table.shapes)
        self._has_table: Flags = np.diff(table.rows.first) > 0
        exact = (code.kind == DIRECT) | (code.kind == STATIC) | (code.kind == HANDLE)
        wanted = np.flatnonzero(flags(methods, code.target[exact]))
        found = defined.resolve(names.method_type[wanted], names.method_shape[wanted])
        self._exact = np.full(methods, -1)
        self._exact[wanted] = np.where(found >= 0, defined.body_of[found], -1)
        self._initializes: Flags = np.diff(defined.initializers.first) > 0
        uses = np.bincount(defined.item, minlength=len(code.first) - 1)
        self._shared: Flags = uses[defined.item] > 1
        self.code_edges = len(code.item)
        self.extra = Pile(defined.count, 7)

    def _sites(self, bodies: Ints) -> tuple[Ints, Ints]:
        first = self._code.first[self._defined.item[bodies]]
        rows, which = spread(first, self._code.first[self._defined.item[bodies] + 1] - first)
        return rows, bodies[which]

    def prepare(self, bodies: Ints) -> None:
        """Work out the extra steps of bodies that were not seen before."""
        fresh = bodies[~self.extra.known[bodies]]
        if not len(fresh):
            return
        code = self._code
        rows, owner = self._sites(fresh)
        kind, target = code.kind[rows], code.target[rows]
        found = [self._special.steps(fresh, rows, owner)]
        calls = np.flatnonzero(kind < NEW)
        calls = calls[self._has_table[target[calls]]]
        if len(calls):
            places, which = self._table.rows.many(target[calls])
            site = rows[calls[which]]
            node = self._implied[places]
            table = self._table
            found.append(
                np.stack(
                    (owner[calls[which]], code.at[site], np.full(len(site), REFERENCE), node, table.links[places],
                     table.phases[places], table.arguments[places], code.target[site])
                )
            )  # fmt: skip
        upper = np.flatnonzero(kind == SUPER)
        if len(upper):
            found.append(self._super_calls(rows[upper], owner[upper]))
        if bool(self._shared[fresh].any()):
            found.append(self._copies(rows, owner))
        owner, *columns = np.concatenate(found, axis=1)
        self.extra.add(fresh, owner, *columns)

    def _super_calls(self, rows: Ints, owner: Ints) -> Ints:
        """Resolve calls of a superclass's method from the caller's superclass, those of an interface from itself."""
        code, defined, names, kin = self._code, self._defined, self._names, self._kin
        method = code.target[rows].astype(np.int64)
        named, own = names.method_type[method], defined.type[owner]
        above = kin.super_of[own]
        interface = kin.is_interface[named] & (named != above)
        start = np.where(interface, named, above)
        known = np.flatnonzero(start >= 0)
        found = defined.resolve(start[known], names.method_shape[method[known]])
        body = np.where(found >= 0, defined.body_of[found], -1)
        hit = body >= 0
        rows, owner, method, body = rows[known[hit]], owner[known[hit]], method[known[hit]], body[hit]
        return _steps(owner, code.at[rows], BODY, body, LINKS.index("call"), method)

    def _copies(self, rows: Ints, owner: Ints) -> Ints:
        """Return the ordinary steps of bodies that share their code, as steps of each alone."""
        mine = self._shared[owner]
        code, found = self._code, []
        for mode, leaving in enumerate(self._ordinary(rows[mine], owner[mine])):
            at, link = code.at[leaving.edge], LINKS.index("class_init" if mode == INITIALIZER else "call")
            method = np.where(code.kind[leaving.edge] < NEW, code.target[leaving.edge], -1)
            steps = _steps(leaving.body, at, mode, leaving.node, link, method)
            steps[1 + LINK, leaving.late], steps[1 + PHASE, leaving.late] = LINKS.index("gesture"), 1
            found.append(steps)
        return np.concatenate(found, axis=1)

    def _ordinary(self, rows: Ints, owner: Ints) -> tuple[Leaving, Leaving, Leaving, Leaving]:
        code, defined = self._code, self._defined
        kind, target = code.kind[rows], code.target[rows]
        virtual = np.flatnonzero(kind == VIRTUAL)
        reference = self._reference_of[target[virtual]]
        exact = np.flatnonzero((kind == DIRECT) | (kind == STATIC) | (kind == HANDLE))
        body = self._exact[target[exact]]
        exact, body = exact[body >= 0], body[body >= 0]
        new = np.flatnonzero(kind == NEW)
        static = kind[exact] == STATIC
        loads = np.flatnonzero((kind == STATIC_FIELD) | (kind == NEW))
        places = np.concatenate((loads, exact[static]))
        classes = np.concatenate((target[loads], defined.type[body[static]]))
        keep = self._initializes[classes]
        places, classes = places[keep], classes[keep]
        return (
            self._leaving(owner[exact], rows[exact], body),
            self._leaving(owner[virtual], rows[virtual], reference),
            self._leaving(owner[new], rows[new], target[new].astype(np.int64)),
            self._leaving(owner[places], rows[places], classes),
        )

    def _leaving(self, owner: Ints, rows: Ints, node: Ints) -> Leaving:
        return Leaving(owner, rows, node, self._is_gesture[rows])

    def leave(self, bodies: Ints) -> tuple[Leaving, Leaving, Leaving, Leaving]:
        """Return the steps out of bodies: to bodies, references, classes that come to life, classes initialised."""
        self.prepare(bodies)
        rows, owner = self._sites(bodies[~self._shared[bodies]])
        plain = self._ordinary(rows, owner)
        places, which = self.extra.places(bodies)
        if not len(places):
            return plain
        columns = self.extra.columns
        late = columns[PHASE][places] > 0
        mode, node, owner = columns[MODE][places], columns[NODE][places], bodies[which]
        parts = []
        for number, part in enumerate(plain):
            mine = mode == number
            parts.append(
                Leaving(
                    np.concatenate((part.body, owner[mine])),
                    np.concatenate((part.edge, places[mine] + self.code_edges)),
                    np.concatenate((part.node, node[mine])),
                    np.concatenate((part.late, late[mine])),
                )
            )
        return parts[0], parts[1], parts[2], parts[3]

    def reference(self, edge: int) -> int:
        """Return the reference that an edge leads to, -1 for another edge."""
        if edge < self.code_edges:
            is_virtual = int(self._code.kind[edge]) == VIRTUAL
            return int(self._reference_of[int(self._code.target[edge])]) if is_virtual else -1
        mode, node = self.extra.columns[MODE : NODE + 1, edge - self.code_edges].tolist()
        return node if mode == REFERENCE else -1

    def offset(self, edge: int) -> int:
        """Return where in its method the instruction of an edge stands, in code units."""
        if edge < self.code_edges:
            return int(self._code.at[edge])
        return int(self.extra.columns[AT][edge - self.code_edges])

    def method(self, edge: int) -> int:
        """Return the method that an edge's instruction names, -1 if it names none."""
        if edge < self.code_edges:
            return int(self._code.target[edge]) if int(self._code.kind[edge]) < NEW else -1
        return int(self.extra.columns[METHOD][edge - self.code_edges])

    def argument(self, edge: int) -> int:
        """Return which declared parameter holds the object that decides: -1 the receiver, -2 none."""
        if edge < self.code_edges:
            return -1 if int(self._code.kind[edge]) == VIRTUAL else -2
        return int(self.extra.columns[ARGUMENT][edge - self.code_edges])

    def link(self, edge: int) -> int:
        """Return the number of an edge's link; of an ordinary instruction: ``call``."""
        if edge < self.code_edges:
            return LINKS.index("gesture") if bool(self._is_gesture[edge]) else 0
        return int(self.extra.columns[LINK][edge - self.code_edges])


def _steps(owner: Ints, at: Numbers, mode: int, node: Ints, link: int, method: Ints) -> Ints:
    count = len(owner)
    argument = -1 if mode == REFERENCE else -2
    fill = [np.full(count, value) for value in (mode, link, 0, argument)]
    return np.stack((owner, at, fill[0], node, fill[1], fill[2], fill[3], method)).astype(np.int64)
