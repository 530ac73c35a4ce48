"""Objects that a method puts together step by step: string builders, arrays, and what a constructor is given."""

from __future__ import annotations

from collections.abc import Callable
from functools import cmp_to_key

from analyzer.dex import opcodes

from .method import NEW_ARRAY, Method
from .value import UNKNOWN, Value, combinations, concat, join

Read = Callable[[Method, int, int], Value]
"""Evaluates (method, position, register)."""
_BUILDERS = ("Ljava/lang/StringBuilder;->", "Ljava/lang/StringBuffer;->")
_TAKES_BUILDER = ("Ljava/lang/StringBuilder;", "Ljava/lang/StringBuffer;", "Ljava/lang/Appendable;")
TO_STRING = frozenset(f"{owner}toString()Ljava/lang/String;" for owner in _BUILDERS)
_READERS = frozenset({"toString", "length", "charAt", "capacity", "indexOf", "lastIndexOf", "substring", "hashCode"})
_DIRECT = frozenset({0x70, 0x76})
_PUTS = frozenset(range(0x4B, 0x52))
_MOST = 200
"""Steps, pieces, or elements of one object."""


def origin(method: Method, at: int, register: int) -> int | None:
    """Return the one ``new-instance`` of a builder that a register holds, through calls that return it; else `None`."""
    found: int | None = None
    pending, seen = [(at, register)], set[tuple[int, int]]()
    while pending:
        use = pending.pop()
        if use in seen:
            continue
        seen.add(use)
        definitions = method.definitions(*use)
        if not definitions or len(seen) > _MOST:
            return None
        for place in definitions:
            if place < 0:
                return None
            opcode = method.opcode(place)
            if opcode == opcodes.NEW_INSTANCE and found in {None, place}:
                found = place
                continue
            call = method.before(place) if opcode in opcodes.MOVE_RESULTS else None
            signature = method.invoked(call) if call is not None else None
            if call is None or signature is None or not _is_fluent(signature):
                return None
            pending.append((call, method.words(call)[0]))
    return found


def _is_fluent(signature: str) -> bool:
    return signature.startswith(_BUILDERS) and signature.endswith(
        (")Ljava/lang/StringBuilder;", ")Ljava/lang/StringBuffer;")
    )


def built_text(method: Method, at: int, read: Read) -> Value:
    """Return the text that the builder holds on which the call at ``at`` is made."""
    registers = method.words(at)
    made = origin(method, at, registers[0]) if registers else None
    if made is None:
        return UNKNOWN
    steps: list[tuple[int, str]] = []
    for call in _invokes(method):
        signature = method.invoked(call)
        if signature is None or call == at:
            continue
        if signature.startswith(_BUILDERS):
            if origin(method, call, method.words(call)[0] if method.words(call) else 0) != made:
                continue
            name = signature.partition("->")[2].partition("(")[0]
            if name in _READERS or not may_precede(method, call, at):
                continue
            if name not in {"<init>", "append", "reverse"} or not always_once(method, made, call, at):
                return UNKNOWN
            steps.append((call, signature))
        elif any(shape in signature for shape in _TAKES_BUILDER) and _is_passed(method, call, made):
            return UNKNOWN
    if not steps or len(steps) > _MOST:
        return UNKNOWN
    pieces: list[Value] = []
    for call, signature in _in_order(method, steps):
        if "->reverse(" in signature:
            pieces = [join(_reversed(concat(chosen)) for chosen in combinations(tuple(pieces)))]
        else:
            pieces.append(_piece(method, call, signature, read))
    return join(concat(chosen) for chosen in combinations(tuple(pieces)))


def _reversed(value: Value) -> Value:
    return Value("string", value.text[::-1]) if value.kind == "string" and value.text.isascii() else UNKNOWN


def _invokes(method: Method) -> list[int]:
    return method.at_opcodes(opcodes.INVOKES)


def _is_passed(method: Method, call: int, made: int) -> bool:
    return any(origin(method, call, register) == made for register in method.words(call))


def may_precede(method: Method, early: int, late: int) -> bool:
    """Whether an instruction can have run when another one runs."""
    if method.is_straight:
        return early < late
    blocks = method.blocks
    return blocks is None or blocks.can_follow(method.number(early), method.number(late))


def always_once(method: Method, made: int, step: int, at: int) -> bool:
    """Whether a step has run exactly once since the object was made, whenever ``at`` is reached."""
    if method.is_straight:
        return made < step < at
    blocks = method.blocks
    if blocks is None:
        return False
    number = method.number(step)
    return blocks.dominates(number, method.number(at)) and not blocks.repeats(number, without=method.number(made))


def _in_order(method: Method, steps: list[tuple[int, str]]) -> list[tuple[int, str]]:
    blocks = method.blocks
    if method.is_straight or blocks is None:
        return sorted(steps)

    def compare(left: tuple[int, str], right: tuple[int, str]) -> int:
        return -1 if blocks.dominates(method.number(left[0]), method.number(right[0])) else 1

    return sorted(steps, key=cmp_to_key(compare))


def _piece(method: Method, call: int, signature: str, read: Read) -> Value:
    shape = signature[signature.find("(") + 1 : signature.find(")")]
    words = method.words(call)
    if "<init>" in signature and shape in {"", "I"}:
        return Value("string")
    if len(words) < 2:
        return UNKNOWN
    value = read(method, call, words[1])
    return join(_shown(one, shape) for one in value.options)


def _shown(value: Value, shape: str) -> Value:
    if shape in {"Ljava/lang/String;", "Ljava/lang/Object;", "Ljava/lang/CharSequence;"}:
        return value
    if value.kind == "int":
        number = int(value.text)
        if shape in {"I", "J"}:
            return Value("string", value.text)
        if shape == "C" and 0 <= number < 0xD800:
            return Value("string", chr(number))
        if shape == "Z":
            return Value("string", "true" if number else "false")
    if shape == "[C" and value.kind == "bytes":
        return Value("string", value.text)
    return UNKNOWN


def elements(method: Method, made: int, at: int, read: Read) -> Value:
    """Return the array that the ``new-array`` at ``made`` creates, as it is filled when ``at`` is reached."""
    dex, units = method.dex, method.units
    kind = dex.type_names[units[made + 1]] if units[made + 1] < len(dex.types) else b""
    found: dict[int, Value] = {}
    for step, opcode in zip(method.positions, method.opcodes, strict=True):
        if opcode == opcodes.FILL_ARRAY_DATA:
            if method.definitions(step, units[step] >> 8) != frozenset({made}) or not may_precede(method, step, at):
                continue
            width, raw = method.array_data(step)
            if not width or len(raw) > 8 * 4096:
                return UNKNOWN
            for number in range(len(raw) // width):
                signed = kind != b"[C"
                one = int.from_bytes(raw[number * width : (number + 1) * width], "little", signed=signed)
                found[number] = Value("int", str(one))
        elif opcode in _PUTS:
            definitions = method.definitions(step, units[step + 1] & 0xFF)
            if definitions is None or made not in definitions or not may_precede(method, step, at):
                continue
            place = read(method, step, units[step + 1] >> 8)
            if place.kind != "int" or len(found) > _MOST:
                return UNKNOWN
            value = read(method, step, units[step] >> 8)
            if len(definitions) > 1 or not always_once(method, made, step, at):
                value = join((found.get(int(place.text), UNKNOWN), value))
            found[int(place.text)] = value
    size = read(method, made, units[made] >> 12)
    if kind in {b"[B", b"[C"} and size.kind == "int" and 0 < len(found) == int(size.text):
        numbers = [int(found[key].text) if found[key].kind == "int" else -1000 for key in sorted(found)]
        if min(numbers) >= -128:
            return Value("bytes", "".join(chr(number & (0xFF if kind == b"[B" else 0xFFFF)) for number in numbers))
    return Value("array", "", tuple(found[key] for key in sorted(found)))


def constructor(method: Method, made: int) -> int | None:
    """Return the position of the constructor call on the object of the ``new-instance`` at ``made``."""
    for number in range(method.number(made) + 1, len(method.positions)):
        at = method.positions[number]
        if method.opcodes[number] not in _DIRECT:
            continue
        registers = method.words(at)
        signature = method.invoked(at)
        if not registers or signature is None or "-><init>(" not in signature:
            continue
        if method.definitions(at, registers[0]) == frozenset({made}):
            return at
    return None


__all__ = [
    "NEW_ARRAY", "TO_STRING", "always_once", "built_text", "constructor", "elements", "may_precede", "origin",
]  # fmt: skip
