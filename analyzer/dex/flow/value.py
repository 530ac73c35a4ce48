"""What a register may hold, as far as code says it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from analyzer.model.record import dataclass

_OPTIONS = 24
"""Values told apart at one place; more are not kept one by one."""

ValueKind = Literal[
    "string",
    "int",
    "bytes",
    "class",
    "field",
    "call",
    "new",
    "array",
    "concat",
    "parameter",
    "any",
    "unknown",
]


@dataclass(frozen=True, slots=True)
class Value:
    """What a register holds.

    ``string``: the text; ``int``: the number in decimal; ``bytes``: each byte as the character of that number;
    ``class`` and ``new``: a descriptor; ``field`` and ``call``: the signature that it was read from or returned by;
    ``array``: its elements in `parts`; ``concat``: a text whose pieces, some of them unknown, are in `parts`;
    ``parameter``: the caller decides, `text` is the number of the argument word; ``any``: one of `parts`, by the path
    that was taken.
    """

    kind: ValueKind
    text: str = ""
    parts: tuple[Value, ...] = ()
    """Arguments of a call (the receiver first, if it has one) or of a constructor (without the object), elements of an
    array, pieces of a text, or alternatives."""

    def __hash__(self) -> int:
        """Return a hash of what tells nearly all values apart; that of the parts would be that of whole trees."""
        return hash((self.kind, self.text, len(self.parts)))

    def __eq__(self, other: object) -> bool:
        """Compare as the fields do; written out because this is asked for more often than anything else is."""
        if self is other:
            return True
        if not isinstance(other, Value):
            return NotImplemented
        return self.text == other.text and self.kind == other.kind and self.parts == other.parts

    @property
    def options(self) -> tuple[Value, ...]:
        """The alternatives of ``any``, else the value itself."""
        return self.parts if self.kind == "any" else (self,)

    @property
    def texts(self) -> tuple[str, ...]:
        """The strings among the alternatives."""
        return tuple(one.text for one in self.options if one.kind == "string")

    @property
    def is_known(self) -> bool:
        """Whether no alternative is unknown or left to a caller."""
        return all(one.kind not in {"unknown", "parameter"} for one in self.options)


UNKNOWN = Value("unknown")


def integer(number: int) -> Value:
    """Return an ``int``."""
    return Value("int", str(number))


def join(values: Iterable[Value]) -> Value:
    """Return the value that is one of ``values``: each once, in their order."""
    found: dict[Value, None] = {}
    for value in values:
        if value.kind != "any":
            found[value] = None
        else:
            found.update(dict.fromkeys(value.parts))
    if len(found) == 1:
        return next(iter(found))
    if not found or len(found) > _OPTIONS:
        return UNKNOWN
    return Value("any", "", tuple(found))


def combinations(parts: tuple[Value, ...]) -> Iterator[tuple[Value, ...]]:
    """Yield every choice of one alternative for each part; the parts themselves when there are too many."""
    total = 1
    for part in parts:
        total *= len(part.options)
    if total > _OPTIONS:
        yield tuple(part if part.kind != "any" else UNKNOWN for part in parts)
        return
    choices: list[tuple[Value, ...]] = [()]
    for part in parts:
        choices = [(*chosen, option) for chosen in choices for option in part.options]
    yield from choices


def concat(pieces: Iterable[Value]) -> Value:
    """Return the text made of pieces, neighbouring constants put together."""
    merged: list[Value] = []
    for piece in pieces:
        for part in piece.parts if piece.kind == "concat" else (piece,):
            if part.kind == "string" and merged and merged[-1].kind == "string":
                merged[-1] = Value("string", merged[-1].text + part.text)
            elif part.kind != "string" or part.text or not merged:
                merged.append(part)
    if len(merged) > 1 and merged[0] == Value("string"):
        del merged[0]
    if not merged:
        return Value("string")
    if len(merged) == 1 and merged[0].kind in {"string", "parameter", "unknown"}:
        return merged[0]
    return Value("concat", "", tuple(merged))


def has_parameters(value: Value) -> bool:
    """Whether a caller decides over the value or over a part of it."""
    if value.kind == "parameter":
        return True
    for part in value.parts:  # noqa: SIM110  # a generator costs more than the question
        if part.kind == "parameter" or (part.parts and has_parameters(part)):
            return True
    return False


def substitute(value: Value, word: Callable[[int], Value], fold: Callable[[str, tuple[Value, ...]], Value]) -> Value:
    """Return the value with parameters replaced: ``word`` gives them, ``fold`` computes calls with known arguments."""
    if value.kind == "parameter":
        return word(int(value.text))
    if not has_parameters(value):
        return value
    parts = tuple(
        [substitute(part, word, fold) if part.parts or part.kind == "parameter" else part for part in value.parts]
    )
    if value.kind == "any":
        return join(parts)
    if value.kind == "call":
        return fold(value.text, parts)
    if value.kind == "concat":
        return join(concat(pieces) for pieces in combinations(parts))
    return Value(value.kind, value.text, parts)
