"""Messages of Thrift's binary protocol and of JCE (TARS) without their schema: own bounded parsers.

Each returns a tree for `structure`; numbers of fields are names. JCE is what SDKs of Tencent send (Bugly, Beacon).
"""

from __future__ import annotations

import struct
from typing import Any

from .compression import is_block
from .structure import NotThisShapeError, TooMuchError
from .wire import MAX_FIELDS, MAX_NESTING, has_text, printable

STRICT = 0x8001
"""First half of a call of the binary protocol, version 1."""
FIXED = {2: ">b", 3: ">b", 4: ">d", 6: ">h", 8: ">i", 10: ">q"}
JCE_FIXED = {0: ">b", 1: ">h", 2: ">i", 3: ">q", 4: ">f", 5: ">d"}
LIKELY_FIELD = 200
"""Field numbers above this are chance where nothing says what the bytes are."""


class _Reader:
    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at
        self.left = MAX_FIELDS

    def take(self, size: int) -> bytes:
        """Return the next bytes."""
        end = self.at + size
        if size < 0 or end > len(self.data):
            raise NotThisShapeError("cut")
        part = self.data[self.at : end]
        self.at = end
        return part

    def number(self, form: str) -> Any:
        """Return a number of a fixed size."""
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def content(self, size: int) -> Any:
        """Return bytes, as text where they are."""
        part = self.take(size)
        text = None if is_block(part) else printable(part)
        return part if text is None else text

    def count(self, size: int) -> int:
        """Book ``size`` values."""
        if size < 0 or size > len(self.data) - self.at + 1:
            raise NotThisShapeError("count")
        self.left -= size
        if self.left < 0:
            raise TooMuchError("fields of Thrift or JCE")
        return size


class _Thrift(_Reader):
    """Types: 2 boolean, 3 byte, 4 double, 6, 8, 10 whole numbers, 11 bytes, 12 struct, 13 map, 14 set, 15 list."""

    def struct(self, depth: int) -> tuple[tuple[str, Any], ...]:
        fields: list[tuple[str, Any]] = []
        while kind := self.take(1)[0]:
            number = self.number(">h")
            self.count(1)
            if number < 0:
                raise NotThisShapeError("field")
            fields.append((str(number), self.value(kind, depth)))
        return tuple(fields)

    def value(self, kind: int, depth: int) -> Any:
        if depth > MAX_NESTING:
            raise NotThisShapeError("nested too deeply")
        if kind in FIXED:
            return str(self.number(FIXED[kind]))
        if kind == 11:
            return self.content(self.number(">i"))
        if kind == 12:
            return self.struct(depth + 1)
        if kind == 13:
            names, values = self.take(2)
            return tuple(
                (str(self.value(names, depth + 1)), self.value(values, depth + 1))
                for _ in range(self.count(self.number(">i")))
            )
        if kind in {14, 15}:
            inner = self.take(1)[0]
            return [self.value(inner, depth + 1) for _ in range(self.count(self.number(">i")))]
        raise NotThisShapeError("type")


def thrift_binary(data: bytes, *, sure: bool = False) -> tuple[tuple[str, Any], ...]:
    """Return the fields of a thrift struct in the binary protocol, with or without the header of a call.

    Raises `NotThisShapeError`, for a guess also where the struct ends before the data or holds no text.
    """
    reader = _Thrift(data)
    if data[:2] == STRICT.to_bytes(2, "big"):
        reader.take(4)  # version and kind of the call
        reader.take(reader.number(">i"))  # its name
        reader.take(4)  # its sequence
        sure = True
    fields = reader.struct(0)
    return _believed(fields, sure=sure, ended=reader.at == len(data))


class _Jce(_Reader):
    """Types: 0-3 whole, 4, 5 floating, 6, 7 texts, 8 map, 9 list, 10, 11 struct and its end, 12 zero, 13 bytes."""

    def head(self) -> tuple[int, int]:
        byte = self.take(1)[0]
        tag = byte >> 4
        return (self.take(1)[0] if tag == 15 else tag), byte & 15  # a longer tag stands behind

    def struct(self, depth: int, *, whole: bool) -> tuple[tuple[str, Any], ...]:
        fields: list[tuple[str, Any]] = []
        while not whole or self.at < len(self.data):
            tag, kind = self.head()
            self.count(1)
            if kind == 11:
                if whole:
                    raise NotThisShapeError("end without a beginning")
                break
            fields.append((str(tag), self.value(kind, depth)))
        return tuple(fields)

    def value(self, kind: int, depth: int) -> Any:  # noqa: PLR0911  # one for each type
        if depth > MAX_NESTING:
            raise NotThisShapeError("nested too deeply")
        if kind in JCE_FIXED:
            return str(self.number(JCE_FIXED[kind]))
        if kind in {6, 7}:
            return self.content(self.number(">B" if kind == 6 else ">I"))
        if kind == 8:
            return tuple((str(self.inner(depth)), self.inner(depth)) for _ in range(self.size()))
        if kind == 9:
            return [self.inner(depth) for _ in range(self.size())]
        if kind == 10:
            return self.struct(depth + 1, whole=False)
        if kind == 12:
            return "0"
        if kind == 13:
            if self.head()[1] != 0:  # of bytes only
                raise NotThisShapeError("bytes")
            return self.content(self.size())
        raise NotThisShapeError("type")

    def inner(self, depth: int) -> Any:
        return self.value(self.head()[1], depth + 1)

    def size(self) -> int:
        value = self.value(self.head()[1], MAX_NESTING)
        if not isinstance(value, str) or not value.isdigit():
            raise NotThisShapeError("size")
        return self.count(int(value))


def jce(data: bytes, *, sure: bool = False) -> tuple[tuple[str, Any], ...]:
    """Return the fields of a JCE struct, with or without its length in front. Raises `NotThisShapeError`."""
    framed = len(data) > 4 and int.from_bytes(data[:4], "big") == len(data)
    fields = _Jce(data, 4 if framed else 0).struct(0, whole=True)
    return _believed(fields, sure=sure, ended=True)


def _believed(fields: tuple[tuple[str, Any], ...], *, sure: bool, ended: bool) -> tuple[tuple[str, Any], ...]:
    likely = ended and has_text(fields) and all(int(name) <= LIKELY_FIELD for name, _ in fields)
    if not fields or not (sure or likely):
        raise NotThisShapeError("not likely")
    return fields
