"""Messages of protobuf and thrift compact without their schema: own bounded parsers of the wire formats.

Each returns a tree for `structure`: tuples of (name, value) for messages, lists, texts, bytes. Field numbers are names.
"""

from __future__ import annotations

import re
import struct
from typing import Any

from .compression import codec_by_magic, is_block
from .structure import NotThisShapeError, TooMuchError

MAX_FIELDS = 20_000
MAX_NESTING = 32
MAX_NUMBER = 536_870_911
"""Highest field number of protobuf (2²⁹ - 1). Guessed bytes with numbers above `LIKELY` are chance."""
LIKELY = 2_000
LETTERS = re.compile(r"[A-Za-z]{3}|[A-Za-z_-]{2}[0-9A-Za-z]{4}|[\u4e00-\u9fff]{2}")
VARINT, FIXED64, LENGTH, START, END, FIXED32 = range(6)


def varint(data: bytes, at: int) -> tuple[int, int]:
    """Return (number, position behind it) of a base-128 number of at most 64 bits."""
    value = shift = 0
    while shift < 70:  # ten bytes
        if at >= len(data):
            raise NotThisShapeError("cut number")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:  # the last byte of it
            return value & 0xFFFF_FFFF_FFFF_FFFF, at
        shift += 7
    raise NotThisShapeError("number too long")


def printable(data: bytes) -> str | None:
    """Return bytes as text where they are UTF-8 without control characters other than white space."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() or not data.translate(None, _TEXTUAL) else None


_TEXTUAL = bytes(code for code in range(256) if code >= 32 or code in b"\t\r\n")


def protobuf(data: bytes, *, sure: bool = False) -> tuple[tuple[str, Any], ...]:
    """Return the fields of a protobuf message.

    ``sure``: a header or the layer around it says that it is one; else it must look likely: small field numbers and
    a text. Raises `NotThisShapeError`.
    """
    fields = _fields(data, 0, [MAX_FIELDS])
    if not fields or (not sure and not has_text(fields)):
        raise NotThisShapeError("not likely protobuf")
    if not sure and any(int(name) > LIKELY for name, _ in fields):
        raise NotThisShapeError("not likely protobuf")
    return fields


def has_text(value: Any) -> bool:
    """Tell whether a tree holds a text with letters: numbers are in every guess."""
    if isinstance(value, str):
        return LETTERS.search(value) is not None
    if isinstance(value, tuple):
        return any(has_text(child) for _, child in value)
    return isinstance(value, list) and any(has_text(child) for child in value)


def _fields(data: bytes, depth: int, left: list[int]) -> tuple[tuple[str, Any], ...]:
    fields: list[tuple[str, Any]] = []
    at = 0
    while at < len(data):
        left[0] -= 1
        if left[0] < 0:
            raise TooMuchError("fields of protobuf")
        tag, at = varint(data, at)
        number, kind = tag >> 3, tag & 7
        if not 0 < number <= MAX_NUMBER:
            raise NotThisShapeError("field number")
        if kind == VARINT:
            value, at = varint(data, at)
            fields.append((str(number), str(value)))
        elif kind == LENGTH:
            size, at = varint(data, at)
            if size > len(data) - at:
                raise NotThisShapeError("cut field")
            fields.append((str(number), _content(data[at : at + size], depth, left)))
            at += size
        elif kind in {FIXED64, FIXED32}:
            size = 8 if kind == FIXED64 else 4
            if size > len(data) - at:
                raise NotThisShapeError("cut field")
            fields += [(str(number), text) for text in _fixed(data[at : at + size])]
            at += size
        elif kind not in {START, END}:  # groups are old: their borders are skipped, their fields read flat
            raise NotThisShapeError("wire type")
    return tuple(fields)


def _content(data: bytes, depth: int, left: list[int]) -> Any:
    """Return a text, a message, or bytes; for what may be a message of numbers or bytes both."""
    text = None if is_block(data) else printable(data)
    if text is not None:
        return text
    if depth >= MAX_NESTING or codec_by_magic(data):
        return data
    try:
        fields = _fields(data, depth + 1, left)
    except NotThisShapeError:
        return data
    if has_text(fields):
        return fields
    return [fields, data] if all(int(name) <= LIKELY for name, _ in fields) else data


def _fixed(data: bytes) -> list[str]:
    """Return what eight or four bytes may be: a floating-point number of sensible size, else a whole number."""
    number = struct.unpack("<d" if len(data) == 8 else "<f", data)[0]
    if number == number and 1e-4 < abs(number) < 1e12:  # noqa: PLR0124  # not a NaN
        return [repr(number) if len(data) == 8 else f"{number:.7g}"]
    return [str(int.from_bytes(data, "little"))]


def grpc_frames(data: bytes, reached: set[str]) -> list[tuple[bool, bytes]]:
    """Return (compressed, message) of the frames of a gRPC or Connect stream. Raises `NotThisShapeError`.

    A bound that ends the reading is added to ``reached``.
    """
    frames: list[tuple[bool, bytes]] = []
    at = 0
    while at + 5 <= len(data) and len(frames) < MAX_FIELDS:
        flags, size = data[at], int.from_bytes(data[at + 1 : at + 5], "big")
        if flags & 0x7C:  # 1 compressed, 2 end of a Connect stream, 0x80 trailers of gRPC-Web
            raise NotThisShapeError("frame flags")
        if size > len(data) - at - 5 and not frames:
            raise NotThisShapeError("cut frame")
        frames.append((bool(flags & 1), data[at + 5 : at + 5 + size]))
        at += 5 + size
    if not frames:
        raise NotThisShapeError("no frame")
    if len(frames) >= MAX_FIELDS and at < len(data):
        reached.add("gRPC frames")
    return frames


# Thrift, compact protocol


class _Compact:
    """Reads one struct.

    Types: 1/2 booleans, 3 byte, 4-6 whole numbers, 7 double, 8 bytes, 9/10 list and set, 11 map, 12 struct.
    """

    def __init__(self, data: bytes, at: int) -> None:
        self.data = data
        self.at = at
        self.left = MAX_FIELDS

    def byte(self) -> int:
        if self.at >= len(self.data):
            raise NotThisShapeError("cut")
        self.at += 1
        return self.data[self.at - 1]

    def number(self) -> int:
        value, self.at = varint(self.data, self.at)
        return (value >> 1) ^ -(value & 1)

    def struct(self, depth: int = 0) -> tuple[tuple[str, Any], ...]:
        fields: list[tuple[str, Any]] = []
        number = 0
        while head := self.byte():
            self.left -= 1
            kind, delta = head & 15, head >> 4
            number = number + delta if delta else self.number()
            if self.left < 0:
                raise TooMuchError("fields of Thrift")
            if kind > 12 or not 0 < number < 1 << 15:  # 16-bit field ids
                raise NotThisShapeError("field")
            if kind not in {1, 2}:  # booleans stand in the header
                fields.append((str(number), self.value(kind, depth)))
        return tuple(fields)

    def value(self, kind: int, depth: int) -> Any:  # noqa: PLR0911  # one for each type
        if depth > MAX_NESTING:
            raise NotThisShapeError("nested too deeply")
        if kind in {1, 2, 3}:
            return str(self.byte())
        if kind in {4, 5, 6}:
            return str(self.number())
        if kind == 7:
            self.at += 8
            if self.at > len(self.data):
                raise NotThisShapeError("cut")
            return repr(struct.unpack("<d", self.data[self.at - 8 : self.at])[0])
        if kind == 8:
            size, self.at = varint(self.data, self.at)
            if size > len(self.data) - self.at:
                raise NotThisShapeError("cut")
            self.at += size
            part = self.data[self.at - size : self.at]
            text = None if is_block(part) else printable(part)
            return part if text is None else text
        if kind in {9, 10}:
            return self.many(depth)
        if kind == 11:
            return self.table(depth)
        return self.struct(depth + 1)

    def many(self, depth: int) -> list[Any]:
        head = self.byte()
        size, kind = head >> 4, head & 15
        if size == 15:  # a longer list says its size behind
            size, self.at = varint(self.data, self.at)
        if size > len(self.data) - self.at or not 0 < kind <= 12:
            raise NotThisShapeError("list")
        self.left -= size
        if self.left < 0:
            raise TooMuchError("fields of Thrift")
        return [self.value(kind, depth + 1) for _ in range(size)]

    def table(self, depth: int) -> tuple[tuple[str, Any], ...]:
        size, self.at = varint(self.data, self.at)
        if size > len(self.data) - self.at:
            raise NotThisShapeError("map")
        self.left -= size
        if self.left < 0:
            raise TooMuchError("fields of Thrift")
        if not size:
            return ()
        kinds = self.byte()
        if not (0 < kinds >> 4 <= 12 and 0 < kinds & 15 <= 12):
            raise NotThisShapeError("map")
        return tuple(
            (
                key if isinstance(key := self.value(kinds >> 4, depth + 1), str) else "",
                self.value(kinds & 15, depth + 1),
            )
            for _ in range(size)
        )


def thrift(data: bytes, *, sure: bool = False) -> tuple[tuple[str, Any], ...]:
    """Return the fields of a thrift struct in the compact protocol, with or without the header of a call.

    Raises `NotThisShapeError`, for a guess also where the struct ends before the data or holds no text.
    """
    at = 0
    if data[:1] == b"\x82" and len(data) > 4:  # protocol id; then version and kind, sequence, name
        _, at = varint(data, 2)
        size, at = varint(data, at)
        at += size
        sure = True
    reader = _Compact(data, at)
    fields = reader.struct()
    if not fields or (not sure and (reader.at != len(data) or not has_text(fields))):
        raise NotThisShapeError("not likely thrift")
    return fields
