"""Which instructions read and write a field, found when first asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analyzer.dex import mutf8
from analyzer.dex.arrays import Ints
from analyzer.dex.sweep import decode, readable_irregular, window

from .decode import Marks
from .definitions import Part
from .pairs import Int4, equal_range

_FIRST, _LAST = 0x52, 0x6D
_STORES = np.zeros(256, np.bool_)
_STORES[[*range(0x59, 0x60), *range(0x67, 0x6E)]] = True


class FieldUses:
    """The field instructions of each file, in the order of field index once somebody asks."""

    def __init__(self, parts: Sequence[Part], marks: Sequence[Marks]) -> None:
        self._parts, self._marks = parts, marks
        self._tables: dict[int, tuple[Ints, Ints, Int4, Int4]] = {}

    def find(self, signature: str, *, stores: bool) -> list[tuple[int, int, int]]:
        """Return (file, code item, offset) of the reads or writes of a field named exactly so, in order."""
        owner, _, member = signature.partition("->")
        name, _, kind = member.partition(":")
        wanted = mutf8.encode(owner), mutf8.encode(name), mutf8.encode(kind)
        found = []
        for number, part in enumerate(self._parts):
            dex = part.dex
            types = dex.type_numbers
            if wanted[0] not in types or wanted[2] not in types:
                continue
            fields = dex.fields
            rows = np.flatnonzero((fields["class"] == types[wanted[0]]) & (fields["type"] == types[wanted[2]]))
            for index in rows.tolist():
                if dex.strings.raw(int(fields["name"][index])) == wanted[1]:
                    found += self._in_file(number, index, stores=stores)
        return found

    def _in_file(self, number: int, index: int, *, stores: bool) -> list[tuple[int, int, int]]:
        if number not in self._tables:
            self._tables[number] = self._read(number)
        field, opcode, item, offset = self._tables[number]
        low, high = equal_range(field, index)
        rows = np.flatnonzero(_STORES[opcode[low:high]] == stores) + low
        return [(number, int(item[row]), int(offset[row])) for row in rows]

    def _read(self, number: int) -> tuple[Ints, Ints, Int4, Int4]:
        part, marks = self._parts[number], self._marks[number]
        words, bodies = part.dex.words, part.bodies
        inside = marks.all()
        codes = words[marks.base : marks.base + len(inside)] & np.uint16(0xFF)
        inside = inside[: len(codes)]
        at = np.flatnonzero(inside & ((codes - np.uint16(_FIRST)) <= np.uint16(_LAST - _FIRST))) + marks.base
        regular = np.flatnonzero(~bodies.irregular)
        item = regular[np.searchsorted(bodies.start[regular], at, "right") - 1]
        columns = [(words[at + 1], words[at] & np.uint16(0xFF), item, at - bodies.start[item])]
        for row in readable_irregular(words, bodies) if len(regular) < len(bodies.start) else ():
            view, shift, start, end = window(words, part.dex.data, bodies, row)
            places = np.array(decode(view, memoryview(part.dex.data)[shift:], start, end)[0], np.int64)
            code = view[places] & np.uint16(0xFF)
            places = places[(code >= _FIRST) & (code <= _LAST)]
            columns.append(
                (view[places + 1], view[places] & np.uint16(0xFF), np.full(len(places), row), places - start)
            )
        field, opcode, item, offset = (np.concatenate([row[column] for row in columns]) for column in range(4))
        order = np.argsort(field, kind="stable")
        return field[order], opcode[order], item[order].astype(np.int32), offset[order].astype(np.int32)
