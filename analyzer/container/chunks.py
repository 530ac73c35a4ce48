"""The two structures that binary XML and the resource table share: string pools and typed values.

Source: AOSP ``ResourceTypes.h``. Counts and offsets in the file are claims: every read is bounded by the buffer.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

STRING_POOL = 0x0001
UTF8 = 1 << 8

REFERENCE, STRING, INT_DEC, INT_HEX, BOOLEAN = 0x01, 0x03, 0x10, 0x11, 0x12
DYNAMIC_REFERENCE = 0x07

_POOL = struct.Struct("<HHIIIIII")


class ChunkError(ValueError):
    """The bytes are no such chunk; the message says what is wrong."""


class Value(NamedTuple):
    """A typed value: its kind, raw data, and the text for strings."""

    kind: int
    data: int
    text: str | None = None

    @property
    def reference(self) -> int | None:
        """Return the resource id that this value refers to."""
        return self.data if self.kind in (REFERENCE, DYNAMIC_REFERENCE) and self.data else None

    @property
    def number(self) -> int | None:
        """Return the number that this value holds; a string of digits counts, as the platform has it."""
        if self.kind in (INT_DEC, INT_HEX, BOOLEAN):
            return self.data - (1 << 32) if self.kind == INT_DEC and self.data >> 31 else self.data
        if self.text and self.text.lstrip("-").isdecimal() and len(self.text) < 11:
            return int(self.text)
        return None


class StringPool:
    """A string pool, decoded on use."""

    def __init__(self, data: memoryview, start: int) -> None:
        if start + _POOL.size > len(data):
            raise ChunkError("string pool is cut off")
        kind, _, size, count, styles, flags, strings, _ = _POOL.unpack_from(data, start)
        if kind != STRING_POOL:
            raise ChunkError("no string pool where one is expected")
        self.size = size
        self.utf8 = bool(flags & UTF8)
        self.data = data
        room = max(0, (strings - _POOL.size - 4 * styles) // 4)
        self.count = min(count, room, (len(data) - start - _POOL.size) // 4)
        """The stated number may be a lie: no more strings than there is room for their offsets."""
        self.stated = count
        self._index = start + _POOL.size
        self._strings = start + strings
        self._cache: dict[int, str] = {}

    def __getitem__(self, number: int) -> str:
        """Return string ``number``; an index out of range gives the empty string, as a phone goes on."""
        text = self._cache.get(number)
        if text is None:
            text = self._cache[number] = self._decode(number) if 0 <= number < self.count else ""
        return text

    def raw(self) -> bytes:
        """Return the bytes of all strings together, for searching."""
        start = self._index - _POOL.size
        return bytes(self.data[self._strings : max(self._strings, start + self.size)])

    def _decode(self, number: int) -> str:
        data = self.data
        place = self._index + 4 * number
        position = self._strings + int.from_bytes(data[place : place + 4], "little")
        if self.utf8:
            _, position = _length8(data, position)
            length, position = _length8(data, position)
            return bytes(data[position : position + length]).decode("utf-8", "replace")
        length = int.from_bytes(data[position : position + 2], "little")
        position += 2
        if length & 0x8000:
            length = (length & 0x7FFF) << 16 | int.from_bytes(data[position : position + 2], "little")
            position += 2
        return bytes(data[position : position + 2 * length]).decode("utf-16-le", "replace")


def _length8(data: memoryview, position: int) -> tuple[int, int]:
    if position + 1 >= len(data):
        return 0, len(data)
    first = data[position]
    if first & 0x80:
        return (first & 0x7F) << 8 | data[position + 1], position + 2
    return first, position + 1


def read_value(data: memoryview, position: int, pool: StringPool) -> Value:
    """Read the eight bytes of a ``Res_value``."""
    kind = data[position + 3]
    number = int.from_bytes(data[position + 4 : position + 8], "little")
    return Value(kind, number, pool[number] if kind == STRING else None)
