"""What the operand stack holds before each instruction: the height, and which slots hold references or wide values.

A stack is written as a text of one character a slot: ``i`` a number, ``a`` a reference, ``wW`` a long or double.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from . import bytecode as jvm
from . import pool as constants
from .pool import parameters, result
from .problem import UntranslatableError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .bytecode import Instruction
    from .pool import Pool
    from .reading import Guard

_ROUNDS = 100
"""How deep handlers are followed that only other handlers lead to; compilers stay below ten."""


def kind_of(descriptor: bytes) -> str:
    """Return the slots that a value of a type fills."""
    if descriptor in {b"J", b"D"}:
        return "wW"
    return "" if descriptor == b"V" else "a" if descriptor[:1] in b"L[" else "i"


def kinds_of(shape: bytes) -> str:
    """Return the slots that the parameters of a method fill."""
    return "".join(map(kind_of, parameters(shape)))


def _effects() -> dict[int, tuple[str, str]]:
    """Return what each instruction without operands of its own takes from the stack and puts on it."""
    one = {"i": "i", "l": "wW", "f": "i", "d": "wW", "a": "a", "b": "i", "c": "i", "s": "i"}
    table = {0x00: ("", ""), 0x01: ("", "a"), 0x10: ("", "i"), 0x11: ("", "i")}
    table |= dict.fromkeys(range(0x02, 0x09), ("", "i")) | dict.fromkeys((0x09, 0x0A), ("", "wW"))
    table |= dict.fromkeys((0x0B, 0x0C, 0x0D), ("", "i")) | dict.fromkeys((0x0E, 0x0F), ("", "wW"))
    for number, letter in enumerate("ilfda"):
        table[jvm.LOAD + number] = ("", one[letter])
        table[jvm.STORE + number] = (one[letter], "")
    for number, letter in enumerate("ilfdabcs"):
        table[0x2E + number] = ("ai", one[letter])
        table[0x4F + number] = ("ai" + one[letter], "")
    for row in range(0x60, 0x74, 4):
        for number, letter in enumerate("ilfd"):
            table[row + number] = (2 * one[letter], one[letter])
    for number, letter in enumerate("ilfd"):
        table[0x74 + number] = (one[letter], one[letter])
    for opcode in range(0x78, 0x84):
        wide = bool(opcode & 1)
        second = "i" if opcode < 0x7E or not wide else "wW"
        table[opcode] = (("wW" if wide else "i") + second, "wW" if wide else "i")
    conversions = ("il", "if", "id", "li", "lf", "ld", "fi", "fl", "fd", "di", "dl", "df", "ii", "ii", "ii")
    for opcode, pair in enumerate(conversions, 0x85):
        table[opcode] = (one[pair[0]], one[pair[1]])
    table |= {0x94: ("wWwW", "i"), 0x95: ("ii", "i"), 0x96: ("ii", "i"), 0x97: ("wWwW", "i"), 0x98: ("wWwW", "i")}
    table |= dict.fromkeys(range(0x99, 0x9F), ("i", "")) | dict.fromkeys(range(0x9F, 0xA5), ("ii", ""))
    table |= {0xA5: ("aa", ""), 0xA6: ("aa", ""), 0xC6: ("a", ""), 0xC7: ("a", ""), 0xAA: ("i", ""), 0xAB: ("i", "")}
    table |= {0xAC: ("i", ""), 0xAD: ("wW", ""), 0xAE: ("i", ""), 0xAF: ("wW", ""), 0xB0: ("a", ""), 0xB1: ("", "")}
    table |= {jvm.IINC: ("", ""), jvm.GOTO: ("", ""), jvm.GOTO_W: ("", ""), jvm.THROW: ("a", "")}
    table |= {0xBB: ("", "a"), 0xBC: ("i", "a"), 0xBD: ("i", "a"), 0xBE: ("a", "i"), 0xC0: ("a", "a"), 0xC1: ("a", "i")}
    return table | {0xC2: ("a", ""), 0xC3: ("a", "")}


EFFECTS = _effects()
POP, POP2, DUP, SWAP = 0x57, 0x58, 0x59, 0x5F
DUPLICATIONS = {0x59: (1, 0), 0x5A: (1, 1), 0x5B: (1, 2), 0x5C: (2, 0), 0x5D: (2, 1), 0x5E: (2, 2)}
"""Of the six dup instructions: slots that are doubled, and slots below which the copy goes."""
LOADED = {
    constants.INTEGER: "i", constants.FLOAT: "i", constants.LONG: "wW", constants.DOUBLE: "wW", constants.CLASS: "a",
    constants.STRING: "a", constants.METHOD_HANDLE: "a", constants.METHOD_TYPE: "a",
}  # fmt: skip


class Stacks:
    """The stack before each instruction that can run; raises `UntranslatableError` where no sound stack is found."""

    def __init__(self, code: Iterable[Instruction], guards: Iterable[Guard], pool: Pool, most: int) -> None:
        self.code, self.guards = tuple(code), tuple(guards)
        self.pool, self.most = pool, most
        self.number = {one.at: number for number, one in enumerate(self.code)}
        """Number of the instruction at a byte offset."""
        self.before: list[str | None] = [None] * len(self.code)
        self._line = [0]
        self._height = 1
        self.before[0] = ""
        self._follow()
        self._follow_handlers()

    @property
    def height(self) -> int:
        """The most slots that are filled at once."""
        return self._height

    def _follow_handlers(self) -> None:
        """Follow the handlers of what runs, then the handlers of what runs in those, and so on."""
        places = [one.at for one in self.code]
        for _ in range(_ROUNDS):
            running = [0]
            for stack in self.before:
                running.append(running[-1] + (stack is not None))
            fresh = False
            for guard in self.guards:
                handler = self.number.get(guard.handler)
                if handler is None:
                    raise UntranslatableError("an exception handler begins inside an instruction")
                first, last = bisect_left(places, guard.start), bisect_left(places, guard.end)
                if self.before[handler] is None and first < last and running[last] > running[first]:
                    self._enter(handler, "a")
                    fresh = True
            if not fresh:
                return
            self._follow()
        raise UntranslatableError(f"exception handlers stand in handlers more than {_ROUNDS} deep")

    def _enter(self, number: int, stack: str) -> None:
        known = self.before[number]
        if known is None:
            self.before[number] = stack
            self._line.append(number)
        elif known != stack:
            raise UntranslatableError("the operand stack differs between two ways to one instruction")

    def _jump(self, target: int, stack: str) -> None:
        number = self.number.get(target)
        if number is None:
            raise UntranslatableError("a jump into the middle of an instruction, or out of the code")
        self._enter(number, stack)

    def _follow(self) -> None:
        code, before, line = self.code, self.before, self._line
        while line:
            number = line.pop()
            stack = before[number]
            assert stack is not None  # noqa: S101  # for the type checker: `_enter` has set it
            while True:
                one = code[number]
                opcode = one.opcode
                stack = self._after(one, stack)
                self._height = max(self._height, len(stack))
                if len(stack) > self.most:
                    raise UntranslatableError("the operand stack grows beyond its limit")
                if opcode in jvm.CONDITIONS or opcode in {jvm.GOTO, jvm.GOTO_W}:
                    self._jump(one.a, stack)
                elif opcode in {jvm.TABLE_SWITCH, jvm.LOOKUP_SWITCH}:
                    for target in {one.a, *(target for _, target in one.b)}:
                        self._jump(target, stack)
                if opcode in jvm.NO_FALL_THROUGH:
                    break
                number += 1
                if number == len(code):
                    raise UntranslatableError("its code runs past its end")
                known = before[number]
                if known is not None:
                    if known != stack:
                        raise UntranslatableError("the operand stack differs between two ways to one instruction")
                    break
                before[number] = stack

    def effect(self, one: Instruction, stack: str) -> tuple[str, str]:
        """Return the slots that an instruction takes from a stack, and those that it puts there instead."""
        return EFFECTS.get(one.opcode) or self._effect(one, stack)

    def _after(self, one: Instruction, stack: str) -> str:
        takes, puts = self.effect(one, stack)
        if not takes:
            return stack + puts
        if not stack.endswith(takes):
            raise UntranslatableError("an instruction finds other values on the stack than it takes")
        return stack[: -len(takes)] + puts

    def _effect(self, one: Instruction, stack: str) -> tuple[str, str]:
        opcode, pool = one.opcode, self.pool
        if opcode in DUPLICATIONS:
            count, below = DUPLICATIONS[opcode]
            if len(stack) < count + below:
                raise UntranslatableError("an instruction finds too little on the stack")
            top = stack[-count - below :]
            return top, top[below:] + top
        if opcode in {POP, POP2, SWAP}:
            count = 1 if opcode == POP else 2
            if len(stack) < count:
                raise UntranslatableError("an instruction finds too little on the stack")
            return stack[-count:], stack[-1] + stack[-2] if opcode == SWAP else ""
        if opcode in {0x12, 0x13, 0x14}:
            loaded = LOADED.get(pool.tag(one.a))
            if loaded is None:
                raise UntranslatableError("it loads a constant that is computed when the app runs")
            return "", loaded
        if 0xB2 <= opcode <= 0xB5:
            value = kind_of(pool.member(one.a).shape)
            takes = ("a" if opcode >= 0xB4 else "") + (value if opcode & 1 else "")
            return takes, "" if opcode & 1 else value
        if 0xB6 <= opcode <= 0xBA:
            shape = pool.dynamic(one.a)[2] if opcode == 0xBA else pool.member(one.a).shape
            return ("a" if opcode in {0xB6, 0xB7, 0xB9} else "") + kinds_of(shape), kind_of(result(shape))
        if opcode == 0xC5:
            if not one.b:
                raise UntranslatableError("an array of no dimension")
            return "i" * one.b, "a"
        if opcode in {jvm.JSR, jvm.JSR_W, jvm.RET}:
            raise UntranslatableError("it calls a subroutine (jsr), as compilers did before Java 6")
        raise UntranslatableError(f"unknown instruction {opcode:#04x}")
