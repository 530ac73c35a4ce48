"""Wording of interest in a policy: "use is consent", improvement as a purpose, conditions on cancelling an account."""

from __future__ import annotations

from collections.abc import Mapping

from analyzer.catalogue.vocabulary import Vocabulary
from analyzer.model import StringFact

from .negation import sentences

MAX_QUOTE = 200
"""Characters of a sentence that is shown."""


def read_wording(text: str, vocabularies: Mapping[str, Vocabulary]) -> tuple[StringFact, ...]:
    """Return one fact for each sentence in which a vocabulary for policies has a hit; `found_in` gives the offset."""
    whole = text.casefold()
    # most vocabularies have no word anywhere in the text: one look at the whole spares a look at every sentence
    wanted = [
        (key, row)
        for key, row in sorted(vocabularies.items())
        if "policy" in row.where and (row.patterns or any(word.casefold() in whole for word in row.words))
    ]
    found: list[StringFact] = []
    for start, end in sentences(text):
        sentence = text[start:end]
        for key, row in wanted:
            if row.find(sentence):
                quote = " ".join(sentence.split())[:MAX_QUOTE]
                found.append(StringFact(kind=key, value=quote, found_in=f"policy @{start}"))
    return tuple(found)
