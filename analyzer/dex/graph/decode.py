"""Where the instructions of one DEX file begin, and which of them call, create or read something: in one go.

One cursor for each code item walks all methods in step: `numpy` adds the width of the instruction under every cursor at
once. A width of 0 stops a cursor: at payloads, which are data, and just behind the end of an item. Items that overlap
others or stand at odd offsets, and the last few long methods, are decoded one by one.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analyzer.dex import native, opcodes
from analyzer.dex.arrays import Bytes, Flags, Ints, Words
from analyzer.dex.bodies import ITEM_HEAD, Bodies
from analyzer.dex.sweep import decode, readable_irregular, window
from analyzer.model.record import dataclass

from .pairs import unique

_FEW = 60
"""Cursors for which walking in step costs more than one after the other."""
_STRIDE = 8
"""Steps between two looks at which cursors have stopped."""
_MARGIN = 5
"""Code units of the longest instruction: so far can one begun in an item reach behind its end."""

VIRTUAL, SUPER, DIRECT, STATIC, POLYMORPHIC, CUSTOM, HANDLE, NEW, STATIC_FIELD, LITERAL, LITERAL_HIGH = range(1, 12)
"""Kinds of the instructions that a graph is made of; `VIRTUAL` stands for interface calls too."""

RESOURCE = 0x7F
"""Highest byte of the package's own resource ids."""


def _kinds() -> Bytes:
    """Return the kind of instruction by opcode."""
    kinds = np.zeros(256, np.uint8)
    for kind, codes in (
        (VIRTUAL, (0x6E, 0x72, 0x74, 0x78)),
        (SUPER, (0x6F, 0x75)),
        (DIRECT, (0x70, 0x76)),
        (STATIC, (0x71, 0x77)),
        (POLYMORPHIC, (0xFA, 0xFB)),
        (CUSTOM, (0xFC, 0xFD)),
        (HANDLE, (opcodes.CONST_METHOD_HANDLE,)),
        (NEW, (opcodes.NEW_INSTANCE,)),
        (STATIC_FIELD, tuple(range(0x60, 0x6E))),
        (LITERAL, (0x14,)),
        (LITERAL_HIGH, (0x15,)),
    ):
        kinds[list(codes)] = kind
    return kinds


_KINDS = _kinds()
_ALL: dict[int, Flags | None] = dict.fromkeys(range(VIRTUAL, LITERAL))


def _table() -> Bytes:
    """Return by whole code unit: the width in the low three bits (0 for a payload), the kind above."""
    table = opcodes.width_table() | (np.tile(_KINDS, 256) << 3)
    table[[opcodes.PACKED_SWITCH, opcodes.SPARSE_SWITCH, opcodes.FILL_ARRAY]] = 0
    return table.astype(np.uint8)


_TABLE = _table()


@dataclass(frozen=True, slots=True)
class Marks:
    """Where instructions begin: one bit for each code unit of the regular items' region."""

    base: int
    """Code unit of the file that the first bit stands for."""
    packed: Bytes

    def positions(self, start: int, end: int) -> Ints:
        """Return the instructions between two code units of the file, ascending."""
        low, high = start - self.base, end - self.base
        found = np.unpackbits(self.packed[low >> 3 : (high + 7) >> 3])
        return np.flatnonzero(found[low & 7 : (low & 7) + high - low]) + start

    def begin(self, at: Ints) -> Flags:
        """Return for code units of the file, all inside the region, whether an instruction begins there."""
        place = at - self.base
        found: Flags = (self.packed[place >> 3] >> (7 - (place & 7)).astype(np.uint8) & np.uint8(1)).astype(np.bool_)
        return found

    def all(self) -> Flags:
        """Return every bit as one byte."""
        return np.unpackbits(self.packed).view(np.bool_)


@dataclass(frozen=True, slots=True)
class Sites:
    """The interesting instructions of one file, in the order of items, then of code."""

    item: Ints
    at: Ints
    """Code units from the beginning of the item."""
    kind: Bytes
    operand: Ints
    """Index of the method, type, field, call site or method handle; for literals the resource id."""
    cut: Ints
    """Items that end in the middle of an instruction or of a payload, or were left out; ascending, each once."""


def read_sites(words: Words, data: bytes, bodies: Bodies) -> tuple[Marks, Sites]:
    """Decode all code items of a file. Never raises; items beyond what `readable_irregular` allows are left out."""
    regular = np.flatnonzero(~bodies.irregular)
    marks, sites = _read_regular(words, data, bodies, regular)
    parts = [sites]
    left_out = set(np.flatnonzero(bodies.irregular).tolist())
    for number in readable_irregular(words, bodies) if left_out else ():
        view, shift, start, end = window(words, data, bodies, number)
        positions, whole = decode(view, memoryview(data)[shift:], start, end)
        if whole:
            left_out.remove(number)
        at = np.array(positions, np.int64)
        parts.append(_sites(view, at, _TABLE[view[at]] >> np.uint8(3), np.full(len(at), number), bodies))
    cut = unique(np.concatenate((sites.cut, np.array(sorted(left_out), np.int64))))
    if len(parts) == 1:
        return marks, replace(sites, cut=cut)
    item = np.concatenate([part.item for part in parts])
    order = np.argsort(item, kind="stable")
    at, kind, operand = (np.concatenate([getattr(part, name) for part in parts]) for name in ("at", "kind", "operand"))
    return marks, Sites(item[order], at[order], kind[order], operand[order], cut)


def _read_regular(words: Words, data: bytes, bodies: Bodies, regular: Ints) -> tuple[Marks, Sites]:
    if not len(regular):
        nothing = np.zeros(0, np.int64)
        return Marks(0, np.zeros(0, np.uint8)), Sites(nothing, nothing, np.zeros(0, np.uint8), nothing, nothing)
    start, end = bodies.start[regular], bodies.end[regular]
    base, limit = int(start[0]), int(end[-1])  # they do not overlap
    core = native.core()
    if core is not None:
        return _read_natively(core, data, bodies, regular, base, limit)
    table = np.zeros(limit - base + _MARGIN + 1, np.uint8)
    np.take(_TABLE, words[base:limit], out=table[: limit - base], mode="clip")  # "clip" spares a copy
    mark, cut = _walk(words, data, table, start, end, base)
    inside = mark[: limit - base]
    at = np.flatnonzero((table[: limit - base] > 7) & inside)
    kind = table[at] >> np.uint8(3)
    at += base
    item = np.searchsorted(start, at, "right") - 1
    marks = Marks(base, np.packbits(inside))
    return marks, replace(_sites(words, at, kind, regular[item], bodies), cut=regular[cut])


def _read_natively(
    core: native.Core, data: bytes, bodies: Bodies, regular: Ints, base: int, limit: int
) -> tuple[Marks, Sites]:
    """Do the same in the compiled core."""
    start = bodies.offset[regular] + ITEM_HEAD
    end = start + 2 * (bodies.end[regular] - bodies.start[regular])
    resources = np.zeros(256, np.bool_)
    resources[RESOURCE] = True
    begins = np.zeros(limit - base, np.bool_)
    found = core.decode_items(
        data, start, end, _KINDS, {**_ALL, LITERAL: resources, LITERAL_HIGH: resources},
        shifts={LITERAL: 24, LITERAL_HIGH: 24}, begins=begins, base=2 * base,
    )  # fmt: skip
    item, operand = regular[found.item], found.operand.astype(np.int64)
    sites = Sites(item, found.at.astype(np.int64), _KINDS[found.opcode], operand, regular[found.cut])
    return Marks(base, np.packbits(begins)), sites


def _sites(words: Words, at: Ints, kind: Bytes, item: Ints, bodies: Bodies) -> Sites:
    keep = kind > 0
    literal = np.flatnonzero(kind >= LITERAL)
    width: Ints = np.where(kind[literal] == LITERAL, 2, 1)
    keep[literal] = words[at[literal] + width] >> 8 == RESOURCE
    at, kind, item = at[keep], kind[keep], item[keep]
    operand = words[at + 1].astype(np.int64)
    whole = np.flatnonzero(kind == LITERAL)
    operand[whole] |= words[at[whole] + 2].astype(np.int64) << 16
    high = np.flatnonzero(kind == LITERAL_HIGH)
    operand[high] <<= 16
    return Sites(item, at - bodies.start[item], kind, operand, np.zeros(0, np.int64))


def _walk(words: Words, data: bytes, table: Bytes, start: Ints, end: Ints, base: int) -> tuple[Flags, Ints]:
    """Return a flag for every code unit from ``base`` on at which an instruction begins, and the items cut off."""
    width = table & 7
    mark = np.zeros(len(table), np.bool_)
    # Where the next item's code follows at once, the stop behind an item would stand on it.
    tight = np.zeros(len(start), np.bool_)
    tight[:-1] = start[1:] < end[:-1] + _MARGIN
    alone = np.flatnonzero(tight).tolist()
    loose = np.flatnonzero(~tight)
    cut = set[int]()
    for step in range(_MARGIN):
        width[end[loose] - base + step] = 0
    at, item = start[loose] - base, loose
    while len(at) > _FEW:
        for _ in range(_STRIDE):
            mark[at] = True
            at += width.take(at)
        stopped = width.take(at) == 0
        stuck, owner = at[stopped], item[stopped]
        at, item = at[~stopped], item[~stopped]
        if not len(stuck):
            continue
        left = end[owner] - base
        alone += owner[stuck > left].tolist()  # its last instruction is cut off: not counted
        payload = stuck < left
        stuck, owner, left = stuck[payload], owner[payload], left[payload]
        if len(stuck):
            stuck = stuck + _payloads(words, stuck + base)
            more = stuck < left
            cut.update(owner[stuck > left].tolist())
            at, item = np.concatenate((at, stuck[more])), np.concatenate((item, owner[more]))
    mark &= width > 0
    for number in alone:
        first, last = int(start[number]), int(end[number])
        mark[first - base : last - base] = False
        positions, whole = decode(words, data, first, last)
        mark[np.array(positions, np.int64) - base] = True
        if not whole:
            cut.add(number)
    for place, number in zip(at.tolist(), item.tolist(), strict=True):
        positions, whole = decode(words, data, place + base, int(end[number]))
        mark[np.array(positions, np.int64) - base] = True
        if not whole:
            cut.add(number)
    return mark, np.array(sorted(cut), np.int64)


def _payloads(words: Words, at: Ints) -> Ints:
    """Return the lengths in code units of the payloads at positions of the file."""
    last = len(words) - 1
    kind, size = words[at], words[np.minimum(at + 1, last)].astype(np.int64)
    more = words[np.minimum(at + 2, last)].astype(np.int64) | words[np.minimum(at + 3, last)].astype(np.int64) << 16
    units = np.where(kind == opcodes.PACKED_SWITCH, size * 2 + 4, size * 4 + 2)
    filled = kind == opcodes.FILL_ARRAY
    units[filled] = (more[filled] * size[filled] + 1) // 2 + 4
    return units
