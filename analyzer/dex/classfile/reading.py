"""A class file → its members, code and annotations. Source: JVM specification, chapter 4."""

from __future__ import annotations

import struct
from dataclasses import field
from typing import TYPE_CHECKING

from analyzer.model.record import dataclass

from . import pool as constants
from .annotations import Annotation, read_annotations, read_parameter_annotations
from .pool import Pool
from .problem import ClassFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAGIC = b"\xca\xfe\xba\xbe"
NEWEST = 70
"""Java 26; later versions may hold instructions that are not known here."""
MODULE = 0x8000
STATIC, PRIVATE = 0x0008, 0x0002
_VISIBLE = {b"RuntimeVisibleAnnotations": True, b"RuntimeInvisibleAnnotations": False}
_OF_PARAMETERS = {b"RuntimeVisibleParameterAnnotations": True, b"RuntimeInvisibleParameterAnnotations": False}
_CONSTANTS = {b"J": constants.LONG, b"D": constants.DOUBLE, b"F": constants.FLOAT}


@dataclass(frozen=True, slots=True)
class Guard:
    """One row of an exception table, in byte offsets; ``kind`` is `None` for any exception."""

    start: int
    end: int
    handler: int
    kind: bytes | None


@dataclass(frozen=True, slots=True)
class Code:
    """The code of a method."""

    stack: int
    locals: int
    raw: bytes
    guards: tuple[Guard, ...]


@dataclass(slots=True)
class Field:
    """A field; ``constant`` is what a static one begins as: the text of a string, or the bits of a number."""

    access: int
    name: bytes
    shape: bytes
    constant: bytes | int | None = None
    annotations: list[Annotation] = field(default_factory=list)


@dataclass(slots=True)
class Method:
    """A method; ``broken`` says why its code cannot be read."""

    access: int
    name: bytes
    shape: bytes
    code: Code | None = None
    broken: str | None = None
    annotations: list[Annotation] = field(default_factory=list)
    parameter_annotations: list[list[Annotation]] = field(default_factory=list)


@dataclass(slots=True)
class ClassFile:
    """One class."""

    pool: Pool
    access: int
    name: bytes
    """Descriptor, as all class names here."""
    superclass: bytes | None
    interfaces: tuple[bytes, ...]
    fields: list[Field] = field(default_factory=list)
    methods: list[Method] = field(default_factory=list)
    annotations: list[Annotation] = field(default_factory=list)
    bootstraps: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    """Of each bootstrap method the constants of its handle and its arguments."""


def read_class(data: bytes) -> ClassFile | None:
    """Read a class file; `None` for the description of a module. Raises `ClassFileError`."""
    if data[:4] != MAGIC:
        raise ClassFileError("no class file")
    if len(data) < 10:
        raise ClassFileError("cut off")
    version = int.from_bytes(data[6:8], "big")
    if version > NEWEST:
        raise ClassFileError(f"class file version {version} is newer than {NEWEST}")
    try:
        return _Reader(data).read()
    except (struct.error, IndexError):
        raise ClassFileError("cut off") from None


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.pool = Pool(data)
        self.at = self.pool.end

    def _shorts(self, count: int) -> tuple[int, ...]:
        found = struct.unpack_from(f">{count}H", self.data, self.at)
        self.at += 2 * count
        return found

    def read(self) -> ClassFile | None:
        pool = self.pool
        access, own, above, count = self._shorts(4)
        if access & MODULE:
            return None
        found = ClassFile(
            pool,
            access,
            pool.type(own),
            pool.type(above) if above else None,
            tuple(dict.fromkeys(pool.type(index) for index in self._shorts(count))),
        )
        if found.name[:1] != b"L":
            raise ClassFileError("an array as the name of a class")
        seen = set[tuple[bytes, bytes]]()
        for _ in range(self._shorts(1)[0]):
            one = self._field()
            if (one.name, one.shape) not in seen:
                found.fields.append(one)
            seen.add((one.name, one.shape))
        seen.clear()
        for _ in range(self._shorts(1)[0]):
            method = self._method()
            if (method.name, method.shape) not in seen:
                found.methods.append(method)
            seen.add((method.name, method.shape))
        for name, start, end in self._attributes():
            if name in _VISIBLE:
                found.annotations += read_annotations(pool, self.data[start:end], visible=_VISIBLE[name])
            elif name == b"BootstrapMethods":
                found.bootstraps = self._bootstraps(start, end)
        return found

    def _attributes(self) -> Iterator[tuple[bytes, int, int]]:
        """Yield name, begin and end of each attribute and leave the position behind the last."""
        for _ in range(self._shorts(1)[0]):
            name, length = struct.unpack_from(">HI", self.data, self.at)
            start = self.at + 6
            if start + length > len(self.data):
                raise ClassFileError("an attribute is cut off")
            self.at = start + length
            yield self.pool.text(name), start, start + length

    def _field(self) -> Field:
        access, name, shape = self._shorts(3)
        pool = self.pool
        found = Field(access, pool.name(name), pool.field_shape(shape))
        for kind, start, end in self._attributes():
            if kind == b"ConstantValue" and access & STATIC and end - start == 2:
                found.constant = self._constant(found.shape, int.from_bytes(self.data[start:end], "big"))
            elif kind in _VISIBLE:
                found.annotations += read_annotations(pool, self.data[start:end], visible=_VISIBLE[kind])
        return found

    def _constant(self, shape: bytes, index: int) -> bytes | int | None:
        if shape == b"Ljava/lang/String;":
            return self.pool.string(index)
        if shape[:1] in b"L[":
            return None
        return self.pool.number(index, _CONSTANTS.get(shape, constants.INTEGER))

    def _method(self) -> Method:
        access, name, shape = self._shorts(3)
        pool = self.pool
        found = Method(access, pool.name(name), pool.method_shape(shape))
        for kind, start, end in self._attributes():
            if kind == b"Code":
                try:
                    found.code = self._code(start, end)
                except (ClassFileError, struct.error) as error:
                    found.broken = str(error) if isinstance(error, ClassFileError) else "its code is cut off"
            elif kind in _VISIBLE:
                found.annotations += read_annotations(pool, self.data[start:end], visible=_VISIBLE[kind])
            elif kind in _OF_PARAMETERS:
                lists = read_parameter_annotations(pool, self.data[start:end], visible=_OF_PARAMETERS[kind])
                found.parameter_annotations = found.parameter_annotations or lists
        return found

    def _code(self, start: int, end: int) -> Code:
        stack, variables, length = struct.unpack_from(">HHI", self.data, start)
        first = start + 8
        if not 0 < length < 65536 or first + length + 2 > end:
            raise ClassFileError("its code is cut off")
        count = int.from_bytes(self.data[first + length : first + length + 2], "big")
        rows = first + length + 2
        if rows + 8 * count > end:
            raise ClassFileError("its exception table is cut off")
        guards = []
        for number in range(count):
            begin, stop, handler, kind = struct.unpack_from(">4H", self.data, rows + 8 * number)
            guards.append(Guard(begin, stop, handler, self.pool.type(kind) if kind else None))
        return Code(stack, variables, self.data[first : first + length], tuple(guards))

    def _bootstraps(self, start: int, end: int) -> list[tuple[int, tuple[int, ...]]]:
        found, at = [], start + 2
        for _ in range(int.from_bytes(self.data[start:at], "big")):
            handle, count = struct.unpack_from(">HH", self.data, at)
            if at + 4 + 2 * count > end:
                raise ClassFileError("the bootstrap methods are cut off")
            found.append((handle, struct.unpack_from(f">{count}H", self.data, at + 4)))
            at += 4 + 2 * count
        return found
