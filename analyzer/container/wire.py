"""Protocol-buffer messages as app bundles hold them: fields by number, nothing generated.

Source: the public "Protocol Buffers encoding" page. Field numbers stand with those who read the messages.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from .chunks import ChunkError

if TYPE_CHECKING:
    from collections.abc import Iterator

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5


def fields(data: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Yield number and value of each field: a number, unsigned, or the bytes of a text or message.

    Raises `ChunkError` where the message is cut off or of no known wire type.
    """
    at, end = 0, len(data)
    while at < end:
        key, at = _varint(data, at)
        kind = key & 7
        if kind == VARINT:
            value, at = _varint(data, at)
            yield key >> 3, value
        elif kind == LENGTH:
            length, at = _varint(data, at)
            if at + length > end:
                raise ChunkError("a message is cut off")
            yield key >> 3, data[at : at + length]
            at += length
        elif kind in {FIXED32, FIXED64}:
            size = 4 if kind == FIXED32 else 8
            if at + size > end:
                raise ChunkError("a message is cut off")
            yield key >> 3, int(struct.unpack_from("<I" if size == 4 else "<Q", data, at)[0])
            at += size
        else:
            raise ChunkError(f"unknown wire type {kind}")


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    end = len(data)
    while at < end and shift < 70:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, at
        shift += 7
    raise ChunkError("a number is cut off or too long")


def message(data: memoryview, number: int) -> memoryview | None:
    """Return the last message or text of a field, as decoders do; `None` where there is none."""
    found = None
    for key, value in fields(data):
        if key == number and isinstance(value, memoryview):
            found = value
    return found


def number_in(data: memoryview | None, number: int) -> int:
    """Return the number of a field; 0, as is the default, where there is none."""
    found = 0
    for key, value in fields(data) if data is not None else ():
        if key == number and isinstance(value, int):
            found = value
    return found


def text(value: int | memoryview | None) -> str:
    """Return a text; what is not UTF-8 becomes U+FFFD."""
    return bytes(value).decode("utf-8", "replace") if isinstance(value, memoryview) else ""
