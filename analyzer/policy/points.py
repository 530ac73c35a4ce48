"""Which of the 18 points of a policy a text has: each group of words of a point must have a hit."""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Mapping
from typing import NamedTuple

from analyzer.catalogue.vocabulary import PolicyPointRule, WordGroup
from analyzer.model import Bilingual, PolicyPoint

from .layout import Line, lines, sentences_of
from .negation import Sentence, readings
from .words import fold, fold_word

MAX_QUOTE = 160
"""Characters of a quote."""


class Itemised(NamedTuple):
    """How a text lists what it collects."""

    statements: int
    """Sentences that name data as collected."""
    left_open: int
    """Sentences that leave their list open ("包括但不限于")."""
    quote: str
    offset: int | None
    """Of the first statement."""


def read_points(
    text: str,
    language: str,
    rules: Mapping[str, PolicyPointRule],
    every: list[Line] | None = None,
    itemised: Itemised | None = None,
) -> tuple[PolicyPoint, ...]:
    """Judge every point. Where the text is not Chinese the words cannot be looked for: `found` is `None`."""
    if language != "zh":
        return tuple(PolicyPoint(id=key, found=None) for key in sorted(rules))
    folded = fold(text)
    every = list(lines(text)) if every is None else every
    spans = sentences_of(every)
    sections = _sections(text, every) if any(rule.together for rule in rules.values()) else []
    points = (_point(key, rules[key], text, folded, spans, sections) for key in sorted(rules))
    if itemised is None:
        return tuple(points)
    return tuple(_as_itemised(point, rules[point.id], itemised) for point in points)


def _as_itemised(point: PolicyPoint, rule: PolicyPointRule, itemised: Itemised) -> PolicyPoint:
    """Judge a list item by item by what it says rather than by its words: how much is named, how much left open."""
    if rule.statements is None:
        return point
    if 2 * itemised.left_open > max(1, itemised.statements):
        return PolicyPoint(id=point.id, found=False, missing=point.missing or (rule.groups[0].about,))
    if point.found or itemised.statements < rule.statements:
        return point
    return PolicyPoint(id=point.id, found=True, quote=itemised.quote[:MAX_QUOTE], offset=itemised.offset)


def _sections(text: str, every: list[Line]) -> list[tuple[int, int]]:
    """Return the stretches from one heading to the next; a text without headings is parted by its lines."""
    starts = [line.start for line in every if line.heading and line.text.strip()[-1] not in ":："]
    if len(starts) < 3:
        starts = [line.start for line in every]
    return list(itertools.pairwise([0, *starts, len(text)]))


def _point(
    key: str,
    rule: PolicyPointRule,
    text: str,
    folded: str,
    spans: list[Sentence],
    sections: list[tuple[int, int]],
) -> PolicyPoint:
    offsets: list[int] = []
    missing: list[Bilingual] = []
    stretches = sections if rule.together else [(0, len(text))]
    for low, high in stretches:
        offsets, missing = [], []
        for group in rule.groups:
            place = _place(group, text, folded, low, high, spans if rule.affirmed else None)
            if place is None:
                missing.append(group.about)
            else:
                offsets.append(place)
        if not missing:
            break
    if missing and rule.together:  # said of the whole text: which parts have no word anywhere
        whole = [g.about for g in rule.groups if _place(g, text, folded, 0, len(text), None) is None]
        missing = whole or [rule.groups[-1].about]
    if missing:
        return PolicyPoint(id=key, found=False, missing=tuple(missing))
    offset = offsets[0]
    quote = next((text[s.start : s.end] for s in spans if s.start <= offset < s.end), text[offset : offset + MAX_QUOTE])
    return PolicyPoint(id=key, found=True, quote=" ".join(quote.split())[:MAX_QUOTE], offset=offset)


def _place(group: WordGroup, text: str, folded: str, low: int, high: int, spans: list[Sentence] | None) -> int | None:
    """Return where a group has its first hit; with `spans`, hits in what a sentence denies are passed over."""
    places: list[int] = []
    for word in group.any_of:
        wanted = fold_word(word)
        place = folded.find(wanted, low, high)
        while place >= 0 and spans is not None and _denied(folded, place, spans):
            place = folded.find(wanted, place + 1, high)
        if place >= 0:
            places.append(place)
    if not places:
        # only where no word is there: most points are found without their patterns
        for pattern in group.patterns:
            match = re.compile(pattern, re.MULTILINE).search(text, low, high)
            if match:
                places.append(match.start())
    return min(places, default=None)


def _denied(folded: str, place: int, spans: list[Sentence]) -> bool:
    number = bisect.bisect_right(spans, place, key=lambda span: span.start) - 1
    if number < 0 or place >= spans[number].end:
        return False
    start, end = spans[number]
    return any(
        row.meant in {"denied", "disclaimed"} and start + row.start <= place < start + row.end
        for row in readings(folded[start:end])
    )
