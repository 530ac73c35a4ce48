"""Finding many words in one text: longest first, without overlap, blind to case and to full or half width."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_LATIN = re.compile(r"[a-z0-9]")


def fold(text: str) -> str:
    """Return the text in half width and lower case; its length never changes, so offsets stay true."""
    lowered = text.translate(_WIDE).replace("\u3000", " ")
    folded = lowered.lower()
    # `lower` makes one Turkish letter two characters; character by character then
    return folded if len(folded) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in lowered)


class Hit(NamedTuple):
    """One word found: where, and the ids that it stands for."""

    start: int
    end: int
    ids: tuple[str, ...]


class WordIndex:
    """Words by their first two characters: one dictionary look-up per position of the text."""

    def __init__(self, words: Mapping[str, Iterable[str]]) -> None:
        """Take the words of each id; a word of several ids stands for all of them."""
        ids_of: dict[str, set[str]] = {}
        for key, values in words.items():
            for value in values:
                word = fold(value.strip())
                if len(word) > 1:  # a single character means nothing by itself
                    ids_of.setdefault(word, set()).add(key)
        self._by_head: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for word in sorted(ids_of, key=lambda item: (-len(item), item)):
            self._by_head.setdefault(word[:2], []).append((word, tuple(sorted(ids_of[word]))))
        # most places of a text begin no word: the pattern passes over them in C
        firsts = "".join(re.escape(char) for char in sorted({head[0] for head in self._by_head}))
        self._first = re.compile(f"[{firsts or '0'}]")

    def find(self, folded: str) -> Iterator[Hit]:
        """Yield the words in a `fold`-ed text, in order; at each place the longest one, and it is used up."""
        position = 0
        while self._by_head and (place := self._first.search(folded, position)):
            position = place.start()
            for word, ids in self._by_head.get(folded[position : position + 2], ()):
                end = position + len(word)
                if folded.startswith(word, position) and _stands_alone(folded, position, end):
                    yield Hit(position, end, ids)
                    position = end
                    break
            else:
                position += 1


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Latin words need borders, so that ``MAC`` is not found in ``machine``; Chinese has none."""
    before = start > 0 and _LATIN.match(text[start - 1]) and _LATIN.match(text[start])
    after = end < len(text) and _LATIN.match(text[end]) and _LATIN.match(text[end - 1])
    return not before and not after
