"""Writes subroutines (``jsr`` … ``ret``) out where they are called, as dexers do.

Compilers before Java 6 made them of ``finally``; vendors' archives still hold such code. A subroutine cannot call
itself (JVM specification, 4.9.2), so a call to one that is still open means that the code has left it by a jump.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import bytecode as jvm
from .bytecode import Instruction
from .problem import UntranslatableError
from .reading import Guard

if TYPE_CHECKING:
    from collections.abc import Sequence

_CALLS = frozenset((jvm.JSR, jvm.JSR_W))
_NULL = 0x01
MOST = 100_000
"""Instructions of one method with its subroutines written out."""

Context = tuple[tuple[int, int], ...]
"""The open subroutines, outermost first: where each begins, and where it returns to."""


def without_subroutines(
    code: list[Instruction], guards: tuple[Guard, ...]
) -> tuple[list[Instruction], tuple[Guard, ...]]:
    """Return code and exception table without subroutines, with offsets of their own; most code is given back as it is.

    Raises `UntranslatableError`.
    """
    if not any(one.opcode in _CALLS or one.opcode == jvm.RET for one in code):
        return code, guards
    return _Writer(code, guards).write()


class _Writer:
    def __init__(self, code: list[Instruction], guards: tuple[Guard, ...]) -> None:
        self.code, self.guards = code, guards
        self.number = {one.at: number for number, one in enumerate(code)}
        self.reached: dict[Context, set[int]] = {}
        self.count = 0
        self._line: list[tuple[int, Context]] = []
        self._handlers = self._read_guards()
        self._reach(0, ())
        while self._line:
            self._step(*self._line.pop())

    def _read_guards(self) -> dict[int, list[int]]:
        """Return for each guarded instruction where its handlers begin."""
        found: dict[int, list[int]] = {}
        spent = 0
        for guard in self.guards:
            guarded = [one.at for one in self.code if guard.start <= one.at < guard.end]
            spent += len(self.code)
            if spent > 10 * MOST:
                raise UntranslatableError("too many exception handlers around subroutines")
            for at in guarded:
                found.setdefault(at, []).append(guard.handler)
        return found

    def _reach(self, at: int, context: Context) -> None:
        if at not in self.number:
            raise UntranslatableError("a jump into the middle of an instruction, or out of the code")
        here = self.reached.setdefault(context, set())
        if at not in here:
            here.add(at)
            self.count += 1
            if self.count > MOST:
                raise UntranslatableError(f"more than {MOST:,} instructions with its subroutines (jsr) written out")
            self._line.append((at, context))

    def _behind(self, at: int) -> int:
        number = self.number[at] + 1
        if number == len(self.code):
            raise UntranslatableError("its code runs past its end")
        return self.code[number].at

    def _step(self, at: int, context: Context) -> None:
        one = self.code[self.number[at]]
        for handler in self._handlers.get(at, ()):
            self._reach(handler, context)
        if one.opcode in _CALLS or one.opcode == jvm.RET:
            self._reach(*self._left(one, context))
            return
        if one.opcode in jvm.CONDITIONS or one.opcode in {jvm.GOTO, jvm.GOTO_W}:
            self._reach(one.a, context)
        elif one.opcode in {jvm.TABLE_SWITCH, jvm.LOOKUP_SWITCH}:
            for target in (one.a, *(target for _, target in one.b)):
                self._reach(target, context)
        if one.opcode not in jvm.NO_FALL_THROUGH:
            self._reach(self._behind(at), context)

    def _left(self, one: Instruction, context: Context) -> tuple[int, Context]:
        """Return where a call of a subroutine, or the return from one, goes on."""
        if one.opcode == jvm.RET:
            if not context:
                raise UntranslatableError("it returns from a subroutine (ret) that was not called")
            return context[-1][1], context[:-1]
        opened = next((depth for depth, (begin, _) in enumerate(context) if begin == one.a), len(context))
        return one.a, (*context[:opened], (one.a, self._behind(one.at)))

    def write(self) -> tuple[list[Instruction], tuple[Guard, ...]]:
        places: dict[tuple[int, Context], int] = {}
        ordered: list[tuple[Context, list[int]]] = [(context, sorted(ats)) for context, ats in self.reached.items()]
        for context, ats in ordered:
            for at in ats:
                places[at, context] = 2 * len(places)
        code: list[Instruction] = []
        guards: list[Guard] = []
        for context, ats in ordered:
            for at in ats:
                self._copy(self.code[self.number[at]], context, places, code)
            guards += self._guards(ats, context, places)
        return code, tuple(guards)

    def _copy(
        self, one: Instruction, context: Context, places: dict[tuple[int, Context], int], code: list[Instruction]
    ) -> None:
        at, opcode = places[one.at, context], one.opcode
        if opcode in _CALLS:
            code.append(Instruction(at, _NULL))  # the address of return, which nobody reads any more
            code.append(Instruction(at + 1, jvm.GOTO_W, places[self._left(one, context)]))
        elif opcode == jvm.RET:
            code.append(Instruction(at, jvm.GOTO_W, places[self._left(one, context)]))
        elif opcode in jvm.CONDITIONS or opcode in {jvm.GOTO, jvm.GOTO_W}:
            code.append(Instruction(at, opcode, places[one.a, context]))
        elif opcode in {jvm.TABLE_SWITCH, jvm.LOOKUP_SWITCH}:
            pairs = [(key, places[target, context]) for key, target in one.b]
            code.append(Instruction(at, opcode, places[one.a, context], pairs))
        else:
            code.append(Instruction(at, opcode, one.a, one.b))

    def _guards(self, ats: Sequence[int], context: Context, places: dict[tuple[int, Context], int]) -> list[Guard]:
        found = []
        for guard in self.guards:
            inside = [at for at in ats if guard.start <= at < guard.end]
            if inside:
                first, last = places[inside[0], context], places[inside[-1], context] + 2
                found.append(Guard(first, last, places[guard.handler, context], guard.kind))
        return found
