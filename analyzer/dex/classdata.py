"""Which methods a DEX file defines and where their code stands: all of class_data decoded at once.

A ULEB128 number ends at a byte below 0x80, so every number of the whole region is found with one comparison, and the
fields of all classes follow by index arithmetic. Classes whose data does not fall in step with that (a hostile or
hand-made file) are read one by one.
"""

from __future__ import annotations

import numpy as np

from analyzer.model.record import dataclass

from . import native
from .arrays import U4, Bytes, Flags, Ints
from .problem import DamagedError

_Columns = tuple[Ints, Ints, Ints, Flags]
"""Method index, row of the class table, offset of the code, whether virtual."""


@dataclass(frozen=True, slots=True)
class ClassData:
    """One row for each encoded method, in the order of the class table (first direct, then virtual methods)."""

    method: Ints
    """Method index."""
    class_row: Ints
    """Row of the class table."""
    code: Ints
    """Byte offset of the code item; 0 for abstract and native methods."""
    virtual: Flags
    """Whether it stands among the virtual methods, which subclasses can override, not among the direct ones."""
    damaged: int
    """Classes whose data could not be read."""


def read_class_data(data: bytes, offsets: U4, methods: int) -> ClassData:
    """Read the class_data of all classes; ``offsets`` is that column of the class table, ``methods`` the table size."""
    core = native.core()
    read = core.read_classes(data, offsets, methods) if core is not None else None
    if read is not None:
        return ClassData(*read)
    rows = np.flatnonzero(offsets)
    if not len(rows):
        return _pack([], 0)
    at = offsets[rows].astype(np.int64)
    inside = at < len(data)
    lost = int((~inside).sum())
    rows, at = rows[inside], at[inside]
    if not len(rows):
        return _pack([], lost)
    try:
        end = _end_of(data, int(at.max()))
    except DamagedError:
        end = len(data)
    parsed, in_step = _read_region(data, int(at.min()), end, rows, at)
    parts = [parsed]
    room = len(data) - len(parsed[0])
    for row, offset in zip(rows[~in_step].tolist(), at[~in_step].tolist(), strict=True):
        try:
            part = _read_class(data, offset, row)
        except DamagedError:
            lost += 1
            continue
        room -= len(part[0]) + 1
        if room < 0:  # classes that share their data over and over: more methods than bytes
            lost += 1
            continue
        parts.append(part)
    method = np.concatenate([part[0] for part in parts])
    sound = method < methods
    if not bool(sound.all()):
        class_row = np.concatenate([part[1] for part in parts])
        lost += len(set(class_row[~sound].tolist()))
        code, virtual = (np.concatenate([part[column] for part in parts]) for column in (2, 3))
        parts = [(method[sound], class_row[sound], code[sound], virtual[sound])]
    return _pack(parts, lost)


def _pack(parts: list[_Columns], damaged: int) -> ClassData:
    if not parts:
        return ClassData(*_nothing(), damaged)
    if len(parts) == 1:
        return ClassData(*parts[0], damaged)
    method, class_row, code = (np.concatenate([part[column] for part in parts]) for column in range(3))
    virtual = np.concatenate([part[3] for part in parts])
    order = np.argsort(class_row, kind="stable")
    return ClassData(method[order], class_row[order], code[order], virtual[order], damaged)


def _nothing() -> _Columns:
    empty = np.zeros(0, np.int64)
    return empty, empty, empty, np.zeros(0, np.bool_)


def _read_region(data: bytes, first: int, end: int, rows: Ints, at: Ints) -> tuple[_Columns, Flags]:
    """Decode every number between two offsets and pick the methods out; second: which classes were in step."""
    raw: Bytes = np.frombuffer(data, np.uint8, end - first, first)
    starts, values, lengths = _numbers(raw)
    place = np.searchsorted(starts, at - first)
    in_step = place + 4 <= len(values)
    place = np.minimum(place, max(len(values) - 4, 0))
    if len(values) < 4:
        return _nothing(), np.zeros(len(rows), np.bool_)
    in_step &= starts[place] == at - first
    direct, virtual = values[place + 2], values[place + 3]
    fields = values[place] + values[place + 1]
    after = place + 4 + 2 * fields + 3 * (direct + virtual)
    in_step &= after <= len(values)
    # A method takes three numbers; more of them than numbers means that classes share data: not in one sweep.
    in_step &= np.cumsum(np.where(in_step, direct + virtual, 0)) <= len(values)
    if bool((lengths > 5).any()):  # no number of the format is longer: look at such classes one by one
        long_before = np.concatenate(([0], np.cumsum(lengths > 5)))
        in_step &= long_before[np.where(in_step, after, 0)] == long_before[np.where(in_step, place, 0)]
    place, direct, virtual, fields = place[in_step], direct[in_step], virtual[in_step], fields[in_step]
    groups = np.stack((direct, virtual), axis=1).ravel()  # indices are counted up within each of the two groups
    total = int(groups.sum())
    group_first = np.cumsum(groups) - groups
    group_of = np.repeat(np.arange(len(groups)), groups)
    base = np.repeat(place + 4 + 2 * fields, 2)
    base[1::2] += 3 * direct
    at_row = base[group_of] + 3 * (np.arange(total) - group_first[group_of])
    running = np.cumsum(values[at_row])
    used = groups > 0
    before = np.zeros(len(groups), np.int64)
    before[used] = running[group_first[used]] - values[at_row[group_first[used]]]
    method = running - before[group_of]
    return (method, rows[in_step][group_of // 2], values[at_row + 2], group_of % 2 == 1), in_step


def _numbers(raw: Bytes) -> tuple[Ints, Ints, Ints]:
    """Return start, value and length of each ULEB128 number in a run of bytes."""
    ends = np.flatnonzero(raw < 0x80)
    starts = np.empty_like(ends)
    if len(ends):
        starts[0] = 0
        starts[1:] = ends[:-1] + 1
    lengths = ends - starts + 1
    values = (raw[starts] & 0x7F).astype(np.int64)
    longer = np.flatnonzero(lengths > 1)
    for step in range(1, 5):
        if not len(longer):
            break
        values[longer] |= (raw[starts[longer] + step] & 0x7F).astype(np.int64) << (7 * step)
        longer = longer[lengths[longer] > step + 1]
    return starts, values, lengths


def uleb128(data: bytes, at: int) -> tuple[int, int]:
    """Return (value, offset behind it); at most five bytes, 32 bits."""
    value = 0
    for step in range(5):
        if at >= len(data):
            raise DamagedError("a number runs past the end of the file")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << (7 * step)
        if byte < 0x80:
            return value, at
    raise DamagedError("a number is longer than five bytes")


def _sizes(data: bytes, at: int) -> tuple[list[int], int]:
    sizes = []
    for _ in range(4):
        size, at = uleb128(data, at)
        sizes.append(size)
    if sum(sizes) * 2 > len(data) - at:
        raise DamagedError("a class says that it has more members than the file has room for")
    return sizes, at


def _end_of(data: bytes, at: int) -> int:
    sizes, at = _sizes(data, at)
    for _ in range(2 * (sizes[0] + sizes[1]) + 3 * (sizes[2] + sizes[3])):
        _, at = uleb128(data, at)
    return at


def _read_class(data: bytes, at: int, row: int) -> _Columns:
    sizes, at = _sizes(data, at)
    for _ in range(2 * (sizes[0] + sizes[1])):
        _, at = uleb128(data, at)
    methods, codes = [], []
    for count in sizes[2:]:
        index = 0
        for _ in range(count):
            step, at = uleb128(data, at)
            _, at = uleb128(data, at)
            code, at = uleb128(data, at)
            index += step
            methods.append(index)
            codes.append(code)
    return (
        np.array(methods, np.int64),
        np.full(len(methods), row, np.int64),
        np.array(codes, np.int64),
        np.arange(len(methods)) >= sizes[2],
    )


def static_fields(data: bytes, offset: int) -> list[int]:
    """Return the field indices of a class's static fields, in the order of its static values."""
    sizes, at = _sizes(data, offset)
    fields, index = [], 0
    for _ in range(sizes[0]):
        step, at = uleb128(data, at)
        _, at = uleb128(data, at)
        index += step
        fields.append(index)
    return fields
