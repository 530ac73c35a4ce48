"""What the package itself answers: what was read of it, what its code can read, and how that code is reached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

from analyzer.catalogue import Catalogue
from analyzer.model import Access, Facts, Sdk, Severity, StaticFacts, StringFact

from .parties import library_code
from .reach import Doubts, Site, lowered

_WITH_MANIFEST = frozenset({"apk", "apks", "xapk", "aab", "aar"})


class Package:
    """The questions about the package that many checks ask. All answers are computed at most once; none does I/O."""

    def __init__(self, facts: Facts, catalogue: Catalogue) -> None:
        self.facts = facts
        self.catalogue = catalogue

    @property
    def static(self) -> StaticFacts | None:
        """What the package showed; `None`: no package was examined."""
        return self.facts.static

    @cached_property
    def complete(self) -> bool:
        """Whether everything executable in the package was read: the condition of every verdict of absence."""
        return self.static is not None and self.static.coverage.complete

    @cached_property
    def has_manifest(self) -> bool:
        """Whether a manifest of an app was read."""
        static = self.static
        return (
            static is not None
            and static.artifact.format in _WITH_MANIFEST
            and all(reason.code != "manifest_unreadable" for reason in static.coverage.reasons)
        )

    @cached_property
    def declared_permissions(self) -> frozenset[str]:
        """Names of the permissions in the manifest."""
        return frozenset(row.name for row in self.static.permissions if row.declared) if self.static else frozenset()

    @cached_property
    def held_permissions(self) -> frozenset[str]:
        """Permissions that work for the app: asked for, or such with which the system binds its services."""
        return self.declared_permissions | self.bound_permissions

    @cached_property
    def bound_permissions(self) -> frozenset[str]:
        """Permissions such as ``BIND_ACCESSIBILITY_SERVICE`` that services of the manifest demand of the system."""
        rows = self.static.components if self.static else ()
        return frozenset(name for row in rows if (name := row.permission) and ".BIND_" in name)

    # --- code

    @cached_property
    def accesses(self) -> Mapping[str, tuple[Access, ...]]:
        """Ordinary (not weak) reads of personal data in code, by data id."""
        found: dict[str, list[Access]] = defaultdict(list)
        for access in self.static.accesses if self.static else ():
            if access.weak is None:
                found[access.data].append(access)
        return {key: tuple(rows) for key, rows in found.items()}

    @cached_property
    def reads(self) -> Mapping[str, tuple[Access, ...]]:
        """The ordinary reads that may be held against the app, by data id; the ledger shows `accesses`, which are all.

        Code of a library that collects nothing is in every package and reads only when asked. That its caller asks
        is a read of the caller's own, where `rules/apis` lists the library's interface.
        """
        rules = self.catalogue
        found = {key: tuple(r for r in rows if not library_code(r, rules)) for key, rows in self.accesses.items()}
        return {key: rows for key, rows in found.items() if rows}

    @cached_property
    def chains(self) -> bool:
        """Whether call chains were looked for: the extractor says so, or some code has more than presence."""
        if self.static is None:
            return False
        sites: tuple[Site, ...] = (*self.static.accesses, *self.static.permission_requests)
        return self.static.coverage.entries is not None or any(site.level != "present" for site in sites)

    @cached_property
    def searched(self) -> bool:
        """Whether a missing chain means something: all code was read, and all entry points were searched from."""
        return self.complete and self.chains

    def pathless(self, sites: Iterable[Site]) -> bool:
        """Tell whether no path leads to any of these, as far as a complete call graph shows; `False` for none."""
        rows = tuple(sites)
        return self.searched and bool(rows) and all(site.level == "present" for site in rows)

    def weighed(self, severity: Severity, sites: Iterable[Site]) -> Severity:
        """Return the severity, one lower where no path leads to any of the code."""
        return lowered(severity) if self.pathless(sites) else severity

    def uses(self, permission: str) -> tuple[Access, ...]:
        """Return all code that needs a permission, also what accuses nobody: by its API, or by the data it gives."""
        return self._uses.get(permission, ())

    @cached_property
    def _uses(self) -> Mapping[str, tuple[Access, ...]]:
        givers: dict[str, list[str]] = defaultdict(list)
        for name, rule in self.catalogue.permissions.items():
            for data in rule.data:
                givers[data].append(name)
        found: dict[str, list[Access]] = defaultdict(list)
        for access in self.static.accesses if self.static else ():
            rules = self.catalogue.apis.find(access.api)
            stated = (need.name for rule in rules if rule.data == access.data for need in rule.permissions)
            for name in {*stated, *givers.get(access.data, ())}:
                found[name].append(access)
        return {name: tuple(rows) for name, rows in found.items()}

    def reached_use(self, permission: str) -> bool:
        """Tell whether an entry point reaches code that needs a permission."""
        return any(access.level != "present" for access in self.uses(permission))

    @cached_property
    def doubts(self) -> Doubts:
        """Words for chains that are not certain."""
        return Doubts(self.catalogue)

    # --- SDKs and strings

    @cached_property
    def sdks(self) -> tuple[Sdk, ...]:
        """SDKs in the package that rest on more than weak signs."""
        return tuple(row for row in self.static.sdks if row.confidence != "weak") if self.static else ()

    @cached_property
    def _ids(self) -> frozenset[str]:
        return frozenset(row.id for row in self.sdks)

    def sdks_of(self, *categories: str) -> tuple[Sdk, ...]:
        """Return the SDKs of these categories."""
        return tuple(row for row in self.sdks if row.category in categories)

    def strings(self, *kinds: str) -> tuple[StringFact, ...]:
        """Return the strings of interest of these kinds in the package."""
        return tuple(row for row in self.static.strings if row.kind in kinds) if self.static else ()
