"""The fields and methods of one class, with their access flags."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from analyzer.dex.classdata import uleb128
from analyzer.dex.problem import DamagedError
from analyzer.dex.tables import DexFile
from analyzer.dex.values import static_constants
from analyzer.model.record import dataclass

from .value import Value

PUBLIC, PRIVATE, STATIC, FINAL, ABSTRACT = 0x1, 0x2, 0x8, 0x10, 0x400
_MORE = 0x80
"""Bit of a byte behind which a number goes on."""


@dataclass(frozen=True, slots=True)
class Member:
    """One field or method that a class defines."""

    index: int
    """In the tables of its file."""
    flags: int
    code: int = 0
    """Byte offset of a method's code item; 0 without code."""


class Members:
    """What a class defines, by ``name:type`` and ``name(args)ret``."""

    def __init__(self, dex: DexFile, row: int) -> None:
        """Take a row of the class table; what is damaged is left out."""
        self._dex, self._row = dex, row
        self.flags = int(dex.classes[row]["access"])
        self.fields: dict[str, Member] = {}
        self.methods: dict[str, Member] = {}
        at = int(dex.classes[row]["data"])
        self._sound = bool(at)
        try:
            if at:
                self._read(at)
        except DamagedError:
            self._sound = False

    @cached_property
    def constants(self) -> Mapping[int, Value]:
        """Initial values of static fields by field index, as far as they are texts, numbers or classes."""
        try:
            found = static_constants(self._dex, self._row) if self._sound else {}
        except DamagedError:
            return {}
        return {
            index: Value("string" if kind == "string" else "class" if kind == "class" else "int", text)
            for index, (kind, text) in found.items()
        }

    def _read(self, at: int) -> None:
        dex, data, counts = self._dex, self._dex.data, []
        end = len(data)
        for _ in range(4):
            count, at = uleb128(data, at)
            counts.append(count)
        for count in counts[:2]:
            index = 0
            for _ in range(count):
                # Most numbers are one byte, and a call for each would take longer than all the rest.
                step, at = (data[at], at + 1) if at < end and data[at] < _MORE else uleb128(data, at)
                flags, at = (data[at], at + 1) if at < end and data[at] < _MORE else uleb128(data, at)
                index += step
                if index < len(dex.fields):
                    self.fields[dex.field_signature(index).partition("->")[2]] = Member(index, flags)
        raw, proto, size = dex.strings.raw, dex.proto, len(dex.methods)
        for count in counts[2:]:
            index = 0
            for _ in range(count):
                step, at = (data[at], at + 1) if at < end and data[at] < _MORE else uleb128(data, at)
                flags, at = (data[at], at + 1) if at < end and data[at] < _MORE else uleb128(data, at)
                code, at = uleb128(data, at)
                index += step
                if index < size:
                    member = raw(int(dex.method_name[index])) + proto(int(dex.method_proto[index]))
                    # Few of these are ever asked for with their class, so that is left out at once.
                    name = member.decode() if member.isascii() else dex.method_signature(index).partition("->")[2]
                    self.methods[name] = Member(index, flags, code)
