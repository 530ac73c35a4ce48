"""Finding many words in one text: longest first, without overlap, blind to case and to full or half width."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, KeysView, Mapping
from functools import lru_cache
from operator import add
from typing import NamedTuple

_WIDE = {"\u3000": " ", **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}}
_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


def fold(text: str) -> str:
    """Return the text in half width and lower case; its length never changes, so offsets stay true."""
    lowered = text
    for wide in _WIDE.keys() & set(text):  # a handful: replacing each is ten times as fast as translating
        lowered = lowered.replace(wide, _WIDE[wide])
    folded = lowered.lower()
    # `lower` makes one Turkish letter two characters; character by character then
    return folded if len(folded) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in lowered)


@lru_cache(maxsize=8192)
def fold_word(word: str) -> str:
    """Return `fold` of a word of the rules; the same ones come with every text."""
    return fold(word)


_BORDER = re.compile(r"(?<=[a-z0-9])(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])(?=[a-z0-9])")
_SAME = (("wifi", "wi-fi"), ("wifi", "wlan"), ("wi-fi", "wifi"), ("wi-fi", "wlan"), ("账", "帐"))
"""Spellings of one thing; vendors use all of them."""


def spellings(word: str) -> set[str]:
    """Return a `fold`-ed word in the spellings in use: ``wifi名称`` also as ``wi-fi 名称``."""
    found = {word, *(word.replace(one, other) for one, other in _SAME if one in word)}
    found |= {re.sub(r"(?<=[\u4e00-\u9fff]) (?=[a-z0-9])|(?<=[a-z0-9]) (?=[\u4e00-\u9fff])", "", one) for one in found}
    return found | {_BORDER.sub(" ", one) for one in found}


class Hit(NamedTuple):
    """One word found: where, and the ids that it stands for."""

    start: int
    end: int
    ids: tuple[str, ...]


class WordIndex:
    """Words by their first two characters, then by length: a look-up or two where a word may begin."""

    def __init__(self, words: Mapping[str, Iterable[str]]) -> None:
        """Take the words of each id; a word of several ids stands for all of them."""
        ids_of: dict[str, set[str]] = {}
        for key, values in words.items():
            for value in values:
                for word in spellings(fold(value.strip())):
                    if len(word) > 1:  # a single character means nothing by itself
                        ids_of.setdefault(word, set()).add(key)
        self._ids = {word: tuple(sorted(ids)) for word, ids in ids_of.items()}
        self._by_head: dict[str, tuple[int, ...]] = {}
        for word in ids_of:
            self._by_head[word[:2]] = (*self._by_head.get(word[:2], ()), len(word))
        self._by_head = {head: tuple(sorted(set(lengths), reverse=True)) for head, lengths in self._by_head.items()}

    @property
    def heads(self) -> KeysView[str]:
        """The first two characters of all words."""
        return self._by_head.keys()

    def find(self, folded: str) -> Iterator[Hit]:
        """Yield the words in a `fold`-ed text, in order; at each place the longest one, and it is used up."""
        heads = self._by_head
        return self.find_at(folded, [place for place, head in enumerate(pairs(folded)) if head in heads])

    def find_at(self, folded: str, places: Iterable[int]) -> Iterator[Hit]:
        """Yield the words that begin at these places, which go upwards."""
        past = 0
        lengths_of, ids_of = self._by_head, self._ids
        for position in places:
            if position < past:
                continue
            for length in lengths_of.get(folded[position : position + 2], ()):
                end = position + length
                ids = ids_of.get(folded[position:end])
                if ids is not None and _stands_alone(folded, position, end):
                    yield Hit(position, end, ids)
                    past = end
                    break


def pairs(folded: str) -> Iterator[str]:
    """Yield every two characters that follow one another."""
    return map(add, folded, folded[1:])


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Latin words need borders, so that ``MAC`` is not found in ``machine``; Chinese has none."""
    before = start > 0 and text[start] in _LATIN and text[start - 1] in _LATIN
    after = end < len(text) and text[end - 1] in _LATIN and text[end] in _LATIN
    return not before and not after
