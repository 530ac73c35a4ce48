"""Where a pattern is worth trying: two dozen expressions over every byte would cost more than all the rest."""

from __future__ import annotations

import re
from functools import lru_cache

from analyzer.catalogue.identifiers import Identifier

from .haystack import Haystack
from .keys import KeyNames, words_of

CANDIDATE = re.compile(r"\d{11}|@|(?:[0-9A-Fa-f]{2}[:-]){5}|imsi-|suci-", re.IGNORECASE)
"""What every identifier that counts without a key name holds; a rule whose samples lack it is tried everywhere."""
BLOB = re.compile(r"[A-Za-z0-9+/_=-]{1024,}\Z")
"""A picture or a cipher text in base64 or hex: numbers in it are chance."""
NAMING = re.compile(r"[:=>]")


class Scope:
    """The parts of one haystack, by what can be in them."""

    def __init__(self, hay: Haystack, names: KeyNames) -> None:
        self._text = hay.lowered
        self._leaves: list[tuple[int, int]] = []
        self._running: list[tuple[int, int]] = []
        self._named: dict[str, list[tuple[int, int]]] = {}
        self._numbers: list[tuple[int, int]] = []
        for start, leaf in zip(hay.starts, hay.leaves, strict=True):
            if leaf.binary or (len(leaf.text) >= 1024 and BLOB.match(leaf.text)):
                continue
            place = (start, start + len(leaf.text))
            self._leaves.append(place)
            if NAMING.search(leaf.text):
                self._running.append(place)
            if CANDIDATE.search(leaf.text):
                self._numbers.append(place)
            for identifier, strength in names.named(leaf.key).items():
                if strength != "other":
                    self._named.setdefault(identifier, []).append(place)

    def of(self, rule: Identifier) -> list[tuple[int, int]]:
        """Return the (start, end) of the leaves in which ``rule`` can match.

        A rule that needs a key name is tried under such keys, and in running text that holds a word of one.
        """
        if rule.alone == "hint":
            return self._numbers if _numeric(rule.samples) else self._leaves
        words = _words((*rule.keys, *rule.weak_keys)) if self._running else ()
        written = [place for place in self._running if any(self._text.find(word, *place) >= 0 for word in words)]
        return sorted({*self._named.get(rule.id, ()), *written})


@lru_cache(maxsize=256)
def _numeric(samples: tuple[str, ...]) -> bool:
    return bool(samples) and all(CANDIDATE.search(sample) for sample in samples)


@lru_cache(maxsize=256)
def _words(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the longest word of each name, in lower case."""
    return tuple(dict.fromkeys(max(words_of(name), key=len, default=name.lower()) for name in names))
