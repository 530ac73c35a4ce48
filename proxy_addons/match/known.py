"""Known values of the test phone and account, in every spelling and dress."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from analyzer.catalogue.identifiers import Identifier

from .automata import automaton
from .digests import DigestTable
from .haystack import Haystack
from .hit import Hit, Proof, Sure
from .keys import KeyNames
from .needles import PERSONS, Known, Needle, holds, known_values, needles_of, too_common
from .salted import salted
from .spellings import unread

__all__ = ["KnownValues", "too_common"]

Raw = tuple[int, int, int, tuple[str, ...], bool]
"""(start, end, number of the value, layers, whether a key name is needed)."""
SALT = re.compile(r"salt|slt|nonce|seed|rand|md5|sha1|sha256|hash|digest")
CHUNK = 1 << 18
UUID = 36
"""Characters of 32 digits and four dashes."""
SHORT = 6
"""Bytes below which a value that needs its name stands anywhere by chance."""
_WHOLE: tuple[Proof, Sure] = ("known_value", "V")
_MASKED: tuple[Proof, Sure] = ("pattern", "?")
MAX_RAW = 20_000
"""Places in one message that are looked at: a body that repeats one value a million times tells nothing more."""


class KnownValues:
    """Finds the profile's values."""

    def __init__(
        self,
        values: Mapping[str, Sequence[str]],
        hmac_keys: Mapping[str, str],
        identifiers: Mapping[str, Identifier],
        names: KeyNames,
    ) -> None:
        self.known = known_values(values, identifiers)
        self._names = names
        table: dict[bytes, list[Needle]] = {}
        for number, known in enumerate(self.known):
            for text, needle in needles_of(number, known):
                _put(table, text, needle)
        self._texts = list(table)
        self._needles = list(table.values())
        self._longest = max(map(len, self._texts), default=0)
        self._automaton = automaton(self._texts)
        forms = [(number, form) for number, known in enumerate(self.known) for form in known.forms]
        self.digests = DigestTable(forms, hmac_keys)

    def find(self, hay: Haystack) -> list[Hit]:
        """Return the hits, without those that lie inside a longer hit of the same value."""
        digested = list(self._digested(hay))
        explained = frozenset(hay.lowered[start:end] for start, end, *_ in digested)
        # Most messages name no salt: one search says so.
        more = salted(hay, self.known, explained) if self.known and SALT.search(hay.lowered_keys) else ()
        raw = [*self._plain(hay), *digested, *more]
        return self.decide(hay, raw) if raw else []

    def unread(self) -> int:
        """Return how many ways to write names of the profile in Latin letters are not looked for."""
        return sum(unread(known.value) for known in self.known if known.data in PERSONS)

    def telling_texts(self) -> Iterator[bytes]:
        """Yield what is searched, in lower case, but for short values that only count under a name (`short_under`)."""
        for text, needles in zip(self._texts, self._needles, strict=True):
            if len(text) >= SHORT or not all(self.known[needle.known].context for needle in needles):
                yield text

    def short_under(self, named: Mapping[str, str]) -> bool:
        """Tell whether a name is one under which a short value of the profile counts."""
        return any(_names(known, named) for known in self.known if known.context)

    def named_in(self, text: str) -> bool:
        """Tell whether ``text``, such as a key name, holds a value of the profile in any spelling."""
        if self._automaton is None:
            return False
        found = self._automaton.find_matches_as_indexes(text.encode("utf-8", "replace").lower(), overlapping=True)
        return any(len(self._texts[number].decode("utf-8", "replace")) > 3 for number, _, _ in found)

    def _plain(self, hay: Haystack) -> Iterator[Raw]:
        if self._automaton is None:
            return
        left = MAX_RAW
        for begin in range(0, len(hay.lowered), CHUNK):
            # Pieces overlap, so that a body full of hits costs the memory of one piece of them at a time.
            piece = hay.lowered[begin : begin + CHUNK + self._longest] if len(hay.lowered) > CHUNK else hay.lowered
            for number, low, high in self._automaton.find_matches_as_indexes(piece, overlapping=True):
                if low >= CHUNK:
                    continue  # the next piece has it
                start, end = begin + low, begin + high
                for needle in self._needles[number]:
                    if holds(hay, start, end, needle):
                        if left <= 0:
                            hay.cut("places of known values")
                            return
                        left -= 1
                        yield start, end, needle.known, needle.layers, needle.named

    def _digested(self, hay: Haystack) -> Iterator[Raw]:
        if not self.known:
            return
        table = self.digests
        if not table.coded.keys().isdisjoint(hay.tokens):  # it goes through its argument
            for token in hay.tokens:
                if token in table.coded:
                    yield from self._at(hay, token, table.coded[token])
        dashed = [token for token in hay.tokens if len(token) == UUID]  # a digest written as one
        if dashed and not table.hexadecimal.keys().isdisjoint(b" ".join(dashed).replace(b"-", b"").lower().split()):
            for token in dashed:
                if ways := table.of_hex(token):
                    yield from self._at(hay, token, ways)
        lowered = b" ".join(hay.words).lower().split()
        if not table.hexadecimal.keys().isdisjoint(lowered):
            for word, low in dict.fromkeys(zip(hay.words, lowered, strict=True)):
                if low in table.hexadecimal:
                    yield from self._at(hay, word, table.hexadecimal[low])

    @staticmethod
    def _at(hay: Haystack, token: bytes, ways: list[tuple[int, tuple[str, ...]]]) -> Iterator[Raw]:
        for start in hay.places(token):
            for number, layers in ways:
                yield start, start + len(token), number, layers, False

    def decide(self, hay: Haystack, raw: list[Raw]) -> list[Hit]:
        """Drop values without the context they need, and let the key name choose where two kinds share a value."""
        spans: dict[tuple[int, int, tuple[str, ...]], list[tuple[int, bool]]] = {}
        for start, end, number, layers, named in raw:
            spans.setdefault((start, end, layers), []).append((number, named))
        hits: list[Hit] = []
        for (start, end, layers), numbers in spans.items():
            key = hay.key_at(start)
            by_name = self._names.named(key)
            fitting = [
                number
                for number, named in dict.fromkeys(numbers)
                if self._fits(hay, start, end, number, by_name, named=named)
            ]
            if not fitting:
                continue
            by_key = [number for number in fitting if _names(self.known[number], by_name)] if fitting[1:] else ()
            known = self.known[(by_key or fitting)[0]]
            # Four digits or more are not sent: a hint that stays one.
            proof, sure = _MASKED if "masked" in layers else _WHOLE
            hits.append(Hit(start, end, known.data, known.value, known.ordinal, layers, key, proof, sure))
        return _outermost(hits)

    def _fits(
        self, hay: Haystack, start: int, end: int, number: int, by_name: Mapping[str, str], *, named: bool
    ) -> bool:
        known = self.known[number]
        if known.context:
            return _names(known, by_name) and hay.whole(start, end)
        return not named or _names(known, by_name)


def _put(table: dict[bytes, list[Needle]], text: bytes, needle: Needle) -> None:
    there = table.setdefault(text, [])
    if all((other.known, other.layers, other.exact) != (needle.known, needle.layers, needle.exact) for other in there):
        there.append(needle)


def _names(known: Known, named: Mapping[str, str]) -> bool:
    return bool(named) and any(named.get(identifier) in {"strong", "weak"} for identifier in known.identifiers)


def _outermost(hits: list[Hit]) -> list[Hit]:
    """Return the hits that no longer hit of the same data covers, in order of place."""
    kept: list[Hit] = []
    reach = 0
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end, len(hit.layers))):
        if hit.start >= reach:
            reach = hit.end
            kept.append(hit)
            continue
        for other in kept[-8:]:
            if other.end >= hit.end and other.start <= hit.start and other.data == hit.data:
                break
        else:
            reach = max(reach, hit.end)
            kept.append(hit)
    return kept
