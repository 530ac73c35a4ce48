"""Which of the 18 points of a policy a text has: each group of words of a point must have a hit."""

from __future__ import annotations

from collections.abc import Mapping

from analyzer.catalogue.vocabulary import PolicyPointRule
from analyzer.model import Bilingual, PolicyPoint

from .negation import Sentence, sentences
from .words import fold

MAX_QUOTE = 160
"""Characters of a quote."""


def read_points(text: str, language: str, rules: Mapping[str, PolicyPointRule]) -> tuple[PolicyPoint, ...]:
    """Judge every point. Where the text is not Chinese the words cannot be looked for: `found` is `None`."""
    if language != "zh":
        return tuple(PolicyPoint(id=key, found=None) for key in sorted(rules))
    folded = fold(text)
    spans = sentences(text)
    return tuple(_point(key, rules[key], text, folded, spans) for key in sorted(rules))


def _point(key: str, rule: PolicyPointRule, text: str, folded: str, spans: list[Sentence]) -> PolicyPoint:
    offsets: list[int] = []
    missing: list[Bilingual] = []
    for group in rule.groups:
        places = [place for word in group.any_of if (place := folded.find(fold(word))) >= 0]
        if places:
            offsets.append(min(places))
        else:
            missing.append(group.about)
    if missing:
        return PolicyPoint(id=key, found=False, missing=tuple(missing))
    offset = offsets[0]
    quote = next((text[s.start : s.end] for s in spans if s.start <= offset < s.end), text[offset : offset + MAX_QUOTE])
    return PolicyPoint(id=key, found=True, quote=" ".join(quote.split())[:MAX_QUOTE], offset=offset)
