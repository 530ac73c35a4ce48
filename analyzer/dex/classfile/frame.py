"""The registers of a translated method, its jumps and its switch tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import bytecode as jvm
from .emit import GOTO_32, MOVE_EXCEPTION, SCRATCH, Body, Emitter
from .guards import guard_ranges
from .problem import UntranslatableError
from .stack import DUPLICATIONS, SWAP, Stacks

if TYPE_CHECKING:
    from .bytecode import Instruction
    from .ids import Ids

SPARE = 4
"""Registers above the stack for what a translation puts there."""
WINDOW = 16
"""Registers through which the values of a stack pass that is deeper than instructions reach."""


class Frame(Emitter):
    """A method's registers, and the places in its code that jumps name."""

    def __init__(self, ids: Ids, variables: int, stacks: Stacks, ins: int, *, far: bool) -> None:
        """Lay the registers out; ``variables`` and ``ins`` count local variables and parameter words."""
        super().__init__(ids)
        self.count, self.stacks, self.ins, self.far = variables, stacks, ins, far
        slots = stacks.height + SPARE
        self.base = SCRATCH if slots + variables > 16 else 0
        self.deep = self.base + slots > 256
        if self.deep:
            self.base += WINDOW
        self.variables = self.base + slots
        self.registers = self.variables + variables
        if self.registers > 0xFFFF:
            raise UntranslatableError("it needs more than 65,535 registers")
        self.jumps: list[tuple[int, int, int]] = []
        """(unit of the instruction, unit of the offset or -1 for a long one, target)."""
        self.payloads: list[tuple[int, Instruction]] = []
        self.where: dict[int, int] = {}
        """Unit at which the code of a byte offset begins."""

    def instruction(self, one: Instruction, stack: str, top: int) -> None:
        """Emit what stands for one instruction; ``top`` is the first free register of the stack."""
        raise NotImplementedError

    @property
    def is_near(self) -> bool:
        """Whether jumps of 16 bits reach everything."""
        return len(self.units) < 0x7FFF

    def variable(self, number: int, size: int = 1) -> int:
        """Return the register of a local variable; parameters stand in the last ones, as calls pass them."""
        if number + size > self.count:
            raise UntranslatableError("it uses a variable that it does not have")
        if number < self.ins:
            return self.registers - self.ins + number
        return self.variables + number - self.ins

    def emit(self) -> None:
        """Emit the code, and at its end what receives exceptions."""
        runs = [
            (one, stack) for one, stack in zip(self.stacks.code, self.stacks.before, strict=True) if stack is not None
        ]
        for one, stack in runs:
            self.where[one.at] = len(self.units)
            self.instruction(one, stack, self.base + len(stack))
            self.check_size()
        self.end = len(self.units)
        self.handlers: dict[int, int] = {}
        for guard in self.stacks.guards:
            if guard.handler in self.where and guard.handler not in self.handlers:
                self.handlers[guard.handler] = len(self.units)
                self.units.append(self.base << 8 | MOVE_EXCEPTION)
                self.goto(guard.handler)

    def body(self) -> Body:
        """Fill in the jumps, add the switch tables, and return the whole."""
        units = self.units
        for at, place, target in self.jumps:
            offset = self.where[target] - at
            if place >= 0:
                units[place] = offset & 0xFFFF
            else:
                units[at + 1 : at + 3] = (offset & 0xFFFF, offset >> 16 & 0xFFFF)
        for at, one in self.payloads:
            if len(units) & 1:
                units.append(0)
            offset = len(units) - at
            units[at + 1 : at + 3] = (offset & 0xFFFF, offset >> 16 & 0xFFFF)
            self._switch_table(at, one)
        self.check_size()
        guarded = guard_ranges(self.stacks.guards, self.stacks.code, self.where, self.end, self.handlers)
        for one_range in guarded:
            for kind, _ in one_range.handlers:
                if kind is not None:
                    self.ids.add_type(kind)
        return Body(self.registers, self.ins, units, self.places, guarded, self.outs)

    def _switch_table(self, at: int, one: Instruction) -> None:
        targets = [self.where[target] - at for _, target in one.b]
        if one.opcode == jvm.TABLE_SWITCH:
            first = one.b[0][0] if one.b else 0
            self.units += (0x0100, len(targets), first & 0xFFFF, first >> 16 & 0xFFFF)
        else:
            self.units += (0x0200, len(targets))
            for key, _ in one.b:
                self.units += (key & 0xFFFF, key >> 16 & 0xFFFF)
        for target in targets:
            self.units += (target & 0xFFFF, target >> 16 & 0xFFFF)

    # --- jumps

    def goto(self, target: int) -> None:
        """Emit a jump to a byte offset."""
        self.jumps.append((len(self.units), -1, target))
        self.units += (GOTO_32, 0, 0)

    def branch(self, head: int, target: int) -> None:
        """Emit a condition; where jumps may be long, its opposite over a long jump."""
        if self.far:
            self.units += (head ^ 1, 5)
            self.goto(target)
        else:
            self.jumps.append((len(self.units), len(self.units) + 1, target))
            self.units += (head, 0)

    def shift_up(self, stack: str, count: int, top: int) -> None:
        """Move the last slots of the stack up by one."""
        self.copy(stack[len(stack) - count :], top - count, top - count + 1)

    def copy(self, kinds: str, source: int, target: int) -> None:
        """Copy stack slots upwards or to a place apart, the last ones first; pairs stay pairs."""
        at = len(kinds)
        while at:
            at -= 1
            if kinds[at] == "W" and at:
                at -= 1
            if kinds[at] == "W":
                raise UntranslatableError("an instruction tears a long or double apart")
            self.move(kinds[at], target + at, source + at)

    def shuffle(self, opcode: int, stack: str, top: int) -> None:
        """Emit a swap, or one of the instructions that double the top of the stack."""
        if opcode == SWAP:
            if "w" in stack[-2:] or "W" in stack[-2:]:
                raise UntranslatableError("an instruction tears a long or double apart")
            self.move(stack[-1], top, top - 1)
            self.move(stack[-2], top - 1, top - 2)
            self.move(stack[-1], top - 2, top)
            return
        count, below = DUPLICATIONS[opcode]
        doubled, between = stack[len(stack) - count :], stack[len(stack) - count - below : len(stack) - count]
        if "W" in (doubled[0], between[:1]) or "w" in (doubled[-1], between[-1:]):
            raise UntranslatableError("an instruction tears a long or double apart")
        self.copy(doubled, top - count, top)
        if below:
            first = top - count - below
            self.copy(between, first, first + count)
            self.copy(doubled, top, first)
