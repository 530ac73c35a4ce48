"""Known values of the test phone and account, in every spelling and dress."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import ahocorasick

from analyzer.catalogue.identifiers import Identifier

from .coordinates import parse_point
from .digests import digest_table, digest_tokens
from .haystack import Haystack
from .hit import Hit
from .keys import KeyNames
from .spellings import spellings

CONTEXT_ONLY = frozenset(
    {
        "device.model",
        "identity.gender",
        "identity.birthday",
        "student.grade",
        "student.score",
        "account.password",
        "network.ip",
    }
)
"""Values that many phones and people share, or that a page may hold by chance: they count under a matching key only."""
MIN_ASCII, MIN_DIGITS, MIN_WIDE = 6, 8, 4
"""Shorter values (letters; digits; Chinese characters) need a key name."""
SKIPPED = (0, 2, 3)
"""Base64 characters that the 0, 1 or 2 bytes before a value in its group of three determine or share."""
BASE64_RUN = re.compile(r"[A-Za-z0-9+/_-]+")
MIN_DRESSED = 10
"""Characters of a base64 or hex needle below which chance could write it."""


@dataclass(frozen=True, slots=True)
class Known:
    """One value of the profile."""

    data: str
    ordinal: int
    value: str
    context: bool
    """It counts only as a whole value under a key that names its kind."""
    whole: bool
    """It counts only as a whole token."""
    identifiers: tuple[str, ...]
    forms: tuple[str, ...]
    place: bool
    """A point on earth: `coordinates` looks for it as numbers, here only its digests and base64 are."""


@dataclass(frozen=True, slots=True)
class _Needle:
    known: int
    layers: tuple[str, ...]
    exact: str | None
    """Case matters (base64): the text must be this."""
    edge: str
    """What may not touch it: ``digit``, ``word`` or nothing."""
    coded: tuple[int, bytes] | None = None
    """Base64: (bytes before it in its group of three, what it stands for)."""


def known_values(values: Mapping[str, Sequence[str]], identifiers: Mapping[str, Identifier]) -> list[Known]:
    """Return the profile's values, with their spellings, in the order of the profile."""
    result = []
    for data, items in values.items():
        rules = [rule for rule in identifiers.values() if rule.data == data]
        wanted = {name for rule in rules for name in rule.spellings}
        for ordinal, value in enumerate(items, 1):
            result.append(
                Known(
                    data,
                    ordinal,
                    value,
                    context=data in CONTEXT_ONLY
                    or too_common(value, max((rule.min_known_length for rule in rules), default=4)),
                    whole=any(rule.whole_token for rule in rules),
                    identifiers=tuple(rule.id for rule in rules),
                    forms=spellings(value, wanted),
                    place=data.startswith("location.") and parse_point(value) is not None,
                )
            )
    return result


def too_common(value: str, least: int = 4) -> bool:
    """Tell whether ``value`` could stand in a message by chance."""
    if len(value) < least or len(set(value)) == 1:
        return True
    if value.isdigit():
        return len(value) < MIN_DIGITS
    if value.isascii():
        return len(value) < MIN_ASCII
    return len(value) < MIN_WIDE


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
        self._needles: dict[str, list[_Needle]] = {}
        for number, known in enumerate(self.known):
            self._add(number, known)
        self._automaton = ahocorasick.Automaton()
        for text, needles in self._needles.items():
            self._automaton.add_word(text, (len(text), needles))
        if self._needles:
            self._automaton.make_automaton()
        forms = [(number, form) for number, known in enumerate(self.known) for form in known.forms]
        self._digests = digest_table(forms, hmac_keys)

    def _add(self, number: int, known: Known) -> None:
        for form in known.forms:
            edge = "word" if known.whole or known.context else _edge(form)
            if not known.place:
                self._needle(form.lower(), _Needle(number, (), None, edge))
            if known.context:
                continue
            data = form.encode()
            if len(data) * 2 >= MIN_DRESSED + 2:
                self._needle(data.hex(), _Needle(number, ("hex",), None, ""))
            for text, offset in _base64_needles(data):
                self._needle(text.lower(), _Needle(number, ("base64",), text, _edge(form), (offset, data)))
        turned = known.value[::-1]
        if (
            not (known.context or known.place)
            and len(turned) > MIN_DRESSED
            and turned.lower() != known.value.lower()
            and turned.isascii()
        ):
            self._needle(turned.lower(), _Needle(number, ("reversed",), None, _edge(turned) or "word"))

    def _needle(self, text: str, needle: _Needle) -> None:
        there = self._needles.setdefault(text, [])
        if all(
            (other.known, other.layers, other.exact) != (needle.known, needle.layers, needle.exact) for other in there
        ):
            there.append(needle)

    def find(self, hay: Haystack) -> list[Hit]:
        """Return the hits, without those that lie inside a longer hit of the same value."""
        return self._decide(hay, [*self._plain(hay), *self._digested(hay)])

    def named_in(self, text: str) -> bool:
        """Tell whether ``text``, such as a key name, holds a value of the profile in any spelling."""
        return bool(self._needles) and any(length > 3 for _, (length, _) in self._automaton.iter(text.lower()))

    def _plain(self, hay: Haystack) -> Iterator[tuple[int, int, int, tuple[str, ...]]]:
        if not self._needles:
            return
        text = hay.lowered
        for last, (length, needles) in self._automaton.iter(text):
            start, end = last - length + 1, last + 1
            for needle in needles:
                if needle.coded is None:
                    if needle.edge and not _free(text, start, end, needle.edge):
                        continue
                elif hay.text[start:end] != needle.exact or not _holds(hay.text, start, needle):
                    continue
                yield start, end, needle.known, needle.layers

    def _digested(self, hay: Haystack) -> Iterator[tuple[int, int, int, tuple[str, ...]]]:
        if not self._digests:
            return
        for start, end, token in digest_tokens(hay.text):
            for number, layers in self._digests.get(token, ()):
                yield start, end, number, layers

    def _decide(self, hay: Haystack, raw: list[tuple[int, int, int, tuple[str, ...]]]) -> list[Hit]:
        """Drop values without the context they need, and let the key name choose where two kinds share a value."""
        spans: dict[tuple[int, int, tuple[str, ...]], list[int]] = {}
        for start, end, number, layers in raw:
            spans.setdefault((start, end, layers), []).append(number)
        hits: list[Hit] = []
        for (start, end, layers), numbers in spans.items():
            key = hay.key_at(start)
            named = self._names.named(key)
            fitting = [number for number in dict.fromkeys(numbers) if self._fits(hay, start, end, number, named)]
            if not fitting:
                continue
            by_key = [number for number in fitting if _names(self.known[number], named)]
            for number in by_key[:1] or fitting[:1]:
                known = self.known[number]
                hits.append(Hit(start, end, known.data, known.value, known.ordinal, layers, key, "known_value", "V"))
        return _outermost(hits)

    def _fits(self, hay: Haystack, start: int, end: int, number: int, named: Mapping[str, str]) -> bool:
        known = self.known[number]
        return not known.context or (_names(known, named) and hay.whole(start, end))


def _names(known: Known, named: Mapping[str, str]) -> bool:
    return any(named.get(identifier) in {"strong", "weak"} for identifier in known.identifiers)


def _edge(form: str) -> str:
    """Return what may not touch a spelling: inside a longer number it is another one; long ids are no chance."""
    if form.isdigit():
        return "digit"
    return "word" if form.isascii() and len(form) < 16 else ""  # 64 bits of hex


def _free(text: str, start: int, end: int, edge: str) -> bool:
    before = text[start - 1] if start else ""
    after = text[end] if end < len(text) else ""
    if edge == "digit":
        return not (before.isdigit() or after.isdigit())
    # ``id=…`` and ``_x`` are edges; a letter or digit glued on makes another word. Chinese letters count as edges.
    return not ((before.isascii() and before.isalnum()) or (after.isascii() and after.isalnum()))


def _base64_needles(data: bytes) -> Iterator[tuple[str, int]]:
    """Yield (text, alignment): what ``data`` surely looks like inside longer base64, in both alphabets."""
    for offset, skip in enumerate(SKIPPED):
        coded = base64.b64encode(b"\0" * offset + data).decode()
        text = coded[skip : (offset + len(data)) * 8 // 6]
        if len(text) >= MIN_DRESSED:
            yield text, offset
            if (safe := text.replace("+", "-").replace("/", "_")) != text:
                yield safe, offset


def _holds(text: str, start: int, needle: _Needle) -> bool:
    """Decode around a base64 needle: its ends share characters with the neighbours, where another value may begin.

    Without this the number that differs in its last digit alone would match.
    """
    if needle.coded is None:
        return False
    offset, data = needle.coded
    group = start - SKIPPED[offset]
    if group < 0:
        return False
    before = 4 if group >= 4 and BASE64_RUN.fullmatch(text, group - 4, group) else 0
    run = BASE64_RUN.match(text, group, group + (offset + len(data)) * 4 // 3 + 8)
    if run is None:
        return False
    coded = text[group - before : run.end()].replace("-", "+").replace("_", "/")
    usable = coded[: len(coded) - 1] if len(coded) % 4 == 1 else coded
    plain = base64.b64decode(usable + "=" * (-len(usable) % 4)).decode("latin-1")
    at = offset + (3 if before else 0)
    end = at + len(data)
    return plain[at:end] == data.decode("latin-1") and (not needle.edge or _free(plain, at, end, needle.edge))


def _outermost(hits: list[Hit]) -> list[Hit]:
    """Return the hits that no longer hit of the same data covers, in order of place."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end, len(hit.layers))):
        if not any(other.data == hit.data and other.start <= hit.start and hit.end <= other.end for other in kept[-8:]):
            kept.append(hit)
    return kept
