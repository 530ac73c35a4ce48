"""Key names: which personal data a name such as ``deviceImei`` or ``imei_md5`` speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from analyzer.catalogue.identifiers import Identifier, key_form

Strength = Literal["strong", "weak", "other"]
HASH_WORDS = ("md5", "sha1", "sha256", "sha512", "hash", "digest")
WORDS = re.compile(r"(?i:md5|sha1|sha256|sha512)|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")
MAX_KEY = 120


def words_of(name: str) -> list[str]:
    """Split a name at separators and camel humps: ``userDeviceID_md5`` → user, device, id, md5."""
    return [word.lower() for word in WORDS.findall(name[-MAX_KEY:])]


def digest_of(name: str) -> tuple[str, str | None]:
    """Return (name without its digest word, digest word): ``imei_md5`` → (``imei``, ``md5``)."""
    form = key_form(name[-MAX_KEY:])
    for word in HASH_WORDS:
        if form.endswith(word) and len(form) > len(word):
            return form[: -len(word)], word
        if form.startswith(word) and len(form) > len(word):
            return form[len(word) :], word
    return form, None


class KeyNames:
    """Looks names up in the dictionary of `rules/identifiers.yaml`."""

    def __init__(self, identifiers: Iterable[Identifier]) -> None:
        self._strong: dict[str, set[str]] = {}
        self._weak: dict[str, set[str]] = {}
        self._other: dict[str, set[str]] = {}
        self._seen: dict[str, dict[str, Strength]] = {}
        for identifier in identifiers:
            for table, names in (
                (self._strong, identifier.keys),
                (self._weak, identifier.weak_keys),
                (self._other, identifier.other_keys),
            ):
                for name in names:
                    table.setdefault(key_form(name), set()).add(identifier.id)

    def named(self, key: str | None) -> dict[str, Strength]:
        """Return identifier id → how strongly ``key`` names it.

        A longer name ends in the word that decides (``deviceImei``, ``user.phone``); the longest ending that is known
        wins, so that ``orderNo`` under ``other_keys`` is not also read as ``no``.
        """
        if not key:
            return {}
        if key not in self._seen:
            if len(self._seen) > 20_000:  # hostile captures invent names without end
                self._seen.clear()
            self._seen[key] = self._look_up(key)
        return self._seen[key]

    def _look_up(self, key: str) -> dict[str, Strength]:
        bare, _ = digest_of(key)
        words = words_of(key)
        endings = [key_form(key[-MAX_KEY:]), bare, *("".join(words[index:]) for index in range(len(words)))]
        if words and words[-1] in HASH_WORDS:
            endings += ["".join(words[index:-1]) for index in range(len(words) - 1)]
        if words and words[-1].isdigit():  # imei1, phone2
            endings += ["".join(words[index:-1]) for index in range(len(words) - 1)]
        found: dict[str, Strength] = {}
        for ending in endings:
            if not ending:
                continue
            for identifier in self._other.get(ending, ()):
                found.setdefault(identifier, "other")
            for identifier in self._strong.get(ending, ()):
                found.setdefault(identifier, "strong")
            for identifier in self._weak.get(ending, ()):
                found.setdefault(identifier, "weak")
        return found
