"""Names that a script gives to parts of an interface: ``p=plus.device``, ``const {imei} = plus.device``.

Minified bundles name an object once and use it by a letter, and use the same letter for other things elsewhere. An
alias counts from where it is given to the end of the block that it stands in; where the letter is given to something
else, becomes a parameter or is declared again, it counts no more. What comes before it, or through the arguments of a
function, is not followed.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from analyzer.model.record import dataclass

MOST, FARTHEST = 400, 400_000
"""Aliases of one script, and characters in which one is looked for."""
_TARGET = re.compile(r"(?:(?<![\w$.])([A-Za-z_$][\w$]*)|(\{[^{}=;]*(?:=[^{}=;]*)*\}))\s*=\s*(?:[\w$.]+\s*&&\s*){0,2}$")
_REACH = 400
_ENDS = re.compile(r"\s*(?:[,;)}\]\n]|\|\||$)")
_ENTRY = re.compile(r"([A-Za-z_$][\w$]*)\s*(?::\s*([A-Za-z_$][\w$]*))?\s*(?:=.*)?", re.DOTALL)
_ASSIGNED, _ARROW = re.compile(r"\s*=(?![=>])"), re.compile(r"\s*=>\s*(\{)?")
_DECLARED = re.compile(r"(?<![\w$.])(?:var|let|const)\s+(?:[^;{}()]*,\s*)?$")
_FUNCTION = re.compile(r"(?<![\w$.])(?:function\s*\*?|class)\s+$")
_OPENED = re.compile(r"([\w$]*)\s*\(([^()]*)$")
_CLOSED = re.compile(r"[^()]*\)\s*(?:=>\s*)?(\{)?")
_PARAMETERS = re.compile(r"[^()]*\)\s*(?:=>|\{)")
_CONDITIONS = frozenset({"if", "while", "for", "switch", "with"})


@dataclass(frozen=True, slots=True)
class Alias:
    """A word that stands for the beginning of a path, or for all of it."""

    word: str
    path: str
    start: int
    """Where it begins to count: behind the path."""


def find_aliases(text: str, offset: int, stop: int, path: str) -> Iterator[Alias | tuple[str, int]]:
    """Yield the aliases that a path between ``offset`` and ``stop`` is given, and (path, place) of what is taken out.

    ``path`` is the plain dotted form.
    """
    begin = max(0, offset - _REACH)
    if not _ENDS.match(text, stop) or "=" not in text[max(0, offset - 40) : offset]:
        return
    found = _TARGET.search(text[begin:offset])
    if found is None:
        return
    if found[1]:
        yield Alias(found[1], path, stop)
        return
    at = begin + found.start(2) + 1
    for part in found[2][1:-1].split(","):
        entry = _ENTRY.fullmatch(part.strip())
        if entry is not None:
            yield f"{path}.{entry[1]}", at + part.find(entry[1])
            yield Alias(entry[2] or entry[1], f"{path}.{entry[1]}", stop)
        at += len(part) + 1


@lru_cache(maxsize=256)
def _tokens(word: str) -> re.Pattern[str]:
    return re.compile(rf"[{{}}]|(?<![\w$.]){re.escape(word)}(?![\w$])")


def find_uses(text: str, alias: Alias, is_code: Callable[[int], bool]) -> Iterator[int]:
    """Yield the offsets at which a word still stands for its path."""
    depth, hidden = 0, -1  # hidden: depth of the block in which the word is something else
    arriving = -1  # the brace that opens the body of a function with a parameter of this name
    word = alias.word
    for token in _tokens(word).finditer(text, alias.start, alias.start + FARTHEST):
        at = token.start()
        if not is_code(at):
            continue
        if token[0] == "{":
            depth += 1
            hidden = depth if hidden < 0 and at == arriving else hidden
            continue
        if token[0] == "}":
            depth -= 1
            if depth < 0:
                return
            hidden = -1 if depth < hidden else hidden
            continue
        if hidden >= 0:
            continue
        state, brace = _role(text, at, token.end())
        if state == "over":
            return
        if state == "parameter":
            arriving = brace
        elif state == "declared":
            if not depth:
                return
            hidden = depth
        elif state == "use":
            yield at


def _role(text: str, at: int, stop: int) -> tuple[str, int]:
    """Tell what a word is here: a use, another declaration, a parameter (with the brace of its function), or over."""
    before = text[max(0, at - 200) : at]
    arrow = _ARROW.match(text, stop)
    if arrow:
        return ("parameter", arrow.start(1)) if arrow[1] else ("over", -1)
    if _FUNCTION.search(before):
        return "over", -1
    if _DECLARED.search(before):
        return "declared", -1
    if _ASSIGNED.match(text, stop):
        return "over", -1
    opened = _OPENED.search(before)
    if opened and opened[1] not in _CONDITIONS and _PARAMETERS.match(text, stop):
        closed = _CLOSED.match(text, stop)
        return ("parameter", closed.start(1)) if closed and closed[1] else ("over", -1)
    return "use", -1


def in_spans(spans: Sequence[tuple[int, int]]) -> Callable[[int], bool]:
    """Return a test whether a place lies in one of ascending spans."""
    starts = [start for start, _ in spans]

    def lies(at: int) -> bool:
        place = bisect_right(starts, at) - 1
        return place >= 0 and at < spans[place][1]

    return lies
