"""Which stored flags look like the user's consent, by their names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]+|[a-z]+|[0-9]+|[^\x00-\x7f]+")


def words(name: str) -> list[str]:
    """Split a name into its words in lower case: ``isAgreeXieYi_v2`` is ``is agree xie yi v 2``.

    Words end at a change from small to capital letters, before the last of several capitals that a small letter
    follows (``SPKey`` is ``sp key``), at digits, at every other sign, and where the script changes.
    """
    return [part.lower() for part in _WORD.findall(name)]


class GuardWords:
    """Tells getters of stored flags, and names of flags that look like consent."""

    def __init__(self, plain: Mapping[str, Any]) -> None:
        """Take ``getters`` (signature → number of the parameter that holds the name) and lists of words."""
        self.getters: Mapping[str, int] = plain["getters"]
        """Signature of a method that returns a stored flag → which declared parameter is its name."""
        self.consent: Sequence[str] = plain["consent"]
        """Words or groups of words of which each makes a name a consent flag."""
        self.other: Sequence[str] = plain["other"]
        """Words or groups of words that say that it is something else, whatever else it says."""
        self._known: dict[str, bool] = {}
        self._plain = plain

    @cached_property
    def _consent(self) -> _Entries:
        return _Entries(self.consent)

    @cached_property
    def _other(self) -> _Entries:
        return _Entries(self.other)

    @cached_property
    def _senses(self) -> tuple[_Entries, ...]:
        return tuple(_Entries(self._plain.get(key, ())) for key in ("granted", "asked", "unclear"))

    def getter(self, signature: str) -> int | None:
        """Return which parameter of a getter is the flag's name, `None` for any other method."""
        found = self.getters.get(signature)
        return self.getters.get(signature.partition("(")[0] + "(*") if found is None else found

    def is_consent(self, name: str) -> bool:
        """Whether the name of a preference key, field or method looks like the user's consent."""
        known = self._known.get(name)
        if known is None:
            parts = words(name)
            known = self._known[name] = self._consent.fit(parts) and not self._other.fit(parts)
        return known

    def sense(self, name: str) -> int:
        """Return 1 if a flag that is true says that the user has agreed, -1: not yet, 0: its name leaves that open."""
        parts = words(name)
        granted, asked, unclear = (entries.fit(parts) for entries in self._senses)
        if unclear or not (granted or asked):
            return 0
        return -1 if asked else 1


class _Entries:
    """Entries of words, sorted by how they are looked up: most names fit none, and that must be quick."""

    def __init__(self, entries: Sequence[str]) -> None:
        single = [entry for entry in entries if " " not in entry]
        self._anywhere = tuple(entry.lstrip("~") for entry in single if _anywhere(entry))
        self._begin = tuple(entry[:-1] for entry in single if entry[-1] == "*")
        self._words = frozenset(single)
        self._groups = [tuple(entry.split()) for entry in entries if " " in entry]

    def fit(self, parts: Sequence[str]) -> bool:
        """Whether one of the entries is in a name that was split into words."""
        if not self._words.isdisjoint(parts) or any(part.startswith(self._begin) for part in parts):
            return True
        whole = "".join(parts)
        return any(text in whole for text in self._anywhere) or any(
            all(_has(word, parts, whole) for word in group) for group in self._groups
        )


def _anywhere(word: str) -> bool:
    return word[0] == "~" or not word.isascii()


def _has(word: str, parts: Sequence[str], whole: str) -> bool:
    """Whether a name has a word: ``agree*`` begins one, ``~yinsi`` and Chinese stand anywhere."""
    if _anywhere(word):
        return word.lstrip("~") in whole
    return any(part.startswith(word[:-1]) for part in parts) if word[-1] == "*" else word in parts
