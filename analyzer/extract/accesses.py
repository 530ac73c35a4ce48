"""Code that reads personal data: one row for each kind of data, interface and calling method.

Which sites count. A call counts in the method that makes it, whoever wrote it. A call of an *SDK's* interface (a class
that the package itself defines, such as ``Lcom/baidu/location/BDLocation;``) does not count inside that SDK: there the
platform calls below it are the accesses, and counting both would blame the SDK twice and the app for its library. An
``override`` row counts where a subclass or listener is defined. Helpers and requests are no accesses.

Arguments. Where the argument decides and is known, the row names what it stands for (``settings:secure:android_id``);
known to be something else, there is no row; unknown, the row is kept and marked weak (``argument_decides``). A provider
address, property or path that stands in a method without being seen to reach a read is marked ``needs_more``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from analyzer.catalogue import Catalogue
from analyzer.catalogue.apis import ApiRule
from analyzer.dex import Hits, Query, Site, Value
from analyzer.model import Access, Component

from . import arguments
from .owners import Owners

ARGUMENT_UNKNOWN, NOT_FOLLOWED, NO_SERVICE = "argument_decides", "needs_more", "no_service"
"""Ids of `rules/weak_reasons.yaml`."""


_VERSION_SWITCH = frozenset({"Landroid/os/Build$VERSION;->SDK_INT:I"})
"""Read on every other line of support libraries to choose a code path: never reported, as the fact sheet asks."""


_ACCESS_ROLES = frozenset({"read", "subscribe"})


@dataclass(slots=True)
class _Row:
    """One access while its sites are counted."""

    rule: ApiRule
    dex: str
    sites: set[tuple[str, int]]
    weak: str | None


@dataclass(frozen=True, slots=True)
class _Plan:
    """What follows from the rules alone, made once."""

    query: Query
    reflected: dict[tuple[str, str], tuple[str, ...]]
    """Dotted class and method name → the signatures that reflection may reach by them."""
    reflected_names: frozenset[str]
    """All method names among them."""


def build_query(catalogue: Catalogue) -> Query:
    """Return everything that has to be asked of the code of a package."""
    return _plan(catalogue).query


@lru_cache(maxsize=2)
def _plan(catalogue: Catalogue) -> _Plan:
    # The plain rows: making two thousand rule objects would cost more than the search itself.
    rules = {kind: catalogue.plain(f"apis.{kind}") for kind in ("method", "field")}
    methods, overrides, strings = set(arguments.FILE_OPENERS) | set(arguments.COMMANDS), set[str](), set[str]()
    methods |= arguments.SETTINGS_GETTERS | arguments.ACTIONS | arguments.REFLECTION
    reflected: dict[tuple[str, str], list[str]] = defaultdict(list)
    for signature, rows in rules["method"].items():
        name = _reflected_name(signature)
        for row in rows:
            accessed = row.get("role", "read") in _ACCESS_ROLES
            if row.get("use") == "override":
                overrides.add(signature)
                continue
            if accessed or row.get("decides") in {"uri", "settings", "prop"}:
                methods.add(signature)
            if accessed and signature not in reflected[name]:
                reflected[name].append(signature)
            if accessed and row.get("use") == "reflection":
                strings.update(name)
    fields = {
        signature
        for signature, rows in rules["field"].items()
        if any(row.get("role", "read") in _ACCESS_ROLES or row.get("stands_for") for row in rows)
    }
    query = Query(
        methods=frozenset(methods),
        overrides=frozenset(overrides),
        fields=frozenset(fields - _VERSION_SWITCH),
        strings=frozenset(strings | set(catalogue.apis.props)),
        prefixes=_starts_of(catalogue.apis.uris, 1) | _starts_of(catalogue.apis.files, 2),
    )
    by_name = {name: tuple(found) for name, found in reflected.items() if found}
    return _Plan(query, by_name, frozenset(member for _, member in by_name))


def find_accesses(
    hits: Hits, catalogue: Catalogue, owners: Owners, components: Iterable[Component] | None = None
) -> tuple[Access, ...]:
    """Return the accesses that the sites of `build_query` show, sorted; `level` is ``present``.

    ``components`` are those of the app's whole manifest; `None`: there is none, and any service may be offered.
    """
    missing = frozenset[str]() if components is None else arguments.missing_services(components)
    collector = _Collector(hits, catalogue, owners, missing)
    by_method: dict[tuple[str, str], list[Site]] = defaultdict(list)
    for site in hits.sites:
        by_method[site.dex, site.caller].append(site)
    for sites in by_method.values():
        collector.read_method(sites)
    return collector.rows()


def _starts_of(keys: Iterable[str], parts: int) -> frozenset[str]:
    """Return the beginnings of the listed addresses or paths, up to their first names.

    The longer part is compared when a string is found: a listed address also stands for what lies below it.
    """
    starts = set()
    for key in keys:
        head, mark, rest = key.partition("://")
        names = (rest if mark else head).split("?")[0].split("/")
        names = names[: parts if mark else parts + 1]
        while names and any(letter in names[-1] for letter in "*["):
            names.pop()
        starts.add((head + mark if mark else "") + "/".join(names))
    return frozenset(
        start for start in starts if not any(start != other and start.startswith(other) for other in starts)
    )


def _reflected_name(signature: str) -> tuple[str, str]:
    owner, _, member = signature.partition("->")
    return owner[1:-1].replace("/", "."), member.partition("(")[0]


def _address(text: str) -> str:
    return text.strip()


def _path(text: str) -> str:
    """Return a path with the conversions of a format string as one plain name each."""
    return re.sub(r"%(?:\d+\$)?[sd]", "0", text.strip())


class _Collector:
    def __init__(self, hits: Hits, catalogue: Catalogue, owners: Owners, missing: frozenset[str]) -> None:
        self._missing = missing
        self._defines, self._apis, self._owners = hits.defines, catalogue.apis, owners
        self._rows: dict[tuple[str, str, str], _Row] = {}
        self._platform: dict[str, bool] = {}
        self._reflected, self._reflected_names = _plan(catalogue).reflected, _plan(catalogue).reflected_names

    def _reflected_rules(self, owner: str, name: str) -> Iterator[ApiRule]:
        for signature in self._reflected.get((owner, name), ()):
            yield from (rule for rule in self._apis.methods[signature] if rule.is_access and rule.use != "override")

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
                )
            )
        return tuple(found)

    def _add(self, rule: ApiRule, site: Site, api: str, weak: str | None) -> None:
        if weak is None and rule.needs and "BIND_" in rule.needs and self._never_bound(rule):
            weak = NO_SERVICE
        key = (rule.data, api, site.caller)
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

    def _inside_its_own_sdk(self, site: Site) -> bool:
        """Whether the interface and its caller are parts of one library that the package defines."""
        owner, caller = site.target.partition("->")[0], site.caller.partition("->")[0]
        defined = self._platform.get(owner)
        if defined is None:
            defined = self._platform[owner] = self._defines(owner)
        if not defined:
            return False
        sdk = self._owners.sdk(owner)
        if sdk is not None:
            return sdk == self._owners.sdk(caller)
        return owner.rpartition("/")[0] == caller.rpartition("/")[0]

    def read_method(self, sites: Sequence[Site]) -> None:
        """Take all sites of one method."""
        texts = {site.target: site for site in reversed(sites) if site.kind == "string"}
        followed: set[str] = set()
        for site in sites:
            if site.kind == "call":
                followed |= self._call(site, texts)
            elif site.kind == "override" and not self._inside_its_own_sdk(site):
                for rule in self._apis.methods[site.target]:
                    if rule.use == "override" and rule.is_access:
                        self._add(rule, site, rule.api, rule.weak)
        for site in sites:
            if site.kind == "field" and not site.writes:
                self._field(site, followed)
            elif site.kind == "string":
                self._string(site, followed)
        self._reflection(texts)

    def _call(self, site: Site, texts: dict[str, Site]) -> set[str]:  # noqa: PLR0911  # one for each kind of call
        """Take one call; return the constants (addresses, paths, properties) that were seen to reach it."""
        target = site.target
        if target in arguments.REFLECTION:
            return self._reflected_call(site)
        if target in arguments.ACTIONS:
            return self._action(site)
        if target in arguments.COMMANDS:
            return self._command(site)
        if target in arguments.FILE_OPENERS:
            return self._opened(site) if any(text.startswith("/") for text in texts) else set()
        rules = self._apis.methods.get(target, ())
        decides = next((rule.decides for rule in rules if rule.decides), None)
        if target in arguments.SETTINGS_GETTERS or decides == "settings":
            return self._setting(site, rules)
        if decides == "prop":
            return self._property(site, rules)
        if decides == "uri":
            return self._provider(site, rules)
        if not self._inside_its_own_sdk(site):
            self._plain_call(site, rules)
        return set()

    def _plain_call(self, site: Site, rules: Sequence[ApiRule]) -> None:
        for rule in rules:
            if not rule.is_access or rule.use == "override":
                continue
            weak = rule.weak
            if rule.decides == "argument" or rule.when:
                held = arguments.holds(site, rule.data, rule.when)
                if held is False:
                    continue
                if held:
                    weak = None if weak == ARGUMENT_UNKNOWN else weak
                elif rule.when:
                    weak = weak or ARGUMENT_UNKNOWN
            self._add(rule, site, rule.api, weak)

    def _listed(self, site: Site, found: Sequence[ApiRule], weak: str | None = None) -> None:
        """Add the rules that stand for a constant: the constant is known, so that reason for doubt is gone."""
        for rule in found:
            if rule.is_access:
                own = rule.weak if rule.weak not in {ARGUMENT_UNKNOWN, NOT_FOLLOWED} else None
                if rule.when:  # a selection argument decides besides
                    own = own or ARGUMENT_UNKNOWN
                self._add(rule, site, rule.api, own or weak)

    def _unknown(self, site: Site, rules: Sequence[ApiRule]) -> None:
        for rule in rules:
            if rule.is_access:
                self._add(rule, site, rule.api, rule.weak or ARGUMENT_UNKNOWN)

    def _setting(self, site: Site, rules: Sequence[ApiRule]) -> set[str]:
        value = arguments.string_parameter(site)
        space = arguments.SETTINGS_SPACES.get(site.target.partition("->")[0])
        if value is None or value.kind != "string" or space is None:
            self._unknown(site, rules)
            return set()
        key = f"{space}:{value.text}"
        self._listed(site, self._apis.settings.get(key, ()))
        return {value.text}

    def _property(self, site: Site, rules: Sequence[ApiRule]) -> set[str]:
        value = site.argument(0)
        if value.kind != "string":
            self._unknown(site, rules)
            return set()
        self._listed(site, self._apis.props.get(value.text, ()))
        return {value.text}

    def _provider(self, site: Site, rules: Sequence[ApiRule]) -> set[str]:
        value = arguments.uri_parameter(site)
        sources = self._addresses(value) if value is not None else []
        if not sources:
            self._unknown(site, rules)
            return set()
        reads = any(rule.role == "helper" for rule in rules)
        for _, address in sources:
            self._listed(site, self._apis.uri(address), None if reads else next((own.weak for own in rules), None))
        return {constant for constant, _ in sources}

    def _addresses(self, value: Value) -> list[tuple[str, str]]:
        """Return (constant, provider address) of what a `Uri` was made from, looking through the calls that made it."""
        if value.kind == "string" and value.text.startswith("content://"):
            return [(value.text, _address(value.text))]
        if value.kind == "field":
            rules = self._apis.fields.get(value.text, ())
            return [(value.text, rule.stands_for) for rule in rules[:1] if rule.stands_for]
        if value.kind == "call":
            return next((found for part in value.parts if (found := self._addresses(part))), [])
        return []

    def _opened(self, site: Site) -> set[str]:
        value = site.argument(arguments.FILE_OPENERS[site.target])
        if value.kind != "string":
            return set()
        self._listed(site, self._apis.file(_path(value.text)))
        return {value.text}

    def _command(self, site: Site) -> set[str]:
        line = arguments.command_line(site, arguments.COMMANDS[site.target])
        if line is None:
            return set()
        self._listed(site, self._apis.command(line))
        words = line.split()
        followed = {line, *words}
        if words and words[0].rpartition("/")[2] == "getprop" and len(words) > 1:
            self._listed(site, self._apis.props.get(words[1], ()))
        if words and words[0].rpartition("/")[2] == "cat":
            for word in words[1:]:
                self._listed(site, self._apis.file(_path(word)))
        return followed

    def _action(self, site: Site) -> set[str]:
        value = site.argument(0)
        if value.kind != "string":
            return set()
        self._listed(site, self._apis.broadcasts.get(value.text, ()))
        return {value.text}

    def _reflected_call(self, site: Site) -> set[str]:
        """Take ``Class.forName("x").getMethod("y", …)`` with both names known."""
        value = site.argument(0)
        if value.kind != "string" or value.text not in self._reflected_names:
            return set()
        receiver, name = site.receiver(), value.text
        if receiver.kind == "class":
            owner = receiver.text[1:-1].replace("/", ".")
        elif receiver.kind == "call" and receiver.text.startswith(arguments.FOR_NAME) and receiver.parts:
            owner = receiver.parts[0].text if receiver.parts[0].kind == "string" else ""
        else:
            return set()
        for rule in self._reflected_rules(owner, name):
            if rule.decides != "prop":  # the property's own name decides, and stands as a string somewhere
                self._add(rule, site, rule.api, rule.weak or NOT_FOLLOWED)
        return {owner, name}

    def _field(self, site: Site, followed: set[str]) -> None:
        for rule in self._apis.fields[site.target]:
            if rule.is_access:
                if not self._inside_its_own_sdk(site):
                    self._add(rule, site, rule.api, rule.weak)
            elif rule.stands_for and site.target not in followed and site.ref not in followed:
                self._listed(site, self._apis.uri(rule.stands_for), NOT_FOLLOWED)

    def _string(self, site: Site, followed: set[str]) -> None:
        text = site.target
        if text in followed:
            return
        if text.startswith("content://"):
            self._listed(site, self._apis.uri(_address(text)), NOT_FOLLOWED)
        elif text.startswith("/"):
            self._listed(site, self._apis.file(_path(text)), NOT_FOLLOWED)
        elif text in self._apis.props:
            self._listed(site, self._apis.props[text], NOT_FOLLOWED)

    def _reflection(self, texts: dict[str, Site]) -> None:
        """Take a class name and a method name that stand in one method, for interfaces that only reflection reaches."""
        for name in texts:
            if "." not in name:
                continue
            for member, site in texts.items():
                for rule in self._reflected_rules(name, member):
                    known = (rule.data, rule.api, site.caller) in self._rows
                    if rule.use == "reflection" and rule.decides != "prop" and not known:
                        self._add(rule, site, rule.api, rule.weak or NOT_FOLLOWED)
