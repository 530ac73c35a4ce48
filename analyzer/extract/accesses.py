"""Code that reads personal data: one row for each kind of data, interface and calling method.

Which sites count. A call counts in the method that makes it, whoever wrote it. A call of an *SDK's* interface (a class
that the package itself defines, such as ``Lcom/baidu/location/BDLocation;``) does not count inside that SDK: there the
platform calls below it are the accesses, and counting both would blame the SDK twice and the app for its library. An
``override`` row counts where a subclass or listener is defined. Helpers and requests are no accesses.

Arguments. Where the argument decides and is known, the row names what it stands for (``settings:secure:android_id``);
known to be something else, there is no row; unknown, the row is kept and marked weak (``argument_decides``). One that
may be several constants has a row for each. A provider address, property or path that stands in a method without being
seen to reach a read is marked ``needs_more``. Where the argument is the method's own parameter, its callers are asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from typing import Literal

from analyzer.catalogue import Catalogue
from analyzer.catalogue.apis import ApiRule
from analyzer.dex import Hits, Query, Site
from analyzer.model import Access, Component
from analyzer.model.record import dataclass

from . import addresses, arguments, reflection
from .asked import asked
from .owners import Owners
from .readings import NOT_FOLLOWED, Readings
from .reflection import Computed

NO_SERVICE = "no_service"
"""Id of `rules/weak_reasons.yaml`."""
_CALLER_ROUNDS = 2
"""How many methods up a parameter is followed."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What the sites show."""

    accesses: tuple[Access, ...]
    """Sorted; `level` is ``present``."""
    computed: tuple[Computed, ...]
    """Members that app code looks up by names which cannot be read, sorted."""


@dataclass(slots=True)
class _Row:
    """One access while its sites are counted."""

    rule: ApiRule
    dex: str
    sites: set[tuple[str, int]]
    weak: str | None


@dataclass(slots=True)
class _Body:
    """One calling method."""

    sites: Sequence[Site]
    texts: dict[str, Site]
    followed: set[str] = field(default_factory=set)

    @property
    def targets(self) -> set[str]:
        """Everything that it names."""
        return {site.target for site in self.sites}

    @property
    def has_path(self) -> bool:
        """Whether a path of the rules stands in it."""
        return any(text.startswith("/") for text in self.texts)


def build_query(catalogue: Catalogue) -> Query:
    """Return everything that has to be asked of the code of a package."""
    return asked(catalogue).query


def find_accesses(
    hits: Hits, catalogue: Catalogue, owners: Owners, components: Iterable[Component] | None = None
) -> tuple[Access, ...]:
    """Return the accesses of `survey` alone."""
    return survey(hits, catalogue, owners, components).accesses


def survey(hits: Hits, catalogue: Catalogue, owners: Owners, components: Iterable[Component] | None = None) -> Survey:
    """Return what the sites of `build_query` show.

    ``components`` are those of the app's whole manifest; `None`: there is none, and any service may be offered.
    """
    missing = frozenset[str]() if components is None else arguments.missing_services(components)
    collector = _Collector(hits, catalogue, owners, missing)
    by_method: dict[tuple[str, str], list[Site]] = defaultdict(list)
    for site in hits.sites:
        by_method[site.dex, site.caller].append(site)
    collector.read([_Body(sites, _texts(sites)) for sites in by_method.values()])
    return Survey(collector.rows(), tuple(sorted(collector.computed)))


def _texts(sites: Sequence[Site]) -> dict[str, Site]:
    return {site.target: site for site in reversed(sites) if site.kind == "string"}


class _Collector:
    def __init__(self, hits: Hits, catalogue: Catalogue, owners: Owners, missing: frozenset[str]) -> None:
        self._missing, self._hits = missing, hits
        self._apis, self._owners = catalogue.apis, owners
        self._readings = Readings(catalogue, owners, hits.defines)
        self._reflected, self._reflected_classes = asked(catalogue).reflected, asked(catalogue).reflected_classes
        self._rows: dict[tuple[str, str, str], _Row] = {}
        self._knows_callers = any(site.flow.program.callers is not None for site in hits.sites[:1])
        self._hints: list[tuple[ApiRule, Site, str | None]] = []
        self._far: set[str] = set()  # constants seen to be read in another method than that in which they stand
        self.computed: set[Computed] = set()

    def read(self, bodies: Sequence[_Body]) -> None:
        """Take all calls, then those that depend on callers, then the constants that no read was seen to take."""
        later: list[tuple[_Body, Site]] = []
        calls = [(self._when(body, site), body, site) for body in bodies for site in body.sites]
        uses, opened = ([(body, site) for when, body, site in calls if when == word] for word in ("use", "open"))
        for when, body, site in calls:
            if when == "now":
                self._take(body, site, later)
        for body, site in uses:  # of members looked up in the same class, or in a method that is given the name
            if site.caller.partition("->")[0] in self._readings.reflecting:
                self._take(body, site, later)
        # A path that is opened stands in the method, or a caller passes it.
        if any(text.startswith("/") and text not in body.followed for body in bodies for text in body.texts):
            for body, site in opened:
                if not reflection.is_library(site.caller) and self._is_given(site):
                    self._take(body, site, later)
        self._ask_callers(later)
        self._take_hints()
        for body in bodies:
            self._leftovers(body, body.followed | self._far if body.followed else self._far)

    def _when(self, body: _Body, site: Site) -> Literal["now", "use", "open", "no"]:
        """Return when a call is to be taken; take the definition of an override at once."""
        if site.kind == "override":
            self._override(site)
        if site.kind != "call":
            return "no"
        if site.target in reflection.USES:
            return "use"
        return "open" if site.target in addresses.FILE_OPENERS and not body.has_path else "now"

    def _take_hints(self) -> None:
        """Add the members that are looked up and not seen to be called."""
        called = set(self._rows)
        for rule, site, weak in self._hints:
            if (rule.data, rule.api, site.caller) not in called:
                self._add(rule, site, weak)

    def _override(self, site: Site) -> None:
        if not self._readings.inside_its_own_sdk(site):
            for rule in self._apis.methods[site.target]:
                if rule.use == "override" and rule.is_access:
                    self._add(rule, site, rule.weak)

    @staticmethod
    def _is_given(site: Site) -> bool:
        """Whether a path is made of the method's own parameters."""
        first = 0 if site.is_static else 1
        numbers = addresses.FILE_OPENERS[site.target]
        return any(site.flow.is_passed(site.part, site.item, site.offset, first + number) for number in numbers)

    def _take(self, body: _Body, site: Site, later: list[tuple[_Body, Site]] | None) -> None:
        """Take one call, or put it off until callers are known."""
        program = site.flow.program
        misses = program.misses
        found = self._readings.call(site)
        missed = program.misses != misses and not self._knows_callers
        if later is not None and missed and not reflection.is_library(site.caller):
            later.append((body, site))
            if site.target in reflection.CALLS:
                self._readings.reflecting.add(site.caller.partition("->")[0])
            return
        for rule, place, weak in found.rows:
            self._add(rule, place, weak)
        self._hints += found.hints
        if found.followed:
            body.followed |= found.followed
            self._far |= found.followed - body.targets
        self.computed |= found.computed

    def _ask_callers(self, later: list[tuple[_Body, Site]]) -> None:
        """Take the calls whose argument is a parameter."""
        if not later:
            return
        flow = later[0][1].flow
        search = self._hits.search_callers()
        for number in range(_CALLER_ROUNDS):
            wanted, flow.program.wanted = flow.program.wanted, set()
            search.look_for(wanted)
            flow.use(search)
            again: list[tuple[_Body, Site]] = []
            for body, site in later:
                self._take(body, site, again if number + 1 < _CALLER_ROUNDS else None)
            later = again

    def rows(self) -> tuple[Access, ...]:
        """Return the collected rows, sorted by data, interface, caller."""
        found = []
        for (data, api, caller), row in sorted(self._rows.items()):
            actor = self._owners.actor(caller.partition("->")[0])
            found.append(
                Access(
                    data=data,
                    api=api,
                    caller=caller,
                    actor=actor,
                    level="present",
                    chain=(),
                    sites=len(row.sites),
                    dex=row.dex,
                    sure=row.rule.sure.value,
                    weak=row.weak,
                    offsets=tuple(sorted(offset for dex, offset in row.sites if dex == row.dex)),
                )
            )
        return tuple(found)

    def _add(self, rule: ApiRule, site: Site, weak: str | None) -> None:
        if weak is None and rule.needs and "BIND_" in rule.needs and self._never_bound(rule):
            weak = NO_SERVICE
        key = (rule.data, rule.api, site.caller)
        row = self._rows.get(key)
        if row is None:
            self._rows[key] = _Row(rule, site.dex, {(site.dex, site.offset)}, weak)
            return
        row.sites.add((site.dex, site.offset))
        if weak is None or (row.weak is not None and weak < row.weak):
            row.weak = weak

    def _never_bound(self, rule: ApiRule) -> bool:
        """Whether every permission that the rule names is one with which the system binds a service not offered."""
        needed = {need.name for need in rule.permissions}
        return bool(needed) and needed <= self._missing

    def _leftovers(self, body: _Body, followed: set[str]) -> None:
        for site in body.sites:
            if site.kind in {"field", "string"}:
                for rule, place, weak in self._readings.constant(site, followed).rows:
                    self._add(rule, place, weak)
        self._names_only(body.texts)

    def _names_only(self, texts: dict[str, Site]) -> None:
        """Take a class name and a method name that stand in one method, for interfaces that only reflection reaches."""
        for name in texts:
            if name not in self._reflected_classes:
                continue
            for member, site in texts.items():
                for rule in self._reflection_only(name, member):
                    if (rule.data, rule.api, site.caller) not in self._rows:
                        self._add(rule, site, rule.weak or NOT_FOLLOWED)

    def _reflection_only(self, owner: str, name: str) -> Iterator[ApiRule]:
        for signature in self._reflected.get((owner, name), ()):
            for rule in self._apis.methods[signature]:
                if rule.is_access and rule.use == "reflection" and rule.decides != "prop":
                    yield rule
