"""What stands behind ``invokedynamic``: lambdas become classes and concatenations builders, as dexers make of them.

A dexer that targets phones before Android 8 has no other way, so apps hold this form. Other bootstrap methods (of
records, of pattern switches) become the ``invoke-custom`` that newer phones know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzer.model.record import dataclass

from . import pool as constants
from .ids import CallSite
from .lambdas import Lambda, lambda_class
from .pool import Member, parameters, result
from .problem import ClassFileError, UntranslatableError

if TYPE_CHECKING:
    from .lambdas import MadeClass
    from .reading import ClassFile

_META_FACTORY = b"Ljava/lang/invoke/LambdaMetafactory;"
_CONCAT_FACTORY = b"Ljava/lang/invoke/StringConcatFactory;"
_BUILDER = b"Ljava/lang/StringBuilder;"
_MARKERS, _BRIDGES = 2, 4
_ARGUMENT, _CONSTANT = 1, 2
_APPENDED = {b"B": b"I", b"S": b"I", b"Ljava/lang/String;": b"Ljava/lang/String;"}
_ENCODED = {
    constants.INTEGER: (0x04, 4),
    constants.FLOAT: (0x10, 4),
    constants.LONG: (0x06, 8),
    constants.DOUBLE: (0x11, 8),
}


@dataclass(frozen=True, slots=True)
class Link:
    """What an ``invokedynamic`` becomes; exactly one is there."""

    pieces: list[bytes | Member] | None = None
    """Of a concatenation: texts, and for each argument the method that appends it."""
    maker: Member | None = None
    """Of a lambda: the constructor of its class, which takes what the lambda captures."""
    call: CallSite | None = None


class Linker:
    """Links the call sites of one class; ``made`` are the classes of its lambdas."""

    def __init__(self, owner: ClassFile) -> None:
        self.owner, self.pool = owner, owner.pool
        self.made: list[MadeClass] = []
        self._known: dict[tuple[int, bytes, bytes], Link] = {}

    def link(self, number: int, name: bytes, shape: bytes) -> Link:
        """Return what bootstrap method ``number`` makes of a site. Raises `UntranslatableError`."""
        key = (number, name, shape)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._link(number, name, shape)
        return known

    def _link(self, number: int, name: bytes, shape: bytes) -> Link:
        if number >= len(self.owner.bootstraps):
            raise UntranslatableError("an invokedynamic without its bootstrap method")
        index, arguments = self.owner.bootstraps[number]
        bootstrap = self.pool.handle(index)
        try:
            if bootstrap.member.owner == _META_FACTORY:
                return Link(maker=self._lambda(bootstrap.member.name, name, shape, arguments))
            if bootstrap.member.owner == _CONCAT_FACTORY:
                return Link(pieces=self._pieces(bootstrap.member.name, shape, arguments))
        except (UntranslatableError, ClassFileError):
            pass  # none that the JDK's compiler writes
        return Link(call=CallSite(bootstrap, name, shape, tuple(self._argument(one) for one in arguments)))

    def _argument(self, index: int) -> Any:
        pool = self.pool
        tag = pool.tag(index)
        if tag == constants.METHOD_HANDLE:
            return "handle", pool.handle(index)
        if tag == constants.METHOD_TYPE:
            return "proto", pool.method_type(index)
        if tag == constants.STRING:
            return 0x17, pool.string(index)
        if tag == constants.CLASS:
            return 0x18, pool.type(index)
        if tag in _ENCODED:
            kind, size = _ENCODED[tag]
            return kind, (pool.number(index, tag), size)
        raise UntranslatableError("a bootstrap method takes a constant that is computed when the app runs")

    def _lambda(self, factory: bytes, name: bytes, shape: bytes, arguments: tuple[int, ...]) -> Member:
        pool = self.pool
        if len(arguments) < 3:
            raise UntranslatableError("a lambda without its method")
        interfaces, shapes = [result(shape)], [pool.method_type(arguments[0])]
        if factory == b"altMetafactory":
            rest = [*arguments[3:]]
            flags = pool.integer(rest.pop(0)) if rest else 0
            if flags & _MARKERS:
                interfaces += [pool.type(rest.pop(0)) for _ in range(pool.integer(rest.pop(0)))]
            if flags & _BRIDGES and rest:
                shapes += [pool.method_type(rest.pop(0)) for _ in range(min(pool.integer(rest.pop(0)), len(rest)))]
        made = lambda_class(
            Lambda(
                b"%b$$ExternalSyntheticLambda%d;" % (self.owner.name[:-1], len(self.made)),
                tuple(dict.fromkeys(interfaces)),
                tuple(parameters(shape)),
                name,
                tuple(dict.fromkeys(shapes)),
                pool.method_type(arguments[2]),
                pool.handle(arguments[1]),
            )
        )
        self.made.append(made)
        return made.constructor

    def _pieces(self, factory: bytes, shape: bytes, arguments: tuple[int, ...]) -> list[bytes | Member]:
        kinds = iter(parameters(shape))
        if factory == b"makeConcat":
            return [_append(one) for one in kinds]
        recipe, fixed = self.pool.string(arguments[0]), iter(arguments[1:])
        pieces: list[bytes | Member] = []
        begin = 0
        for at, byte in enumerate(recipe):
            if byte not in {_ARGUMENT, _CONSTANT}:
                continue
            if at > begin:
                pieces.append(recipe[begin:at])
            begin = at + 1
            if byte == _ARGUMENT:
                pieces.append(_append(_next(kinds)))
            else:
                pieces.append(self.pool.string(_next(fixed)))
        if begin < len(recipe):
            pieces.append(recipe[begin:])
        if next(kinds, None) is not None:
            raise UntranslatableError("a concatenation with more arguments than places")
        return pieces


def _next[T](values: Any) -> T:  # type: ignore[type-var]  # an iterator of T
    found: T | None = next(values, None)
    if found is None:
        raise UntranslatableError("a concatenation with fewer arguments than places")
    return found


def _append(kind: bytes) -> Member:
    taken = _APPENDED.get(kind, kind if kind[:1] not in b"L[" else b"Ljava/lang/Object;")
    return Member(_BUILDER, b"append", b"(" + taken + b")" + _BUILDER)
