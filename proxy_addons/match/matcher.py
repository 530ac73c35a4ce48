"""The matcher: built once from profile and rules, then asked for every message."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from analyzer.catalogue.identifiers import Identifier
from proxy_addons.decode.leaves import Leaf, Leaves

from .coordinates import Coordinates
from .haystack import Haystack
from .hit import Hit
from .keys import KeyNames
from .known import KnownValues
from .patterns import Patterns
from .spans import Spans

NAME = re.compile(r"[A-Za-z_$#:@\u4e00-\u9fff][\w.$#\[\]\- ]{0,59}")
SEPARATORS = re.compile(r"[\s:\-.]")
WITHIN = bytes(range(0x80, 0xC0))
"""Bytes of UTF-8 that begin no character."""
NUMBERS = re.compile(r"\d{5,}|(?=[A-Fa-f]*\d)[0-9A-Fa-f]{12,}")


class Matcher:
    """Finds personal data in leaves.

    ``values`` are the profile's, by data id, ``hmac_keys`` its keys by name; both empty where there is no profile:
    then only patterns are looked for.
    """

    def __init__(
        self, values: Mapping[str, Sequence[str]], hmac_keys: Mapping[str, str], identifiers: Mapping[str, Identifier]
    ) -> None:
        self.names = names = KeyNames(identifiers.values())
        self.known = KnownValues(values, hmac_keys, identifiers, names)
        self.coordinates = Coordinates(values, identifiers, names)
        self.patterns = Patterns(identifiers, names)

    def shown_key(self, key: str | None) -> str | None:
        """Return a key name as it may be written: maps keyed by phone numbers or names have personal data for names."""
        if key is None:
            return None
        bare = SEPARATORS.sub("", key)
        named = bool(self.names.named(key))
        shaped = NAME.fullmatch(key) is not None and (key.isascii() or named)
        return key if shaped and not NUMBERS.search(bare) and (named or not self.known.named_in(key)) else "#"

    def find(self, leaves: Sequence[Leaf]) -> list[tuple[Hit, Leaf]]:
        """Return every hit with its leaf; one for a value that can be reached over several ways of decoding."""
        hay = Haystack(leaves)
        columns = hay.leaves
        roles = self.names.roles(columns.keys)
        known = self.known.find(hay)
        points = self.coordinates.find(hay, roles)
        if known and points:
            taken = Spans((hit.start, hit.end) for hit in known)
            points = [hit for hit in points if not taken.touches(hit.start, hit.end)]
        taken = Spans((hit.start, hit.end) for hit in (*known, *points))
        hits = [*known, *points, *self.patterns.find(hay, taken, roles)]
        best: dict[tuple[object, ...], tuple[Hit, int, int]] = {}
        for hit in hits:
            index = columns.leaf_at(hit.start)
            node = columns.nodes[columns.home_of(index)]
            # The same value under the same key, once as it stands and once through a guessed layer, is one hit.
            digest = hit.layers and tuple([layer for layer in hit.layers if layer not in {"hex", "base64"}])
            place = (node.place, hit.key, hit.data, hit.value, digest, hit.proof)
            layers = len(node.layers) + len(hit.layers)
            there = best.get(place)
            if there is None or layers < there[2]:
                best[place] = (hit, index, layers)
        found = [(hit, index) for hit, index, _ in best.values()]
        return [(hit, leaves[index]) for hit, index in _in_characters(found, columns, hay)]


def _in_characters(found: list[tuple[Hit, int]], leaves: Leaves, hay: Haystack) -> list[tuple[Hit, int]]:
    """Return hits whose places count characters of the leaves joined by one, not bytes."""
    data = leaves.data
    if data.isascii():
        return found
    last = hay.text_end
    places = {place for hit, _ in found for place in (hit.start, hit.end) if place <= last}
    characters: dict[int, int] = {}
    passed = count = 0
    for place in sorted(places):
        aligned = hay.aligned(place)
        count += len(data[passed:aligned].translate(None, WITHIN))
        passed = aligned
        characters[place] = count
    return [
        (hit._replace(start=characters[hit.start], end=characters[hit.end]), index)
        if index < len(leaves.texts) and hit.end <= last
        else (_counted(hit, index, leaves), index)
        for hit, index in found
    ]


def _counted(hit: Hit, index: int, leaves: Leaves) -> Hit:
    """Return one hit so, in what is no text."""
    begin = leaves.begins[index]
    start = begin + leaves.character(index, hit.start)
    end = begin + leaves.character(index, min(hit.end, leaves.span(index)[1]))
    return Hit(start, end, *hit[2:])
