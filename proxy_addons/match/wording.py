"""Words of the content vocabularies in what servers send: always a hint, for a person to read in its context."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import ahocorasick_rs

from analyzer.catalogue.vocabulary import Vocabulary
from proxy_addons.decode.leaves import Leaf, leaves_of

SENTENCE = re.compile(r"[。！？!?\n\x00]")
AROUND = 120
"""Characters each side of a word in which its context is looked for."""
MAX_PLACES = 500
"""Places of one message that are looked at."""


class Wording:
    """Finds words of the vocabularies that are meant for traffic, not where a context word stands beside them."""

    def __init__(self, vocabularies: Iterable[Vocabulary], kinds: frozenset[str]) -> None:
        self._rules = {one.id: one for one in vocabularies if "traffic" in one.where and one.id in kinds}
        owners: dict[bytes, list[str]] = {}
        for rule in self._rules.values():
            for word in rule.words:
                owners.setdefault(word.lower().encode(), []).append(rule.id)
        self._words = [word.decode() for word in owners]
        self._owners = list(owners.values())
        self._automaton = ahocorasick_rs.BytesAhoCorasick(list(owners)) if owners else None

    def words(self) -> Iterator[bytes]:
        """Yield the words, in lower case."""
        return (word.encode() for word in self._words)

    def find(self, leaves: Sequence[Leaf]) -> Iterator[tuple[str, str]]:
        """Yield (id of the vocabulary, word), each once."""
        if self._automaton is None:
            return
        columns = leaves_of(leaves)
        data = columns.data.lower()
        seen: set[tuple[str, str]] = set()
        places = self._automaton.find_matches_as_indexes(data, overlapping=True)
        if len(places) > MAX_PLACES:
            columns.cuts.add("words of a vocabulary")
        for number, start, end in places[:MAX_PLACES]:
            index = columns.leaf_at(start)
            if columns.is_binary(index):
                continue
            sentence = self._sentence(
                columns.texts[index], columns.character(index, start), columns.character(index, end)
            )
            for name in self._owners[number]:
                found = (name, self._words[number])
                if found not in seen and found[1] in map(str.casefold, self._rules[name].find(sentence)):
                    seen.add(found)
                    yield found

    @staticmethod
    def _sentence(text: str, start: int, end: int) -> str:
        before = SENTENCE.split(text[max(0, start - AROUND) : start])[-1]
        after = SENTENCE.split(text[end : end + AROUND], maxsplit=1)[0]
        return before + text[start:end] + after
