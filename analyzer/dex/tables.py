"""The id tables of one logical DEX file as numpy views: nothing is copied, everything is checked once."""

from __future__ import annotations

import contextlib
import struct
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from . import mutf8, native
from .arrays import U4, Flags, Ints, Words
from .classdata import ClassData, read_class_data
from .header import Header, Table
from .problem import DamagedError
from .strings import StringPool

NO_INDEX = 0xFFFFFFFF
_FIELD = np.dtype([("class", "<u2"), ("type", "<u2"), ("name", "<u4")])
_METHOD = np.dtype([("class", "<u2"), ("proto", "<u2"), ("name", "<u4")])
_PROTO = np.dtype([("shorty", "<u4"), ("result", "<u4"), ("parameters", "<u4")])
_CLASS = np.dtype(
    [
        ("type", "<u4"), ("access", "<u4"), ("super", "<u4"), ("interfaces", "<u4"), ("source", "<u4"),
        ("annotations", "<u4"), ("data", "<u4"), ("values", "<u4"),
    ]
)  # fmt: skip


class DexFile:
    """One logical DEX file: strings, types, prototypes, fields, methods, classes. Indices are those of the file."""

    def __init__(self, name: str, data: bytes, header: Header) -> None:
        """Check the tables against each other; raises `DamagedError` with the reason."""
        self.name = name
        self.data = data
        self.header = header
        self.words: Words = np.frombuffer(data, "<u2", len(data) // 2)
        self.strings = StringPool(data, self._rows(header.strings, np.dtype("<u4")))
        self.types: U4 = self._rows(header.types, np.dtype("<u4"))
        self.protos = self._rows(header.protos, _PROTO)
        self.fields = self._rows(header.fields, _FIELD)
        self.methods = self._rows(header.methods, _METHOD)
        self.classes = self._rows(header.classes, _CLASS)
        self.own_members: dict[bytes, set[tuple[bytes, bytes]]] = {}
        """Name and prototype of the methods with code, of the classes that were asked about."""
        self.method_class, self.method_name = self.methods["class"], self.methods["name"]
        self.method_proto = self.methods["proto"]
        self._proto_parameters, self._proto_result = self.protos["parameters"], self.protos["result"]
        self._proto_texts: dict[int, bytes] = {}
        self._signatures: dict[int, str] = {}
        self._field_signatures: dict[int, str] = {}
        self._check()

    def _rows(self, table: Table, row: np.dtype[Any]) -> npt.NDArray[Any]:
        return np.frombuffer(self.data, row, table.size, table.offset if table.size else 0)

    def _check(self) -> None:
        strings, types, protos = self.strings.count, len(self.types), len(self.protos)
        for what, column, limit in (
            ("a type's name", self.types, strings),
            ("a prototype's result", self.protos["result"], types),
            ("a field's class", self.fields["class"], types),
            ("a field's type", self.fields["type"], types),
            ("a field's name", self.fields["name"], strings),
            ("a method's class", self.methods["class"], types),
            ("a method's prototype", self.methods["proto"], protos),
            ("a method's name", self.methods["name"], strings),
            ("a class's type", self.classes["type"], types),
        ):
            if len(column) and int(column.max()) >= limit:
                raise DamagedError(f"{what} points outside its table")
        supers = self.classes["super"]
        if len(supers) and bool(((supers >= types) & (supers != NO_INDEX)).any()):
            raise DamagedError("a superclass points outside its table")

    @cached_property
    def class_data(self) -> ClassData:
        """The methods that the file defines, with the places of their code."""
        return read_class_data(self.data, self.classes["data"], len(self.methods))

    @cached_property
    def type_names(self) -> list[bytes]:
        """Every type descriptor (MUTF-8), by type index."""
        return self.strings.many(self.types.astype(np.int64))

    @cached_property
    def defined(self) -> dict[bytes, int]:
        """Descriptor of each defined class and its row in the class table; the first of equal ones, as on a phone."""
        names = self.type_names
        rows = self.classes["type"].tolist()
        return {names[rows[row]]: row for row in range(len(rows) - 1, -1, -1)}

    @cached_property
    def has_code(self) -> Flags:
        """By method index: whether this file defines the method with code."""
        data = self.class_data
        flags = np.zeros(len(self.methods), np.bool_)
        flags[data.method[data.code > 0]] = True
        return flags

    def type_list(self, offset: int) -> tuple[int, ...]:
        """Return the type indices of a ``type_list`` (interfaces, parameters)."""
        if not offset:
            return ()
        if offset + 4 > len(self.data):
            raise DamagedError("a type list lies outside the file")
        size = int.from_bytes(self.data[offset : offset + 4], "little")
        if not size:
            return ()
        if offset + 4 + 2 * size > len(self.data):
            raise DamagedError("a type list lies outside the file")
        found = struct.unpack_from(f"<{size}H", self.data, offset + 4)
        if max(found) >= len(self.types):
            raise DamagedError("a type list names a type outside its table")
        return found

    @cached_property
    def type_numbers(self) -> dict[bytes, int]:
        """Type index by descriptor."""
        return {name: number for number, name in enumerate(self.type_names)}

    def parents_of(self, row: int) -> tuple[bytes, ...]:
        """Return the superclass, then the interfaces, of a row of the class table."""
        above, offset = int(self.classes["super"][row]), int(self.classes["interfaces"][row])
        found: tuple[bytes, ...] = () if above == NO_INDEX else (self.type_names[above],)
        # A broken list hides ancestors only; a phone would refuse the class.
        with contextlib.suppress(DamagedError):
            found += tuple([self.type_names[index] for index in self.type_list(offset)])
        return found

    @cached_property
    def inheritance(self) -> tuple[Ints, Ints]:
        """All (class, superclass or interface) pairs as two columns of type indices."""
        core = native.core()
        pairs = core.read_parents(self.data, self.classes, len(self.types)) if core is not None else None
        if pairs is not None:
            return pairs
        own, above = self.classes["type"].astype(np.int64), self.classes["super"]
        has_super = above != NO_INDEX
        child, parent = [own[has_super]], [above[has_super].astype(np.int64)]
        offsets = self.classes["interfaces"]
        rows = np.flatnonzero(offsets)
        at = offsets[rows].astype(np.int64)
        # Most lists have one entry: those are read all at once.
        even = (at & 1 == 0) & (at + 6 <= len(self.words) * 2)
        single = np.zeros(len(rows), np.bool_)
        half = at[even] >> 1
        single[even] = (self.words[half] == 1) & (self.words[half + 1] == 0) & (self.words[half + 2] < len(self.types))
        child.append(own[rows[single]])
        parent.append(self.words[(at[single] >> 1) + 2].astype(np.int64))
        for row, offset in zip(rows[~single].tolist(), at[~single].tolist(), strict=True):
            with contextlib.suppress(DamagedError):
                found = np.array(self.type_list(offset), np.int64)
                child.append(np.full(len(found), own[row]))
                parent.append(found)
        return np.concatenate(child), np.concatenate(parent)

    def proto(self, index: int) -> bytes:
        """Return a prototype as ``(parameters)result``; one that cannot be read gives ``(?)?``."""
        known = self._proto_texts.get(index)
        if known is None:
            names = self.type_names
            try:
                parameters = b"".join([names[number] for number in self.type_list(int(self._proto_parameters[index]))])
                known = b"(" + parameters + b")" + names[self._proto_result[index]]
            except DamagedError:
                known = b"(?)?"
            self._proto_texts[index] = known
        return known

    def method_signature(self, index: int) -> str:
        """Return ``Lpkg/Cls;->name(args)ret``."""
        known = self._signatures.get(index)
        if known is None:
            owner, name = self.type_names[self.method_class[index]], self.strings.raw(int(self.method_name[index]))
            known = mutf8.decode(owner + b"->" + name + self.proto(int(self.method_proto[index])))
            self._signatures[index] = known
        return known

    def field_signature(self, index: int) -> str:
        """Return ``Lpkg/Cls;->name:type``."""
        known = self._field_signatures.get(index)
        if known is None:
            owner, shape, name = self.fields[index].tolist()
            names = self.type_names
            known = mutf8.decode(names[owner] + b"->" + self.strings.raw(name) + b":" + names[shape])
            self._field_signatures[index] = known
        return known

    def type_name(self, index: int) -> str:
        """Return the descriptor of a type."""
        return mutf8.decode(self.type_names[index])

    def flags_for(self, indices: list[int], size: int) -> Flags:
        """Return a lookup of ``size`` entries that is true at ``indices``."""
        flags = np.zeros(size, np.bool_)
        flags[indices] = True
        return flags
