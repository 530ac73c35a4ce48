"""One code item, decoded in full: its instructions, their operands, and which instruction may run after which."""

from __future__ import annotations

import struct
import sys
from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property, lru_cache
from itertools import compress

from analyzer.dex import native, opcodes
from analyzer.dex.bodies import Bodies, exception_ranges
from analyzer.dex.problem import DamagedError
from analyzer.dex.sweep import decode, window
from analyzer.dex.tables import DexFile

from .blocks import Blocks
from .compiled import CompiledBlocks
from .value import Value

_JUMPS = frozenset({*range(0x28, 0x2D), *range(0x32, 0x3E)})
CONDITIONS = frozenset(range(0x32, 0x3E))
"""Instructions that branch or fall through by one or two registers."""
CHECK_CAST, NEW_ARRAY = 0x1F, 0x23
_IS_JUMP = tuple(opcode in _JUMPS for opcode in range(256))
_MOVE_12, _MOVE_22, _MOVE_32 = (0x01, 0x04, 0x07), (0x02, 0x05, 0x08), (0x03, 0x06, 0x09)
_MOVES = frozenset((*_MOVE_12, *_MOVE_22, *_MOVE_32))
_IS_LITTLE = sys.byteorder == "little"
"""Whether this machine reads code units as files hold them."""
_PADDING = bytes(6)
_MOST_STEPS = 6000
"""Instructions walked back for one register before it is given up."""
_MOST_TARGETS = 1 << 20
"""Targets of all jumps of a method: switches of a hostile file can share their cases."""


class Method:
    """One decoded code item. Positions are code units from its first instruction."""

    def __init__(self, dex: DexFile, bodies: Bodies, item: int, part: int = 0) -> None:
        """Decode row ``item`` of ``bodies``; ``part`` is the number of the file."""
        self.dex = dex
        self.part = part
        self.item = item
        words, shift, start, end = window(dex.words, dex.data, bodies, item)
        self._data = memoryview(dex.data)[shift + 2 * start : shift + 2 * end]
        self.size: int = end - start
        self._offset = int(bodies.offset[item])
        core = native.core() if _IS_LITTLE else None
        self._followed = core.follow(dex.data, self._offset, 2 * start + shift, self.size) if core is not None else None
        self.units: Sequence[int]
        """The code units; padding behind them spares a check for each operand."""
        if self._followed is not None:
            self.units = memoryview(b"".join((self._data, _PADDING))).cast("H")
        else:  # a list is read four times as fast as an array, and the loops below read much of it
            self.units = [*words[start:end].tolist(), 0, 0, 0]
            self._window = words, memoryview(dex.data)[shift:], start, end
        self.registers, self.ins, _, self._tries = struct.unpack_from("<HHHH", dex.data, self._offset)
        self.values: dict[tuple[int, int, int], Value] = {}
        """Values already evaluated: (position, register, depth)."""
        self._definitions: dict[tuple[int, int], frozenset[int] | None] = {}

    @property
    def code_offset(self) -> int:
        """Byte offset of the code item in its file."""
        return self._offset

    # --- instructions

    @cached_property
    def _decoded(self) -> tuple[list[int], Sequence[int], bool]:
        if self._followed is not None:
            return self._followed.instructions()
        words, data, start, end = self._window
        found, whole = decode(words, data, start, end)
        positions, units = [at - start for at in found], self.units
        return positions, [units[at] & 0xFF for at in positions], whole

    @cached_property
    def positions(self) -> list[int]:
        """Where real instructions begin."""
        return self._decoded[0]

    @cached_property
    def opcodes(self) -> Sequence[int]:
        """One for each position."""
        return self._decoded[1]

    @property
    def whole(self) -> bool:
        """Whether the last instruction ends where the code ends."""
        return self._decoded[2]

    def number(self, at: int) -> int:
        """Return the number of the instruction at (or the first one behind) a position."""
        return bisect_left(self.positions, at)

    def begins(self, at: int) -> bool:
        """Whether an instruction begins at a position."""
        number = bisect_left(self.positions, at)
        return number < len(self.positions) and self.positions[number] == at

    def opcode(self, at: int) -> int:
        """Return the opcode of the instruction at a position."""
        return self.units[at] & 0xFF

    def index(self, at: int) -> int:
        """Return the operand that names a string, type, field or method."""
        if self.units[at] & 0xFF == opcodes.CONST_STRING_JUMBO:
            return self.units[at + 1] | self.units[at + 2] << 16
        return self.units[at + 1]

    def invoked(self, at: int) -> str | None:
        """Return the signature of the method that the instruction at ``at`` calls, `None` for another instruction."""
        units = self.units
        if units[at] & 0xFF not in opcodes.INVOKES or units[at + 1] >= len(self.dex.methods):
            return None
        return self.dex.method_signature(units[at + 1])

    def words(self, at: int) -> list[int]:
        """Return the registers that an invoke or a filled-new-array passes; wide arguments stand there as two."""
        head, third = self.units[at], self.units[at + 2]
        opcode = head & 0xFF
        if opcode in opcodes.RANGE_INVOKES or opcode == opcodes.FILLED_NEW_ARRAY_RANGE:
            return list(range(third, third + (head >> 8)))
        five = [third & 15, third >> 4 & 15, third >> 8 & 15, third >> 12, head >> 8 & 15]
        return five[: min(head >> 12, 5)]

    def shapes(self, at: int) -> list[bool]:
        """Tell for each argument of an invoke whether it fills two registers; the receiver comes first."""
        shapes = [] if self.opcode(at) in opcodes.INVOKE_STATIC else [False]
        proto = self.dex.proto(int(self.dex.method_proto[self.units[at + 1]]))
        shapes += _wide(proto)
        return shapes

    def argument_register(self, at: int, argument: int) -> int | None:
        """Return the first register of one argument of the invoke at ``at``, `None` when there are not so many."""
        wide = _wide(self.dex.proto(int(self.dex.method_proto[self.units[at + 1]])))
        first = 0 if self.opcode(at) in opcodes.INVOKE_STATIC else 1
        if not 0 <= argument < first + len(wide):
            return None
        registers, place = self.words(at), argument + sum(wide[: max(0, argument - first)])
        return registers[place] if place < len(registers) else None

    def written(self, at: int) -> int | None:
        """Return the (first) register that the instruction at ``at`` writes."""
        head = self.units[at]
        bits = opcodes.WRITES[head & 0xFF]
        if not bits:
            return None
        return head >> 8 & 15 if bits == 4 else head >> 8 if bits == 8 else self.units[at + 1]

    def source(self, at: int) -> int:
        """Return the (first) register that a move reads."""
        head = self.units[at]
        opcode = head & 0xFF
        if opcode in _MOVE_12:
            return head >> 12
        return self.units[at + 1] if opcode in _MOVE_22 else self.units[at + 2]

    def before(self, at: int) -> int | None:
        """Return the position of the instruction that stands directly before the one at ``at``."""
        number = self.number(at)
        if not number:
            return None
        last = self.positions[number - 1]
        return last if last + opcodes.WIDTH[self.units[last] & 0xFF] == at else None

    def behind(self, at: int) -> int:
        """Return the position behind the instruction at ``at``."""
        return at + opcodes.WIDTH[self.units[at] & 0xFF]

    def at_opcodes(self, wanted: frozenset[int]) -> list[int]:
        """Return the positions of all instructions with one of some opcodes."""
        return [at for at, opcode in zip(self.positions, self.opcodes, strict=True) if opcode in wanted]

    def offset(self, at: int) -> int:
        """Return the signed 32 bits behind the first unit of the instruction at ``at``."""
        return signed(self.units[at + 1] | self.units[at + 2] << 16, 32)

    # --- control flow

    def targets(self, at: int) -> list[int]:
        """Return where the instruction at ``at`` may jump to; nothing for one that only falls through."""
        units = self.units
        opcode = units[at] & 0xFF
        if opcode not in _JUMPS:
            return []
        if opcode == opcodes.GOTO:
            return [at + signed(units[at] >> 8, 8)]
        if opcode == opcodes.GOTO_32:
            return [at + self.offset(at)]
        if opcode in {opcodes.PACKED_SWITCH_OP, opcodes.SPARSE_SWITCH_OP}:
            return [at + target for target in self._cases(at + self.offset(at))]
        return [at + signed(units[at + 1], 16)]

    def _cases(self, payload: int) -> list[int]:
        if not 0 <= payload < self.size - 1:
            return []
        kind, size = self.units[payload], self.units[payload + 1]
        first = payload + (4 if kind == opcodes.PACKED_SWITCH else 2 + 2 * size)
        if kind not in {opcodes.PACKED_SWITCH, opcodes.SPARSE_SWITCH} or first + 2 * size > self.size:
            return []
        raw = bytes(self._data[2 * first : 2 * (first + 2 * size)])
        return [int.from_bytes(raw[4 * n : 4 * n + 4], "little", signed=True) for n in range(size)]

    def array_data(self, at: int) -> tuple[int, bytes]:
        """Return (bytes of an element, raw elements) of the payload that ``fill-array-data`` at ``at`` names."""
        payload = at + self.offset(at)
        if not 0 <= payload < self.size - 3 or self.units[payload] != opcodes.FILL_ARRAY:
            return 0, b""
        width, count = self.units[payload + 1], self.units[payload + 2] | self.units[payload + 3] << 16
        first = 2 * (payload + 4)
        raw = bytes(self._data[first : first + width * count])
        return (width, raw) if len(raw) == width * count else (0, b"")

    @cached_property
    def is_straight(self) -> bool:
        """Whether instructions run in their order to the first end, without jumps and handlers."""
        return not self._tries and _JUMPS.isdisjoint(self.opcodes)

    @cached_property
    def blocks(self) -> Blocks | None:
        """The control-flow graph; `None` when the exception handlers cannot be read, or too many ways lead on."""
        if self._followed is not None:
            _ = self._decoded  # the library lists instructions before blocks
            return CompiledBlocks.of(self._followed)
        if self._labels is None:
            return None
        try:
            ranges = exception_ranges(self.dex.data, self._offset, self.size)
        except (DamagedError, struct.error):
            return None
        return Blocks(self, ranges)

    @cached_property
    def _straight_end(self) -> int:
        """Number of the instruction that ends straight code."""
        ends = opcodes.NO_FALL_THROUGH
        return next((n for n, opcode in enumerate(self.opcodes) if opcode in ends), len(self.opcodes))

    # --- definitions

    def definitions(self, at: int, register: int) -> frozenset[int] | None:
        """Return the positions of the instructions whose result ``register`` may hold just before ``at``.

        Moves and casts are looked through. The negative number ``-1 - n`` stands for what register n held when the
        method began: a parameter, or nothing. Empty: ``at`` is never reached. `None`: not known, because the method is
        damaged or too large to follow.
        """
        key = (at, register)
        if key not in self._definitions and self._followed is not None:
            self._definitions[key] = self._followed.definitions(at, register)
        elif key not in self._definitions:
            near = self._near(at, register)
            self._definitions[key] = self._define(at, register) if near is None else frozenset((near,))
        return self._definitions[key]

    @cached_property
    def _labels(self) -> frozenset[int] | None:
        """Where jumps and exceptions lead; `None` when the handlers cannot be read or jumps have too many targets."""
        found: set[int] = set()
        room = _MOST_TARGETS
        for at in compress(self.positions, map(_IS_JUMP.__getitem__, self.opcodes)):
            targets = self.targets(at)
            found.update(targets)
            room -= len(targets)
            if room < 0:
                return None
        if self._tries:
            try:
                for _, _, handlers in exception_ranges(self.dex.data, self._offset, self.size):
                    found.update(handlers)
            except (DamagedError, struct.error):
                return None
        return frozenset(found)

    def _near(self, at: int, register: int) -> int | None:
        """Return the definition when it is reached without passing a place to which control comes from elsewhere."""
        positions, units, writes, labels = self.positions, self.units, opcodes.WRITES, self._labels
        if labels is None:
            return None
        number = bisect_left(positions, at)
        for _ in range(_MOST_STEPS):
            if number == 0 or at in labels:
                return None
            number -= 1
            behind, at = at, positions[number]
            head = units[at]
            opcode = head & 0xFF
            if opcode in opcodes.NO_FALL_THROUGH or at + opcodes.WIDTH[opcode] != behind:
                return None
            bits = writes[opcode]
            if not bits:
                continue
            target = head >> 8 & 15 if bits == 4 else head >> 8 if bits == 8 else units[at + 1]
            if target == register:
                if opcode in _MOVES:
                    register = self.source(at)
                elif opcode != CHECK_CAST:
                    return at
            elif target + 1 == register and opcode in opcodes.WRITES_WIDE:
                if opcode not in _MOVES:
                    return at
                register = self.source(at) + 1
        return None

    def _define(self, at: int, register: int) -> frozenset[int] | None:  # noqa: C901, PLR0912, PLR0915  # one loop, kept flat: calls would double its cost
        positions, units, writes, widths = self.positions, self.units, opcodes.WRITES, opcodes.WIDTH
        number = bisect_left(positions, at)
        joins: dict[int, list[int]]
        live: set[int] | None
        if self.is_straight:
            if number > self._straight_end:
                return frozenset()
            joins, live = {}, None
        else:
            blocks = self.blocks
            if blocks is None:
                return None
            joins, live = blocks.joins, blocks.live
            if not blocks.is_live(number):
                return frozenset()
        found: set[int] = set()
        seen: set[int] = set()
        stack = [(number, register)]
        while stack:
            number, register = stack.pop()
            while True:
                key = number << 17 | register  # 65,536 is the second half of the last one
                if key in seen:
                    break
                seen.add(key)
                if len(seen) > _MOST_STEPS:
                    return None
                sources = joins.get(number)
                if sources is not None:
                    stack.extend([(source, register) for source in sources])
                if number == 0:
                    found.add(-1 - register)
                    break
                number -= 1
                here = positions[number]
                head = units[here]
                opcode = head & 0xFF
                if opcode in opcodes.NO_FALL_THROUGH or here + widths[opcode] != positions[number + 1]:
                    break
                if sources is not None and live is not None and number not in live:
                    break
                bits = writes[opcode]
                if not bits:
                    continue
                target = head >> 8 & 15 if bits == 4 else head >> 8 if bits == 8 else units[here + 1]
                if target == register:
                    if opcode in _MOVES:
                        register = self.source(here)
                    elif opcode != CHECK_CAST:
                        found.add(here)
                        break
                elif target + 1 == register and opcode in opcodes.WRITES_WIDE:
                    if opcode not in _MOVES:
                        found.add(here)
                        break
                    register = self.source(here) + 1
        return frozenset(found)


@lru_cache(maxsize=4096)
def _wide(proto: bytes) -> tuple[bool, ...]:
    return tuple(name in {b"J", b"D"} for name in parameters(proto))


def parameters(proto: bytes) -> list[bytes]:
    """Split ``(parameters)result`` into the parameters' descriptors."""
    found, at, end = [], 1, proto.find(b")")
    while at < end:
        begin = at
        while proto[at : at + 1] == b"[":
            at += 1
        at = proto.find(b";", at) + 1 if proto[at : at + 1] == b"L" else at + 1
        if at <= begin:
            break
        found.append(proto[begin:at])
    return found


def signed(value: int, bits: int) -> int:
    """Read the lowest bits of a number as two's complement."""
    return value - (1 << bits) if value >> (bits - 1) & 1 else value
