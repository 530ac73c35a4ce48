"""JVM byte code → instructions with their operands. Source: JVM specification, chapter 6."""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

from .problem import UntranslatableError

LOAD, STORE, IINC, RET, WIDE = 0x15, 0x36, 0x84, 0xA9, 0xC4
TABLE_SWITCH, LOOKUP_SWITCH = 0xAA, 0xAB
GOTO, JSR, GOTO_W, JSR_W = 0xA7, 0xA8, 0xC8, 0xC9
IF_NULL, IF_NONNULL = 0xC6, 0xC7
CONDITIONS = frozenset((*range(0x99, 0xA7), IF_NULL, IF_NONNULL))
RETURNS = frozenset(range(0xAC, 0xB2))
THROW = 0xBF
NO_FALL_THROUGH = frozenset((GOTO, GOTO_W, TABLE_SWITCH, LOOKUP_SWITCH, *RETURNS, THROW))
_ONE = frozenset((0x12, *range(0x15, 0x1A), *range(0x36, 0x3B), RET, 0xBC))
_TWO = frozenset((0x13, 0x14, *range(0xB2, 0xB9), 0xBB, 0xBD, 0xC0, 0xC1))
_JUMP = frozenset((*range(0x99, 0xA9), IF_NULL, IF_NONNULL))
_BARE = frozenset(
    (*range(0x10), *range(0x2E, 0x36), *range(0x4F, 0x84), *range(0x85, 0x99), *RETURNS, 0xBE, THROW, 0xC2, 0xC3)
)


class Instruction(NamedTuple):
    """One instruction: its byte offset, opcode (loads and stores in their long form) and operands."""

    at: int
    opcode: int
    a: int = 0
    """Index, number, variable or target; of a switch the default target."""
    b: Any = 0
    """Increment, count of dimensions, or the (key, target) pairs of a switch."""


def decode(raw: bytes) -> list[Instruction]:
    """Decode the code of a method. Raises `UntranslatableError` where it is no byte code."""
    try:
        return _decode(raw)
    except (struct.error, IndexError):
        raise UntranslatableError("its code is cut off") from None


def _decode(raw: bytes) -> list[Instruction]:  # one loop, kept flat: it runs for every instruction
    found: list[Instruction] = []
    add = found.append
    at, end = 0, len(raw)
    make = Instruction
    while at < end:
        opcode = raw[at]
        if opcode in _BARE:
            add(make(at, opcode))
            at += 1
        elif 0x1A <= opcode <= 0x2D:
            add(make(at, LOAD + (opcode - 0x1A >> 2), opcode - 0x1A & 3))
            at += 1
        elif 0x3B <= opcode <= 0x4E:
            add(make(at, STORE + (opcode - 0x3B >> 2), opcode - 0x3B & 3))
            at += 1
        elif opcode in _TWO:
            add(make(at, opcode, raw[at + 1] << 8 | raw[at + 2]))
            at += 3
        elif opcode in _JUMP:
            offset = raw[at + 1] << 8 | raw[at + 2]
            add(make(at, opcode, at + (offset - 0x10000 if offset & 0x8000 else offset)))
            at += 3
        elif opcode in _ONE:
            add(make(at, opcode, raw[at + 1]))
            at += 2
        else:
            one, at = _rare(raw, at, opcode)
            add(one)
    if at != end:
        raise UntranslatableError("its code is cut off")
    return found


def _rare(raw: bytes, at: int, opcode: int) -> tuple[Instruction, int]:  # noqa: PLR0911  # one line for each form
    if opcode == 0x10:
        return Instruction(at, opcode, struct.unpack_from("b", raw, at + 1)[0]), at + 2
    if opcode == 0x11:
        return Instruction(at, opcode, struct.unpack_from(">h", raw, at + 1)[0]), at + 3
    if opcode == IINC:
        return Instruction(at, opcode, raw[at + 1], struct.unpack_from("b", raw, at + 2)[0]), at + 3
    if opcode in {0xB9, 0xBA}:
        return Instruction(at, opcode, raw[at + 1] << 8 | raw[at + 2]), at + 5
    if opcode == 0xC5:
        return Instruction(at, opcode, raw[at + 1] << 8 | raw[at + 2], raw[at + 3]), at + 4
    if opcode in {GOTO_W, JSR_W}:
        return Instruction(at, opcode, at + struct.unpack_from(">i", raw, at + 1)[0]), at + 5
    if opcode == WIDE:
        return _wide(raw, at)
    if opcode in {TABLE_SWITCH, LOOKUP_SWITCH}:
        return _switch(raw, at, opcode)
    raise UntranslatableError(f"unknown instruction {opcode:#04x}")


def _wide(raw: bytes, at: int) -> tuple[Instruction, int]:
    opcode, variable = struct.unpack_from(">BH", raw, at + 1)
    if opcode == IINC:
        return Instruction(at, opcode, variable, struct.unpack_from(">h", raw, at + 4)[0]), at + 6
    if LOAD <= opcode < LOAD + 5 or STORE <= opcode < STORE + 5 or opcode == RET:
        return Instruction(at, opcode, variable), at + 4
    raise UntranslatableError(f"unknown wide instruction {opcode:#04x}")


def _switch(raw: bytes, at: int, opcode: int) -> tuple[Instruction, int]:
    place = at + 4 & ~3
    default, count = struct.unpack_from(">ii", raw, place)
    if opcode == TABLE_SWITCH:
        low, high = struct.unpack_from(">ii", raw, place + 4)
        count = high - low + 1
        place += 12
        if not 0 <= count <= len(raw):
            raise UntranslatableError("a switch is longer than the code")
        targets = struct.unpack_from(f">{count}i", raw, place)
        pairs = [(low + number, at + target) for number, target in enumerate(targets)]
        return Instruction(at, opcode, at + default, pairs), place + 4 * count
    place += 8
    if not 0 <= count <= len(raw):
        raise UntranslatableError("a switch is longer than the code")
    rows = struct.unpack_from(f">{2 * count}i", raw, place)
    pairs = [(key, at + target) for key, target in zip(rows[::2], rows[1::2], strict=True)]
    return Instruction(at, opcode, at + default, pairs), place + 8 * count
