"""Strings of interest (filing numbers, policy, fee and game wording) in code, resources and text assets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from analyzer.container.text import shown
from analyzer.dex import load
from analyzer.model import StringFact

from .pools import chinese_strings

if TYPE_CHECKING:
    from collections.abc import Iterable

PER_KIND = 100
_CHINESE = re.compile(rb"[\xe3-\xe9][\x80-\xbf]{2}")
AROUND = 200
"""Characters each side of a hit in running text in which its context words are looked for."""


class Finder:
    """All vocabularies together: one quick search first, then the rules of the vocabulary that was hit."""

    def __init__(self, vocabularies: Iterable[Any]) -> None:
        self.vocabularies = sorted((one for one in vocabularies if "strings" in one.where), key=lambda one: one.id)
        words = {word.lower() for one in self.vocabularies for word in one.words}
        self.words = re.compile("|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word)))) or "(?!)")
        self.patterns = [re.compile(pattern) for one in self.vocabularies for pattern in one.patterns]
        self.found: dict[tuple[str, str], str] = {}
        self.counts: dict[str, int] = {}

    def search(self, text: str, where: str, separator: str = "\n") -> None:
        """Search text whose strings are parted by ``separator``; what is found is kept with ``where``."""
        starts = {match.start() for match in self.words.finditer(_lowered(text))}
        for pattern in self.patterns:
            starts |= {match.start() for match in pattern.finditer(text)}
        seen: set[str] = set()
        for start in sorted(starts):
            low = max(text.rfind(separator, 0, start) + 1, start - AROUND)
            high = text.find(separator, start)
            piece = text[low : min(start + AROUND, high if high >= 0 else len(text))]
            if piece not in seen:
                seen.add(piece)
                self._keep(piece, where)

    def _keep(self, piece: str, where: str) -> None:
        for one in self.vocabularies:
            for value in one.find(piece):
                key = one.id, shown(value)
                if key not in self.found and self.counts.get(one.id, 0) < PER_KIND:
                    self.counts[one.id] = self.counts.get(one.id, 0) + 1
                    self.found[key] = where

    def facts(self) -> tuple[StringFact, ...]:
        """Return what was found, sorted, each value of a kind once with the first place."""
        return tuple(
            StringFact(kind=kind, value=value, found_in=shown(where))
            for (kind, value), where in sorted(self.found.items())
        )


def search_code(finder: Finder, files: Iterable[tuple[str, bytes]]) -> None:
    """Search the strings of DEX files (name and bytes), each string by itself.

    Looked at are strings with a Chinese character: Latin words of a vocabulary are looked for in texts and resources
    only, because in code they are names of classes and fields.
    """
    for name, data in files:
        values = chinese_strings(data)
        if values is None:
            values = [one.value for one in load([(name, data)]).search_strings(_CHINESE)]
        finder.search("\0".join(values), name, "\0")


_LENGTHENED = "\u0130"
"""The one character whose lower-case form is longer than itself."""


def _lowered(text: str) -> str:
    """Return ``text`` in lower case, every character at its place."""
    return (
        text.lower()
        if _LENGTHENED not in text
        else _LENGTHENED.join([part.lower() for part in text.split(_LENGTHENED)])
    )
