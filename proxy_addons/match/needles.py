"""Every text under which a value of the profile is looked for, and what must hold where it is found."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from analyzer.catalogue.identifiers import Identifier
from proxy_addons.decode.text import WORD

from .coordinates import parse_point
from .digests import SIMPLE, algorithms, digest
from .haystack import DIGITS, Haystack
from .spellings import masked, romanized, spellings

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
PERSONS = frozenset({"identity.name", "guardian", "contacts", "account.profile"})
"""Kinds whose values are names of persons, which are also written in Latin letters."""
MIN_ASCII, MIN_DIGITS, MIN_WIDE = 6, 8, 4
"""Shorter values (letters; digits; Chinese characters) need a key name."""
MIN_PINYIN = 12
"""Letters of a romanized name below which a developer's or an author's name may be the same."""
SKIPPED = (0, 2, 3)
"""Base64 characters that the 0, 1 or 2 bytes before a value in its group of three determine or share."""
BASE64_RUN = re.compile(rb"[A-Za-z0-9+/_-]+")
STANDARD = bytes.maketrans(b"-_", b"+/")
MIN_DRESSED = 10
"""Characters of a base64 or hex needle below which chance could write it."""
RAW_DIGESTS = ("md5", "sha1", "sha256", "sm3")
"""Digests that are looked for as bytes in binary bodies."""


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
class Needle:
    """What a hit of one searched text must be."""

    known: int
    layers: tuple[str, ...] = ()
    edge: frozenset[int] | None = None
    """What may not touch it."""
    exact: bytes | None = None
    """Case matters: the bytes must be these."""
    coded: tuple[int, bytes] | None = None
    """Base64: (bytes before it in its group of three, what it stands for)."""
    named: bool = False
    """It counts only under a key that names its kind."""


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


def needles_of(number: int, known: Known) -> Iterator[tuple[bytes, Needle]]:
    """Yield (text in lower case, needle) of everything that one value is searched as."""
    for form in known.forms:
        data = form.encode()
        edge = WORD if known.whole or known.context else edge_of(form)
        if not known.place:
            yield data.lower(), Needle(number, (), edge)
        if known.context:
            continue
        if len(data) * 2 >= MIN_DRESSED + 2:
            yield data.hex().encode(), Needle(number, ("hex",))
        for text, offset in _base64_needles(data):
            yield text.lower(), Needle(number, ("base64",), edge_of(form), text, (offset, data))
    if known.data in PERSONS:
        for form in romanized(known.value):
            yield form.encode(), Needle(number, ("pinyin",), WORD, named=known.context or len(form) < MIN_PINYIN)
    if not (known.context or known.place):
        yield from _rarer(number, known)


def _rarer(number: int, known: Known) -> Iterator[tuple[bytes, Needle]]:
    turned = known.value[::-1]
    if len(turned) > MIN_DRESSED and turned.lower() != known.value.lower() and turned.isascii():
        yield turned.encode().lower(), Needle(number, ("reversed",), edge_of(turned) or WORD)
    if known.value.isascii() and len(known.value) >= MIN_DIGITS:
        wide = known.value.encode("utf-16-le")
        yield wide.lower(), Needle(number, ("utf16",), None)
    for form in masked(known.value):
        yield form.encode().lower(), Needle(number, ("masked",), WORD)
    for form in known.forms:
        for name in RAW_DIGESTS:
            if name in SIMPLE and name in algorithms():
                value = digest(name, form.encode())
                yield value.lower(), Needle(number, (name,), None, value)


def edge_of(form: str) -> frozenset[int] | None:
    """Return what may not touch a spelling: inside a longer number it is another one; long ids are no chance."""
    if form.isdigit():
        return DIGITS
    return WORD if form.isascii() and len(form) < 16 else None  # 64 bits of hex


def _base64_needles(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield (text, alignment): what ``data`` surely looks like inside longer base64, in both alphabets."""
    for offset, skip in enumerate(SKIPPED):
        coded = base64.b64encode(b"\0" * offset + data)
        text = coded[skip : (offset + len(data)) * 8 // 6]
        if len(text) >= MIN_DRESSED:
            yield text, offset
            if (safe := text.replace(b"+", b"-").replace(b"/", b"_")) != text:
                yield safe, offset


def holds(hay: Haystack, start: int, end: int, needle: Needle) -> bool:
    """Tell whether a hit at ``start:end`` is what its needle says."""
    if needle.coded is not None:
        return hay.data[start:end] == needle.exact and _decodes(hay.data, start, needle)
    if needle.exact is not None and hay.data[start:end] != needle.exact:
        return False
    return needle.edge is None or hay.free(start, end, needle.edge)


def _decodes(text: bytes, start: int, needle: Needle) -> bool:
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
    coded = text[group - before : run.end()].translate(STANDARD)
    usable = coded[: len(coded) - 1] if len(coded) % 4 == 1 else coded
    plain = base64.b64decode(usable + b"=" * (-len(usable) % 4))
    at = offset + (3 if before else 0)
    end = at + len(data)
    if plain[at:end] != data:
        return False
    edge = needle.edge
    return edge is None or not ((at and plain[at - 1] in edge) or (end < len(plain) and plain[end] in edge))
