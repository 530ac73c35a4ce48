"""Third-party SDKs by several kinds of evidence: present in the package, which is not yet active.

Only *defined* classes count as code. The longest prefix of all SDKs owns a class; stubs and connectors that lie in
an SDK's namespace in name only are kept apart by the rules. A weak value never names an SDK with more than ``weak``,
a host or a vague file name alone names none at all, and code of the app's own vendor is no third party.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePosixPath

from analyzer.catalogue import Catalogue
from analyzer.catalogue.sdks import SdkRule
from analyzer.dex import DexIndex
from analyzer.model import Component, Sdk, SdkEvidence
from analyzer.model.facts import Confidence, EvidenceKind

from .owners import Owners

__all__ = ["Owners", "find_sdks"]

_MOST = 12
"""Values shown of each kind of evidence."""
_VERSION = re.compile(r"(?i)v?\d[\w.+-]{0,40}")
_ORDER: tuple[EvidenceKind, ...] = ("code", "component", "native", "metadata", "asset", "string")
_NAMING = frozenset({"code", "component", "native"})
"""Kinds that can name an SDK by a weak value, with confidence ``weak``."""

Signs = dict[str, dict[str, bool]]
"""Evidence of one SDK: kind → value → whether the value is weak."""


def find_sdks(
    index: DexIndex,
    catalogue: Catalogue,
    *,
    package: str | None = None,
    components: Iterable[Component] = (),
    entries: Iterable[str] = (),
    metadata: Iterable[str] = (),
    hosts: Iterable[str] = (),
) -> tuple[Sdk, ...]:
    """Return the SDKs in the package, sorted by id.

    ``entries`` are names of the archive, ``metadata`` the names of the manifest's meta-data, ``hosts`` those found in
    the code: they support an SDK that something else names.
    """
    components = list(components)
    owners = Owners(catalogue, package, components)
    signs: dict[str, Signs] = defaultdict(lambda: defaultdict(dict))
    _from_code(index, catalogue, signs)
    enabled = _from_components(catalogue, components, signs)
    _from_entries(catalogue, entries, signs)
    for key in metadata:
        for sdk, weak in catalogue.sdk_index.metadata(key):
            _sign(signs, sdk, "metadata", key, weak)
    host_list = sorted(set(hosts))
    found = []
    for sdk in sorted(signs):
        rule = catalogue.sdks[sdk]
        if owners.is_first_party(sdk):
            continue
        _add_hosts(rule, host_list, signs[sdk])
        confidence = _confidence(rule, signs[sdk], sdk in enabled)
        if confidence is None:
            continue
        found.append(
            Sdk(
                id=sdk,
                name=rule.name.zh,
                vendor=rule.vendor.zh,
                category=rule.category,
                version=_version(rule, index),
                confidence=confidence,
                evidence=tuple(_evidence(signs[sdk])),
                collects=tuple(sorted({value.value for value in rule.collects})),
            )
        )
    return tuple(found)


def _sign(signs: dict[str, Signs], sdk: str, kind: str, value: str, weak: bool) -> None:
    values = signs[sdk][kind]
    values[value] = weak and values.get(value, True)


def _from_code(index: DexIndex, catalogue: Catalogue, signs: dict[str, Signs]) -> None:
    names = index.slash_names()
    owner: list[tuple[str, str, bool] | None] = [None] * len(names)
    for first, past, prefix, sdk, weak in catalogue.sdk_index.ranges(names):
        owner[first:past] = [(sdk, prefix, weak) if sdk else None] * (past - first)
    for mark in set(owner):
        if mark is not None:
            sdk, prefix, weak = mark
            _sign(signs, sdk, "code", prefix, weak)


def _from_components(catalogue: Catalogue, components: list[Component], signs: dict[str, Signs]) -> set[str]:
    """Note the declared components; return the SDKs that have an enabled one."""
    enabled = set()
    for component in components:
        listed = catalogue.sdk_index.component(component.name)
        if listed is None:
            match = catalogue.sdk_index.match(component.name)
            listed = (match.sdk, match.weak) if match else None
        if listed is not None:
            _sign(signs, listed[0], "component", component.name, listed[1])
            if component.enabled:
                enabled.add(listed[0])
    return enabled


def _from_entries(catalogue: Catalogue, entries: Iterable[str], signs: dict[str, Signs]) -> None:
    for entry in entries:
        if entry.endswith(".so"):
            library = catalogue.sdk_index.library(PurePosixPath(entry).name)
            if library is not None:
                _sign(signs, library[0], "native", PurePosixPath(entry).name, library[1])
        if entry.startswith("assets/"):
            for sdk, weak in catalogue.sdk_index.asset(entry):
                _sign(signs, sdk, "asset", entry, weak)


def _add_hosts(rule: SdkRule, hosts: list[str], signs: Signs) -> None:
    for value in rule.hosts:
        for host in hosts:
            if host == value.value or host.endswith("." + value.value):
                signs["string"][host] = True


def _confidence(rule: SdkRule, signs: Signs, has_component: bool) -> Confidence | None:
    """Return ``certain``, ``probable`` or ``weak``; `None` when the signs do not name the SDK at all."""
    strong = {kind for kind, values in signs.items() if not all(values.values())}
    kinds = {kind for kind, values in signs.items() if values}
    if not strong:
        return "weak" if kinds & _NAMING else None
    if rule.minimum == "component" and not has_component:
        return None  # the code comes along with other libraries and shows nothing by itself
    if (rule.minimum == "second_sign" and len(kinds) < 2) or rule.sure == "?":
        return "weak"
    by_code = "code" in strong and rule.sure == "V"
    return "certain" if by_code or (len(kinds) > 1 and rule.sure in {"V", "1"}) else "probable"


def _evidence(signs: Signs) -> Iterable[SdkEvidence]:
    for kind in _ORDER:
        for value in sorted(signs.get(kind, ()))[:_MOST]:
            yield SdkEvidence(kind=kind, value=value)


def _version(rule: SdkRule, index: DexIndex) -> str | None:
    """Return the version that the SDK's own code states: a constant, or a getter that returns one."""
    if not rule.version_field:
        return None
    owner, _, member = rule.version_field.partition("->")
    descriptor = f"L{owner};"
    text = index.static_string(descriptor, member) or index.constant_return(descriptor, member.removesuffix("()"))
    return text if text and _VERSION.fullmatch(text) else None
