"""The constant pool of a class file (JVM specification, 4.4): what an index stands for, checked when it is asked for.

Names stay raw bytes: the modified UTF-8 of class files is that of DEX files.
"""

from __future__ import annotations

import re
import struct
from typing import NamedTuple

from .problem import ClassFileError

UTF8, INTEGER, FLOAT, LONG, DOUBLE, CLASS, STRING = 1, 3, 4, 5, 6, 7, 8
FIELD, METHOD, INTERFACE_METHOD, NAME_AND_TYPE = 9, 10, 11, 12
METHOD_HANDLE, METHOD_TYPE, DYNAMIC, INVOKE_DYNAMIC, MODULE, PACKAGE = 15, 16, 17, 18, 19, 20
_SIZES = {
    INTEGER: 5, FLOAT: 5, LONG: 9, DOUBLE: 9, CLASS: 3, STRING: 3, FIELD: 5, METHOD: 5, INTERFACE_METHOD: 5,
    NAME_AND_TYPE: 5, METHOD_HANDLE: 4, METHOD_TYPE: 3, DYNAMIC: 5, INVOKE_DYNAMIC: 5, MODULE: 3, PACKAGE: 3,
}  # fmt: skip
_TEXT = re.compile(rb"(?:[\x01-\x7f]|[\xc0-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2})*")
_PLAIN = re.compile(rb"[\x01-\x7f]*")
_NAME = rb"[^.;\[/<>()\x00-\x20]+"
_CLASS = re.compile(rb"%b(?:/%b)*" % (_NAME, _NAME))
_TYPE = rb"\[{0,255}(?:[BCDFIJSZ]|L%b(?:/%b)*;)" % (_NAME, _NAME)
_FIELD_SHAPE = re.compile(_TYPE)
_PARAMETER = re.compile(_TYPE)
_METHOD_SHAPE = re.compile(rb"\(((?:%b){0,255})\)(V|%b)" % (_TYPE, _TYPE))
_MEMBER_NAME = re.compile(rb"[^.;\[/<>()\x00-\x1f]+|<init>|<clinit>")


class Member(NamedTuple):
    """A field or method as code names it: descriptor of its class, name, shape."""

    owner: bytes
    name: bytes
    shape: bytes


class Handle(NamedTuple):
    """A method handle: its kind (1 to 9, table 5.4.3.5-A) and member."""

    kind: int
    member: Member
    on_interface: bool


class Pool:
    """Constants by index. Raises `ClassFileError` for every index that does not name what it should."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.tags: list[int] = [0]
        self._at: list[int] = [0]
        self._known: dict[tuple[int, int], bytes] = {}
        self._members: dict[int, Member] = {}
        self.end = self._walk()
        """Byte behind the pool."""

    def _walk(self) -> int:
        data, tags, places = self.data, self.tags, self._at
        count = int.from_bytes(data[8:10], "big")
        at, length = 10, len(data)
        while len(tags) < count:
            if at + 3 > length:
                raise ClassFileError("the constant pool is cut off")
            tag = data[at]
            tags.append(tag)
            places.append(at + 1)
            if tag == UTF8:
                at += 3 + (data[at + 1] << 8 | data[at + 2])
                continue
            size = _SIZES.get(tag)
            if size is None:
                raise ClassFileError(f"constant {len(tags) - 1} has the unknown tag {tag}")
            if tag in {LONG, DOUBLE}:
                tags.append(0)
                places.append(0)
            at += size
        if at > length:
            raise ClassFileError("the constant pool is cut off")
        return at

    def tag(self, index: int) -> int:
        """Return the kind of a constant, 0 for an index that stands for none."""
        return self.tags[index] if index < len(self.tags) else 0

    def _place(self, index: int, *tags: int) -> int:
        if self.tag(index) not in tags:
            raise ClassFileError(f"constant {index} is not what its user expects")
        return self._at[index]

    def _short(self, at: int) -> int:
        return self.data[at] << 8 | self.data[at + 1]

    def text(self, index: int) -> bytes:
        """Return a text."""
        known = self._known.get((UTF8, index))
        if known is None:
            at = self._place(index, UTF8)
            known = self.data[at + 2 : at + 2 + self._short(at)]
            if not (_PLAIN if known.isascii() else _TEXT).fullmatch(known):
                raise ClassFileError(f"constant {index} is no modified UTF-8")
            self._known[UTF8, index] = known
        return known

    def string(self, index: int) -> bytes:
        """Return the text of a string constant."""
        return self.text(self._short(self._place(index, STRING)))

    def name(self, index: int) -> bytes:
        """Return the name of a member."""
        name = self.text(index)
        if not _MEMBER_NAME.fullmatch(name):
            raise ClassFileError(f"constant {index} is no name")
        return name

    def type(self, index: int) -> bytes:
        """Return the descriptor of a class or array."""
        known = self._known.get((CLASS, index))
        if known is None:
            name = self.text(self._short(self._place(index, CLASS)))
            is_array = name[:1] == b"["
            known = self._checked(_FIELD_SHAPE, name) if is_array else b"L" + self._checked(_CLASS, name) + b";"
            self._known[CLASS, index] = known
        return known

    @staticmethod
    def _checked(pattern: re.Pattern[bytes], text: bytes) -> bytes:
        if not pattern.fullmatch(text):
            raise ClassFileError("a name or type is malformed")
        return text

    def field_shape(self, index: int) -> bytes:
        """Return the type of a field."""
        return self._checked(_FIELD_SHAPE, self.text(index))

    def method_shape(self, index: int) -> bytes:
        """Return ``(parameters)result``."""
        return self._checked(_METHOD_SHAPE, self.text(index))

    def method_type(self, index: int) -> bytes:
        """Return the shape that a method type constant stands for."""
        return self.method_shape(self._short(self._place(index, METHOD_TYPE)))

    def member(self, index: int) -> Member:
        """Return the field or method that an instruction names."""
        known = self._members.get(index)
        if known is None:
            at = self._place(index, FIELD, METHOD, INTERFACE_METHOD)
            name, shape = self.name_and_type(self._short(at + 2), is_field=self.tags[index] == FIELD)
            known = self._members[index] = Member(self.type(self._short(at)), name, shape)
        return known

    def name_and_type(self, index: int, *, is_field: bool = False) -> tuple[bytes, bytes]:
        """Return name and shape."""
        at = self._place(index, NAME_AND_TYPE)
        shape = self._short(at + 2)
        return self.name(self._short(at)), self.field_shape(shape) if is_field else self.method_shape(shape)

    def handle(self, index: int) -> Handle:
        """Return a method handle."""
        at = self._place(index, METHOD_HANDLE)
        kind, target = self.data[at], self._short(at + 1)
        if not 1 <= kind <= 9 or (self.tag(target) == FIELD) != (kind < 5):
            raise ClassFileError(f"constant {index} is no sound method handle")
        return Handle(kind, self.member(target), self.tag(target) == INTERFACE_METHOD)

    def dynamic(self, index: int) -> tuple[int, bytes, bytes]:
        """Return the bootstrap method's number, name and shape that ``invokedynamic`` names."""
        at = self._place(index, INVOKE_DYNAMIC)
        return self._short(at), *self.name_and_type(self._short(at + 2))

    def number(self, index: int, *tags: int) -> int:
        """Return the bits of a number, unsigned."""
        at = self._place(index, *tags)
        return int.from_bytes(self.data[at : at + (8 if self.tags[index] in {LONG, DOUBLE} else 4)], "big")

    def integer(self, index: int) -> int:
        """Return an integer, signed."""
        return int(struct.unpack_from(">i", self.data, self._place(index, INTEGER))[0])


def parameters(shape: bytes) -> list[bytes]:
    """Split ``(parameters)result`` into the parameters' descriptors; the shape is known to be sound."""
    return _PARAMETER.findall(shape, 1, shape.index(b")"))


def result(shape: bytes) -> bytes:
    """Return the descriptor of what a method gives."""
    return shape[shape.index(b")") + 1 :]


def width(descriptor: bytes) -> int:
    """Return how many registers, or stack slots, a value fills."""
    return 2 if descriptor in {b"J", b"D"} else 0 if descriptor == b"V" else 1


def words(shape: bytes) -> int:
    """Return how many registers the parameters fill, without the receiver."""
    return sum(map(width, parameters(shape)))
