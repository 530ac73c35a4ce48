"""What the classes of one DEX file name: gathered first, numbered when the file is written."""

from __future__ import annotations

from typing import NamedTuple

from .annotations import Value, encode_value, uleb
from .pool import Handle, parameters, result

MOST = 65_536
"""Rows of a table that instructions of 16 bits can name."""
_HANDLE_KINDS = (0, 3, 1, 2, 0, 5, 4, 7, 6, 8)
"""Kind of a method handle in a DEX file by that in a class file."""


class CallSite(NamedTuple):
    """What links an ``invoke-custom``: the bootstrap method, name and shape, and further arguments.

    An argument of a class file's own kind is ``("handle", Handle)`` or ``("proto", shape)``, else an encoded value.
    """

    bootstrap: Handle
    name: bytes
    shape: bytes
    arguments: tuple[Value | tuple[str, Handle] | tuple[str, bytes], ...]


class Ids:
    """Names, and after `number` their rows."""

    def __init__(self) -> None:
        self.strings: set[bytes] = set()
        self.types: set[bytes] = set()
        self.protos: set[bytes] = set()
        self.fields: set[tuple[bytes, bytes, bytes]] = set()
        self.methods: set[tuple[bytes, bytes, bytes]] = set()
        self.handles: set[Handle] = set()
        self.sites: dict[CallSite, None] = {}
        self.string: dict[bytes, int] = {}
        self.type: dict[bytes, int] = {}
        self.proto: dict[bytes, int] = {}
        self.field: dict[tuple[bytes, bytes, bytes], int] = {}
        self.method: dict[tuple[bytes, bytes, bytes], int] = {}
        self.handle: dict[Handle, int] = {}
        self.site: dict[CallSite, int] = {}

    def add_string(self, text: bytes) -> None:
        """Take a text."""
        self.strings.add(text)

    def add_type(self, descriptor: bytes) -> None:
        """Take a type."""
        if descriptor not in self.types:
            self.types.add(descriptor)
            self.strings.add(descriptor)

    def add_proto(self, shape: bytes) -> None:
        """Take the shape of a method."""
        if shape in self.protos:
            return
        self.protos.add(shape)
        self.strings.add(shorty(shape))
        for one in (*parameters(shape), result(shape)):
            self.add_type(one)

    def add_field(self, field: tuple[bytes, bytes, bytes]) -> None:
        """Take a field."""
        if field not in self.fields:
            self.fields.add(field)
            self.add_type(field[0])
            self.strings.add(field[1])
            self.add_type(field[2])

    def add_method(self, method: tuple[bytes, bytes, bytes]) -> None:
        """Take a method."""
        if method not in self.methods:
            self.methods.add(method)
            self.add_type(method[0])
            self.strings.add(method[1])
            self.add_proto(method[2])

    def add_handle(self, handle: Handle) -> None:
        """Take a method handle."""
        self.handles.add(handle)
        (self.add_field if handle.kind < 5 else self.add_method)(handle.member)

    def add_site(self, site: CallSite) -> None:
        """Take a call site."""
        if site in self.sites:
            return
        self.sites[site] = None
        self.add_handle(site.bootstrap)
        self.add_string(site.name)
        self.add_proto(site.shape)
        for kind, content in site.arguments:
            if isinstance(content, Handle):
                self.add_handle(content)
            elif kind == "proto":
                self.add_proto(content)
            elif kind == 0x17:
                self.add_string(content)
            elif kind == 0x18:
                self.add_type(content)

    def fits(self, other: Ids) -> bool:
        """Whether one DEX file has room for these names and those of ``other``."""
        tables = (
            (self.strings, other.strings), (self.types, other.types), (self.protos, other.protos),
            (self.fields, other.fields), (self.methods, other.methods), (self.handles, other.handles),
        )  # fmt: skip
        if any(len(own) + len(more) > MOST and len(own | more) > MOST for own, more in tables):
            return False
        return len(self.sites) + len(other.sites) <= MOST

    def take(self, other: Ids) -> None:
        """Take over the names of ``other``."""
        self.strings |= other.strings
        self.types |= other.types
        self.protos |= other.protos
        self.fields |= other.fields
        self.methods |= other.methods
        self.handles |= other.handles
        self.sites |= other.sites

    def number(self) -> None:
        """Give every name its row, in the order that the format demands."""
        self.string = _rows(sorted(self.strings, key=_utf16))
        string = self.string
        self.type = _rows(sorted(self.types, key=string.__getitem__))
        kind = self.type
        self.proto = _rows(
            sorted(self.protos, key=lambda shape: (kind[result(shape)], [kind[one] for one in parameters(shape)]))
        )
        proto = self.proto
        self.field = _rows(sorted(self.fields, key=lambda row: (kind[row[0]], string[row[1]], kind[row[2]])))
        self.method = _rows(sorted(self.methods, key=lambda row: (kind[row[0]], string[row[1]], proto[row[2]])))
        self.handle = _rows(sorted(self.handles))
        self.site = _rows(self.sites)

    def handle_row(self, handle: Handle) -> tuple[int, int]:
        """Return kind and member of a method handle's row."""
        return _HANDLE_KINDS[handle.kind], self.field[handle.member] if handle.kind < 5 else self.method[handle.member]

    def site_array(self, site: CallSite) -> bytes:
        """Return the encoded array of a call site."""
        parts = [self._sized(0x16, self.handle[site.bootstrap]), encode_value((0x17, site.name), self)]
        parts.append(self._sized(0x15, self.proto[site.shape]))
        for kind, content in site.arguments:
            if isinstance(content, Handle):
                parts.append(self._sized(0x16, self.handle[content]))
            elif isinstance(kind, str):
                parts.append(self._sized(0x15, self.proto[content]))
            else:
                parts.append(encode_value((kind, content), self))
        return uleb(len(parts)) + b"".join(parts)

    @staticmethod
    def _sized(kind: int, number: int) -> bytes:
        return bytes((0x60 | kind,)) + number.to_bytes(4, "little")


def _rows[T](ordered: list[T] | dict[T, None]) -> dict[T, int]:
    return {one: number for number, one in enumerate(ordered)}


def _utf16(raw: bytes) -> bytes:
    """Return the key by which strings are sorted: modified UTF-8 has NUL in the wrong place."""
    return raw.replace(b"\xc0\x80", b"\0") if b"\xc0" in raw else raw


def shorty(shape: bytes) -> bytes:
    """Return the short form of a shape: the result first, all references as ``L``."""
    return b"".join(b"L" if one[:1] in b"L[" else one for one in (result(shape), *parameters(shape)))
