"""The network security configuration: which hosts may be asked in clear text, and whose certificates are trusted.

Source: the platform's reference of ``<network-security-config>``. From Android 7 on the file alone decides; what it
does not state follows the release that the app is made for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.container import EntryUnreadableError, LimitReachedError
from analyzer.container.axml import parse_axml
from analyzer.container.chunks import ChunkError
from analyzer.container.resources import JoinedTables
from analyzer.container.text import shown
from analyzer.model import SecurityFact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from analyzer.container.axml import Element
    from analyzer.container.layouts import ResourcePart
    from analyzer.container.manifest import Manifest

CLEARTEXT_CLOSED_FROM = 28
MAX_DEPTH = 40
_HOSTS = 12
_FILE_BYTES = 1 << 20


def find_network_config(
    manifest: Manifest, resources: Sequence[ResourcePart], reason: Callable[[str, str], None]
) -> tuple[SecurityFact, ...]:
    """Return what the configuration of a manifest says; empty without one. What cannot be read becomes a reason."""
    value = manifest.root.find("application") if manifest.root is not None else ()
    stated = next((one.get("android:networkSecurityConfig") for one in value), None)
    if stated is None or not stated.reference:
        return ()
    tables = JoinedTables(part.table for part in resources if part.table is not None)
    names = tables.files(stated.reference)
    if not names:
        reason("resources_unreadable", f"network security configuration {stated.data:#010x}: not in the resource table")
    rows: dict[SecurityFact, None] = {}
    for name in names:
        holder = next((part.archive for part in resources if name in part.archive.by_name), None)
        try:
            if holder is None:
                raise EntryUnreadableError(f"{shown(name)}: named by the resource table, not in the package")  # noqa: TRY301  # told with the others
            entry = holder.by_name[name]
            if entry.size > _FILE_BYTES:
                raise LimitReachedError(f"{shown(name)}: {entry.size:,} bytes")  # noqa: TRY301  # same
            root = parse_axml(bytes(holder.read(entry)))
            rows |= dict.fromkeys(_Config(shown(name, 400), manifest.target_sdk or 1).facts(root))
        except LimitReachedError as error:
            reason("limit_reached", f"network security configuration: {error}")
        except (EntryUnreadableError, ChunkError, ValueError, IndexError) as error:
            reason("resources_unreadable", f"network security configuration: {error}")
    return tuple(sorted(rows, key=lambda row: (row.file, row.kind, row.detail)))


class _Config:
    """Walks one file."""

    def __init__(self, file: str, target: int) -> None:
        self.file = file
        self.default = target < CLEARTEXT_CLOSED_FROM

    def facts(self, root: Element) -> Iterator[SecurityFact]:
        """Yield what a configuration says, that of all hosts first."""
        if root.tag != "network-security-config":
            raise ValueError(f"{self.file}: the root element is <{shown(root.tag)}>")
        base = next(root.find("base-config"), None)
        allowed = _flag(base, self.default)
        yield self._fact("netconfig.cleartext" if allowed else "netconfig.no_cleartext", "*", "base-config")
        if base is not None:
            yield from self._anchors(base, "*", "base-config")
        for one in root.find("domain-config"):
            yield from self._domain(one, allowed, allowed, 0)
        for one in root.find("debug-overrides"):
            if any(_source(item) for item in _certificates(one)):
                yield self._fact("netconfig.debug_overrides", "user certificates", "debug-overrides")

    def _domain(self, element: Element, inherited: bool, base: bool, depth: int) -> Iterator[SecurityFact]:
        if depth > MAX_DEPTH:
            raise ValueError(f"{self.file}: configurations nested deeper than {MAX_DEPTH}")
        allowed = _flag(element, inherited)
        hosts = _hosts(element)
        if allowed != base and hosts:
            yield self._fact("netconfig.cleartext" if allowed else "netconfig.no_cleartext", hosts, "domain-config")
        yield from self._anchors(element, hosts, "domain-config")
        for pins in element.find("pin-set"):
            count = sum(1 for _ in pins.find("pin"))
            until = pins.get("expiration")
            end = f", until {shown(until.text)}" if until is not None and until.text else ""
            yield self._fact("netconfig.pins", f"{hosts}: {count} pins{end}", "pin-set")
        for one in element.find("domain-config"):
            yield from self._domain(one, allowed, base, depth + 1)

    def _anchors(self, element: Element, hosts: str, where: str) -> Iterator[SecurityFact]:
        for one in _certificates(element):
            if _source(one):
                yield self._fact("netconfig.user_certificates", hosts, where)
            overrides = one.get("overridePins")
            if overrides is not None and _is_true(overrides):
                yield self._fact("netconfig.pins_overridden", hosts, where)

    def _fact(self, kind: str, detail: str, where: str) -> SecurityFact:
        return SecurityFact(kind=kind, detail=detail, certainty="proven", file=self.file, api=where)


def _flag(element: Element | None, otherwise: bool) -> bool:
    value = element.get("cleartextTrafficPermitted") if element is not None else None
    return otherwise if value is None else _is_true(value)


def _is_true(value: object) -> bool:
    text, number = getattr(value, "text", None), getattr(value, "number", None)
    return text.lower() == "true" if isinstance(text, str) else bool(number)


def _certificates(element: Element) -> Iterator[Element]:
    for anchors in element.find("trust-anchors"):
        yield from anchors.find("certificates")


def _source(certificates: Element) -> bool:
    """Tell whether certificates that the user installs count."""
    value = certificates.get("src")
    return value is not None and value.text == "user"


def _hosts(element: Element) -> str:
    names = []
    for one in element.find("domain"):
        below = one.get("includeSubdomains")
        name = shown(one.text.strip(), 200)
        if name:
            names.append(f"*.{name}" if below is not None and _is_true(below) else name)
    more = f" (+{len(names) - _HOSTS})" if len(names) > _HOSTS else ""
    return ", ".join(names[:_HOSTS]) + more
