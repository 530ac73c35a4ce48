"""What a register holds, by evaluating the instructions that define it, through helpers, fields and callers.

Every answer is one of a set of forms (`Value`); what is not known is `UNKNOWN`, never a guess. Nothing is evaluated
before it is asked for; what was evaluated is kept.
"""

from __future__ import annotations

from collections.abc import Callable

from analyzer.dex import opcodes

from . import assembled, lists
from .method import NEW_ARRAY, Method
from .program import Body, Callers, Place, Program
from .texts import constructed, fold, is_folded
from .value import UNKNOWN, Value, has_parameters, integer, join, substitute

DEPTH = 6
"""Calls whose own arguments are looked at in turn: ``query(withAppendedPath(parse("…"), …))``."""
_DEFINITIONS = 24
_HELPER_UNITS = 400
"""Code units of a method that is entered to see what it returns."""
_CALLERS = (48, 12, 4)
"""Call sites that are looked at for one parameter: of the method, of its caller, and so on."""
_STORES = 12
_STATIC_PUTS, _INSTANCE_PUTS = frozenset(range(0x67, 0x6E)), frozenset(range(0x59, 0x60))
_LOADS = frozenset({opcodes.CONST_STRING, opcodes.CONST_STRING_JUMBO})
_RETURNS = frozenset({0x0F, 0x10, 0x11})
_EXACT = frozenset({0x6F, 0x70, 0x71, 0x75, 0x76, 0x77})
"""Invokes that run the very method that they name: super, direct, static."""
_VIRTUAL = frozenset({0x6E, 0x74})


_KEPT = frozenset(
    f"L{name};"
    for name in (
        "android/content/Intent", "android/content/IntentFilter", "android/hardware/Sensor", "android/net/Uri",
        "android/net/Uri$Builder", "androidx/activity/result/ActivityResultLauncher", "java/io/File",
        "java/lang/CharSequence", "java/lang/Class", "java/lang/Object", "java/lang/reflect/Constructor",
        "java/lang/reflect/Field", "java/lang/reflect/Method", "java/nio/file/Path", "java/util/List",
    )
)  # fmt: skip
"""Types of values whose making is of interest: what other calls are given is not looked at."""
_TEXTS = frozenset({"Ljava/lang/String;", "[Ljava/lang/String;", "I", "[B", "[C", "Z"})


class Evaluator:
    """Evaluates registers of one program."""

    def __init__(self, program: Program) -> None:
        """Evaluate methods of ``program``."""
        self.program = program
        self._returned: dict[tuple[int, int, int], Value] = {}
        self._fields: dict[str, Value | None] = {}
        self._bindings: dict[tuple[Value, int, int, int], Value] = {}
        self._open: set[str] = set()

    def use(self, callers: Callers) -> None:
        """Follow parameters into callers from now on; what was evaluated without them is forgotten."""
        self.program.callers = callers
        self._returned.clear()
        self._fields.clear()
        self._bindings.clear()
        self.program.forget_values()

    def arguments(self, part: int, item: int, at: int) -> tuple[Value, ...]:
        """Return what each argument of the invoke at ``at`` holds, the receiver first; a wide one counts once."""
        method = self.program.method(part, item)
        return tuple(self._bound(value, part, item) for value in self._arguments(method, at, DEPTH))

    def argument(self, part: int, item: int, at: int, argument: int) -> Value:
        """Return one of `arguments` without following the others; `UNKNOWN` when there are not so many."""
        method = self.program.method(part, item)
        register = method.argument_register(at, argument)
        if register is None:
            return UNKNOWN
        return self._bound(self.register(method, at, register, DEPTH), part, item)

    def call(self, part: int, item: int, at: int) -> Value:
        """Return the call at ``at`` as a value: its arguments are those that one caller passes together."""
        method = self.program.method(part, item)
        signature = method.invoked(at)
        if signature is None:
            return UNKNOWN
        return self._bound(Value("call", signature, self._arguments(method, at, DEPTH)), part, item)

    def constant(self, part: int, item: int, at: int, argument: int) -> Value:
        """Return an argument that is loaded as a text in the method itself; `UNKNOWN` for all others."""
        method = self.program.method(part, item)
        register = method.argument_register(at, argument)
        found = None if register is None else method.definitions(at, register)
        if not found or any(place < 0 or method.opcode(place) not in _LOADS for place in found):
            return UNKNOWN
        return join(self._defined(method, place, at, 1) for place in sorted(found))

    def is_passed(self, part: int, item: int, at: int, argument: int) -> bool:
        """Whether an argument may be what the method's own caller passed, without evaluating it."""
        method = self.program.method(part, item)
        register = method.argument_register(at, argument)
        found = None if register is None else method.definitions(at, register)
        return any(place < 0 for place in found or ())

    def held(self, part: int, item: int, at: int, register: int) -> Value:
        """Return what a register holds just before the instruction at ``at``."""
        return self._bound(self.register(self.program.method(part, item), at, register, DEPTH), part, item)

    def _bound(self, value: Value, part: int, item: int, level: int = 0) -> Value:
        """Replace parameters by what callers pass; what no caller tells stays unknown."""
        if not has_parameters(value):
            return value
        if level >= len(_CALLERS):
            return substitute(value, lambda _: UNKNOWN, fold)
        key = (value, part, item, level)
        known = self._bindings.get(key)
        if known is None:
            found: list[Value] = []
            misses = self.program.misses
            for signature in self.program.signatures(part, item):
                places = self.program.callers_of(signature)
                if not places or len(places) > _CALLERS[level]:
                    found.append(substitute(value, lambda _: UNKNOWN, fold))
                    continue
                passed = [(substitute(value, self._passed(place, DEPTH - 1), fold), place) for place in places]
                found += [self._bound(one, place[0], place[1], level + 1) for one, place in passed]
            known = join(found)
            if self.program.misses == misses:
                self._bindings[key] = known
        return known

    def _passed(self, place: Place, depth: int) -> Callable[[int], Value]:
        method = self.program.method(place[0], place[1])
        registers = method.words(place[2]) if method.opcode(place[2]) in opcodes.INVOKES else []

        def word(number: int) -> Value:
            return self.register(method, place[2], registers[number], depth) if number < len(registers) else UNKNOWN

        return word

    def register(self, method: Method, at: int, register: int, depth: int = DEPTH) -> Value:
        """Return what ``register`` holds just before ``at``; parameters of the method are left open."""
        if depth <= 0:
            return UNKNOWN
        key = (at, register, depth)
        known = method.values.get(key)
        if known is None:
            definitions = method.definitions(at, register)
            if not definitions or len(definitions) > _DEFINITIONS:
                known = UNKNOWN
            elif len(definitions) == 1:
                (place,) = definitions
                known = self._defined(method, place, at, depth)
            else:
                known = join(self._defined(method, place, at, depth) for place in sorted(definitions))
            method.values[key] = known
        return known

    def _arguments(self, method: Method, at: int, depth: int) -> tuple[Value, ...]:
        registers, place, values = method.words(at), 0, []
        for wide in method.shapes(at):
            if place >= len(registers):
                break
            values.append(self.register(method, at, registers[place], depth))
            place += 2 if wide else 1
        return tuple(values)

    def _defined(self, method: Method, place: int, use: int, depth: int) -> Value:  # noqa: PLR0911  # one for each kind of instruction
        """Return the value that the instruction at ``place`` gives to a register which is read at ``use``."""
        if place < 0:
            word = -1 - place - (method.registers - method.ins)
            return Value("parameter", str(word)) if 0 <= word < method.ins else UNKNOWN
        units, dex = method.units, method.dex
        head = units[place]
        opcode, second = head & 0xFF, units[place + 1]
        if opcode in {opcodes.CONST_STRING, opcodes.CONST_STRING_JUMBO}:
            index = method.index(place)
            return Value("string", dex.strings.text(index)) if index < dex.strings.count else UNKNOWN
        if 0x12 <= opcode <= 0x19:
            return _number(method, place, opcode)
        if opcode == opcodes.CONST_CLASS and second < len(dex.types):
            return Value("class", dex.type_name(second))
        if opcode == opcodes.NEW_INSTANCE and second < len(dex.types):
            return self._object(method, place, use, depth)
        if opcode == NEW_ARRAY:
            return assembled.elements(method, place, use, self._reader(depth - 1))
        if opcode in opcodes.FIELD_READS and second < len(dex.fields):
            return self.field(dex.field_signature(second), depth)
        if opcode in opcodes.MOVE_RESULTS:
            call = method.before(place)
            return UNKNOWN if call is None else self._result(method, call, depth)
        if opcode in {0x44, 0x46}:
            return self._element(method, place, depth)
        return UNKNOWN

    def _reader(self, depth: int) -> assembled.Read:
        def read(method: Method, at: int, register: int) -> Value:
            return self.register(method, at, register, depth)

        return read

    def _object(self, method: Method, place: int, use: int, depth: int) -> Value:
        """Return a new object with what its constructor is given; a list is what it is filled with."""
        descriptor = method.dex.type_name(method.units[place + 1])
        call = assembled.constructor(method, place) if depth > 1 else None
        if call is None:
            return Value("new", descriptor)
        if descriptor in lists.LISTS:
            filled = lists.filled(method, place, call, use, self._reader(depth - 1))
            if filled is not None:
                return filled
        parts = self._arguments(method, call, depth - 1)[1:]
        text = constructed(method.invoked(call) or "", parts) if descriptor == "Ljava/lang/String;" else None
        return text or Value("new", descriptor, parts)

    def _element(self, method: Method, place: int, depth: int) -> Value:
        """Return an element of an array that is known."""
        both = method.units[place + 1]
        array = self.register(method, place, both & 0xFF, depth - 1)
        index = self.register(method, place, both >> 8, depth - 1)
        if array.kind != "array":
            return UNKNOWN
        if index.kind != "int":  # any of them
            return join(array.parts)
        return array.parts[int(index.text)] if 0 <= int(index.text) < len(array.parts) else UNKNOWN

    def _result(self, method: Method, call: int, depth: int) -> Value:  # noqa: PLR0911  # one for each kind of call
        """Return what the call (or the filled-new-array) at ``call`` yields."""
        opcode = method.opcode(call)
        if opcode in {opcodes.FILLED_NEW_ARRAY, opcodes.FILLED_NEW_ARRAY_RANGE}:
            return Value("array", "", tuple(self.register(method, call, one, depth - 1) for one in method.words(call)))
        signature = method.invoked(call)
        if signature is None:
            return UNKNOWN
        if signature in assembled.TO_STRING:
            text = assembled.built_text(method, call, self._reader(depth - 1))
            return text if text.kind != "unknown" else Value("call", signature)
        if is_folded(signature):
            return fold(signature, self._arguments(method, call, depth - 1))
        result = signature.rpartition(")")[2]
        kept = result in _KEPT or signature.startswith(result + "->")
        if not kept and result not in _TEXTS:
            return Value("call", signature)
        if opcode in _EXACT or opcode in _VIRTUAL:
            body = self.program.only_body(signature, exact=opcode in _EXACT)
            if body is not None and depth > 1:
                found = self._helped(body, (method.part, method.item, call), depth - 1)
                if found.kind != "unknown":
                    return found
        return Value("call", signature, self._arguments(method, call, depth - 1) if kept else ())

    def _helped(self, body: Body, place: Place, depth: int) -> Value:
        """Return what a small method of the package returns to the call at ``place``."""
        found = self.returned(body, depth)
        return substitute(found, self._passed(place, depth), fold)

    def returned(self, body: Body, depth: int = DEPTH) -> Value:
        """Return what a method returns, its parameters left open; `UNKNOWN` for a large one."""
        key = (body.part, body.item, depth)
        known = self._returned.get(key)
        if known is None:
            bodies = self.program.parts[body.part].bodies
            if int(bodies.end[body.item] - bodies.start[body.item]) > _HELPER_UNITS:
                known = UNKNOWN
            else:
                method = self.program.method(body.part, body.item)
                live = None if method.is_straight or method.blocks is None else method.blocks.live
                known = join(
                    self.register(method, at, method.units[at] >> 8, depth)
                    for number, at in enumerate(method.positions)
                    if method.opcodes[number] in _RETURNS and (live is None or number in live)
                )
            self._returned[key] = known
        return known

    def field(self, signature: str, depth: int = DEPTH) -> Value:
        """Return what a field of the package holds when all its writes are known; else the ``field`` itself."""
        if signature not in self._fields:
            shape = signature.rpartition(":")[2]
            if shape not in _KEPT and shape not in _TEXTS:
                return Value("field", signature)
            if depth <= 2 or signature in self._open or not self.program.defines(signature.partition("->")[0]):
                return Value("field", signature)
            self._open.add(signature)
            try:
                self._fields[signature] = self._stored(signature)
            finally:
                self._open.discard(signature)
        return self._fields[signature] or Value("field", signature)

    def _stored(self, signature: str) -> Value | None:
        found = self.program.field(signature)
        places = self.program.stores_of(signature, _STATIC_PUTS | _INSTANCE_PUTS) if found is not None else None
        if found is None or places is None or len(places) > _STORES:
            return None
        owner, member = found
        members = self.program.members(owner)
        begins = members.constants.get(member.index) if members is not None else None
        values = [begins] if begins is not None and not (places and begins.text == "0") else []
        for part, item, at in places:
            method = self.program.method(part, item)
            head = method.units[at]
            register = head >> 8 if head & 0xFF in _STATIC_PUTS else head >> 8 & 15
            values.append(self._bound(self.register(method, at, register, DEPTH - 2), part, item, 1))
        value = join(values)
        return value if value.is_known else None


def _number(method: Method, place: int, opcode: int) -> Value:
    head, second = method.units[place], method.units[place + 1]
    if opcode == 0x12:
        return integer(_signed(head >> 12, 4))
    if opcode in {0x13, 0x16}:
        return integer(_signed(second, 16))
    if opcode in {0x14, 0x17}:
        return integer(method.offset(place))
    if opcode == 0x15:
        return integer(_signed(second << 16, 32))
    if opcode == 0x19:
        return integer(_signed(second << 48, 64))
    return integer(_signed(sum(unit << 16 * n for n, unit in enumerate(method.units[place + 1 : place + 5])), 64))


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> (bits - 1) & 1 else value
