"""Wording of interest in a policy: "use is consent", improvement as a purpose, conditions on cancelling an account."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from analyzer.catalogue.vocabulary import Vocabulary
from analyzer.model import StringFact

from .negation import sentences

MAX_QUOTE = 200
"""Characters of a sentence that is shown."""


class _Wanted(NamedTuple):
    kind: str
    words: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]
    allow: tuple[str, ...]

    def hit(self, sentence: str, lowered: str) -> bool:
        """Tell whether the vocabulary has a hit here; the same as `Vocabulary.find`, its words folded once."""
        for word in self.words:
            if word in lowered:
                break
        else:
            for pattern in self.patterns:
                if pattern.search(sentence):
                    break
            else:
                return False
        return not any(word in lowered for word in self.allow)


def read_wording(text: str, vocabularies: Mapping[str, Vocabulary]) -> tuple[StringFact, ...]:
    """Return one fact for each sentence in which a vocabulary for policies has a hit; `found_in` gives the offset."""
    whole = text.casefold()
    wanted: list[_Wanted] = []
    for key, row in sorted(vocabularies.items()):
        if "policy" in row.where:
            # most words are nowhere in the text: one look at the whole spares a look at every sentence
            words = tuple(word for word in map(str.casefold, row.words) if word in whole)
            if words or row.patterns:
                allow = tuple(map(str.casefold, row.allow))
                wanted.append(_Wanted(key, words, tuple(map(re.compile, row.patterns)), allow))
    found: list[StringFact] = []
    for start, end in sentences(text):
        sentence = text[start:end]
        lowered = sentence.casefold()
        for one in wanted:
            if one.hit(sentence, lowered):
                quote = " ".join(sentence.split())[:MAX_QUOTE]
                found.append(StringFact(kind=one.kind, value=quote, found_in=f"policy @{start}"))
    return tuple(found)
