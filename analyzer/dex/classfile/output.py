"""Writes translated classes as a DEX file (version 038) in memory. Source: the public "Dalvik executable format"."""

from __future__ import annotations

import hashlib
import struct
import zlib
from typing import TYPE_CHECKING

from .annotations import encode_value, uleb
from .directories import write_annotations
from .ids import Ids, shorty
from .members import STATIC, OutClass, OutField, OutMethod
from .pool import parameters, result

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .emit import Body

_NO_INDEX = 0xFFFFFFFF
_HEADER = 0x70
SYNCHRONIZED = 0x0020
_CONSTRUCTOR, _DECLARED_SYNCHRONIZED, _CLASS_SYNCHRONIZED = 0x10000, 0x20000, 0x0020
_FIELD_FLAGS = 0x50DF


class _Writer:
    """Writes the data one kind after the other, as the format has it: each refers only to what stands before it."""

    def __init__(self, classes: Sequence[OutClass], ids: Ids) -> None:
        self.classes, self.ids = classes, ids
        rows = (
            (len(ids.string), 4), (len(ids.type), 4), (len(ids.proto), 12), (len(ids.field), 8), (len(ids.method), 8),
            (len(classes), 32), (len(ids.site), 4), (len(ids.handle), 8),
        )  # fmt: skip
        self.tables: list[tuple[int, int]] = []
        at = _HEADER
        for count, width in rows:
            self.tables.append((count, at if count else 0))
            at += count * width
        self.begin = at
        self.data = bytearray()
        self.sections = [(0x0000, 1, 0)]
        self.sections += [(kind, *self.tables[kind - 1]) for kind in range(1, 9) if self.tables[kind - 1][0]]
        """Kind, items and offset of each table and each part of the data, for the map."""

    def section[K](self, kind: int, items: Iterable[tuple[K, bytes]], align: int = 1) -> dict[K, int]:
        """Write one kind of items; equal keys stand for one item. Returns key → offset in the file."""
        places: dict[K, int] = {}
        first = 0
        for key, raw in items:
            if key not in places:
                self.data += bytes(-(self.begin + len(self.data)) % align)
                places[key] = self.begin + len(self.data)
                first = first or places[key]
                self.data += raw
        if places:
            self.sections.append((kind, len(places), first))
        return places

    def write(self) -> bytes:
        ids, classes = self.ids, self.classes
        shapes = [[ids.type[name] for name in parameters(shape)] for shape in ids.proto]
        interfaces = [[ids.type[name] for name in cls.interfaces] for cls in classes]
        lists = self.section(0x1001, ((tuple(one), _type_list(one)) for one in (*shapes, *interfaces) if one), 4)
        bodies = [one.body for cls in classes for one in cls.methods if one.body is not None]
        codes = self.section(0x2001, ((id(body), code_item(body, ids)) for body in bodies), 4)
        strings = self.section(0x2002, ((text, uleb(_length(text)) + text + b"\0") for text in ids.string))
        arrays = {cls.name: self._static_values(cls) for cls in classes}
        calls = [ids.site_array(site) for site in ids.site]
        values = self.section(0x2005, ((raw, raw) for raw in (*arrays.values(), *calls) if raw))
        directories = write_annotations(classes, ids, self.section)
        members = [self._members(cls, codes) for cls in classes]
        data = self.section(0x2000, ((number, raw) for number, raw in enumerate(members) if raw))
        rows = [
            struct.pack(
                "<8I",
                ids.type[cls.name],
                cls.access & ~_CLASS_SYNCHRONIZED,
                ids.type[cls.superclass] if cls.superclass else _NO_INDEX,
                lists.get(tuple(above), 0),
                _NO_INDEX,
                directories.get(cls.name, 0),
                data.get(number, 0),
                values.get(arrays[cls.name], 0),
            )
            for number, (cls, above) in enumerate(zip(classes, interfaces, strict=True))
        ]
        tables = self._id_tables(strings, [lists.get(tuple(one), 0) for one in shapes])
        tables += [*rows, *[struct.pack("<I", values[raw]) for raw in calls]]
        for handle in ids.handle:
            kind, target = ids.handle_row(handle)
            tables.append(struct.pack("<4H", kind, 0, target, 0))
        return self._file(b"".join(tables))

    def _id_tables(self, strings: dict[bytes, int], lists: list[int]) -> list[bytes]:
        ids = self.ids
        tables = [struct.pack("<I", place) for place in strings.values()]
        tables += [struct.pack("<I", ids.string[name]) for name in ids.type]
        tables += [
            struct.pack("<3I", ids.string[shorty(shape)], ids.type[result(shape)], place)
            for shape, place in zip(ids.proto, lists, strict=True)
        ]
        tables += [struct.pack("<2HI", ids.type[one[0]], ids.type[one[2]], ids.string[one[1]]) for one in ids.field]
        tables += [struct.pack("<2HI", ids.type[one[0]], ids.proto[one[2]], ids.string[one[1]]) for one in ids.method]
        return tables

    def _file(self, tables: bytes) -> bytes:
        self.data += bytes(-(self.begin + len(self.data)) % 4)
        map_at = self.begin + len(self.data)
        self.sections.append((0x1000, 1, map_at))
        self.data += struct.pack("<I", len(self.sections))
        for kind, count, offset in self.sections:
            self.data += struct.pack("<2H2I", kind, 0, count, offset)
        body = tables + bytes(self.data)
        head = struct.pack("<3I", _HEADER + len(body), _HEADER, 0x12345678) + struct.pack("<3I", 0, 0, map_at)
        for count, offset in self.tables[:6]:
            head += struct.pack("<2I", count, offset)
        head += struct.pack("<2I", len(self.data), self.begin)
        whole = hashlib.sha1(head + body, usedforsecurity=False).digest() + head + body
        return b"dex\n038\0" + struct.pack("<I", zlib.adler32(whole)) + whole

    def _static_values(self, cls: OutClass) -> bytes:
        """Return the encoded array of what the static fields begin as; empty where all begin as nothing."""
        statics = self._fields(cls, static=True)
        told = [number for number, (_, one) in enumerate(statics) if one.value is not None]
        if not told:
            return b""
        array = [one.value or one.zero for _, one in statics[: told[-1] + 1]]
        return uleb(len(array)) + b"".join(encode_value(one, self.ids) for one in array if one is not None)

    def _fields(self, cls: OutClass, *, static: bool) -> list[tuple[int, OutField]]:
        rows = [
            (self.ids.field[cls.name, one.name, one.shape], one)
            for one in cls.fields
            if bool(one.access & STATIC) is static
        ]
        return sorted(rows, key=lambda row: row[0])

    def _members(self, cls: OutClass, codes: dict[int, int]) -> bytes:
        """Return the class data; empty for a class without members."""
        if not cls.fields and not cls.methods:
            return b""
        rows = [(self.ids.method[cls.name, one.name, one.shape], one) for one in cls.methods]
        numbered = sorted(rows, key=lambda row: row[0])
        groups = [[row for row in numbered if row[1].is_direct is direct] for direct in (True, False)]
        fields = [self._fields(cls, static=static) for static in (True, False)]
        sizes = [*map(len, fields), *map(len, groups)]
        raw = bytearray(b"".join(map(uleb, sizes)))
        for held in fields:
            last = 0
            for index, field in held:
                raw += uleb(index - last) + uleb(field.access & _FIELD_FLAGS)
                last = index
        for group in groups:
            last = 0
            for index, method in group:
                raw += uleb(index - last) + uleb(_access(method)) + uleb(codes.get(id(method.body), 0))
                last = index
        return bytes(raw)


def code_item(body: Body, ids: Ids) -> bytes:
    """Return a code item, its names filled in."""
    units = list(body.units)
    for at, kind, name in body.places:
        units[at] = getattr(ids, kind)[name]
    raw = struct.pack("<4H2I", body.registers, body.ins, body.outs, len(body.guarded), 0, len(units))
    raw += struct.pack(f"<{len(units)}H", *units)
    if not body.guarded:
        return raw
    raw += b"\0\0" * (len(units) & 1)
    spots: dict[tuple[tuple[bytes | None, int], ...], int] = {}
    lists = bytearray()
    head = uleb(len({one.handlers for one in body.guarded}))
    for one in body.guarded:
        if one.handlers not in spots:
            spots[one.handlers] = len(head) + len(lists)
            lists += _handlers(one.handlers, ids)
    rows = [struct.pack("<I2H", one.start, one.end - one.start, spots[one.handlers]) for one in body.guarded]
    return raw + b"".join(rows) + head + bytes(lists)


def _handlers(handlers: tuple[tuple[bytes | None, int], ...], ids: Ids) -> bytes:
    """Encode a list of handlers; a size below one says that the last is for any exception."""
    kinds = [(kind, at) for kind, at in handlers if kind is not None]
    rest = [at for kind, at in handlers if kind is None]
    out = _sleb(-len(kinds) if rest else len(kinds))
    for kind, at in kinds:
        out += uleb(ids.type[kind]) + uleb(at)
    return out + b"".join(uleb(at) for at in rest)


def _type_list(members: Sequence[int]) -> bytes:
    return struct.pack(f"<I{len(members)}H", len(members), *members)


def _access(method: OutMethod) -> int:
    access = method.access
    if access & SYNCHRONIZED:
        access = access & ~SYNCHRONIZED | _DECLARED_SYNCHRONIZED
    return access | (_CONSTRUCTOR if method.name[:1] == b"<" else 0)


def _length(text: bytes) -> int:
    """Return the number of UTF-16 units of modified UTF-8."""
    return len(text) if text.isascii() else sum(byte & 0xC0 != 0x80 for byte in text)


def _sleb(value: int) -> bytes:
    out = bytearray()
    while True:
        byte = value & 0x7F
        value >>= 7
        if (value == 0 and not byte & 0x40) or (value == -1 and byte & 0x40):
            out.append(byte)
            return bytes(out)
        out.append(byte | 0x80)


def write_dex(classes: Sequence[OutClass], ids: Ids) -> bytes:
    """Return the file; ``ids`` are the names of all ``classes``, not yet numbered."""
    ids.number()
    return _Writer(_in_order(classes), ids).write()


def _in_order(classes: Sequence[OutClass]) -> list[OutClass]:
    """Return the classes with those that they extend before them, as the format has it; circles stay as they are."""
    by_name = {cls.name: cls for cls in classes}
    done: dict[bytes, OutClass] = {}
    seen = set[bytes]()
    for cls in classes:
        line = [(cls, False)]
        while line:
            one, ready = line.pop()
            if ready:
                done.setdefault(one.name, one)
            elif one.name not in seen:
                seen.add(one.name)
                line.append((one, True))
                above = (by_name.get(name) for name in (one.superclass, *one.interfaces) if name)
                line += [(parent, False) for parent in above if parent is not None and parent.name not in seen]
    return list(done.values())
