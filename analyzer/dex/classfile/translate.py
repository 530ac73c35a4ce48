"""The code of one method: JVM byte code → Dalvik code with a register for each stack slot and local variable.

Calls pass their arguments as they lie on the stack, so nothing is allocated or reordered: what a method calls, reads
and names, with which values and on which branch, is what the class file says. Nothing of it is run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import bytecode as jvm
from . import pool as constants
from .bytecode import Instruction, decode
from .emit import (
    CUSTOM,
    DIRECT,
    INTERFACE,
    SCRATCH,
    STATIC,
    SUPER,
    VIRTUAL,
    Body,
)
from .frame import SPARE, WINDOW, Frame
from .pool import Member, result, width, words
from .problem import UntranslatableError
from .stack import DUPLICATIONS, POP, POP2, SWAP, Stacks, kind_of
from .subroutines import without_subroutines

if TYPE_CHECKING:
    from .dynamic import Linker
    from .ids import Ids
    from .reading import ClassFile, Code, Method

_LONG = range(0x9B, 0xA6)
_ARITHMETIC = {  # by JVM opcode, in rows of int, long, float, double
    **{0x60 + 4 * row + column: base + row for row in range(5) for column, base in enumerate((0x90, 0x9B, 0xA6, 0xAB))},
    0x78: 0x98, 0x79: 0xA3, 0x7A: 0x99, 0x7B: 0xA4, 0x7C: 0x9A, 0x7D: 0xA5,
    0x7E: 0x95, 0x7F: 0xA0, 0x80: 0x96, 0x81: 0xA1, 0x82: 0x97, 0x83: 0xA2,
}  # fmt: skip
_COMPARISONS = {0x94: 0x31, 0x95: 0x2D, 0x96: 0x2E, 0x97: 0x2F, 0x98: 0x30}
_NEGATIONS = {0x74: 0x7B, 0x75: 0x7D, 0x76: 0x7F, 0x77: 0x80}
_TO_LONG_OR_DOUBLE = frozenset((0x85, 0x87, 0x8A, 0x8C, 0x8D, 0x8F))
_FROM_LONG_OR_DOUBLE = frozenset(range(0x88, 0x8B)) | frozenset(range(0x8E, 0x91))
_ARRAY_FORMS = (0, 1, 0, 1, 2, 4, 5, 6)
"""By place among the eight JVM array instructions (int, long, float, double, reference, byte, char, short)."""
_LOCAL_KINDS = "iwiwa"
_ELEMENTS = {4: b"[Z", 5: b"[C", 6: b"[F", 7: b"[D", 8: b"[B", 9: b"[S", 10: b"[I", 11: b"[J"}
_BOXES = {
    b"Z": "Boolean", b"B": "Byte", b"C": "Character", b"S": "Short", b"I": "Integer", b"J": "Long", b"F": "Float",
    b"D": "Double",
}  # fmt: skip
_NEW_ARRAY = Member(b"Ljava/lang/reflect/Array;", b"newInstance", b"(Ljava/lang/Class;[I)Ljava/lang/Object;")


class Translator:
    """Translates the methods of one class. ``private`` tells whether a class of the same archive keeps a method so."""

    def __init__(self, owner: ClassFile, ids: Ids, private: Any, linker: Linker) -> None:
        self.owner, self.ids, self.private, self.linker = owner, ids, private, linker

    def body(self, method: Method, code: Code) -> Body:
        """Return the translated code. Raises `UntranslatableError` and `ClassFileError`."""
        instructions, guards = without_subroutines(decode(code.raw), code.guards)
        stacks = Stacks(instructions, guards, self.owner.pool, code.stack)
        ins = words(method.shape) + (0 if method.access & 0x0008 else 1)
        if ins > code.locals:
            raise UntranslatableError("it has fewer variables than parameters")
        near = _Body(self, code.locals, stacks, ins, far=False)
        if near.is_near:
            return near.body()
        return _Body(self, code.locals, stacks, ins, far=True).body()


class _Body(Frame):
    def __init__(self, translator: Translator, variables: int, stacks: Stacks, ins: int, *, far: bool) -> None:
        super().__init__(translator.ids, variables, stacks, ins, far=far)
        self.translator, self.owner, self.pool = translator, translator.owner, translator.owner.pool
        self.emit()

    # --- instructions

    def _deep(self, one: Instruction, stack: str, top: int) -> None:
        """Translate where the stack is so deep that its registers are out of reach: through a window of low ones."""
        takes, puts = self.stacks.effect(one, stack)
        first = top - len(takes)
        if 0xB6 <= one.opcode <= 0xB9:
            self._call(one.opcode, self.pool.member(one.a), top, SCRATCH)
        elif len(takes) + SPARE > WINDOW:
            raise UntranslatableError("its operand stack needs more than 255 registers")
        else:
            self.copy(takes, first, SCRATCH)
            self._instruction(one, takes, SCRATCH + len(takes))
        self.copy(puts, SCRATCH, first)

    def instruction(self, one: Instruction, stack: str, top: int) -> None:
        (self._deep if self.deep else self._instruction)(one, stack, top)

    def _instruction(self, one: Instruction, stack: str, top: int) -> None:  # noqa: C901, PLR0912, PLR0915  # a table of opcodes in the order of their frequency
        """Emit what stands for one instruction; ``top`` is the first free register of the stack."""
        opcode, a, units = one.opcode, one.a, self.units
        if jvm.LOAD <= opcode < jvm.LOAD + 5:
            kind = _LOCAL_KINDS[opcode - jvm.LOAD]
            self.move(kind, top, self.variable(a, 2 if kind == "w" else 1))
        elif jvm.STORE <= opcode < jvm.STORE + 5:
            kind = _LOCAL_KINDS[opcode - jvm.STORE]
            size = 2 if kind == "w" else 1
            self.move(kind, self.variable(a, size), top - size)
        elif 0xB6 <= opcode <= 0xB9:
            self._call(opcode, self.pool.member(a), top)
        elif opcode == 0xBA:
            self._dynamic(a, stack, top)
        elif 0xB2 <= opcode <= 0xB5:
            self._field(opcode, self.pool.member(a), top)
        elif opcode in {0x12, 0x13, 0x14}:
            self._constant(a, top)
        elif opcode in DUPLICATIONS or opcode == SWAP:
            self.shuffle(opcode, stack, top)
        elif opcode in {POP, POP2, 0x00}:
            pass
        elif opcode == 0x01:
            self.number(top, 0)
        elif opcode <= 0x08:
            self.number(top, opcode - 3)
        elif opcode <= 0x0A:
            self.wide_number(top, opcode - 9)
        elif opcode <= 0x0D:
            self.number(top, (0, 0x3F800000, 0x40000000)[opcode - 0x0B])
        elif opcode <= 0x0F:
            self.wide_number(top, (0, 0x3FF0000000000000)[opcode - 0x0E])
        elif opcode <= 0x11:
            self.number(top, a)
        elif 0x2E <= opcode <= 0x35:
            target = top - 2
            units += (target << 8 | 0x44 + _ARRAY_FORMS[opcode - 0x2E], target + 1 << 8 | target)
        elif 0x4F <= opcode <= 0x56:
            value = top - (2 if opcode in {0x50, 0x52} else 1)
            units += (value << 8 | 0x4B + _ARRAY_FORMS[opcode - 0x4F], value - 1 << 8 | value - 2)
        elif opcode in _ARITHMETIC:
            self._arithmetic(opcode, top)
        elif opcode in _NEGATIONS:
            kind = "w" if opcode & 1 else "i"
            self._unary(_NEGATIONS[opcode], kind, kind, top)
        elif opcode == jvm.IINC:
            self._increment(one, top)
        elif 0x85 <= opcode <= 0x93:
            source = "w" if opcode in _FROM_LONG_OR_DOUBLE else "i"
            self._unary(opcode - 4, source, "w" if opcode in _TO_LONG_OR_DOUBLE else "i", top)
        elif opcode in _COMPARISONS:
            size = 1 if opcode in {0x95, 0x96} else 2
            units += (top - 2 * size << 8 | _COMPARISONS[opcode], top - size << 8 | top - 2 * size)
        elif 0x99 <= opcode <= 0x9E or opcode in {jvm.IF_NULL, jvm.IF_NONNULL}:
            number = opcode - 0x99 if opcode < 0xA0 else opcode - jvm.IF_NULL
            self.branch(top - 1 << 8 | 0x38 + number, a)
        elif 0x9F <= opcode <= 0xA6:
            number = opcode - 0x9F if opcode < 0xA5 else opcode - 0xA5
            kind = "i" if opcode < 0xA5 else "a"
            first, second = self.low(kind, top - 2, 0), self.low(kind, top - 1, 1)
            self.branch(second << 12 | first << 8 | 0x32 + number, a)
        elif opcode in {jvm.GOTO, jvm.GOTO_W}:
            self.goto(a)
        elif opcode in {jvm.TABLE_SWITCH, jvm.LOOKUP_SWITCH}:
            self.payloads.append((len(units), one))
            units += (top - 1 << 8 | (0x2B if opcode == jvm.TABLE_SWITCH else 0x2C), 0, 0)
            self.goto(a)
        elif opcode == 0xB1:
            units.append(0x0E)
        elif opcode in jvm.RETURNS:
            kind = "iwiwa"[opcode - 0xAC]
            units.append(top - (2 if kind == "w" else 1) << 8 | {"i": 0x0F, "w": 0x10, "a": 0x11}[kind])
        else:
            self._object(one, top)

    def _object(self, one: Instruction, top: int) -> None:
        opcode, a, last = one.opcode, one.a, top - 1
        if opcode == 0xBB:
            self.named(top << 8 | 0x22, "type", self.pool.type(a))
        elif opcode == 0xC0:
            self.named(last << 8 | 0x1F, "type", self.pool.type(a))
        elif opcode in {0xBC, 0xBD}:
            kind = _ELEMENTS.get(a) if opcode == 0xBC else b"[" + self.pool.type(a)
            if kind is None:
                raise UntranslatableError("an array of an unknown type")
            self._through_low(0x23, "i", "a", last, kind)
        elif opcode == 0xC1:
            self._through_low(0x20, "a", "i", last, self.pool.type(a))
        elif opcode == 0xBE:
            self._unary(0x21, "a", "i", top)
        elif opcode == jvm.THROW:
            self.units.append(last << 8 | 0x27)
        elif opcode in {0xC2, 0xC3}:
            self.units.append(last << 8 | (0x1D if opcode == 0xC2 else 0x1E))
        elif opcode == 0xC5:
            self._dimensions(self.pool.type(a), one.b, top)
        else:
            raise UntranslatableError(f"unknown instruction {opcode:#04x}")

    def _through_low(self, opcode: int, source: str, target: str, register: int, kind: bytes) -> None:
        """Emit an instruction with a type whose registers must be below 16, from and to the same stack slot."""
        near = self.low(source, register, 0)
        self.named(near << 12 | near << 8 | opcode, "type", kind)
        self.move(target, register, near)

    def _unary(self, opcode: int, source: str, target: str, top: int) -> None:
        register = top - (2 if source == "w" else 1)
        if register < 15:
            self.units.append(register << 12 | register << 8 | opcode)
            return
        self.move(source, 0, register)
        self.units.append(0 << 12 | 2 << 8 | opcode)
        self.move(target, register, 2)

    def _arithmetic(self, opcode: int, top: int) -> None:
        dalvik = _ARITHMETIC[opcode]
        wide = dalvik in _LONG or dalvik >= 0xAB
        second = top - (2 if wide and not 0xA3 <= dalvik <= 0xA5 else 1)
        first = second - (2 if wide else 1)
        self.units += (first << 8 | dalvik, second << 8 | first)

    def _increment(self, one: Instruction, top: int) -> None:
        register, step = self.variable(one.a), one.b
        if register < 256 and -128 <= step < 128:
            self.units += (register << 8 | 0xD8, (step & 0xFF) << 8 | register)
            return
        self.move("i", top, register)
        self.number(top + 1, step)
        self.units += (top << 8 | 0x90, top + 1 << 8 | top)
        self.move("i", register, top)

    def _constant(self, index: int, top: int) -> None:
        pool = self.pool
        tag = pool.tag(index)
        if tag == constants.STRING:
            self.named(top << 8 | 0x1A, "string", pool.string(index))
        elif tag == constants.CLASS:
            self.named(top << 8 | 0x1C, "type", pool.type(index))
        elif tag in {constants.LONG, constants.DOUBLE}:
            self.wide_number(top, pool.number(index, constants.LONG, constants.DOUBLE))
        elif tag == constants.METHOD_HANDLE:
            self.named(top << 8 | 0xFE, "handle", pool.handle(index))
        elif tag == constants.METHOD_TYPE:
            self.named(top << 8 | 0xFF, "proto", pool.method_type(index))
        else:
            bits = pool.number(index, constants.INTEGER, constants.FLOAT)
            self.number(top, bits - (1 << 32) if bits >> 31 else bits)

    def _field(self, opcode: int, member: Member, top: int) -> None:
        size = width(member.shape)
        kind = kind_of(member.shape)[0]
        if opcode == 0xB2:
            self.field(0x60, member, kind, top, None)
        elif opcode == 0xB3:
            self.field(0x67, member, kind, top - size, None)
        elif opcode == 0xB4:
            self.field(0x52, member, kind, top - 1, top - 1)
        else:
            self.field(0x59, member, kind, top - size, top - size - 1)

    def _call(self, opcode: int, member: Member, top: int, target: int | None = None) -> None:
        count = words(member.shape) + (opcode != 0xB8)
        own = member.owner == self.owner.name
        if opcode == 0xB8:
            dalvik = STATIC
        elif opcode == 0xB7:
            dalvik = DIRECT if member.name == b"<init>" or own or self.translator.private(member) else SUPER
        elif self.translator.private(member):
            dalvik = DIRECT
        else:
            dalvik = VIRTUAL if opcode == 0xB6 else INTERFACE
        self.invoke(dalvik, member, top - count, count)
        self.result(kind_of(result(member.shape)), top - count if target is None else target)

    def _dynamic(self, index: int, stack: str, top: int) -> None:
        number, name, shape = self.pool.dynamic(index)
        count = words(shape)
        site = self.translator.linker.link(number, name, shape)
        if site.pieces is not None:
            self._concatenate(site.pieces, stack[len(stack) - count :], top)
        elif site.maker is not None:
            self.shift_up(stack, count, top)
            first = top - count
            self.named(first << 8 | 0x22, "type", site.maker.owner)
            self.invoke(DIRECT, site.maker, first, count + 1)
        else:
            self.outs = max(self.outs, count)
            self.named(count << 8 | CUSTOM, "site", site.call)
            self.units.append(top - count)
            self.result(kind_of(result(shape)), top - count)

    def _concatenate(self, pieces: list[bytes | Member], stack: str, top: int) -> None:
        """Join texts with a `StringBuilder`, as compilers before Java 9 and dexers do."""
        builder = b"Ljava/lang/StringBuilder;"
        first = top - len(stack)
        self.named(top << 8 | 0x22, "type", builder)
        self.invoke(DIRECT, Member(builder, b"<init>", b"()V"), top, 1)
        place = 0
        for piece in pieces:
            if isinstance(piece, bytes):
                self.named(top + 1 << 8 | 0x1A, "string", piece)
                self.invoke(
                    VIRTUAL, Member(builder, b"append", b"(Ljava/lang/String;)Ljava/lang/StringBuilder;"), top, 2
                )
            else:
                kind = stack[place]
                self.move(kind, top + 1, first + place)
                size = 2 if kind == "w" else 1
                self.invoke(VIRTUAL, piece, top, 1 + size)
                place += size
            self.check_size()
        self.invoke(VIRTUAL, Member(builder, b"toString", b"()Ljava/lang/String;"), top, 1)
        self.result("a", first)

    def _dimensions(self, kind: bytes, count: int, top: int) -> None:
        """Make an array of several dimensions by reflection, as dexers do."""
        inner = kind[count:]
        if kind[:count].strip(b"[") or not inner:
            raise UntranslatableError("an array of fewer dimensions than are given")
        first = top - count
        self.named(count << 8 | 0x25, "type", b"[I")
        self.units.append(first)
        self.result("a", first + 1)
        if inner in _BOXES:
            box = Member(b"Ljava/lang/%b;" % _BOXES[inner].encode(), b"TYPE", b"Ljava/lang/Class;")
            self.named(first << 8 | 0x62, "field", tuple(box))
        else:
            self.named(first << 8 | 0x1C, "type", inner)
        self.invoke(STATIC, _NEW_ARRAY, first, 2)
        self.result("a", first)
        self.named(first << 8 | 0x1F, "type", kind)
