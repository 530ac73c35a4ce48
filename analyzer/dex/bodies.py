"""The code items of one DEX file: where instructions begin and end, and which methods share them."""

from __future__ import annotations

import struct

import numpy as np

from analyzer.model.record import dataclass

from . import native
from .arrays import Flags, Ints, Words
from .classdata import ClassData, uleb128
from .problem import DamagedError

ITEM_HEAD = 16
"""Bytes of a code item before its instructions."""
_MAX_GUARDED = 1 << 20
"""Code units times handlers of one code item; a method of 65,535 units with sixteen of them everywhere."""


@dataclass(frozen=True, slots=True)
class Bodies:
    """One row for each distinct code item, in ascending order. Positions count code units from the file's beginning.

    Optimisers let several methods share one code item, so `methods_of` gives a list.
    """

    start: Ints
    end: Ints
    irregular: Flags
    """Item overlaps another one or stands at an odd offset: decoded on its own, never together with others."""
    offset: Ints
    """Byte offset of the code item."""
    first_row: Ints
    """Where its rows begin in `rows`; one entry more than there are items."""
    rows: Ints
    """Method indices, grouped by code item."""
    damaged: int
    """Methods whose code item lies outside the file or is cut off."""

    def methods_of(self, item: int) -> list[int]:
        """Return the method indices that use a code item."""
        return self.rows[self.first_row[item] : self.first_row[item + 1]].tolist()  # type: ignore[no-any-return]  # numpy


def read_bodies(data: bytes, words: Words, defined: ClassData) -> Bodies:
    """Collect the code items of all defined methods. Never raises: what lies outside the file is counted."""
    core = native.core()
    read = core.read_items(data, defined.code, defined.method) if core is not None else None
    if read is not None:
        return Bodies(*read)
    with_code = np.flatnonzero(defined.code)
    offsets = defined.code[with_code]
    methods = defined.method[with_code]
    inside = offsets + ITEM_HEAD <= len(data)
    order = np.argsort(offsets[inside], kind="stable")
    offsets, methods_in = offsets[inside][order], methods[inside][order]
    first = np.flatnonzero(np.concatenate(([True], offsets[1:] != offsets[:-1]))) if len(offsets) else offsets
    start_bytes = offsets[first] + ITEM_HEAD
    units = _sizes(data, words, offsets[first])
    fits = start_bytes + 2 * units <= len(data)
    bounds = np.append(first, len(offsets))
    counts = np.diff(bounds)
    lost = int((~inside).sum()) + int(counts[~fits].sum())
    rows = methods_in[np.repeat(fits, counts)]
    first_row = np.concatenate(([0], np.cumsum(counts[fits])))
    item, start = offsets[first][fits], start_bytes[fits] >> 1
    end = start + units[fits]
    irregular = (item & 1).astype(np.bool_)
    if len(start) > 1:
        reach = np.maximum.accumulate(end)
        clash = np.flatnonzero(start[1:] < reach[:-1])
        irregular[clash + 1] = True
        for late in clash.tolist():  # everything that reaches into the next item
            early = np.flatnonzero(end[: late + 1] > start[late + 1])
            irregular[early] = True
    return Bodies(start, end, irregular, item, first_row, rows, lost)


def _sizes(data: bytes, words: Words, offsets: Ints) -> Ints:
    """Return the instruction counts in code units; the field stands 12 bytes into the item."""
    at = (offsets + 12) >> 1
    units: Ints = words[at].astype(np.int64) | (words[at + 1].astype(np.int64) << 16)
    for index in np.flatnonzero(offsets & 1).tolist():
        units[index] = struct.unpack_from("<I", data, int(offsets[index]) + 12)[0]
    return units


def exception_ranges(data: bytes, item: int, units: int) -> list[tuple[int, int, list[int]]]:
    """Return (first unit, unit behind the last, where the handlers begin) of each guarded range of a code item.

    ``item`` is the byte offset of the code item, ``units`` its number of code units; positions count from its first
    instruction. Raises `DamagedError`.
    """
    tries = struct.unpack_from("<H", data, item + 6)[0]
    if not tries:
        return []
    table = item + ITEM_HEAD + 2 * (units + (units & 1))
    if table + 8 * tries > len(data):
        raise DamagedError("exception ranges lie outside the file")
    lists: dict[int, tuple[list[int], int]] = {}
    ranges, reached, room = [], 0, _MAX_GUARDED
    for number in range(tries):
        first, length, place = struct.unpack_from("<IHH", data, table + 8 * number)
        if first < reached or first + length > units:
            raise DamagedError("exception ranges overlap or lie outside the code")
        reached = first + length
        if place not in lists:
            lists[place] = _handlers(data, table + 8 * tries + place, room)
        handlers, entries = lists[place]
        room -= max(length, 1) * entries
        if room < 0:
            raise DamagedError("more exception handlers than are followed")
        ranges.append((first, reached, handlers))
    return ranges


def _handlers(data: bytes, at: int, room: int) -> tuple[list[int], int]:
    """Return the handlers of a list, each once, and how many entries it has."""
    size, at = _sleb128(data, at)
    entries = abs(size) + (size <= 0)
    if entries > room:
        raise DamagedError("more exception handlers than are followed")
    found = dict[int, None]()
    for _ in range(abs(size)):
        _, at = uleb128(data, at)
        address, at = uleb128(data, at)
        found[address] = None
    if size <= 0:
        address, at = uleb128(data, at)
        found[address] = None
    return list(found), entries


def _sleb128(data: bytes, at: int) -> tuple[int, int]:
    value, shift = 0, 0
    while shift < 35:
        if at >= len(data):
            raise DamagedError("a number runs past the end of the file")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return (value - (1 << shift) if byte & 0x40 else value), at
    raise DamagedError("a number is longer than five bytes")


def caught_types(data: bytes, item: int, units: int) -> list[tuple[int, int, list[tuple[int, int]]]]:
    """Return (first unit, unit behind the last, [(index of the type that is caught, handler)]) of each guarded range.

    The index is -1 for a handler of everything. Raises `DamagedError`, as `exception_ranges` does.
    """
    tries = struct.unpack_from("<H", data, item + 6)[0]
    ranges = exception_ranges(data, item, units)  # checks all that is read below
    table = item + ITEM_HEAD + 2 * (units + (units & 1))
    found = []
    for number in range(tries):
        place = struct.unpack_from("<H", data, table + 8 * number + 6)[0]
        size, at = _sleb128(data, table + 8 * tries + place)
        rows = []
        for _ in range(abs(size)):
            kind, at = uleb128(data, at)
            address, at = uleb128(data, at)
            rows.append((kind, address))
        if size <= 0:
            rows.append((-1, uleb128(data, at)[0]))
        found.append((*ranges[number][:2], rows))
    return found
