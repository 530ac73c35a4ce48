"""One app's code together with one plan: everything that the searches of a plan share."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from analyzer.dex.arrays import Ints

from .code import Code
from .decode import HANDLE, NEW, VIRTUAL
from .definitions import Definitions
from .dispatch import Dispatch
from .implicit import LINKS, PHASES, Callbacks, call_table
from .kinship import Kinship
from .lifecycle import Lifecycle
from .names import Names
from .pairs import among, flags, pair_ids, unique
from .patterns import called_methods
from .plan import LinkKind, Plan, Root
from .platform import Platform
from .search import Cut, Entry, Run
from .special import REFLECTION, Special
from .steps import CLASS, INITIALIZER, NODE, REFERENCE, Steps
from .web import Web

_PLAIN = "<init>()V"


class Program:
    """The rules of a plan worked out for one app."""

    def __init__(
        self, plan: Plan, code: Code, names: Names, kin: Kinship, defined: Definitions, platform: Platform,
        fields: Mapping[tuple[str, str], int],
    ) -> None:  # fmt: skip
        self.names, self.kin, self.defined, self._code = names, kin, defined, code
        self.plan = plan
        called = flags(len(names.method_type), code.target[(code.kind < NEW)])
        implicit = plan.implicit
        self._callbacks = Callbacks(implicit.types, names, kin, defined, platform)
        table = call_table(implicit, self._callbacks, called, names, kin, defined, platform, names.annotated)
        patterns = [
            pattern for rule in implicit.classes for pattern in (rule.method, *rule.sent, *rule.later, *rule.unsent)
        ]
        listed = called_methods(dict.fromkeys((*patterns, *REFLECTION)), called, names, kin, defined, platform)
        methods = np.flatnonzero(flags(len(names.method_type), code.target[code.kind == 1]))
        _, types, shapes = pair_ids(
            np.concatenate((names.method_type[methods], table.types)),
            np.concatenate((names.method_shape[methods], table.shapes)),
        )
        self._dispatch = Dispatch(kin, defined, types, shapes)
        self._lifecycle = Lifecycle(kin, defined, self._dispatch, self._callbacks)
        special = Special(plan, listed, code, names, kin, defined, self._callbacks, fields)
        self._special = special
        self.steps = Steps(code, names, kin, defined, self._dispatch, table, special, self._gestures())
        self._signatures: dict[int, str] = {}
        self._answered: dict[tuple[str, int], frozenset[int]] = {}
        self._links: dict[tuple[int, int, int], LinkKind] = {}

    def _gestures(self) -> Ints:
        """Return the rows of the code by which a library reports what the user has done, ascending."""
        code, names, defined = self._code, self.names, self.defined
        virtual = np.flatnonzero(code.kind == VIRTUAL)
        target = code.target[virtual].astype(np.int64)
        called = np.flatnonzero(flags(len(names.method_type), target))
        called = called[among(names.method_type[called], np.array(self._callbacks.with_gestures(), np.int64))]
        told = np.zeros(len(names.method_type), np.bool_)
        for method in called.tolist():
            told[method] = int(names.method_shape[method]) in self._callbacks.gestures(int(names.method_type[method]))
        rows = virtual[told[target]]
        if not len(rows):
            return rows
        owners: dict[int, set[int]] = {}
        items = flags(len(code.first), code.item[rows].astype(np.int64))
        for body in np.flatnonzero(items[defined.item]).tolist():
            owners.setdefault(int(defined.item[body]), set()).add(int(defined.type[body]))
        mine = [
            all(self.plan.is_library(names.descriptor(kind)) for kind in owners.get(int(item), {-1}))
            for item in code.item[rows].tolist()
        ]
        return rows[np.array(mine, np.bool_)]

    def discover(self) -> None:
        """Find everything that the plan's entry points reach at all."""
        _ = self._web

    def search(self, cuts: Mapping[int, Cut], *, start_only: bool) -> Run:
        """Search once."""
        return Run(self._web, self._entries[start_only], cuts, start_only=start_only)

    @cached_property
    def _web(self) -> Web:
        roots = unique(np.array([entry.body for entry in self._entries[0] if entry.body >= 0], np.int64))
        owners = unique(np.array([entry.owner for entry in self._entries[0]], np.int64))
        return Web(self.steps, self._dispatch, self.defined, self._lifecycle, roots, owners, self.kin.size)

    @cached_property
    def _entries(self) -> tuple[list[Entry], list[Entry]]:
        """Entries of both searches: all, and those of start-up only."""
        every: list[Entry] = []
        start: list[Entry] = []
        owners = np.array([self.names.type(root.owner) for root in self.plan.roots], np.int64)
        self._lifecycle.prepare(unique(owners[owners >= 0]))
        for root in self.plan.roots:
            owner = self.names.type(root.owner)
            if owner < 0 or not self.kin.defined[owner]:
                continue
            early = root.phase == "start"
            for body, phase in self._root_bodies(owner, root):
                entry = Entry(body, root.kind, owner)
                every.append(entry)
                if early and phase == "start":
                    start.append(entry)
        return every, start

    def _root_bodies(self, owner: int, root: Root) -> list[tuple[int, str]]:
        bodies = [(body, "start") for body in self.defined.initializers.of(owner).tolist()]
        plain = self.names.shapes_like(_PLAIN)
        bodies += [(body, "start") for body in self.defined.bodies_of(owner) if int(self.defined.shape[body]) in plain]
        if root.methods:
            for name, phase in root.methods.items():
                shapes = np.array(self._callbacks.named(owner, name), np.int64)
                if not len(shapes):
                    continue
                found = self.defined.resolve(np.full(len(shapes), owner), shapes)
                bodies += [(body, phase) for body in self.defined.body_of[found[found >= 0]].tolist() if body >= 0]
        else:
            rows = [*self._special.made(owner), *self._lifecycle.rows(owner)]
            bodies += [(body, PHASES[phase]) for body, _, phase in rows]
        return bodies or [(-1, "start")]

    def entry_kind(self, body: int, *, start: bool) -> str:
        """Return the kind of root that a body belongs to: the first one of the plan."""
        return next(entry.kind for entry in self._entries[start] if entry.body == body)

    def signature(self, body: int) -> str:
        """Return the text of a body's method."""
        known = self._signatures.get(body)
        if known is None:
            known = self._signatures[body] = self.defined.signature(body)
        return known

    def class_of(self, body: int) -> str:
        """Return the class that defines a body's method, a descriptor."""
        return self.names.descriptor(int(self.defined.type[body]))

    def place(self, body: int) -> tuple[int, int]:
        """Return file number and code item row of a body."""
        return self._code.place(int(self.defined.item[body]))

    def link(self, edge: int, mode: int, target: int) -> LinkKind:
        """Return how an edge leads to a body."""
        known = self._links.get((edge, mode, target))
        if known is None:
            known = self._links[edge, mode, target] = self._link(edge, mode, target)
        return known

    def _link(self, edge: int, mode: int, target: int) -> LinkKind:
        if mode == INITIALIZER:
            return "class_init"
        link = LINKS[self.steps.link(edge)]
        if mode == CLASS:
            own = next(number for body, number, _ in self._lifecycle.rows(self._class_made(edge)) if body == target)
            return "started" if link == "started" and LINKS[own] == "lifecycle" else LINKS[own]
        if mode == REFERENCE and link == "gesture" and edge < self.steps.code_edges:
            return link
        if mode == REFERENCE and link == "call":
            method = self.steps.method(edge)
            kind, shape = self.names.method_type[method], self.names.method_shape[method]
            named = int(self.defined.resolve(np.array([kind]), np.array([shape]))[0])
            return "call" if named >= 0 and int(self.defined.body_of[named]) == target else "dispatch"
        if edge < self.steps.code_edges and int(self._code.kind[edge]) == HANDLE:
            return "dispatch"
        return link

    def _class_made(self, edge: int) -> int:
        if edge < self.steps.code_edges:
            return int(self._code.target[edge])
        return int(self.steps.extra.columns[NODE][edge - self.steps.code_edges])

    def lands(self, descriptor: str, body: int) -> bool:
        """Whether a body is what a call of its method runs on an object of a class."""
        return body in self._answers(descriptor, int(self.defined.shape[body]))

    def _answers(self, descriptor: str, shape: int) -> frozenset[int]:
        """Return the bodies that a call of a shape runs on an object of a class: several by defaults of interfaces."""
        known = self._answered.get((descriptor, shape))
        if known is None:
            known = self._answered[descriptor, shape] = frozenset(self._find_answers(descriptor, shape))
        return known

    def _find_answers(self, descriptor: str, shape: int) -> list[int]:
        number = self.names.type(descriptor)
        if number < 0 or number >= self.kin.size:
            return []
        found = int(self.defined.resolve(np.array([number]), np.array([shape]))[0])
        return [int(self.defined.body_of[found])] if found >= 0 else self.defined.defaults(number, shape)
