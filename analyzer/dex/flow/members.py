"""The fields and methods of one class, with their access flags."""

from __future__ import annotations

from dataclasses import field

from analyzer.dex.classdata import uleb128
from analyzer.dex.problem import DamagedError
from analyzer.dex.tables import DexFile
from analyzer.dex.values import static_constants
from analyzer.model.record import dataclass

from .value import Value

PUBLIC, PRIVATE, STATIC, FINAL, ABSTRACT = 0x1, 0x2, 0x8, 0x10, 0x400


@dataclass(frozen=True, slots=True)
class Member:
    """One field or method that a class defines."""

    index: int
    """In the tables of its file."""
    flags: int
    code: int = 0
    """Byte offset of a method's code item; 0 without code."""


@dataclass(slots=True)
class Members:
    """What a class defines, by ``name:type`` and ``name(args)ret``."""

    flags: int
    fields: dict[str, Member] = field(default_factory=dict)
    methods: dict[str, Member] = field(default_factory=dict)
    constants: dict[int, Value] = field(default_factory=dict)
    """Initial values of static fields by field index, as far as they are texts, numbers or classes."""


def read_members(dex: DexFile, row: int) -> Members:
    """Read a row of the class table; what is damaged is left out."""
    found = Members(int(dex.classes[row]["access"]))
    at = int(dex.classes[row]["data"])
    if not at:
        return found
    data, counts = dex.data, []
    try:
        for _ in range(4):
            count, at = uleb128(data, at)
            counts.append(count)
        for count in counts[:2]:
            index = 0
            for _ in range(count):
                step, at = uleb128(data, at)
                flags, at = uleb128(data, at)
                index += step
                if index < len(dex.fields):
                    found.fields[dex.field_signature(index).partition("->")[2]] = Member(index, flags)
        for count in counts[2:]:
            index = 0
            for _ in range(count):
                step, at = uleb128(data, at)
                flags, at = uleb128(data, at)
                code, at = uleb128(data, at)
                index += step
                if index < len(dex.methods):
                    found.methods[dex.method_signature(index).partition("->")[2]] = Member(index, flags, code)
        found.constants = {
            index: Value("string" if kind == "string" else "class" if kind == "class" else "int", text)
            for index, (kind, text) in static_constants(dex, row).items()
        }
    except DamagedError:
        return found
    return found
