"""Find instructions by operand: a vectorised search of the code units, confirmed by linear decoding.

A code unit that equals a wanted index, behind one whose low byte is a fitting opcode, is a candidate. Nearly all
candidates are true, so only the few methods that hold one are decoded. Speed comes from comparing ranges first (SIMD)
and looking up the exact set only for what is left: a look-up of every unit would cost as much as inflating the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from analyzer.model.record import dataclass

from . import native, opcodes
from .arrays import Bytes, Flags, Ints, Words
from .bodies import ITEM_HEAD, Bodies

_CHUNK = 1 << 15
"""Code units looked at together: temporaries of 64 KiB stay in the cache."""
_RANGES = 4
_MAX_IRREGULAR = 8
"""Times the size of the file that overlapping code items may add up to before the rest is given up."""

METHOD, FIELD, STRING, TYPE, CALL_SITE, HANDLE = 1, 2, 3, 4, 5, 6


def _kinds() -> Bytes:
    table = np.zeros(256, np.uint8)
    table[list(opcodes.INVOKES)] = METHOD
    table[list(opcodes.FIELD_OPS)] = FIELD
    table[[opcodes.CONST_STRING, opcodes.CONST_STRING_JUMBO]] = STRING
    table[[opcodes.CONST_CLASS, opcodes.NEW_INSTANCE]] = TYPE
    table[list(opcodes.CALL_SITES)] = CALL_SITE
    table[opcodes.CONST_METHOD_HANDLE] = HANDLE
    return table


_KIND = _kinds()
_WIDTH16 = opcodes.width_table()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Index look-ups of one DEX file; each has at least 65,536 entries, strings as many as there are strings."""

    lookups: dict[int, Flags]
    """By kind (`METHOD` …); a kind that is missing is not searched."""
    ranges: list[tuple[int, int]] = field(default_factory=list)
    """Closed ranges that hold every wanted method and field index."""


class Hit(NamedTuple):
    """One confirmed instruction."""

    item: int
    """Row of `Bodies`."""
    at: int
    """Code units from the beginning of the item's instructions."""
    opcode: int
    kind: int
    operand: int


def narrow(lookups: dict[int, Flags]) -> Wanted:
    """Prepare a search: cover the wanted method and field indices by a few ranges, cut at the widest gaps."""
    wanted = [np.flatnonzero(lookups[kind]) for kind in (METHOD, FIELD) if kind in lookups]
    values = np.sort(np.concatenate(wanted)) if wanted else np.zeros(0, np.int64)
    if not len(values):
        return Wanted(lookups)
    gaps = np.diff(values)
    cuts = np.sort(np.argsort(gaps, kind="stable")[len(gaps) - min(len(gaps), _RANGES - 1) :])
    lows = np.concatenate((values[:1], values[cuts + 1]))
    highs = np.concatenate((values[cuts], values[-1:]))
    return Wanted(lookups, list(zip(lows.tolist(), highs.tolist(), strict=True)))


def _candidates(words: Words, low: int, high: int, wanted: Wanted) -> Ints:
    """Return positions of opcode units in ``[low, high)`` whose operand may be wanted, ascending."""
    high = min(high, len(words) - 1)
    others = any(kind in wanted.lookups for kind in (STRING, TYPE, CALL_SITE, HANDLE))
    indirect = CALL_SITE in wanted.lookups or HANDLE in wanted.lookups
    last_load = opcodes.NEW_INSTANCE if TYPE in wanted.lookups else opcodes.CONST_STRING_JUMBO
    found = []
    for begin in range(low, high, _CHUNK):
        stop = min(begin + _CHUNK, high)
        opcode = words[begin:stop] & np.uint16(0xFF)
        picked: Flags | None = None
        if wanted.ranges:
            operand = words[begin + 1 : stop + 1]
            for first, last in wanted.ranges:
                part = (operand - np.uint16(first)) <= np.uint16(last - first)
                picked = part if picked is None else np.logical_or(picked, part, out=picked)
            fits = (opcode - np.uint16(0x52)) <= np.uint16(0x78 - 0x52)
            fits |= opcode >= np.uint16(0xFA)
            picked = fits if picked is None else np.logical_and(picked, fits, out=picked)
        if others:
            # Without classes to look for, only the two loads of strings are of interest.
            loads = (opcode - np.uint16(0x1A)) <= np.uint16(last_load - 0x1A)
            if indirect:
                loads |= opcode >= np.uint16(0xFC)
            picked = loads if picked is None else np.logical_or(picked, loads, out=picked)
        if picked is not None:
            found.append(np.flatnonzero(picked) + begin)
    if not found:
        return np.zeros(0, np.int64)
    return _exact(words, np.concatenate(found), wanted)


def _exact(words: Words, at: Ints, wanted: Wanted) -> Ints:
    """Keep the positions whose opcode and operand are wanted together."""
    at = at[at + 1 < len(words)]
    kinds = _KIND[words[at] & np.uint16(0xFF)]
    operands = words[at + 1]
    keep = np.zeros(len(at), np.bool_)
    for kind, lookup in wanted.lookups.items():
        mine = np.flatnonzero(kinds == kind)
        index = operands[mine].astype(np.int64)
        if kind == STRING:
            jumbo = np.flatnonzero((words[at[mine]] & np.uint16(0xFF)) == opcodes.CONST_STRING_JUMBO)
            place = np.minimum(at[mine[jumbo]] + 2, len(words) - 1)
            index[jumbo] |= words[place].astype(np.int64) << 16
        inside = index < len(lookup)
        keep[mine] = inside & lookup[np.where(inside, index, 0)] if len(lookup) else False
    return at[keep]


def decode(words: Words, data: bytes | memoryview, start: int, end: int) -> tuple[list[int], bool]:
    """Decode linearly from ``start`` to ``end`` (code units of the file).

    Returns the positions of all real instructions (payloads left out) and whether the last one ended exactly at
    ``end``. An instruction or payload that would run past the end is not counted.
    """
    widths = _WIDTH16[words[start:end]].tobytes()
    positions = []
    at, size = 0, end - start
    while at < size:
        width = widths[at]
        if not width:
            at += opcodes.payload_units(data, 2 * (start + at))
            continue
        if at + width <= size:
            positions.append(start + at)
        at += width
    return positions, at == size


def _confirm(words: Words, data: bytes, start: int, end: int, candidates: list[int]) -> tuple[list[int], bool]:
    """Decode as far as the last candidate and return those on instruction borders, and whether decoding got there."""
    widths = _WIDTH16[words[start:end]].tobytes()
    true = []
    at, size = 0, end - start
    for candidate in candidates:
        target = candidate - start
        while at < target:
            width = widths[at]
            at += width or opcodes.payload_units(data, 2 * (start + at))
        if at == target and widths[at] and at + widths[at] <= size:
            true.append(candidate)
    return true, at <= size


def sweep(words: Words, data: bytes, bodies: Bodies, wanted: Wanted) -> Iterable[Hit]:
    """Give every wanted instruction, by ascending position for regular code items, then the irregular ones."""
    if not wanted.lookups or not len(bodies.start):
        return ()
    core = native.core()
    if core is not None:
        return _sweep_natively(core, words, data, bodies, wanted)
    return _sweep_here(words, data, bodies, wanted)


def _sweep_here(words: Words, data: bytes, bodies: Bodies, wanted: Wanted) -> Iterator[Hit]:
    """Find candidates in all code at once, then decode the items that hold one."""
    regular = np.flatnonzero(~bodies.irregular)
    if len(regular):
        start, end = bodies.start[regular], bodies.end[regular]
        at = _candidates(words, int(start[0]), int(end.max()), wanted)
        place = np.searchsorted(start, at, "right") - 1
        inside = place >= 0
        inside[inside] = at[inside] < end[place[inside]]
        at, place = at[inside], place[inside]
        borders = np.flatnonzero(np.diff(place)) + 1
        edges = [0, *borders.tolist(), len(at)] if len(at) else []
        confirmed: list[int] = []
        owners: list[int] = []
        at_list = at.tolist()
        for left, right in pairwise(edges):
            number = place[left]
            true, _ = _confirm(words, data, int(start[number]), int(end[number]), at_list[left:right])
            confirmed += true
            owners += [int(regular[number])] * len(true)
        yield from _hits(words, confirmed, owners, bodies)
    yield from _sweep_irregular(words, data, bodies, wanted)


def _sweep_natively(core: native.Core, words: Words, data: bytes, bodies: Bodies, wanted: Wanted) -> Iterable[Hit]:
    """Decode the items that hold a candidate: the same in C."""
    rows = np.flatnonzero(~bodies.irregular)
    if len(rows) < len(bodies.start):
        rows = np.concatenate((rows, np.array(readable_irregular(words, bodies), np.int64)))
    start = bodies.offset[rows] + ITEM_HEAD
    end = start + 2 * (bodies.end[rows] - bodies.start[rows])
    found = core.decode_items(data, start, end, _KIND, wanted.lookups, only_wanted=True)
    columns = (rows[found.item], found.at, found.opcode, _KIND[found.opcode], found.operand)
    return map(Hit, *(column.tolist() for column in columns))


def _sweep_irregular(words: Words, data: bytes, bodies: Bodies, wanted: Wanted) -> Iterator[Hit]:
    for item in readable_irregular(words, bodies):
        view, shift, start, end = window(words, data, bodies, item)
        positions, _ = decode(view, memoryview(data)[shift:], start, end)
        true = _exact(view, np.asarray(positions, np.int64), wanted).tolist()
        yield from _hits(view, true, [item] * len(true), bodies)


def readable_irregular(words: Words, bodies: Bodies) -> list[int]:
    """Return the overlapping or odd code items that are decoded: as many as fit a multiple of the file's size."""
    room = _MAX_IRREGULAR * len(words)
    items = []
    for item in np.flatnonzero(bodies.irregular).tolist():
        room -= int(bodies.end[item] - bodies.start[item])
        if room < 0:
            break
        items.append(item)
    return items


def window(words: Words, data: bytes, bodies: Bodies, item: int) -> tuple[Words, int, int, int]:
    """Return (code units, byte shift, start, end) of an item; one at an odd offset gets a view shifted by a byte."""
    start, end = int(bodies.start[item]), int(bodies.end[item])
    if int(bodies.offset[item]) & 1:
        return np.frombuffer(data, "<u2", (len(data) - 1) // 2, 1), 1, start, end
    return words, 0, start, end


def _hits(words: Words, at: list[int], owners: list[int], bodies: Bodies) -> Iterator[Hit]:
    if not at:
        return
    places = np.asarray(at, np.int64)
    codes = (words[places] & np.uint16(0xFF)).tolist()
    operands = words[places + 1].tolist()
    starts = bodies.start[np.asarray(owners, np.int64)].tolist()
    kinds = _KIND.tolist()
    for position, owner, opcode, operand, start in zip(at, owners, codes, operands, starts, strict=True):
        index = operand
        if opcode == opcodes.CONST_STRING_JUMBO:
            index |= int(words[position + 2]) << 16
        yield Hit(owner, position - start, opcode, kinds[opcode], index)
