"""The class that a dexer writes for a lambda or method reference: captured values as fields, one method that calls."""

from __future__ import annotations

from analyzer.model.record import dataclass

from .emit import DIRECT, INTERFACE, SCRATCH, STATIC, VIRTUAL, Body, Emitter
from .ids import Ids
from .pool import Handle, Member, parameters, result, width, words
from .problem import UntranslatableError
from .stack import kind_of

OBJECT = b"Ljava/lang/Object;"
_UNBOX = {
    b"Z": (b"Ljava/lang/Boolean;", b"booleanValue"), b"B": (b"Ljava/lang/Byte;", b"byteValue"),
    b"C": (b"Ljava/lang/Character;", b"charValue"), b"S": (b"Ljava/lang/Short;", b"shortValue"),
    b"I": (b"Ljava/lang/Integer;", b"intValue"), b"J": (b"Ljava/lang/Long;", b"longValue"),
    b"F": (b"Ljava/lang/Float;", b"floatValue"), b"D": (b"Ljava/lang/Double;", b"doubleValue"),
}  # fmt: skip
_CALLS = {5: VIRTUAL, 6: STATIC, 7: DIRECT, 8: DIRECT, 9: INTERFACE}


@dataclass(frozen=True, slots=True)
class Lambda:
    """What the class of a lambda is made from."""

    name: bytes
    interfaces: tuple[bytes, ...]
    captured: tuple[bytes, ...]
    method: bytes
    shapes: tuple[bytes, ...]
    """Of the interface's method, and of bridges to it."""
    instantiated: bytes
    """The shape with the type arguments filled in."""
    target: Handle


@dataclass(frozen=True, slots=True)
class MadeClass:
    """A class that no class file holds. ``methods`` are name, shape and code, the constructor first."""

    name: bytes
    interfaces: tuple[bytes, ...]
    fields: tuple[tuple[bytes, bytes], ...]
    methods: tuple[tuple[bytes, bytes, Body], ...]
    constructor: Member
    ids: Ids


def lambda_class(one: Lambda) -> MadeClass:
    """Return the class of a lambda. Raises `UntranslatableError` for one that needs a conversion not known here."""
    if one.target.kind not in _CALLS:
        raise UntranslatableError("a lambda that reads or writes a field")
    ids = Ids()
    fields = tuple((b"f$%d" % number, kind) for number, kind in enumerate(one.captured))
    constructor = Member(one.name, b"<init>", b"(" + b"".join(one.captured) + b")V")
    methods = [(constructor.name, constructor.shape, _constructor(one, fields, constructor, ids))]
    for shape in one.shapes:
        ids.add_method((one.name, one.method, shape))
        methods.append((one.method, shape, _method(one, fields, shape, ids)))
    ids.add_type(one.name)
    for kind in (OBJECT, *one.interfaces):
        ids.add_type(kind)
    return MadeClass(one.name, one.interfaces, fields, tuple(methods), constructor, ids)


def _constructor(one: Lambda, fields: tuple[tuple[bytes, bytes], ...], constructor: Member, ids: Ids) -> Body:
    code = Emitter(ids)
    ids.add_method(constructor)
    ins = 1 + words(constructor.shape)
    this = SCRATCH
    code.invoke(DIRECT, Member(OBJECT, b"<init>", b"()V"), this, 1)
    place = this + 1
    for name, kind in fields:
        code.field(0x59, (one.name, name, kind), kind_of(kind)[0], place, this)
        place += width(kind)
    code.units.append(0x0E)
    return Body(SCRATCH + ins, ins, code.units, code.places, (), code.outs)


def _method(one: Lambda, fields: tuple[tuple[bytes, bytes], ...], shape: bytes, ids: Ids) -> Body:
    code = Emitter(ids)
    target = one.target
    member = target.member
    needed = parameters(member.shape)
    if target.kind in {5, 7, 9}:
        needed.insert(0, member.owner)
    given = parameters(shape)
    if len(fields) + len(given) != len(needed):
        raise UntranslatableError("a lambda whose method takes other arguments")
    made = target.kind == 8
    count = sum(map(width, needed)) + made
    if SCRATCH + count + 2 + words(shape) > 200:
        raise UntranslatableError("a lambda with too many arguments")
    this = SCRATCH + count + 2
    place = SCRATCH
    if made:
        code.named(place << 8 | 0x22, "type", member.owner)
        place += 1
    for (name, kind), wanted in zip(fields, needed, strict=False):
        if width(kind) != width(wanted):
            raise UntranslatableError("a lambda whose method takes other arguments")
        code.field(0x52, (one.name, name, kind), kind_of(kind)[0], place, this)
        place += width(wanted)
    source = this + 1
    for kind, wanted in zip(given, needed[len(fields) :], strict=True):
        _convert(code, kind, wanted, source, place)
        source += width(kind)
        place += width(wanted)
    code.invoke(_CALLS[target.kind], member, SCRATCH, count)
    _give(code, member.owner if made else result(member.shape), result(shape), made=made)
    return Body(this + 1 + words(shape), 1 + words(shape), code.units, code.places, (), code.outs)


def _give(code: Emitter, given: bytes, wanted: bytes, *, made: bool) -> None:
    if wanted == b"V":
        code.units.append(0x0E)
        return
    if given == b"V":
        raise UntranslatableError("a lambda whose method gives nothing")
    if not made:
        code.result(kind_of(given), SCRATCH)
    _convert(code, given, wanted, SCRATCH, SCRATCH)
    kind = kind_of(wanted)[0]
    code.units.append(SCRATCH << 8 | {"i": 0x0F, "w": 0x10, "a": 0x11}[kind])


def _convert(code: Emitter, given: bytes, wanted: bytes, source: int, target: int) -> None:
    """Copy a value, cast, boxed or unboxed."""
    of, to = kind_of(given), kind_of(wanted)
    if of == to:
        code.move(of[0], target, source)
        if of == "a" and wanted not in {OBJECT, given}:
            code.named(target << 8 | 0x1F, "type", wanted)
    elif of == "a":
        box, name = _UNBOX[wanted]
        code.move("a", target, source)
        if given != box:
            code.named(target << 8 | 0x1F, "type", box)
        code.invoke(VIRTUAL, Member(box, name, b"()" + wanted), target, 1)
        code.result(to, target)
    elif to == "a":
        box = _UNBOX[given][0]
        code.invoke(STATIC, Member(box, b"valueOf", b"(" + given + b")" + box), source, width(given))
        code.result("a", target)
    else:
        raise UntranslatableError("a lambda that widens a number")
