"""Names that a script uses: looked up in its code, not in its comments and strings.

A scanner in one pass tells code from comments, strings, templates and regular expressions; it is run only when one of
the names' first words stands in the text at all. The argument of ``eval("…")`` is code: development builds of webpack
keep whole modules there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Literal

from analyzer.model.record import dataclass

from .aliases import MOST, find_aliases, find_uses, in_spans

Use = Literal["call", "mention"]

_PART = r"(?:\s*\??\.\s*[A-Za-z_$][\w$]*|\s*\[\s*(?:\"[\w$]+\"|'[\w$]+')\s*\])"
_REST = re.compile(rf"{_PART}+")
_CLEAN = re.compile(r"[\s?\"'\[\]]+")
_WINDOW = ("window.", "globalThis.", "self.")
_CALLED = re.compile(r"\s*\)?\s*(?:\?\.)?\(")
_ASSIGNED = re.compile(r"\s*=(?![=>])")
_PLATFORM = 8
"""Names below one word from which on the word is taken for the object of a platform (``uni``, ``wx``)."""
_HANDED_ON = frozenset({"call", "apply", "bind"})
_VERB = re.compile(
    r"^(?:add|authenticate|authorize|capture|check|choose|close|compress|create|find|get|import|invoke|is|list|load|login|on|"
    r"open|paste|pick|query|read|request|resolve|run|save|scan|select|send|set|share|show|start|stop|take|upload|watch)"
    r"(?=[A-Z]|$)"
)
"""A name that begins so is a function: naming it without calling it reads nothing yet."""
_OUTSIDE = re.compile(r"//|/\*|[\"'`/]|[{}]")
_STRINGS = {'"': re.compile(r"(?:[^\"\\\n]|\\[\s\S])*"), "'": re.compile(r"(?:[^'\\\n]|\\[\s\S])*")}
_TEMPLATE = re.compile(r"(?:[^`\\$]|\\[\s\S]|\$(?!\{))*")
_REGEX = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_BEFORE_REGEX = re.compile(
    r"(?:[(,=:\[!&|?{};+~^%<>*\n-]|(?<![\w$.])(?:return|typeof|case|in|of|do|else|void))\s*$|^\s*$"
)
_BLOCKS = re.compile(
    r"<!--.*?(?:-->|\Z)|<script\b([^>]*)>(.*?)(?:</script|\Z)|\son[a-z]+\s*=\s*(\"[^\"]*\"|'[^']*')",
    re.DOTALL | re.IGNORECASE,
)
_NOT_SCRIPT = re.compile(r"type\s*=\s*[\"']?(?!module|text/javascript|application/javascript)[a-z]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """One place where a name stands in code."""

    name: str
    offset: int
    use: Use
    """``call``: it is called, or it is a property that is read. ``mention``: a function that is only named."""


def find_names(text: str, names: Iterable[str], *, page: bool = False) -> Iterator[Found]:
    """Yield where the dotted ``names`` are used, in the order of the text; ``page``: the text is HTML.

    What is assigned to (``uni.getLocation = …``) is a definition and no use.
    """
    wanted = frozenset(names)
    rows = list(_candidates(text, wanted))
    candidates = sorted(((at, *found, stop) for at, stop, found, _ in rows if found), key=lambda row: row[0])
    given = [row for row in rows if row[3]]
    if not candidates and not given:
        return
    is_code = in_spans(find_code(text, len(text) if given else candidates[-1][0] + 1, page=page))
    found = [
        Found(name, offset, use)
        for offset, name, rest, stop in candidates
        if is_code(offset) and (use := _use(text, name, rest, stop)) is not None
    ]
    if given:
        found += _by_other_names(text, wanted, [row for row in given if is_code(row[0])], is_code)
        found.sort(key=lambda one: one.offset)
    yield from found


_Row = tuple[int, int, tuple[str, str] | None, str]
"""Offset, end of the path, (name, rest) if it is a wanted one, and the path where it may be given another name."""


def _candidates(text: str, names: frozenset[str]) -> Iterator[_Row]:
    """Yield the paths that begin like one of the names."""
    known = _beginnings(names)
    for root, expression in _expressions(names):
        if root not in text:
            continue
        for match in expression.finditer(text):
            at, stop = match.span()
            before = text[at - 1 : at]
            if before and (before in "$_." or before.isalnum()):
                continue
            path = _plain(match[0])
            found = _longest(path, names) if "." in path else None
            inner = next((path.removeprefix(one) for one in _WINDOW if path.startswith(one)), path)
            given = inner if inner in known and text[max(0, at - 20) : at].rstrip().endswith(("=", "&&")) else ""
            if found or given:
                yield at, stop, found, given


def _by_other_names(
    text: str, names: frozenset[str], rows: list[_Row], is_code: Callable[[int], bool]
) -> Iterator[Found]:
    """Yield the uses of names by the words that parts of them are given."""
    known = _beginnings(names)
    waiting = [one for at, stop, _, path in rows for one in find_aliases(text, at, stop, path)]
    for count, one in enumerate(waiting):
        if count >= MOST:
            return
        if isinstance(one, tuple):
            path, at = one
            if path in names and not _is_function(path):
                yield Found(path, at, "call")
            elif path in names:
                yield Found(path, at, "mention")
            continue
        if one.path not in known:
            continue
        for at in find_uses(text, one, is_code):
            match = _REST.match(text, at + len(one.word))
            stop = match.end() if match else at + len(one.word)
            path = _plain(one.path + text[at + len(one.word) : stop])
            found = _longest(path, names)
            use = _use(text, *found, stop) if found else None
            if found and use == "call":
                yield Found(found[0], at, use)
            elif path in known:
                waiting += [more for more in find_aliases(text, at, stop, path) if more not in waiting]


@lru_cache(maxsize=16)
def _beginnings(names: frozenset[str]) -> frozenset[str]:
    """Return the paths that may be given another name: what a name begins with, and functions themselves.

    A single word counts where it is clearly an object of a platform, not a word that every script may use.
    """
    found = {name for name in names if _is_function(name)}
    for name in names:
        parts = name.split(".")
        found.update(".".join(parts[:count]) for count in range(2, len(parts)))
    roots = Counter(name.partition(".")[0] for name in names)
    deep = {name.partition(".")[0] for name in names if name.count(".") > 1}
    found |= {root for root, count in roots.items() if count >= _PLATFORM or root in deep}
    return frozenset(found - {one[:-1] for one in _WINDOW} - {"document"})


def _is_function(name: str) -> bool:
    return bool(_VERB.match(name.rpartition(".")[2]))


def _plain(raw: str) -> str:
    """Return a path with dots alone."""
    path = _CLEAN.sub(lambda found: "." if "[" in found[0] else "", raw)
    return path.replace("..", ".").rstrip(".")


def _longest(path: str, names: frozenset[str]) -> tuple[str, str] | None:
    """Return (name, what follows it in the path) for the longest name that a path begins with."""
    for prefix in ("", *_WINDOW):
        if path.startswith(prefix):
            parts = path.removeprefix(prefix).split(".")
            for count in range(len(parts), 1, -1):
                name = ".".join(parts[:count])
                if name in names:
                    return name, ".".join(parts[count:])
    return None


def _use(text: str, name: str, rest: str, stop: int) -> Use | None:
    function = _is_function(name)
    if rest:
        return "call" if not function or rest.partition(".")[0] in _HANDED_ON else "mention"
    if _CALLED.match(text, stop):
        return "call"
    if _ASSIGNED.match(text, stop):
        return None
    return "mention" if function else "call"


@lru_cache(maxsize=16)
def _expressions(names: frozenset[str]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return one expression for each first word: a literal at its front is what makes the search fast."""
    roots = {name.partition(".")[0] for name in names} | {one[:-1] for one in _WINDOW}
    return tuple((root, re.compile(rf"{re.escape(root)}(?![\w$]){_PART}*")) for root in sorted(roots))


def find_code(text: str, end: int, *, page: bool = False) -> list[tuple[int, int]]:
    """Return the (start, stop) spans that are code, ascending, at least up to ``end``."""
    if not page:
        return list(_spans(text, 0, end))
    found: list[tuple[int, int]] = []
    for match in _BLOCKS.finditer(text):
        if match[2] is not None and not _NOT_SCRIPT.search(match[1]):
            found += _spans(text, match.start(2), match.end(2))
        elif match[3] is not None:
            found.append((match.start(3) + 1, match.end(3) - 1))
    return found


def _spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield spans of code between ``start`` and ``end``; templates may hold code, which may hold templates."""
    depths: list[int] = []  # of braces, one for each template that we are inside of
    place = begin = start
    while match := _OUTSIDE.search(text, place, end):
        sign, at = match[0], match.start()
        place = match.end()
        if sign in "{}":
            if depths:
                depths[-1] += 1 if sign == "{" else -1
            if not depths or depths[-1] >= 0:
                continue
            depths.pop()
        skipped = _skip(text, sign, at, begin, end)
        if skipped is None:
            continue
        place, inside, code = skipped
        if code:
            continue
        if at > begin:
            yield begin, at
        begin = place
        if inside:
            depths.append(0)
    if end > begin:
        yield begin, end


def _skip(text: str, sign: str, at: int, begin: int, end: int) -> tuple[int, bool, bool] | None:
    """Return where what begins at ``at`` ends, whether code inside of a template follows, whether it is code itself.

    `None` stands for an ordinary slash.
    """
    place = at + len(sign)
    if sign == "//":
        return _line_end(text, place, end), False, False
    if sign == "/*":
        return _after(text, "*/", place, end), False, False
    if sign in "`}":
        return *_template(text, place, end), False
    if sign == "/":
        found = _REGEX.match(text, at, end) if _BEFORE_REGEX.search(text, max(begin, at - 12), at) else None
        return (found.end(), False, False) if found else None
    body = _STRINGS[sign].match(text, place, end)
    stop = min(body.end() + 1 if body else end, end)
    return stop, False, text[max(at - 5, 0) : at] == "eval("


def _template(text: str, place: int, end: int) -> tuple[int, bool]:
    """Return where the words of a template end, and whether code follows (``${``)."""
    body = _TEMPLATE.match(text, place, end)
    stop = body.end() if body else place
    inside = text.startswith("${", stop)
    return min(stop + (2 if inside else 1), end), inside


def _line_end(text: str, place: int, end: int) -> int:
    found = text.find("\n", place, end)
    return end if found < 0 else found


def _after(text: str, mark: str, place: int, end: int) -> int:
    found = text.find(mark, place, end)
    return end if found < 0 else found + len(mark)
