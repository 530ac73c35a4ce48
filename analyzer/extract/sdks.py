"""Third-party SDKs by several kinds of evidence: present in the package, which is not yet active.

Only *defined* classes count as code. The longest prefix of all SDKs owns a class; stubs and connectors that lie in
an SDK's namespace in name only are kept apart by the rules. A weak value never names an SDK with more than ``weak``,
a host or a vague file name alone names none at all, and code of the app's own vendor is no third party.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from analyzer.catalogue import Catalogue
from analyzer.catalogue.sdks import SdkRule
from analyzer.dex import DexIndex
from analyzer.model import Component, Sdk, SdkEvidence
from analyzer.model.facts import Confidence, EvidenceKind

from .owners import Owners
from .sdk_versions import Read, VersionReader

__all__ = ["Owners", "find_sdks"]

_MOST = 12
"""Values shown of each kind of evidence."""
_SECOND = 2
_LEAST_STRINGS = 3
"""Different strong strings that name an SDK; fewer support it."""
_ORDER: tuple[EvidenceKind, ...] = ("code", "component", "native", "metadata", "asset", "string")
_NAMING = frozenset({"code", "component", "native"})
"""Kinds that can name an SDK by a weak value, with confidence ``weak``."""
_SUPPORTING: frozenset[EvidenceKind] = frozenset({"metadata", "asset"})
"""Kinds of which one alone names nothing, and both together name with confidence ``weak``."""

Signs = dict[EvidenceKind, dict[str, bool]]
"""Evidence of one SDK: kind → value → whether the value is weak."""


def find_sdks(
    index: DexIndex,
    catalogue: Catalogue,
    *,
    package: str | None = None,
    components: Iterable[Component] = (),
    entries: Iterable[str] = (),
    metadata: Mapping[str, str] | None = None,
    hosts: Iterable[str] = (),
    read: Read | None = None,
) -> tuple[Sdk, ...]:
    """Return the SDKs in the package, sorted by id.

    ``entries`` are names of the archive and ``read`` returns the content of one; ``metadata`` are the manifest's
    meta-data; ``hosts``, found in the code, support an SDK that something else names.
    """
    components, entries, metadata = list(components), list(entries), metadata or {}
    owners = Owners(catalogue, package, components)
    signs: dict[str, Signs] = defaultdict(lambda: defaultdict(dict))
    _from_code(index, catalogue, signs)
    _from_strings(index, catalogue, signs)
    enabled = _from_components(catalogue, components, signs)
    _from_entries(catalogue, entries, signs)
    for key in metadata:
        for sdk, weak in catalogue.sdk_index.metadata(key):
            _sign(signs, sdk, "metadata", key, weak)
    host_list = sorted(set(hosts))
    versions = VersionReader(index, entries, metadata, read)
    found = []
    for sdk in sorted(signs):
        rule = catalogue.sdks[sdk]
        if owners.is_first_party(sdk):
            continue
        _add_hosts(rule, host_list, signs[sdk])
        confidence = _confidence(rule, signs[sdk], sdk in enabled)
        if confidence is None:
            continue
        version, stated = versions.version(rule) or (None, None)
        found.append(
            Sdk(
                id=sdk,
                name=rule.name.zh,
                vendor=rule.vendor.zh,
                category=rule.category,
                version=version,
                confidence=confidence,
                evidence=tuple(_evidence(signs[sdk])),
                collects=tuple(sorted({value.value for value in rule.collects})),
                version_evidence=stated,
            )
        )
    return tuple(found)


def _sign(signs: dict[str, Signs], sdk: str, kind: EvidenceKind, value: str, weak: bool) -> None:
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
        looked_up = catalogue.sdk_index.asset if entry.startswith("assets/") else catalogue.sdk_index.file
        for sdk, weak in looked_up(entry):
            _sign(signs, sdk, "asset", entry, weak)


def _from_strings(index: DexIndex, catalogue: Catalogue, signs: dict[str, Signs]) -> None:
    table = catalogue.sdk_index.strings()
    for text in sorted(index.strings_among(table)):
        for sdk, weak in table[text]:
            _sign(signs, sdk, "string", text, weak)


def _add_hosts(rule: SdkRule, hosts: list[str], signs: Signs) -> None:
    for value in rule.hosts:
        for host in hosts:
            if host == value.value or host.endswith("." + value.value):
                signs["string"][host] = True


def _confidence(rule: SdkRule, signs: Signs, has_component: bool) -> Confidence | None:
    """Return ``certain``, ``probable`` or ``weak``; `None` when the signs do not name the SDK at all.

    The minimum is stated for people in `rules/README.md`.
    """
    kinds = {kind for kind, values in signs.items() if values}
    strong = _strong_kinds(signs)
    single = len(kinds) < _SECOND
    if rule.sure == "?" and single:
        return None  # nobody is sure that these values are this product's
    if not strong:
        return "weak" if kinds & _NAMING else None
    if rule.minimum == "component" and not has_component:
        return None  # the code comes along with other libraries and shows nothing by itself
    if strong <= _SUPPORTING and len(strong) < _SECOND:
        return None  # a key or file may serve another product, or stay when the SDK goes
    if strong <= _SUPPORTING or rule.sure == "?" or (rule.minimum == "second_sign" and single):
        return "weak"
    copied = strong <= _SUPPORTING | {"string"}  # words are copied more easily than code
    verified = rule.sure == "V" or (rule.sure == "1" and not single)
    return "certain" if verified and not copied and ("code" in strong or not single) else "probable"


def _strong_kinds(signs: Signs) -> set[EvidenceKind]:
    strong: set[EvidenceKind] = {kind for kind, values in signs.items() if not all(values.values())}
    if sum(not weak for weak in signs.get("string", {}).values()) < _LEAST_STRINGS:
        strong.discard("string")
    return strong


def _evidence(signs: Signs) -> Iterable[SdkEvidence]:
    for kind in _ORDER:
        for value in sorted(signs.get(kind, ()))[:_MOST]:
            yield SdkEvidence(kind=kind, value=value)
