"""Dalvik instructions one by one: units with places to fill in when the tables of the file are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzer.model.record import dataclass

from .problem import UntranslatableError

if TYPE_CHECKING:
    from .ids import Ids

MOST_UNITS = 1 << 19
"""Code units of one translated method; 64 KiB of byte code give a quarter of it."""
SCRATCH = 4
VIRTUAL, SUPER, DIRECT, STATIC, INTERFACE, CUSTOM = 0x74, 0x75, 0x76, 0x77, 0x78, 0xFD
GOTO_32, MOVE_EXCEPTION = 0x2A, 0x0D
_PLAIN_MOVE, _WIDE_MOVE, _OBJECT_MOVE = 0x01, 0x04, 0x07
_MOVES = {"i": _PLAIN_MOVE, "a": _OBJECT_MOVE, "w": _WIDE_MOVE}
FORMS = {b"Z": 3, b"B": 4, b"C": 5, b"S": 6, b"J": 1, b"D": 1, b"I": 0, b"F": 0}
"""Which of seven array and field instructions is for a type; references are 2."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """A range of units, first to behind the last, and its handlers as (descriptor or `None` for any, unit)."""

    start: int
    end: int
    handlers: tuple[tuple[bytes | None, int], ...]


@dataclass(frozen=True, slots=True)
class Body:
    """A code item. ``places`` are (unit, kind, name) of the indices to fill in."""

    registers: int
    ins: int
    units: list[int]
    places: list[tuple[int, str, Any]]
    guarded: tuple[Guarded, ...] = ()
    outs: int = 0
    """Most registers that a call passes."""


class Emitter:
    """Appends instructions. The lowest `SCRATCH` registers are free for those that only reach registers below 16."""

    def __init__(self, ids: Ids) -> None:
        self.ids = ids
        self.units: list[int] = []
        self.places: list[tuple[int, str, Any]] = []
        self.outs = 0

    def check_size(self) -> None:
        """Raise `UntranslatableError` when the code has grown beyond all measure."""
        if len(self.units) > MOST_UNITS:
            raise UntranslatableError(f"more than {MOST_UNITS:,} code units")

    def move(self, kind: str, target: int, source: int) -> None:
        """Copy a register (``i``, ``a``) or a pair (``w``)."""
        if target == source:
            return
        opcode = _MOVES[kind]
        if target < 16 and source < 16:
            self.units.append(source << 12 | target << 8 | opcode)
        elif target < 256:
            self.units += (target << 8 | opcode + 1, source)
        else:
            self.units += (opcode + 2, target, source)

    def number(self, target: int, value: int) -> None:
        """Put a signed 32-bit number into a register below 256."""
        if -8 <= value < 8 and target < 16:
            self.units.append((value & 15) << 12 | target << 8 | 0x12)
        elif -0x8000 <= value < 0x8000:
            self.units += (target << 8 | 0x13, value & 0xFFFF)
        else:
            self.units += (target << 8 | 0x14, value & 0xFFFF, value >> 16 & 0xFFFF)

    def wide_number(self, target: int, bits: int) -> None:
        """Put a 64-bit number into a pair of registers."""
        value = bits - (1 << 64) if bits >> 63 else bits
        if -0x8000 <= value < 0x8000:
            self.units += (target << 8 | 0x16, value & 0xFFFF)
        else:
            self.units += (target << 8 | 0x18, *(bits >> shift & 0xFFFF for shift in (0, 16, 32, 48)))

    def named(self, head: int, kind: str, name: Any) -> None:
        """Emit a first unit and the index of what the instruction names."""
        self.units += (head, 0)
        self.places.append((len(self.units) - 1, kind, name))
        getattr(self.ids, f"add_{kind}")(name)

    def invoke(self, opcode: int, member: tuple[bytes, bytes, bytes], first: int, count: int) -> None:
        """Call a method with the ``count`` registers from ``first`` on."""
        if count > 255:
            raise UntranslatableError("a call passes more than 255 registers")
        self.outs = max(self.outs, count)
        self.named(count << 8 | opcode, "method", tuple(member))
        self.units.append(first)

    def result(self, kind: str, target: int) -> None:
        """Take what the last call gave: kind as on the stack; nothing for an empty one."""
        if kind:
            self.units.append(target << 8 | (0x0C if kind == "a" else 0x0B if kind[0] == "w" else 0x0A))

    def low(self, kind: str, register: int, scratch: int) -> int:
        """Return a register below 16 that holds what ``register`` holds."""
        if register < 16:
            return register
        self.move(kind, scratch, register)
        return scratch

    def field(self, base: int, member: tuple[bytes, bytes, bytes], kind: str, value: int, owner: int | None) -> None:
        """Read or write a field: ``base`` is the first opcode of its family, ``owner`` the object's register."""
        opcode = base + FORMS.get(member[2], 2)
        if owner is None:
            self.named(value << 8 | opcode, "field", tuple(member))
            return
        owner = self.low("a", owner, 0)
        reads = base < 0x59
        near = value if value < 16 else 2
        if not reads and near != value:
            self.move(kind, near, value)
        self.named(owner << 12 | near << 8 | opcode, "field", tuple(member))
        if reads:
            self.move(kind, value, near)
