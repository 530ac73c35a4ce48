"""The Dalvik instruction set as far as a linear decode needs it.

Source: the public "Dalvik bytecode" and "Dalvik executable instruction formats" pages. Opcodes that only occur in
optimised files (0x73, 0xe3-0xf2) have the widths of ART, so that such a file is still decoded in step; unused ones
are one code unit wide, as in `dexdump`.
"""

from __future__ import annotations

import numpy as np

from .arrays import Bytes

PACKED_SWITCH, SPARSE_SWITCH, FILL_ARRAY = 0x0100, 0x0200, 0x0300
"""Whole code units that begin a payload. A payload is data: it has a length of its own and is never executed."""

_WIDE_RUNS: tuple[tuple[int, int, int], ...] = (  # first opcode, last opcode, code units
    (0x02, 0x02, 2), (0x03, 0x03, 3), (0x05, 0x05, 2), (0x06, 0x06, 3), (0x08, 0x08, 2), (0x09, 0x09, 3),
    (0x13, 0x13, 2), (0x14, 0x14, 3), (0x15, 0x16, 2), (0x17, 0x17, 3), (0x18, 0x18, 5), (0x19, 0x1A, 2),
    (0x1B, 0x1B, 3), (0x1C, 0x1C, 2), (0x1F, 0x20, 2), (0x22, 0x23, 2), (0x24, 0x26, 3), (0x29, 0x29, 2),
    (0x2A, 0x2C, 3), (0x2D, 0x3D, 2), (0x44, 0x6D, 2), (0x6E, 0x72, 3), (0x74, 0x78, 3), (0x90, 0xAF, 2),
    (0xD0, 0xE2, 2), (0xE3, 0xE8, 2), (0xE9, 0xEA, 3), (0xEB, 0xF2, 2), (0xFA, 0xFB, 4), (0xFC, 0xFD, 3),
    (0xFE, 0xFF, 2),
)  # fmt: skip


def _widths() -> bytes:
    table = bytearray(b"\x01" * 256)
    for first, last, units in _WIDE_RUNS:
        for opcode in range(first, last + 1):
            table[opcode] = units
    return bytes(table)


WIDTH = _widths()
"""Width in code units by opcode (the low byte of the first unit)."""


def width_table() -> Bytes:
    """Return the widths by whole code unit, 65,536 entries; 0 marks a payload, whose length stands in its data."""
    table = np.tile(np.frombuffer(WIDTH, np.uint8), 256)
    table[[PACKED_SWITCH, SPARSE_SWITCH, FILL_ARRAY]] = 0
    return table


CONST_STRING, CONST_STRING_JUMBO, CONST_CLASS, NEW_INSTANCE = 0x1A, 0x1B, 0x1C, 0x22
FILLED_NEW_ARRAY, FILLED_NEW_ARRAY_RANGE, FILL_ARRAY_DATA = 0x24, 0x25, 0x26
GOTO, GOTO_16, GOTO_32, PACKED_SWITCH_OP, SPARSE_SWITCH_OP = 0x28, 0x29, 0x2A, 0x2B, 0x2C
CONST_METHOD_HANDLE = 0xFE
MOVE_RESULTS = frozenset((0x0A, 0x0B, 0x0C))
FIELD_OPS = range(0x52, 0x6E)
FIELD_READS = frozenset((*range(0x52, 0x59), *range(0x60, 0x67)))
INVOKES = frozenset((*range(0x6E, 0x73), *range(0x74, 0x79), 0xFA, 0xFB))
"""Instructions whose second code unit is a method index."""
CALL_SITES = frozenset((0xFC, 0xFD))
INVOKE_STATIC = frozenset((0x71, 0x77))
RANGE_INVOKES = frozenset((*range(0x74, 0x79), 0xFB, 0xFD))
NO_FALL_THROUGH = frozenset((*range(0x0E, 0x12), 0x27, 0x28, 0x29, 0x2A, 0x73))
"""Returns, throw and gotos: the next instruction is not reached from here."""

# Which register an instruction writes: 4-bit vA, 8-bit vAA or 16-bit vAAAA; wide ones write the next register too.
_A4 = (0x01, 0x04, 0x07, 0x12, 0x20, 0x21, 0x23, *range(0x52, 0x59), *range(0x7B, 0x90), *range(0xB0, 0xD8))
_A4 += tuple(range(0xE3, 0xE6)) + tuple(range(0xEF, 0xF3))
_A8 = (
    0x02, 0x05, 0x08, 0x0A, 0x0B, 0x0C, 0x0D, *range(0x13, 0x1D), 0x1F, 0x22, *range(0x2D, 0x32), *range(0x44, 0x4B),
    *range(0x60, 0x67), *range(0x90, 0xB0), *range(0xD8, 0xE3), 0xFE, 0xFF,
)  # fmt: skip
_A16 = (0x03, 0x06, 0x09)
_WIDE = (
    0x04, 0x05, 0x06, 0x0B, *range(0x16, 0x1A), 0x45, 0x53, 0x61, 0x7D, 0x7E, 0x80, 0x81, 0x83, 0x86, 0x88, 0x89,
    0x8B, *range(0x9B, 0xA6), *range(0xAB, 0xB0), *range(0xBB, 0xC6), *range(0xCB, 0xD0), 0xE4,
)  # fmt: skip


def _writes() -> tuple[int, ...]:
    table = [0] * 256
    for bits, opcodes in ((4, _A4), (8, _A8), (16, _A16)):
        for opcode in opcodes:
            table[opcode] = bits
    return tuple(table)


WRITES = _writes()
"""By opcode: 0 writes no register, else the number of bits of the register's number in the instruction."""
WRITES_WIDE = frozenset(_WIDE)
"""Opcodes whose result fills two registers."""


def payload_units(code: bytes | memoryview, at: int) -> int:
    """Return the length in code units of the payload at byte ``at``; more than remains when its head is cut off."""
    head = bytes(code[at : at + 8])
    if len(head) < 4:
        return 1 << 62
    kind, size = int.from_bytes(head[:2], "little"), int.from_bytes(head[2:4], "little")
    if kind == PACKED_SWITCH:
        return size * 2 + 4
    if kind == SPARSE_SWITCH:
        return size * 4 + 2
    if len(head) < 8:
        return 1 << 62
    return (int.from_bytes(head[4:8], "little") * size + 1) // 2 + 4
