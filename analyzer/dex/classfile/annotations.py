"""Annotations of class files, and the same as DEX encodes them. Sources: JVM specification 4.7.16, DEX format."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, NamedTuple

from . import pool as constants
from .problem import ClassFileError

if TYPE_CHECKING:
    from .ids import Ids
    from .pool import Pool

_MAX_NESTING = 16
_NUMBERS = {
    ord("B"): (0x00, constants.INTEGER, 1), ord("S"): (0x02, constants.INTEGER, 2),
    ord("C"): (0x03, constants.INTEGER, 2), ord("I"): (0x04, constants.INTEGER, 4),
    ord("J"): (0x06, constants.LONG, 8), ord("F"): (0x10, constants.FLOAT, 4),
    ord("D"): (0x11, constants.DOUBLE, 8), ord("Z"): (0x1F, constants.INTEGER, 0),
}  # fmt: skip
"""By tag: kind of the encoded value, tag of the constant, bytes."""
_STRING, _TYPE, _ENUM, _ARRAY, _ANNOTATION, _NULL = 0x17, 0x18, 0x1B, 0x1C, 0x1D, 0x1E

Value = tuple[int, Any]
"""Kind of the encoded value, and: bits with their bytes, text, descriptor, enum field, values, or an annotation."""


class Annotation(NamedTuple):
    """An annotation: its class, whether it is there when the app runs, and its elements."""

    type: bytes
    visible: bool
    elements: tuple[tuple[bytes, Value], ...]


class _Reader:
    def __init__(self, pool: Pool, data: bytes, *, visible: bool) -> None:
        self.pool, self.data, self.visible, self.at = pool, data, visible, 0

    def short(self) -> int:
        (value,) = struct.unpack_from(">H", self.data, self.at)
        self.at += 2
        return int(value)

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def annotation(self, depth: int) -> Annotation:
        kind = self.pool.field_shape(self.short())
        elements = {}
        for _ in range(self.short()):
            name = self.pool.name(self.short())
            elements[name] = self.value(depth)
        return Annotation(kind, self.visible, tuple(elements.items()))

    def value(self, depth: int) -> Value:
        if depth > _MAX_NESTING:
            raise ClassFileError("annotations are nested too deep")
        tag = self.byte()
        if tag in _NUMBERS:
            kind, constant, size = _NUMBERS[tag]
            bits = self.pool.number(self.short(), constant)
            return kind, (bits & 1 if not size else bits & (1 << 8 * size) - 1, size)
        if tag == ord("s"):
            return _STRING, self.pool.text(self.short())
        if tag == ord("c"):
            text = self.pool.text(self.short())
            return _TYPE, b"V" if text == b"V" else self.pool.field_shape(self._last())
        if tag == ord("e"):
            kind_of = self.pool.field_shape(self.short())
            return _ENUM, (kind_of, self.pool.name(self.short()), kind_of)
        if tag == ord("["):
            return _ARRAY, tuple(self.value(depth + 1) for _ in range(self.short()))
        if tag == ord("@"):
            return _ANNOTATION, self.annotation(depth + 1)
        raise ClassFileError(f"an annotation holds a value of the unknown kind {tag}")

    def _last(self) -> int:
        return int.from_bytes(self.data[self.at - 2 : self.at], "big")


def read_annotations(pool: Pool, data: bytes, *, visible: bool) -> list[Annotation]:
    """Read the content of one attribute with annotations. Raises `ClassFileError`."""
    reader = _Reader(pool, data, visible=visible)
    return [reader.annotation(0) for _ in range(reader.short())]


def read_parameter_annotations(pool: Pool, data: bytes, *, visible: bool) -> list[list[Annotation]]:
    """Read those of a method's parameters."""
    reader = _Reader(pool, data, visible=visible)
    return [[reader.annotation(0) for _ in range(reader.short())] for _ in range(reader.byte())]


def gather(annotation: Annotation, ids: Ids) -> None:
    """Tell the tables of a DEX file what an annotation names."""
    ids.add_type(annotation.type)
    for name, value in annotation.elements:
        ids.add_string(name)
        _gather_value(value, ids)


def _gather_value(value: Value, ids: Ids) -> None:
    kind, content = value
    if kind == _STRING:
        ids.add_string(content)
    elif kind == _TYPE:
        ids.add_type(content)
    elif kind == _ENUM:
        ids.add_field(content)
    elif kind == _ARRAY:
        for one in content:
            _gather_value(one, ids)
    elif kind == _ANNOTATION:
        gather(content, ids)


def encode_annotation(annotation: Annotation, ids: Ids) -> bytes:
    """Return an ``annotation_item`` without its visibility."""
    elements = sorted((ids.string[name], value) for name, value in annotation.elements)
    parts = [uleb(ids.type[annotation.type]), uleb(len(elements))]
    for name, value in elements:
        parts += [uleb(name), encode_value(value, ids)]
    return b"".join(parts)


def encode_value(value: Value, ids: Ids) -> bytes:
    """Return an ``encoded_value``."""
    kind, content = value
    if kind == _ARRAY:
        return bytes((kind,)) + uleb(len(content)) + b"".join(encode_value(one, ids) for one in content)
    if kind == _ANNOTATION:
        return bytes((kind,)) + encode_annotation(content, ids)
    if kind == _NULL:
        return bytes((kind,))
    if kind in {_STRING, _TYPE, _ENUM}:
        table: dict[Any, int] = ids.string if kind == _STRING else ids.type if kind == _TYPE else ids.field
        return _sized(kind, table[content], 4)
    bits, size = content
    return bytes((bits << 5 | kind,)) if not size else bytes((size - 1 << 5 | kind,)) + bits.to_bytes(size, "little")


def _sized(kind: int, number: int, most: int) -> bytes:
    raw = number.to_bytes(most, "little").rstrip(b"\0") or b"\0"
    return bytes((len(raw) - 1 << 5 | kind,)) + raw


def constant(shape: bytes, content: bytes | int | None) -> Value:
    """Return what a static field begins as, as an encoded value."""
    if isinstance(content, bytes):
        return _STRING, content
    if content is None:
        return _zero(shape)
    kind, _, size = _NUMBERS[shape[0]]
    return kind, (content & 1 if not size else content & (1 << 8 * size) - 1, size)


def _zero(shape: bytes) -> Value:
    if shape[:1] in b"L[":
        return _NULL, None
    kind, _, size = _NUMBERS[shape[0]]
    return kind, (0, size)


def uleb(value: int) -> bytes:
    """Return a number as ULEB128."""
    if value < 0x80:
        return bytes((value,))
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
