"""Where a hit stands: its leaf, the offset in it, a path that may be written, and a short id to ask for it again."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from proxy_addons.decode.tree import Leaf
    from proxy_addons.match.hit import Hit
    from proxy_addons.match.matcher import Matcher
    from proxy_addons.sources.message import Message

ID_DIGITS = 10
"""Hexadecimal digits: two of ten thousand transmissions of one capture share an id once in 20,000 captures."""
STEP = re.compile(r"[^.\[\]/&]+")
DEGREES = re.compile(r"(?<![\d.])-?\d{1,3}\.\d{2,}(?![\d.])")
INDEX = re.compile(r"\d{1,4}\Z")


@dataclass(frozen=True, slots=True)
class Sight:
    """A hit at its place. ``start`` and ``end`` count characters of the leaf's text."""

    leaf: int
    start: int
    end: int
    hit: Hit


def first_sights(matcher: Matcher, leaves: Sequence[Leaf]) -> list[Sight]:
    """Return one sight for each value: what the facts count."""
    hits = [hit for hit, _ in matcher.find(leaves)]
    if not hits:
        return []
    begins = list(accumulate((len(leaf.text) + 1 for leaf in leaves), initial=0))  # the matcher joins them so
    sights = []
    for hit in hits:
        index = min(bisect_right(begins, hit.start), len(leaves)) - 1
        sights.append(Sight(index, hit.start - begins[index], hit.end - begins[index], hit))
    return sights


def all_sights(matcher: Matcher, leaves: Sequence[Leaf]) -> list[Sight]:
    """Return every sight, also of a value that several ways of decoding lead to: what has to be masked."""
    first = first_sights(matcher, leaves)
    if not first:
        return []
    found = {(one.leaf, one.start, one.end, one.hit.data): one for one in first}
    for index, leaf in enumerate(leaves):
        for hit, _ in matcher.find((leaf,)):
            found.setdefault((index, hit.start, hit.end, hit.data), Sight(index, hit.start, hit.end, hit))
    for one in list(found.values()):
        for other in _rest_of_point(leaves, one):
            found.setdefault((other.leaf, other.start, other.end, other.hit.data), other)
    return sorted(found.values(), key=lambda one: (one.leaf, one.start, one.end, one.hit.data))


def _rest_of_point(leaves: Sequence[Leaf], sight: Sight) -> Iterator[Sight]:
    """Yield the other number of a position: a hit stands at one of them, in its leaf or beside it in one object."""
    if not sight.hit.data.startswith("location."):
        return
    group = leaves[sight.leaf].group
    for index, leaf in enumerate(leaves):
        if index == sight.leaf or leaf.group == group:
            for number in DEGREES.finditer(leaf.text):
                if index != sight.leaf or number.end() <= sight.start or number.start() >= sight.end:
                    yield Sight(index, number.start(), number.end(), sight.hit)


class Paths:
    """Makes layer paths fit to be written: objects keyed by phone numbers or names have personal data in their path."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._known: dict[str, str] = {}

    def shown(self, leaf: Leaf) -> str:
        """Return the path of a leaf with ``#`` for every step that may be somebody's data."""
        found = self._known.get(leaf.path)
        if found is None:
            if len(self._known) > 10_000:  # a hostile capture has no two paths alike
                self._known.clear()
            found = self._known[leaf.path] = self._shown(leaf)
        return found

    def _shown(self, leaf: Leaf) -> str:
        place, rest = leaf.path[: len(leaf.place)], leaf.path[len(leaf.place) :]
        masked = STEP.sub(lambda found: found.group() if self._plain(found.group()) else "#", rest)
        whole = leaf._replace(text=rest.replace("~", ""), key=None, binary=False)
        if masked != rest or not self._matcher.find((whole,)):
            return place + masked
        return place + ".#"  # a value with a dot in it: no single step shows it

    def _plain(self, step: str) -> bool:
        step = step.removeprefix("~")
        return bool(INDEX.match(step)) or step in {"$", ""} or self._matcher.shown_key(step) == step


def transmission_id(message: Message, path: str, offset: int, data: str, turn: int = 0) -> str:
    """Return the id by which a sight can be asked for again, such as ``t-3f9a1b2c4d``.

    ``path`` must be a shown one: from an id, too, nobody may work a value out. ``turn`` counts equal ones.
    """
    words = (message.flow, message.direction, f"{message.time:.3f}", path, str(offset), data, str(turn))
    return "t-" + hashlib.sha256("\x00".join(words).encode("utf-8", "replace")).hexdigest()[:ID_DIGITS]


def sight_ids(message: Message, leaves: Sequence[Leaf], sights: Sequence[Sight], paths: Paths) -> list[str]:
    """Return the id of each sight of one message, in their order."""
    turns: dict[tuple[str, int, str], int] = {}
    ids = []
    for sight in sights:
        place = (paths.shown(leaves[sight.leaf]), sight.start, sight.hit.data)
        turns[place] = turns.get(place, -1) + 1
        ids.append(transmission_id(message, *place, turns[place]))
    return ids
