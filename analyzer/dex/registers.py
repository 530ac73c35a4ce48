"""Constants that reach an instruction through registers, within straight-line code.

A value is followed backwards from its use. The walk ends where control can come from elsewhere: at a branch or switch
target, at an exception handler, behind a return, throw or goto, and at the method's beginning. What is not known is
`UNKNOWN`, never a guess. Whole-method data flow is a different matter and not attempted here.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import Literal

from . import opcodes
from .bodies import Bodies, handler_units
from .problem import DamagedError
from .sweep import decode, window
from .tables import DexFile

_MAX_STEPS = 400
"""Instructions walked back for one value."""
_MAX_DEPTH = 4
"""Calls whose own arguments are looked at in turn: ``query(withAppendedPath(parse("…"), …))``."""
_ELEMENTS = 32
_JUMPS = bytes(int(opcode in {*range(0x28, 0x2D), *range(0x32, 0x3E)}) for opcode in range(256))
"""By opcode: whether it has a target."""

ValueKind = Literal["string", "int", "class", "field", "call", "new", "array", "unknown"]


@dataclass(frozen=True, slots=True)
class Value:
    """What a register holds.

    ``string``: the text; ``int``: the number in decimal; ``class`` and ``new``: a descriptor; ``field`` and ``call``:
    the signature that it was read from or returned by; ``array``: its elements in `parts`.
    """

    kind: ValueKind
    text: str = ""
    parts: tuple[Value, ...] = ()
    """Arguments of a call (the receiver first, if it has one) or elements of an array."""


UNKNOWN = Value("unknown")


class Method:
    """One code item, decoded in full on first use."""

    def __init__(self, dex: DexFile, bodies: Bodies, item: int) -> None:
        self._dex = dex
        words, shift, start, end = window(dex.words, dex.data, bodies, item)
        self._data = memoryview(dex.data)[shift + 2 * start : shift + 2 * end]
        positions, self.whole = decode(words, memoryview(dex.data)[shift:], start, end)
        self.positions = [at - start for at in positions]
        """Code units, from the first one of the method, at which real instructions begin."""
        # A list is read four times as fast as an array; two units of padding spare a check for each operand.
        self._units: list[int] = [*words[start:end].tolist(), 0, 0]
        self._size = end - start
        self._labels = self._find_labels(int(bodies.offset[item]))

    def _find_labels(self, item: int) -> set[int] | None:
        """Return positions that can be reached by a jump; `None` when the exception handlers cannot be read."""
        labels: set[int] = set()
        units = self._units
        for at in self.positions:
            opcode = units[at] & 0xFF
            if not _JUMPS[opcode]:
                continue
            if opcode == opcodes.GOTO:
                labels.add(at + _signed(units[at] >> 8, 8))
            elif opcode == opcodes.GOTO_32:
                labels.add(at + self._offset(at))
            elif opcode in {opcodes.PACKED_SWITCH_OP, opcodes.SPARSE_SWITCH_OP}:
                labels.update(at + target for target in self._targets(at + self._offset(at)))
            else:
                labels.add(at + _signed(units[at + 1], 16))
        try:
            labels.update(handler_units(self._dex.data, item, self._size))
        except DamagedError:
            return None
        return labels

    def _offset(self, at: int) -> int:
        return _signed(self._units[at + 1] | self._units[at + 2] << 16, 32)

    def _targets(self, payload: int) -> list[int]:
        if not 0 <= payload < self._size - 1:
            return []
        kind, size = self._units[payload], self._units[payload + 1]
        first = payload + (4 if kind == opcodes.PACKED_SWITCH else 2 + 2 * size)
        if kind not in {opcodes.PACKED_SWITCH, opcodes.SPARSE_SWITCH} or first + 2 * size > self._size:
            return []
        raw = bytes(self._data[2 * first : 2 * (first + 2 * size)])
        return [int.from_bytes(raw[4 * n : 4 * n + 4], "little", signed=True) for n in range(size)]

    def arguments(self, at: int) -> tuple[Value, ...]:
        """Return what each argument register pair of the invoke at unit ``at`` holds; a wide one counts once."""
        return self._arguments(at, _MAX_DEPTH)

    def argument(self, at: int, number: int) -> Value:
        """Return one of `arguments` without following the others; `UNKNOWN` when there are not so many."""
        opcode = self._units[at] & 0xFF
        registers = self._argument_registers(at, opcode)
        shapes = self._argument_shapes(self._units[at + 1], opcode)
        place = sum(2 if wide else 1 for wide in shapes[:number])
        if number >= len(shapes) or place >= len(registers):
            return UNKNOWN
        return self._value(registers[place], at, _MAX_DEPTH)

    def _arguments(self, at: int, depth: int) -> tuple[Value, ...]:
        opcode = self._units[at] & 0xFF
        registers = self._argument_registers(at, opcode)
        shapes = self._argument_shapes(self._units[at + 1], opcode)
        values, place = [], 0
        for wide in shapes:
            if place >= len(registers):
                break
            values.append(self._value(registers[place], at, depth))
            place += 2 if wide else 1
        return tuple(values)

    def _argument_registers(self, at: int, opcode: int) -> list[int]:
        head, third = self._units[at], self._units[at + 2]
        if opcode in opcodes.RANGE_INVOKES or opcode == opcodes.FILLED_NEW_ARRAY_RANGE:
            return list(range(third, third + (head >> 8)))
        count = min(head >> 12, 5)
        five = [third & 15, third >> 4 & 15, third >> 8 & 15, third >> 12, head >> 8 & 15]
        return five[:count]

    def _argument_shapes(self, method: int, opcode: int) -> list[bool]:
        """Tell for each argument whether it fills two registers; the receiver of an instance method comes first."""
        shapes = [] if opcode in opcodes.INVOKE_STATIC else [False]
        proto = self._dex.proto(int(self._dex.methods[method]["proto"]))
        shapes += [name in {b"J", b"D"} for name in parameters(proto)]
        return shapes

    def _value(self, register: int, at: int, depth: int) -> Value:
        """Return what ``register`` holds just before the instruction at ``at``."""
        if self._labels is None or depth <= 0:
            return UNKNOWN
        number = bisect_left(self.positions, at)
        for _ in range(_MAX_STEPS):
            if at in self._labels or number == 0:
                return UNKNOWN
            number -= 1
            at = self.positions[number]
            head = self._units[at]
            opcode = head & 0xFF
            if opcode in opcodes.NO_FALL_THROUGH:
                return UNKNOWN
            bits = opcodes.WRITES[opcode]
            if not bits:
                continue
            written = head >> 8 & 15 if bits == 4 else head >> 8 if bits == 8 else self._units[at + 1]
            if written == register:
                source = self._moved(at, opcode, head)
                if source is None:
                    return self._result(at, number, opcode, head, depth)
                register = source
            elif opcode in opcodes.WRITES_WIDE and written + 1 == register:
                return UNKNOWN
        return UNKNOWN

    def _moved(self, at: int, opcode: int, head: int) -> int | None:
        """Return the source register of a one-register move, `None` for everything else."""
        if opcode in {0x01, 0x07}:
            return head >> 12
        if opcode in {0x02, 0x08}:
            return self._units[at + 1]
        if opcode in {0x03, 0x09}:
            return self._units[at + 2]
        return None

    def _result(self, at: int, number: int, opcode: int, head: int, depth: int) -> Value:  # noqa: PLR0911  # one for each kind of instruction
        """Return the value that the instruction at ``at`` writes."""
        dex, second = self._dex, self._units[at + 1]
        if opcode in {opcodes.CONST_STRING, opcodes.CONST_STRING_JUMBO}:
            index = second if opcode == opcodes.CONST_STRING else second | self._units[at + 2] << 16
            return Value("string", dex.strings.text(index)) if index < dex.strings.count else UNKNOWN
        if opcode == 0x12:
            return Value("int", str(_signed(head >> 12, 4)))
        if opcode == 0x13:
            return Value("int", str(_signed(second, 16)))
        if opcode == 0x14:
            return Value("int", str(self._offset(at)))
        if opcode == 0x15:
            return Value("int", str(_signed(second << 16, 32)))
        if opcode in {opcodes.CONST_CLASS, opcodes.NEW_INSTANCE} and second < len(dex.types):
            return Value("class" if opcode == opcodes.CONST_CLASS else "new", dex.type_name(second))
        if 0x60 <= opcode <= 0x66 and second < len(dex.fields):
            return Value("field", dex.field_signature(second))
        if opcode == 0x23:  # new-array: its elements are stored behind it, look forward from here
            return UNKNOWN
        if opcode in opcodes.MOVE_RESULTS and number and at not in (self._labels or ()):
            return self._returned(self.positions[number - 1], depth)
        return UNKNOWN

    def _returned(self, at: int, depth: int) -> Value:
        opcode = self._units[at] & 0xFF
        index = self._units[at + 1]
        if opcode in {opcodes.FILLED_NEW_ARRAY, opcodes.FILLED_NEW_ARRAY_RANGE}:
            registers = self._argument_registers(at, opcode)[:_ELEMENTS]
            return Value("array", "", tuple(self._value(register, at, depth - 1) for register in registers))
        if opcode in opcodes.INVOKES and index < len(self._dex.methods):
            return Value("call", self._dex.method_signature(index), self._arguments(at, depth - 1))
        return UNKNOWN

    def array(self, at: int, argument: int) -> tuple[Value, ...]:  # noqa: PLR0911  # every way in which following ends
        """Return the elements of an array that is filled just before the invoke at ``at``, `()` when not followed.

        Reads ``new-array`` and the ``aput-object`` instructions behind it, the form in which compilers write
        ``new String[] {"a", "b"}``.
        """
        opcode = self._units[at] & 0xFF
        registers = self._argument_registers(at, opcode)
        if argument >= len(registers) or self._labels is None:
            return ()
        register, elements = registers[argument], dict[int, Value]()
        number, here = bisect_left(self.positions, at), at
        for _ in range(_MAX_STEPS):
            if here in self._labels or number == 0:
                return ()
            number -= 1
            here = self.positions[number]
            head = self._units[here]
            code = head & 0xFF
            if code in opcodes.NO_FALL_THROUGH:
                return ()
            if code == 0x4D and self._units[here + 1] & 0xFF == register:  # aput-object vAA into vBB at vCC
                place = self._value(self._units[here + 1] >> 8, here, _MAX_DEPTH)
                if place.kind != "int":
                    return ()
                elements.setdefault(int(place.text), self._value(head >> 8, here, _MAX_DEPTH))
            elif code == 0x23 and head >> 8 & 15 == register:
                return tuple(elements[key] for key in sorted(elements))
            elif code in opcodes.MOVE_RESULTS and head >> 8 == register and number:
                return self._returned(self.positions[number - 1], _MAX_DEPTH).parts
            elif (source := self._moved(here, code, head)) is not None and self._destination(here, head) == register:
                register = source
            elif self._destination(here, head) == register:
                return ()
        return ()

    def _destination(self, at: int, head: int) -> int | None:
        bits = opcodes.WRITES[head & 0xFF]
        if not bits:
            return None
        return head >> 8 & 15 if bits == 4 else head >> 8 if bits == 8 else self._units[at + 1]


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


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> (bits - 1) & 1 else value
