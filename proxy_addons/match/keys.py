"""Key names: which personal data a name such as ``deviceImei`` or ``imei_md5`` speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from analyzer.catalogue.identifiers import Identifier, key_form

Strength = Literal["strong", "weak", "other"]
HASH_WORDS = ("md5", "sha1", "sha256", "sha512", "hash", "digest")
WORDS = re.compile(r"(?i:md5|sha1|sha256|sha512)|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")
MAX_KEY = 120
MAX_SEEN = 20_000
KEY_ONLY = ("account.password", "identity.name", "network.ssid", "student.school", "student.number")
"""Kinds without a form of their own for which a telling key in a request is worth a hint."""
LATITUDE = ("lat", "latitude", "weidu", "纬度")
LONGITUDE = ("lng", "lon", "long", "longitude", "jingdu", "经度")
PLACE = ("location", "loc", "gps")


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


class Role(NamedTuple):
    """What a key name means for a search."""

    form: str
    keyed: tuple[str, ...]
    """Identifiers with patterns that it names."""
    alone: tuple[str, ...]
    """Identifiers without patterns that it names strongly, and whose name alone is worth a hint."""
    hashed: tuple[str, ...]
    """Identifiers of which the name says that a digest stands under it."""
    axis: str
    """``lat``, ``lng``, ``place`` or nothing."""
    together: bool
    """It is one of the names that together tell what an object is."""


class KeyNames:
    """Looks names up in the dictionary of `rules/identifiers.yaml`."""

    def __init__(self, identifiers: Iterable[Identifier]) -> None:
        identifiers = tuple(identifiers)
        self._strong: dict[str, set[str]] = {}
        self._weak: dict[str, set[str]] = {}
        self._other: dict[str, set[str]] = {}
        self._key_only = {
            one.id for one in identifiers if not one.patterns and one.pair is None and one.data in KEY_ONLY
        }
        self._seen: dict[str, dict[str, Strength]] = {}
        self._roles: dict[str, Role] = {}
        self._dull: set[str] = set()
        self._together: set[str] = set()
        self._axes: dict[str, str] = dict.fromkeys(PLACE, "place")
        self._patterned = {one.id for one in identifiers if one.patterns and one.pair is None and one.data is not None}
        for identifier in identifiers:
            self._together.update(key_form(name) for group in identifier.together for name in group)
            if identifier.pair is not None:
                self._axes |= dict.fromkeys(map(key_form, (*identifier.keys, *identifier.weak_keys)), "place")
        for pair in (identifier.pair for identifier in identifiers):
            self._axes |= dict.fromkeys(map(key_form, (*LATITUDE, *(pair.first_keys if pair else ()))), "lat")
            self._axes |= dict.fromkeys(map(key_form, (*LONGITUDE, *(pair.second_keys if pair else ()))), "lng")
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
            if len(self._seen) > MAX_SEEN:  # hostile captures invent names without end
                self._seen.clear()
            self._seen[key] = self._look_up(key)
        return self._seen[key]

    def roles(self, keys: Sequence[str | None]) -> list[tuple[int, Role]]:
        """Return (index, role) of the keys that mean something, in order. Each distinct name is looked up once."""
        roles, dull = self._roles, self._dull
        distinct = set(keys)
        for key in distinct:
            if key and key not in roles and key not in dull:
                if len(roles) + len(dull) > MAX_SEEN:  # hostile captures invent names without end
                    roles.clear()
                    dull.clear()
                role = self._role(key)
                if role.keyed or role.alone or role.hashed or role.axis or role.together:
                    roles[key] = role
                else:
                    dull.add(key)
        if roles.keys().isdisjoint(distinct):
            return []
        return [(index, roles[key]) for index, key in enumerate(keys) if key in roles]

    def axes(self) -> Iterator[str]:
        """Yield the names of latitudes and longitudes."""
        return (name for name, axis in self._axes.items() if axis != "place")

    def axis(self, key: str | None) -> str:
        """Return ``lat``, ``lng`` or ``place`` where a name says that a number is one."""
        if not key:
            return ""
        found = self._axes.get(key_form(key), "")
        if not found and (words := words_of(key)):
            found = self._axes.get(words[-1], "")
            found = "" if found == "place" else found
        return found

    def _role(self, key: str) -> Role:
        named = self.named(key)
        bare, word = digest_of(key)
        form = key_form(key)
        return Role(
            form,
            tuple(one for one, strength in named.items() if strength != "other" and one in self._patterned),
            tuple(one for one, strength in named.items() if strength == "strong" and one in self._key_only),
            tuple(one for one, strength in self.named(bare).items() if strength == "strong") if word else (),
            self.axis(key),
            form in self._together,
        )

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
