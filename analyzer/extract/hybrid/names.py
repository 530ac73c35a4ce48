"""Which names of `rules/apis/*` count in which framework, and the accesses that they make."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from analyzer.model import Access
from analyzer.model.record import dataclass

from .javascript import find_names

if TYPE_CHECKING:
    from analyzer.catalogue import Catalogue
    from analyzer.catalogue.frameworks import FrameworkRule

FLUTTER = "flutter:"
NAMES_ONLY = "names_only"
"""Reason in `rules/weak_reasons.yaml`: the names stand there, a call could not be followed."""
DISTINCT = 10
"""Letters from which on a method's name says whose it is (``getAndroidId``), if the object is named as well."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a name was found and how often."""

    name: str
    caller: str
    sites: int
    weak: str | None = None


def names_of(catalogue: Catalogue, framework: FrameworkRule) -> frozenset[str]:
    """Return the JavaScript names that count in bundles of a framework."""
    return _names(catalogue, frozenset(framework.areas), framework.names)


@lru_cache(maxsize=32)
def _names(catalogue: Catalogue, areas: frozenset[str], patterns: tuple[str, ...]) -> frozenset[str]:
    found = set()
    for name in catalogue.apis.js:
        if name.startswith(FLUTTER):
            continue
        own = {rule.area for rule in catalogue.apis.js[name] if rule.is_access}
        listed = any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
        if own and (listed or own & areas):
            found.add(name)
    return frozenset(found)


def find_places(text: str, entry: str, names: frozenset[str], *, page: bool) -> Iterator[Place]:
    """Yield the names that a script uses, each once: with the line of its first call, or of its first mention."""
    found: dict[str, list[tuple[int, bool]]] = {}
    for one in find_names(text, names, page=page):
        found.setdefault(one.name, []).append((one.offset, one.use == "call"))
    for name, uses in sorted(found.items()):
        calls = [offset for offset, called in uses if called]
        offset = (calls or [offset for offset, _ in uses])[0]
        line = text.count("\n", 0, offset) + 1
        yield Place(name, f"{entry}:{line}", len(calls) or len(uses), None if calls else NAMES_ONLY)


def find_in_words(entry: str, names: Iterable[str], has_word: Callable[[str], bool], said: str) -> Iterator[Place]:
    """Yield the names of which all parts are among the names of a bundle that keeps no connection between them.

    The method must be one of the bundle's names (``has_word``), and the object must be named somewhere in it (``said``,
    all its strings), since a compiler writes ``o.default.getAndroidId`` for ``DeviceInfo.getAndroidId``.
    """
    for name in sorted(names):
        owner, _, member = name.rpartition(".")
        parts = owner.split(".")
        distinct = len(member) >= DISTINCT and not member.islower()
        if has_word(member) and (all(map(has_word, parts)) or (distinct and parts[-1] in said)):
            yield Place(name, entry, 1, NAMES_ONLY)


def make_accesses(places: Iterable[Place], catalogue: Catalogue, actor: str) -> Iterator[Access]:
    """Yield the accesses that names stand for."""
    for place in places:
        for rule in catalogue.apis.js.get(place.name, ()):
            if rule.is_access:
                yield Access(
                    data=rule.data,
                    api=rule.api,
                    caller=place.caller,
                    actor=actor,
                    level="present",
                    chain=(),
                    sites=place.sites,
                    dex=place.caller.rpartition(":")[0] if place.caller.rpartition(":")[2].isdigit() else place.caller,
                    sure=rule.sure.value,
                    weak=rule.weak or place.weak,
                )
