"""The little that is asked of native libraries: the name that a library was built under.

A packer's library is often stored under another file name; the linker's own name for it (``DT_SONAME``) stays.
"""

from __future__ import annotations

import struct
from typing import Any

MAGIC = b"\x7fELF"
_LOAD, _DYNAMIC = 1, 2
_STRINGS, _SONAME = 5, 14
_MOST = 4096
_LONGEST = 255


def read_soname(data: Any) -> str | None:
    """Return the name that the library was built under, `None` where it states none or is damaged."""
    head = bytes(data[:64])
    if head[:4] != MAGIC or len(head) < 64 or head[5] != 1:
        return None
    wide = head[4] == 2
    try:
        return _soname(bytes(data), wide=wide)
    except (struct.error, ValueError, OverflowError):  # offsets of a damaged file may be any number
        return None


def _soname(data: bytes, *, wide: bool) -> str | None:
    table, size, count = (
        (*struct.unpack_from("<Q", data, 32), *struct.unpack_from("<HH", data, 54))
        if wide
        else (*struct.unpack_from("<I", data, 28), *struct.unpack_from("<HH", data, 42))
    )
    segments = []
    for number in range(min(count, _MOST)):
        kind, *fields = struct.unpack_from("<IIQQQQ" if wide else "<IIIII", data, table + number * size)
        offset, address, length = (fields[1], fields[2], fields[4]) if wide else (fields[0], fields[1], fields[3])
        segments.append((kind, offset, address, length))
    values: dict[int, int] = {}
    for kind, offset, _, length in segments:
        if kind == _DYNAMIC:
            pair = "<qQ" if wide else "<iI"
            step = struct.calcsize(pair)
            for number in range(min(length // step, _MOST)):
                key, value = struct.unpack_from(pair, data, offset + number * step)
                if key == 0:
                    break
                values.setdefault(key, value)
    if _STRINGS not in values or _SONAME not in values:
        return None
    for kind, offset, address, length in segments:
        if kind == _LOAD and address <= values[_STRINGS] < address + length:
            start = values[_STRINGS] - address + offset + values[_SONAME]
            stop = data.find(b"\0", start, start + _LONGEST + 1)
            return data[start:stop].decode("utf-8", "replace") if stop > start else None
    return None
