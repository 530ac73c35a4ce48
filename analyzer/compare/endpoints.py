"""Hosts in code and resources: by host; the URLs below it are details."""

from __future__ import annotations

from collections.abc import Iterable

from analyzer.model import Bilingual, Change, Difference, Endpoint, Severity
from analyzer.model.difference import DifferenceKind

from .making import change, kind_of, one_sided, ordered, places
from .version import Version

CLEAR = frozenset({"http", "ws", "ftp"})


def compare_endpoints(old: Version, new: Version) -> Iterable[Difference]:
    """Compare hosts; recipient and country are the rules' words about a host, not the vendor's."""
    if not (old.static and new.static):
        return
    before, after = _hosts(old), _hosts(new)
    for host in sorted(before.keys() | after.keys()):
        if host in before and host in after:
            yield from _same_host(host, before[host], after[host], (old, new))
            continue
        rows = after.get(host) or before[host]
        came = host in after
        yield one_sided(
            "endpoints",
            host,
            in_new=came,
            read=(old.code, new.code),
            weight=_weight(rows) if came else Severity.INFO,
            title=_title(rows),
            evidence=(row.url for row in rows),
        )


def _hosts(version: Version) -> dict[str, list[Endpoint]]:
    found: dict[str, list[Endpoint]] = {}
    for row in ordered(version.report.endpoints):
        found.setdefault(row.host, []).append(row)
    return found


def _title(rows: Iterable[Endpoint]) -> Bilingual | None:
    names = sorted({f"{row.recipient}" + (f", {row.country}" if row.country else "") for row in rows if row.recipient})
    return Bilingual(zh="；".join(names), en="; ".join(names)) if names else None


def _weight(rows: Iterable[Endpoint]) -> Severity:
    abroad = any(row.country not in {None, "CN"} for row in rows)
    return Severity.MEDIUM if abroad or _clear(rows) else Severity.LOW


def _clear(rows: Iterable[Endpoint]) -> bool:
    return any(row.scheme in CLEAR for row in rows)


def _same_host(
    host: str, one: list[Endpoint], other: list[Endpoint], versions: tuple[Version, Version]
) -> Iterable[Difference]:
    before, after = {row.url for row in one}, {row.url for row in other}
    schemes = [sorted({row.scheme for row in rows if row.scheme}) for rows in (one, other)]
    changes: list[Change] = []
    if schemes[0] != schemes[1]:
        changes.append(change("schemes", " ".join(schemes[0]) or None, " ".join(schemes[1]) or None))
    gone, come = before - after, after - before
    if gone or come:
        changes.append(change("urls", len(before), len(after)))
    if not changes:
        return
    old, new = versions
    kind: DifferenceKind = "changed"
    if bool(gone) != bool(come):  # only one side has more: the other one may have it where it was not read
        kind = kind_of(in_old=bool(gone), in_new=bool(come), read_old=old.code, read_new=new.code)
        kind = kind if kind in {"first_seen", "not_seen"} else "changed"
    yield Difference(
        area="endpoints",
        kind=kind,
        weight=Severity.MEDIUM if _clear(other) and not _clear(one) else Severity.INFO,
        subject=host,
        title=_title([*one, *other]),
        changes=tuple(changes),
        because=() if kind == "changed" else ("coverage",),
        old=places(gone),
        new=places(come),
    )
