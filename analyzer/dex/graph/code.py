"""All instructions that a graph is made of, over all files: calls, creations, static fields, resource ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from analyzer.dex import opcodes
from analyzer.dex.arrays import Bytes, Ints
from analyzer.dex.problem import DamagedError, Problem
from analyzer.dex.sweep import decode, window
from analyzer.dex.values import call_site_methods

from .damage import find_stray
from .decode import CUSTOM, HANDLE, LITERAL, NEW, POLYMORPHIC, STATIC_FIELD, Marks, Sites, read_sites
from .definitions import Definitions, Part
from .kinship import Kinship
from .names import Names

Int4 = npt.NDArray[np.int32]
Load = tuple[int, str, str]
"""Offset, ``string`` or ``class``, text or descriptor."""


class Code:
    """The sites of all code items, items numbered through all files.

    `kind`, `at` and `target` are columns: a method for calls, a type for creations and static fields.
    """

    def __init__(self, parts: Sequence[Part], names: Names, kin: Kinship, defined: Definitions) -> None:
        self._parts, self._names, self._defined = parts, names, defined
        self.problems: list[Problem] = []
        self.marks: list[Marks] = []
        items, places, kinds, targets = [], [], [], []
        literals, resources = [], []
        self._resource_types = _resource_types(names)
        has_initializer = np.diff(defined.initializers.first) > 0
        for number, part in enumerate(parts):
            marks, sites = read_sites(part.dex.words, part.dex.data, part.bodies)
            self.marks.append(marks)
            base = int(defined.item_first[number])
            target, keep = self._targets(number, sites, kin, has_initializer)
            stray = find_stray(part.dex, part.bodies, marks)
            value = np.flatnonzero(sites.kind >= LITERAL)
            literals.append((sites.item[value] + base, sites.at[value], sites.operand[value]))
            if self._resource_types.size:
                resources.append(self._resource_sites(number, sites, base))
            rows = [(sites.item[keep] + base, sites.at[keep], sites.kind[keep], target[keep])]
            rows += self._indirect(number, sites, base)
            self._note_damage(number, sites.cut, stray)
            item, at, kind, target = rows[0]
            if len(rows) > 1:
                item, at, kind, target = (np.concatenate([row[column] for row in rows]) for column in range(4))
                order = np.lexsort((at, item))
                item, at, kind, target = item[order], at[order], kind[order], target[order]
            items.append(item.astype(np.int32))
            places.append(at.astype(np.int32))
            kinds.append(kind)
            targets.append(target.astype(np.int32))
        self.item: Int4 = _joined(items, np.int32)
        self.at: Int4 = _joined(places, np.int32)
        self.kind: Bytes = _joined(kinds, np.uint8)
        self.target: Int4 = _joined(targets, np.int32)
        self.first: Ints = np.searchsorted(self.item, np.arange(int(defined.item_first[-1]) + 1).astype(np.int32))
        self.literals: tuple[Ints, Ints, Ints] = _columns(literals)
        """Resource ids of the package in code: item, offset, id."""
        self.resources: tuple[Ints, Ints, Ints] = _columns(resources)
        """Reads of fields of R classes: item, offset, field index in the item's file."""

    def _targets(
        self, number: int, sites: Sites, kin: Kinship, has_initializer: npt.NDArray[np.bool_]
    ) -> tuple[Ints, npt.NDArray[np.bool_]]:
        """Return what each site names, and which sites matter to a graph."""
        types, methods, dex = self._names.types[number], self._names.methods[number], self._parts[number].dex
        kind, operand = sites.kind, sites.operand
        target = np.full(len(kind), -1)
        calls = np.flatnonzero(kind < POLYMORPHIC)
        inside = calls[operand[calls] < len(methods)]
        target[inside] = methods[operand[inside]]
        new = np.flatnonzero(kind == NEW)
        new = new[operand[new] < len(types)]
        target[new] = types[operand[new]]
        fields = np.flatnonzero(kind == STATIC_FIELD)
        fields = fields[operand[fields] < len(dex.fields)]
        owner = types[dex.fields["class"][operand[fields]]]
        target[fields] = np.where(has_initializer[owner], owner, -1)
        keep = target >= 0
        keep[new] &= kin.defined[target[new]]
        return target, keep

    def _resource_sites(self, number: int, sites: Sites, base: int) -> tuple[Ints, Ints, Ints]:
        dex = self._parts[number].dex
        at = np.flatnonzero(sites.kind == STATIC_FIELD)
        at = at[sites.operand[at] < len(dex.fields)]
        wanted = np.zeros(len(self._names.type_names), np.bool_)
        wanted[self._resource_types] = True
        at = at[wanted[self._names.types[number][dex.fields["class"][sites.operand[at]]]]]
        return sites.item[at] + base, sites.at[at], sites.operand[at]

    def _indirect(self, number: int, sites: Sites, base: int) -> list[tuple[Ints, Ints, Bytes, Ints]]:
        """Return the methods behind call sites and method handles as sites of their own."""
        wanted = np.flatnonzero((sites.kind == CUSTOM) | (sites.kind == HANDLE))
        if not len(wanted):
            return []
        dex, methods = self._parts[number].dex, self._names.methods[number]
        try:
            places, handles = call_site_methods(dex)
        except DamagedError as damage:
            self.problems.append(Problem(dex.name, "code", f"call sites: {damage}"))
            return []
        rows, lost = [], 0
        for site in wanted.tolist():
            index = int(sites.operand[site])
            if int(sites.kind[site]) == CUSTOM:
                named = places[index] if index < len(places) else []
                lost += index >= len(places)
            else:
                named = [handles[index]] if index < len(handles) and handles[index] >= 0 else []
                lost += index >= len(handles)
            rows += [(int(sites.item[site]) + base, int(sites.at[site]), int(methods[method])) for method in named]
        if lost:
            self.problems.append(
                Problem(dex.name, "code", f"{lost} instructions name call sites that it does not have")
            )
        if not rows:
            return []
        item, at, target = np.array(rows, np.int64).T
        return [(item, at, np.full(len(rows), HANDLE, np.uint8), target)]

    def _note_damage(self, number: int, cut: Ints, stray: Ints) -> None:
        """Say how many methods have instructions that cannot be followed."""
        part = self._parts[number]
        for items, why in (
            (cut, "end in the middle of an instruction or of its data"),
            (stray, "name what the file does not have"),
        ):
            if len(items):
                methods = int(np.diff(part.bodies.first_row)[items].sum())
                self.problems.append(Problem(part.dex.name, "code", f"{methods} methods {why}", methods))

    def place(self, item: int) -> tuple[int, int]:
        """Return the file number of a code item and its row there."""
        part = int(self._defined.item_first.searchsorted(item, "right")) - 1
        return part, item - int(self._defined.item_first[part])

    def positions(self, item: int) -> tuple[npt.NDArray[np.uint16], list[int], int]:
        """Return the code units, the instructions (positions therein) and the first position of a code item."""
        number, row = self.place(item)
        part = self._parts[number]
        words, shift, start, end = window(part.dex.words, part.dex.data, part.bodies, row)
        if part.bodies.irregular[row]:
            return words, decode(words, memoryview(part.dex.data)[shift:], start, end)[0], start
        return words, self.marks[number].positions(start, end).tolist(), start

    def loads(self, item: int) -> Iterator[Load]:
        """Yield the texts and classes that a code item loads."""
        dex = self._parts[self.place(item)[0]].dex
        words, positions, start = self.positions(item)
        wanted = np.array(positions, np.int64)
        codes = words[wanted] & np.uint16(0xFF)
        for at in wanted[(codes >= opcodes.CONST_STRING) & (codes <= opcodes.CONST_CLASS)].tolist():
            opcode, index = int(words[at]) & 0xFF, int(words[at + 1])
            if opcode == opcodes.CONST_CLASS:
                if index < len(dex.types):
                    yield at - start, "class", dex.type_name(index)
                continue
            if opcode == opcodes.CONST_STRING_JUMBO:
                index |= int(words[at + 2]) << 16
            if index < dex.strings.count:
                yield at - start, "string", dex.strings.text(index)

    def resource_field(self, item: int, field: int) -> tuple[str, str]:
        """Return class and name of a field that a code item reads."""
        dex = self._parts[self.place(item)[0]].dex
        owner, _, name = dex.fields[field].tolist()
        return dex.type_name(owner), dex.strings.text(name)

    @cached_property
    def callers(self) -> tuple[Int4, Int4]:
        """Call sites in the order of the methods that they name: those methods, and the rows of the columns."""
        rows = np.flatnonzero((self.kind < POLYMORPHIC) | (self.kind == HANDLE))
        packed = self.target[rows].astype(np.int64)
        packed <<= 32
        packed |= rows
        packed.sort()
        return (packed >> 32).astype(np.int32), packed.astype(np.int32)


def _resource_types(names: Names) -> Ints:
    """Return the classes that hold the ids of what can be inflated."""
    kinds = (b"/R$layout;", b"/R$menu;", b"/R$xml;", b"/R$navigation;")
    whole = b"".join(names.type_names)  # to look into each name would take twenty times as long
    ends: Ints = np.cumsum(np.fromiter(map(len, names.type_names), np.int64, len(names.type_names)))
    found = set()
    for kind in kinds:
        place = whole.find(kind)
        while place >= 0:
            number = int(np.searchsorted(ends, place, "right"))
            if names.type_names[number].endswith(kind):
                found.add(number)
            place = whole.find(kind, place + 1)
    return np.array(sorted(found), np.int64)


def _joined(parts: list[npt.NDArray[np.int32]] | list[Bytes], kind: type) -> npt.NDArray:  # type: ignore[type-arg]  # either
    return np.concatenate(parts) if parts else np.zeros(0, kind)


def _columns(rows: list[tuple[Ints, Ints, Ints]]) -> tuple[Ints, Ints, Ints]:
    if not rows:
        empty = np.zeros(0, np.int64)
        return empty, empty, empty
    first, second, third = (np.concatenate([row[column] for row in rows]) for column in range(3))
    return first, second, third
