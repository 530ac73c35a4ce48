"""Whose obfuscated code is, from what survives obfuscation.

A class whose name says nothing is attributed by evidence, never by default:

- it declares native methods and loads a library of one SDK: the SDK's;
- its code names classes of the app, and no code of others names it: the app's, for a library cannot know the app;
- all chains of naming classes that lead to it begin in one SDK or one library: that one's. Chains that begin in the app
  prove nothing, since libraries are what an app calls;
- it holds two keys of one SDK, or nobody names it and it names at least two classes of one SDK and nothing else that is
  known; and nothing above speaks against it. The manifest's components are left out: the app's entry for WeChat's
  answers names nothing but WeChat's classes.

Contradicting evidence, or none, leaves ``unknown``. Optimizers that merge classes of different owners show as
contradictions.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from analyzer.catalogue.sdk_index import plain_values
from analyzer.model.record import dataclass

from .owners import APP, UNKNOWN, Owners

if TYPE_CHECKING:
    from analyzer.catalogue import Catalogue
    from analyzer.model import Access, PermissionRequest, SecurityFact

MOST_NAMING = 400
"""Classes on the way up from one class beyond which its origin is taken for unknown."""
MOST_STEPS = 200_000
"""Steps over all classes together: seconds at most, whatever the input."""
KEYS = 2
CALLEES = 2


@dataclass(frozen=True, slots=True)
class Traces:
    """What the code says of classes, by descriptor."""

    callers: Callable[[str], Collection[str]]
    """Classes whose code names a class: calls, fields, allocations, inheritance. No dispatch: only what is written."""
    callees: Callable[[str], Collection[str]]
    """Classes that its code names, those outside of the package included."""
    texts: Mapping[str, Collection[str]] = field(default_factory=dict)
    """String constants of a class, as far as `identifying_texts` asks for them."""
    natives: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Classes that declare native methods → file names of the libraries that they load (``libx.so``)."""
    components: Collection[str] = ()
    """Components of the manifest."""

    @classmethod
    def of_pairs(cls, pairs: Iterable[tuple[str, str]], **others: object) -> Traces:
        """Make them from (naming class, named class)."""
        callers: dict[str, set[str]] = {}
        callees: dict[str, set[str]] = {}
        for caller, callee in pairs:
            if caller != callee:
                callers.setdefault(callee, set()).add(caller)
                callees.setdefault(caller, set()).add(callee)
        return cls(lambda name: callers.get(name, ()), lambda name: callees.get(name, ()), **others)  # type: ignore[arg-type]  # fields of this class


def unknown_classes(rows: Iterable[Access | PermissionRequest | SecurityFact]) -> set[str]:
    """Return the classes for which evidence is worth having; none: nothing has to be asked of the code."""
    return {row.caller.partition("->")[0] for row in rows if row.actor == UNKNOWN and row.caller.startswith("L")}


def identifying_texts(catalogue: Catalogue) -> frozenset[str]:
    """Return the string constants that point to one SDK: keys of the manifest that it alone reads."""
    found: dict[str, set[str]] = {}
    for sdk, row in catalogue.plain("sdks").items():
        for key, weak in plain_values(row, "metadata_keys"):
            if not weak:
                found.setdefault(key, set()).add(sdk)
    return frozenset(key for key, sdks in found.items() if len(sdks) == 1)


def attribute(owners: Owners, wanted: Iterable[str], traces: Traces, catalogue: Catalogue) -> dict[str, str]:
    """Return class → actor for those of ``wanted`` whose owner the evidence shows; the others are left out."""
    search = _Search(owners, traces, catalogue)
    found = {}
    for name in sorted(set(wanted)):
        actor = search.actor(name) if owners.actor(name) == UNKNOWN else UNKNOWN
        if actor != UNKNOWN:
            found[name] = actor
    return found


class _Search:
    def __init__(self, owners: Owners, traces: Traces, catalogue: Catalogue) -> None:
        self._owners, self._traces, self._index = owners, traces, catalogue.sdk_index
        self._sdks = catalogue.sdks
        self._certain: dict[str, str | None] = {}
        self._origins: dict[str, frozenset[str]] = {}
        self._steps = 0

    def actor(self, name: str) -> str:
        known = self._anchor(name)
        if known is not None:
            return known
        origins = self._origin(name)
        named = origins - {UNKNOWN}
        if len(origins) == 1 and named:
            (only,) = named
            return UNKNOWN if only == APP else only
        hinted = self._by_texts(name) or (self._by_callees(name) if not self._callers(name) else None)
        return hinted if hinted is not None and named <= {hinted} else UNKNOWN

    def _callers(self, name: str) -> set[str]:
        return {one for one in self._traces.callers(name) if one != name}

    def _anchor(self, name: str) -> str | None:
        """Return whose a class is by its name, or by evidence of its own that needs no other."""
        if name not in self._certain:
            actor: str | None = self._owners.actor(name)
            self._certain[name] = (
                actor if actor != UNKNOWN else self._by_natives(name) or self._by_knowing_the_app(name)
            )
        return self._certain[name]

    def _by_natives(self, name: str) -> str | None:
        found = {
            match[0]
            for file in self._traces.natives.get(name, ())
            if (match := self._index.library(file)) and not match[1]
        }
        return self._of_sdk(found)

    def _by_knowing_the_app(self, name: str) -> str | None:
        if all(self._owners.actor(one) != APP for one in self._traces.callees(name)):
            return None
        strangers = {self._owners.actor(one) for one in self._callers(name)} - {APP, UNKNOWN}
        return None if strangers else APP

    def _by_texts(self, name: str) -> str | None:
        texts = set(self._traces.texts.get(name, ()))
        found = {text: {sdk for sdk, weak in self._index.metadata(text) if not weak} for text in texts}
        found = {text: sdks for text, sdks in found.items() if sdks}
        return self._of_sdk(set().union(*found.values())) if len(found) >= KEYS else None

    def _by_callees(self, name: str) -> str | None:
        if name in self._traces.components:
            return None
        actors = {one: self._owners.actor(one) for one in self._traces.callees(name)}
        known = {one: actor for one, actor in actors.items() if actor != UNKNOWN and not self._is_neutral(actor)}
        named = set(known.values())
        return named.pop() if len(named) == 1 and len(known) >= CALLEES and APP not in named else None

    def _is_neutral(self, actor: str) -> bool:
        """Tell whether everybody calls it: an unknown library, or one that the rules know to collect nothing."""
        if actor.startswith("sdk:"):
            return bool(self._sdks[actor[4:]].collects_nothing)
        return actor.startswith("lib:")

    def _of_sdk(self, found: set[str]) -> str | None:
        if len(found) != 1:
            return None
        (sdk,) = found
        return APP if self._owners.is_first_party(sdk) else f"sdk:{sdk}"

    def _origin(self, name: str) -> frozenset[str]:
        """Return in whose code the chains of naming classes begin that lead to a class; ``unknown`` for dead ends."""
        ways: dict[str, set[str]] = {name: set()}  # class → those that it names, on the way down to the class asked for
        sources: set[str] = set()
        found: set[str] = set()
        line = [name]
        while line:
            self._steps += 1
            if self._steps > MOST_STEPS or len(ways) > MOST_NAMING:
                return self._keep(name, found | {UNKNOWN})
            if len(found - {UNKNOWN}) > 1:  # a contradiction stays one, whatever else is found
                return self._keep(name, found)
            one = line.pop()
            for caller in self._callers(one):
                if caller in ways:
                    ways[caller].add(one)
                    continue
                ways[caller] = {one}
                known = self._origins.get(caller)
                anchor = self._anchor(caller) if known is None else None
                if known is None and anchor is None:
                    line.append(caller)
                    continue
                sources.add(caller)
                found |= known if known is not None else {anchor or UNKNOWN}
        if len(self._below(sources, ways)) < len(ways):  # a beginning, or a ring, that nobody known names
            found.add(UNKNOWN)
        return self._keep(name, found)

    def _keep(self, name: str, found: set[str]) -> frozenset[str]:
        kept = self._origins[name] = frozenset(found)
        return kept

    @staticmethod
    def _below(sources: Iterable[str], ways: Mapping[str, set[str]]) -> set[str]:
        seen = set(sources)
        line = list(seen)
        while line:
            fresh = ways[line.pop()] - seen
            seen |= fresh
            line += fresh
        return seen
