"""The methods that run: which body a class has for a call, inherited ones and interface defaults included."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Protocol

import numpy as np

from analyzer.dex.arrays import Flags, Ints
from analyzer.dex.bodies import Bodies
from analyzer.dex.tables import DexFile

from .kinship import Kinship
from .names import Names
from .pairs import Rows, equal_range, flags


class Part(Protocol):
    """One DEX file with its code."""

    @property
    def dex(self) -> DexFile:
        """The tables."""

    @property
    def bodies(self) -> Bodies:
        """The code items."""


class Definitions:
    """Bodies, one for each method with code of a class that counts, and how calls are resolved to them."""

    def __init__(self, parts: Sequence[Part], names: Names, kin: Kinship) -> None:
        self._names, self._kin = names, kin
        self.item_first: Ints = np.concatenate(([0], np.cumsum([len(part.bodies.start) for part in parts]))).astype(
            np.int64
        )
        """Where the code items of each file begin when all are numbered through."""
        methods, items, virtual = self._collect(parts)
        count = len(names.method_type)
        self.declared: Flags = flags(count, methods)
        """By method: defined by the class that counts, with or without code."""
        overridable = flags(count, methods[virtual])
        with_code = items >= 0
        method, item = methods[with_code], items[with_code]
        order = np.argsort(method, kind="stable")
        method, item = method[order], item[order]
        once = np.concatenate(([True], method[1:] != method[:-1])) if len(method) else np.zeros(0, np.bool_)
        self.method: Ints = method[once]
        """Method of each body, ascending."""
        self.item: Ints = item[once]
        """Code item of each body, numbered through all files; bodies can share one."""
        self.count = len(self.method)
        self.type: Ints = names.method_type[self.method]
        self.shape: Ints = names.method_shape[self.method]
        self.body_of: Ints = np.full(count, -1)
        """Body by method, -1 for one without code."""
        self.body_of[self.method] = np.arange(self.count)
        special = np.array(names.names, "S1") == b"<"
        self.is_special: Flags = special[names.shape_name] if len(names.shape_name) else np.zeros(0, np.bool_)
        """By shape: constructors and class initialisers, which nobody inherits."""
        rows = np.flatnonzero(overridable & self.declared & ~self.is_special[names.method_shape])
        self.virtual = rows
        """Declared methods that a class can override or inherit, ascending, so grouped by type."""
        self.virtual_shape: Ints = names.method_shape[rows]
        self.first_virtual: Ints = np.searchsorted(names.method_type[rows], np.arange(kin.size + 1))
        self.initializers = self._find_initializers()

    def _collect(self, parts: Sequence[Part]) -> tuple[Ints, Ints, Flags]:
        """Return method, code item (-1: none) and kind of every declaration of the classes that count."""
        methods, items, virtual = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0, np.bool_)]
        for number, part in enumerate(parts):
            data, bodies = part.dex.class_data, part.bodies
            types = self._names.types[number][part.dex.classes["type"]]
            counts = (self._kin.home_part[types] == number) & (self._kin.home_row[types] == np.arange(len(types)))
            rows = slice(None) if bool(counts.all()) else np.flatnonzero(counts[data.class_row])
            method, code = data.method[rows], data.code[rows]
            place = np.searchsorted(bodies.offset, code)
            place[place == len(bodies.offset)] = 0
            item = np.full(len(code), -1)
            if len(bodies.offset):
                hit = (bodies.offset[place] == code) & (code > 0)
                item[hit] = place[hit] + self.item_first[number]
            methods.append(self._names.methods[number][method])
            items.append(item)
            virtual.append(data.virtual[rows])
        return np.concatenate(methods), np.concatenate(items), np.concatenate(virtual)

    def _find_initializers(self) -> Rows:
        """Return by type the bodies that run when it is initialised: its own and its superclasses'."""
        kin = self._kin
        shapes = self._names.shapes_like("<clinit>()V")
        own = np.full(kin.size, -1)
        for shape in shapes:
            rows = np.flatnonzero(self.shape == shape)
            own[self.type[rows]] = rows
        types, bodies = [], []
        lower = np.flatnonzero(kin.defined)
        upper = lower
        while len(lower):
            found = own[upper]
            types.append(lower[found >= 0])
            bodies.append(found[found >= 0])
            upper = kin.super_of[upper]
            lower, upper = lower[upper >= 0], upper[upper >= 0]
        empty = np.zeros(0, np.int64)
        return Rows.keep(np.concatenate([empty, *types]), np.concatenate([empty, *bodies]), kin.size)

    @cached_property
    def default_shapes(self) -> Flags:
        """By shape: an interface defines it with code."""
        return flags(len(self._names.shape_name), self.shape[self._kin.is_interface[self.type]])

    def resolve(self, types: Ints, shapes: Ints) -> Ints:
        """Return the declared method that each class has for a shape, -1 where the package declares none.

        Superclasses go first, then interfaces whose default no other interface in between overrides.
        """
        names, kin = self._names, self._kin
        found = np.full(len(types), -1)
        pending, current = np.flatnonzero(kin.defined[types]), types[kin.defined[types]]
        climbs = ~self.is_special[shapes]
        while len(pending):
            method = names.keys.find(current, shapes[pending])
            hit = method >= 0
            hit[hit] = self.declared[method[hit]]
            found[pending[hit]] = method[hit]
            current = kin.super_of[current]
            keep = ~hit & (current >= 0) & climbs[pending]
            keep[keep] = kin.defined[current[keep]]
            pending, current = pending[keep], current[keep]
        rest = np.flatnonzero((found < 0) & climbs)
        rest = rest[self.default_shapes[shapes[rest]]]
        for place in rest.tolist():
            defaults = self.defaults(int(types[place]), int(shapes[place]))
            if defaults:
                found[place] = int(self.method[min(defaults, key=lambda body: names.signature(int(self.method[body])))])
        return found

    def defaults(self, number: int, shape: int) -> list[int]:
        """Return the bodies that a class inherits from interfaces: those that no interface further down overrides."""
        names, kin = self._names, self._kin
        above = np.concatenate(([number], kin.above.of(number)))
        method = names.keys.find(above, np.full(len(above), shape))
        method = method[method >= 0]
        method = method[self.declared[method] & (self.body_of[method] >= 0)]
        types = names.method_type[method]
        kept = [
            place
            for place, lower in enumerate(types.tolist())
            if not any(other != lower and lower in kin.above.of(other) for other in types.tolist())
        ]
        return [int(self.body_of[method[place]]) for place in kept]

    def bodies_of(self, number: int) -> range:
        """Return the bodies that a type defines itself."""
        return range(*equal_range(self.type, number))

    def signature(self, body: int) -> str:
        """Return the text of a body's method."""
        return self._names.signature(int(self.method[body]))
