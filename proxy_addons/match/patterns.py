"""Patterns with their checks, and key names: a hint, never proof, that somebody's data is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from analyzer.catalogue.checksums import VALIDATORS
from analyzer.catalogue.identifiers import Identifier, key_form

from .guards import COUNTER_KEY, GUARDS
from .haystack import Haystack
from .hit import Hit, Sure
from .keys import KeyNames, digest_of
from .scope import Scope
from .spans import Spans

DIGEST_LENGTHS = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
NOTHING = frozenset(
    {
        "",
        "null",
        "none",
        "nil",
        "undefined",
        "unknown",
        "nan",
        "true",
        "false",
        "0",
        "-1",
        "1",
        "{}",
        "[]",
        "n/a",
        "na",
        "test",
        "default",
        "***",
        "未知",
        "无",
    }
)
"""Values that say that there is none."""
MAX_NAMED = 200
"""Characters above which a value under a telling key is a text of its own."""
KEY_ONLY = ("account.password", "identity.name", "network.ssid", "student.school", "student.number")
"""Kinds without a form of their own for which a telling key in a request is worth a hint."""


class Patterns:
    """Finds what has the form of an identifier."""

    def __init__(self, identifiers: Mapping[str, Identifier], names: KeyNames) -> None:
        self._names = names
        self._rules = [
            (rule, [re.compile(pattern) for pattern in rule.patterns])
            for rule in identifiers.values()
            if rule.data is not None and rule.pair is None
        ]
        self._by_id = dict(identifiers)

    def find(self, hay: Haystack, taken: Spans) -> list[Hit]:
        """Return the hits outside the spans ``taken`` by known values; the best rule wins where two fit one place."""
        found: list[Hit] = []
        scope = Scope(hay, self._names)
        for rule, patterns in self._rules:
            places = scope.of(rule) if patterns else []
            hits = [hit for pattern in patterns for hit in self._matches(hay, rule, pattern, places)]
            if hits and rule.together and not self._together(hay, rule, hits[0].start):
                continue
            if len({hit.value for hit in hits}) >= rule.min_count:
                found += hits if rule.min_count == 1 else hits[:1]
        found += self._objects(hay)
        found += self._hashed(hay)
        found += self._named_only(hay)
        return _best([hit for hit in found if not taken.touches(hit.start, hit.end)])

    def _matches(
        self, hay: Haystack, rule: Identifier, pattern: re.Pattern[str], places: list[tuple[int, int]]
    ) -> Iterator[Hit]:
        check = VALIDATORS[rule.validator]
        for match in (match for place in places for match in pattern.finditer(hay.text, *place)):
            group = next((index for index, value in enumerate(match.groups(), 1) if value is not None), 0)
            value, (start, end) = match.group(group), match.span(group)
            if not check(value) or rule.ignores(value):
                continue
            before, after = hay.text[max(0, start - 2) : start], hay.text[end : end + 2]
            key = hay.key_at(start)
            named = self._names.named(key).get(rule.id)
            if named == "other" or (any(GUARDS[guard](value, before, after) for guard in rule.guards)):
                continue
            sure = _sureness(rule, named, key)
            if sure is not None and rule.data is not None:
                yield Hit(start, end, rule.data, value, None, (), key, "pattern", sure)

    @staticmethod
    def _together(hay: Haystack, rule: Identifier, start: int) -> bool:
        home = hay.leaves[hay.leaf_at(start)]
        present = {key_form(leaf.key) for leaf in hay.leaves if leaf.key and leaf.group == home.group}
        return all(any(key_form(name) in present for name in group) for group in rule.together)

    def _objects(self, hay: Haystack) -> Iterator[Hit]:
        """Objects whose key names together say what they are: name and phone are a contact, LAC and cell a place."""
        groups: dict[str, tuple[int, set[str]]] = {}
        for start, leaf in zip(hay.starts, hay.leaves, strict=True):
            if leaf.key and not leaf.binary and leaf.text.strip().lower() not in NOTHING:
                groups.setdefault(leaf.group, (start, set()))[1].add(key_form(leaf.key))
        for rule, patterns in self._rules:
            if patterns or not rule.together or rule.data is None:
                continue
            wanted = [{key_form(name) for name in names} for names in rule.together]
            fitting = [start for start, present in groups.values() if all(present & names for names in wanted)]
            if len(fitting) >= rule.min_count:
                leaf = hay.leaves[hay.leaf_at(fitting[0])]
                end = fitting[0] + len(leaf.text)
                yield Hit(fitting[0], end, rule.data, leaf.text, None, (), leaf.key, "pattern", "?")

    def _hashed(self, hay: Haystack) -> Iterator[Hit]:
        """Find keys such as ``imei_md5`` over a digest that is none of the profile's."""
        for start, leaf in zip(hay.starts, hay.leaves, strict=True):
            if not leaf.key or leaf.binary or len(leaf.text) not in DIGEST_LENGTHS or not _hex(leaf.text):
                continue
            bare, word = digest_of(leaf.key)
            layer = DIGEST_LENGTHS[len(leaf.text)]
            if word is None or len(set(leaf.text)) < 4:  # zeros and the like
                continue
            for identifier, strength in self._names.named(bare).items():
                rule = self._by_id[identifier]
                if strength == "strong" and rule.data is not None:
                    yield Hit(
                        start, start + len(leaf.text), rule.data, leaf.text, None, (layer,), leaf.key, "pattern", "?"
                    )

    def _named_only(self, hay: Haystack) -> Iterator[Hit]:
        for start, leaf in zip(hay.starts, hay.leaves, strict=True):
            if leaf.binary or not leaf.key or len(leaf.text) > MAX_NAMED or leaf.text.strip().lower() in NOTHING:
                continue
            for identifier, strength in self._names.named(leaf.key).items():
                rule = self._by_id[identifier]
                if strength == "strong" and not rule.patterns and rule.pair is None and rule.data in KEY_ONLY:
                    yield Hit(start, start + len(leaf.text), rule.data, leaf.text, None, (), leaf.key, "pattern", "?")


def _sureness(rule: Identifier, named: str | None, key: str | None) -> Sure | None:
    """Return how much a match proves: check and key ``1``, one of them ``?``; `None`: nothing at all."""
    checked = rule.validator != "none"
    if named == "strong":
        return "1" if checked else "?"
    if named == "weak":
        return "?"
    if rule.alone == "never" or (key is not None and COUNTER_KEY.search(key)):
        return None
    return "?"


def _hex(text: str) -> bool:
    return all(char in "0123456789abcdefABCDEF" for char in text)


def _best(hits: list[Hit]) -> list[Hit]:
    """Keep one hit a place: the surer, then the longer, then the first rule."""
    claimed = Spans()
    ranked = sorted(hits, key=lambda hit: (hit.sure == "?", hit.start - hit.end))
    kept = [hit for hit in ranked if claimed.claim(hit.start, hit.end)]
    return sorted(kept, key=lambda hit: (hit.start, hit.data))
