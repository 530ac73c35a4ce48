"""Wording of interest in a policy: "use is consent", improvement as a purpose, conditions on cancelling an account."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from analyzer.catalogue.vocabulary import Vocabulary
from analyzer.model import StringFact

from .negation import Sentence, sentences

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


_BOUND = re.compile(r"[\^$]|\(\?[=!<]|\\[AbBZ]")
"""What ties a pattern to the ends of a sentence, or to what stands around it."""


def _anywhere(shape: re.Pattern[str], text: str) -> bool:
    """Tell whether a pattern can have a hit in a sentence of the text: without ties, only where the text has one."""
    return _BOUND.search(shape.pattern) is not None or shape.search(text) is not None


def read_wording(
    text: str, vocabularies: Mapping[str, Vocabulary], spans: Iterable[Sentence] | None = None
) -> tuple[StringFact, ...]:
    """Return one fact for each sentence in which a vocabulary for policies has a hit; `found_in` gives the offset."""
    whole = text.casefold()
    wanted: list[_Wanted] = []
    for key, row in sorted(vocabularies.items()):
        if "policy" in row.where:
            # most words are nowhere in the text: one look at the whole spares a look at every sentence
            words = tuple(word for word in map(str.casefold, row.words) if word in whole)
            patterns = tuple(shape for shape in map(re.compile, row.patterns) if _anywhere(shape, text))
            if words or patterns:
                allow = tuple(word for word in map(str.casefold, row.allow) if word in whole)
                wanted.append(_Wanted(key, words, patterns, allow))
    found: list[StringFact] = []
    every = {word for one in wanted for word in one.words}
    # most sentences have none of the words: one look for all of them says so
    any_word = re.compile("|".join(map(re.escape, sorted(every))) or "(?!)")
    shapes = sorted({f"(?:{pattern.pattern})" for one in wanted for pattern in one.patterns})
    any_pattern = re.compile("|".join(shapes) or "(?!)")
    for start, end in sentences(text) if spans is None else spans:
        sentence = text[start:end]
        lowered = sentence.casefold()
        if not any_word.search(lowered) and not any_pattern.search(sentence):
            continue
        for one in wanted:
            if one.hit(sentence, lowered):
                quote = " ".join(sentence.split())[:MAX_QUOTE]
                found.append(StringFact(kind=one.kind, value=quote, found_in=f"policy @{start}"))
    return tuple(found)
