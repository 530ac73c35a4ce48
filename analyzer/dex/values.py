"""Initial values of static fields (``encoded_array``) and constants that a method returns."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np

from . import opcodes
from .bodies import Bodies
from .classdata import static_fields, uleb128
from .problem import DamagedError
from .sweep import decode, window
from .tables import DexFile

_STRING, _ARRAY, _ANNOTATION, _NULL, _BOOLEAN, _METHOD_HANDLE = 0x17, 0x1C, 0x1D, 0x1E, 0x1F, 0x16
_TYPE, _CHAR, _SIGNED = 0x18, 0x03, frozenset({0x00, 0x02, 0x04, 0x06})
_MAX_NESTING = 16


def static_strings(dex: DexFile, row: int) -> dict[str, str]:
    """Return the static fields of a class that begin as a string: field name → text. Raises `DamagedError`."""
    at, data = int(dex.classes[row]["values"]), int(dex.classes[row]["data"])
    if not at or not data:
        return {}
    size, at = uleb128(dex.data, at)
    found = {}
    for field in static_fields(dex.data, data)[:size]:
        kind, value, at = _value(dex.data, at)
        if kind == _STRING and field < len(dex.fields) and value < dex.strings.count:
            found[dex.strings.text(int(dex.fields[field]["name"]))] = dex.strings.text(value)
    return found


def static_constants(dex: DexFile, row: int) -> dict[int, tuple[str, str]]:
    """Return what the static fields of a class begin as: field index → (``string``, ``class`` or ``int``, text).

    Numbers are decimal, truth values 0 or 1; others are left out. Raises `DamagedError`.
    """
    at, data = int(dex.classes[row]["values"]), int(dex.classes[row]["data"])
    if not at or not data:
        return {}
    size, at = uleb128(dex.data, at)
    found = {}
    for field in static_fields(dex.data, data)[:size]:
        head = dex.data[at] if at < len(dex.data) else 0
        kind, value, at = _value(dex.data, at)
        if kind == _STRING and value < dex.strings.count:
            found[field] = ("string", dex.strings.text(value))
        elif kind == _TYPE and value < len(dex.types):
            found[field] = ("class", dex.type_name(value))
        elif kind == _BOOLEAN:
            found[field] = ("int", str(head >> 5))
        elif kind in _SIGNED:
            bits = 8 * ((head >> 5) + 1)
            found[field] = ("int", str(value - (1 << bits) if value >> (bits - 1) else value))
        elif kind == _CHAR:
            found[field] = ("int", str(value))
    return found


def string_indices(data: bytes, at: int) -> list[int]:
    """Return the indices of all strings in an encoded array at byte ``at``. Raises `DamagedError`."""
    size, at = uleb128(data, at)
    found = []
    for _ in range(size):
        kind, value, at = _value(data, at)
        if kind == _STRING:
            found.append(value)
    return found


def method_handles(data: bytes, at: int) -> list[int]:
    """Return the indices of all method handles in an encoded array (a call site's). Raises `DamagedError`."""
    size, at = uleb128(data, at)
    found = []
    for _ in range(size):
        kind, value, at = _value(data, at)
        if kind == _METHOD_HANDLE:
            found.append(value)
    return found


def _value(data: bytes, at: int, depth: int = 0) -> tuple[int, int, int]:
    """Read one encoded value: (kind, unsigned value or 0, offset behind it)."""
    if at >= len(data) or depth > _MAX_NESTING:
        raise DamagedError("an encoded value lies outside the file or is nested too deep")
    kind, size = data[at] & 0x1F, (data[at] >> 5) + 1
    at += 1
    if kind in {_NULL, _BOOLEAN}:
        return kind, 0, at
    if kind == _ARRAY:
        count, at = uleb128(data, at)
        for _ in range(count):
            _, _, at = _value(data, at, depth + 1)
        return kind, 0, at
    if kind == _ANNOTATION:
        _, at = uleb128(data, at)
        count, at = uleb128(data, at)
        for _ in range(count):
            _, at = uleb128(data, at)
            _, _, at = _value(data, at, depth + 1)
        return kind, 0, at
    if at + size > len(data):
        raise DamagedError("an encoded value lies outside the file")
    return kind, int.from_bytes(data[at : at + size], "little"), at + size


def call_site_methods(dex: DexFile) -> tuple[list[list[int]], list[int]]:
    """Return for each call site the methods that its handles name, and for each method handle its method (or -1).

    ``invoke-custom`` (lambdas and method references that were not desugared) calls these. Read through the map list;
    `([], [])` when there is none. Raises `DamagedError`.
    """
    data, at = dex.data, dex.header.map_offset
    if not at:
        return [], []
    if at + 4 > len(data):
        raise DamagedError("the map lies outside the file")
    count = struct.unpack_from("<I", data, at)[0]
    if at + 4 + 12 * count > len(data):
        raise DamagedError("the map lies outside the file")
    sections = {}
    for number in range(count):
        kind, size, offset = struct.unpack_from("<HxxII", data, at + 4 + 12 * number)
        sections[kind] = (size, offset)
    size, offset = sections.get(0x0008, (0, 0))
    if offset + 8 * size > len(data):
        raise DamagedError("the method handles lie outside the file")
    handles = []
    for number in range(size):
        kind, _, target = struct.unpack_from("<HHH", data, offset + 8 * number)
        handles.append(target if kind >= 4 and target < len(dex.methods) else -1)
    size, offset = sections.get(0x0007, (0, 0))
    if offset + 4 * size > len(data):
        raise DamagedError("the call sites lie outside the file")
    sites = []
    for number in range(size):
        place = struct.unpack_from("<I", data, offset + 4 * number)[0]
        named = [handles[handle] for handle in method_handles(data, place) if handle < len(handles)]
        sites.append([method for method in named if method >= 0])
    return sites, handles


def constant_return(dex: DexFile, bodies: Bodies, item: int) -> str | None:
    """Return the string that a method always returns: its whole code is ``const-string; return-object``."""
    words, shift, start, end = window(dex.words, dex.data, bodies, item)
    positions, whole = decode(words, memoryview(dex.data)[shift:], start, end)
    if not whole or len(positions) != 2:
        return None
    first, last = positions
    opcode = int(words[first]) & 0xFF
    if opcode not in {opcodes.CONST_STRING, opcodes.CONST_STRING_JUMBO} or int(words[last]) & 0xFF != 0x11:
        return None
    if int(words[first]) >> 8 != int(words[last]) >> 8:
        return None
    index = int(words[first + 1])
    if opcode == opcodes.CONST_STRING_JUMBO:
        index |= int(words[first + 2]) << 16
    return dex.strings.text(index) if index < dex.strings.count else None


def loaded_strings(dex: DexFile, bodies: Bodies, item: int) -> list[str]:
    """Return the strings that a code item loads, in order."""
    words, shift, start, end = window(dex.words, dex.data, bodies, item)
    positions, _ = decode(words, memoryview(dex.data)[shift:], start, end)
    found = []
    for at in positions:
        opcode = int(words[at]) & 0xFF
        if opcode == opcodes.CONST_STRING:
            found.append(int(words[at + 1]))
        elif opcode == opcodes.CONST_STRING_JUMBO:
            found.append(int(words[at + 1]) | int(words[at + 2]) << 16)
    return [dex.strings.text(index) for index in found if index < dex.strings.count]


def value_arrays(dex: DexFile, indices: dict[int, str]) -> Iterator[tuple[int, int]]:
    """Yield (class row, offset) of the encoded arrays that may hold one of the strings, found without reading all.

    A string value is a byte of kind and size, then the index in one to four bytes: every place that looks so is a
    candidate, and only the arrays with a candidate are read.
    """
    offsets = dex.classes["values"]
    rows = np.flatnonzero(offsets)
    if not len(rows):
        return
    starts = offsets[rows].astype(np.int64)
    order = np.argsort(starts, kind="stable")
    ordered = starts[order]
    first = int(ordered[0])
    raw = np.frombuffer(dex.data, np.uint8)[first:]
    wanted = dex.flags_for(list(indices), dex.strings.count)
    touched = np.zeros(len(ordered), np.bool_)
    for size in range(1, 5):
        at = np.flatnonzero(raw[: len(raw) - size] == ((size - 1) << 5 | 0x17))
        value = np.zeros(len(at), np.int64)
        for step in range(size):
            value |= raw[at + 1 + step].astype(np.int64) << (8 * step)
        inside = value < len(wanted)
        at = at[inside][wanted[value[inside]]] + first
        touched[np.searchsorted(ordered, at, "right") - 1] = True
    for place in np.flatnonzero(touched).tolist():
        row = int(rows[order[place]])
        yield row, int(ordered[place])
