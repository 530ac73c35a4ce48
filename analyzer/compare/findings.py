"""Findings: by rule and subject; a finding of a channel that the other side did not examine proves nothing about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal

from analyzer.model import Change, Difference, Finding, Renamed, Severity, Status, channels_of

from .making import because, change, kind_of, ordered, places
from .version import Version, gathered

_OF_MANIFEST = frozenset({"manifest", "signature"})
"""Kinds of evidence for which no code has to be read."""
Key = tuple[str, str]
Hidden = tuple[frozenset[str], frozenset[str]]


def compare_findings(
    old: Version, new: Version, renamed: Iterable[Renamed] = (), hidden: Hidden = (frozenset(), frozenset())
) -> tuple[list[Difference], list[Renamed]]:
    """Compare findings; ``renamed`` are components that have another name in NEW.

    ``hidden`` are actors of OLD, of NEW whose reads the other side has in code without a known owner.
    """
    names = {row.old: row.new for row in renamed if row.area == "components"}
    before, after = _findings(old), _findings(new)
    pairs = _renamed(before, after, names)
    same = [Renamed(area="findings", subject=one[0], old=one[1], new=other[1]) for one, other in sorted(pairs.items())]
    found: list[Difference] = []
    for key in sorted((before.keys() | after.keys()) - set(pairs.values())):
        one, other = before.get(key), after.get(pairs.get(key, key))
        if one is not None and other is not None:
            found += _same_finding(one, other)
        else:
            found.append(_one_sided(one, other, (old, new), hidden))
    return found, same


def _findings(version: Version) -> dict[Key, Finding]:
    """Return findings by rule and subject; the fingerprint holds the package too, which may be what changed."""
    return {(row.rule, row.subject): row for row in ordered(version.report.findings)}


def _renamed(before: Mapping[Key, Finding], after: Mapping[Key, Finding], names: Mapping[str, str]) -> dict[Key, Key]:
    """Pair findings about what has another name in each build: components, and code without a known owner."""
    news: dict[Key, list[Key]] = {}
    for key in sorted(after.keys() - before.keys()):
        if (form := _unnamed(key)) is not None:
            news.setdefault(form, []).append(key)
    pairs = {key: (key[0], names[key[1]]) for key in before.keys() - after.keys() if key[1] in names}
    pairs = {key: other for key, other in pairs.items() if other in after and other not in before}
    for key in sorted(before.keys() - after.keys()):
        form = _unnamed(key)
        if form is not None and news.get(form):
            pairs[key] = news[form].pop(0)
    return pairs


def _unnamed(key: Key) -> Key | None:
    actor, slash, rest = key[1].partition("/")
    if actor == "unknown" or actor.startswith("lib:"):
        return key[0], f"{gathered(actor)}{slash}{rest}"
    return None


def _one_sided(
    one: Finding | None, other: Finding | None, versions: tuple[Version, Version], hidden: Hidden
) -> Difference:
    old, new = versions
    row = other or one
    assert row is not None  # noqa: S101  # one of the two is there
    absent = old if other is not None else new
    channels = channels_of(item.kind for item in row.evidence)
    examined = all(absent.report.summary.channels.get(name) for name in channels)
    by_manifest = absent.manifest and all(item.kind in _OF_MANIFEST for item in row.evidence)
    code = absent.code or by_manifest or "static" not in channels
    read = examined and code and "traffic" not in channels
    lost = hidden[1] if other is not None else hidden[0]
    masked = read and not lost.isdisjoint((row.subject.partition("/")[0], f"sdk:{row.subject}"))
    read = read and not masked
    kind = kind_of(in_old=one is not None, in_new=other is not None, read_old=read, read_new=read)
    weight = row.severity
    if other is None or row.waived is not None:
        weight = Severity.LOW if row.severity.at_least(Severity.HIGH) else Severity.INFO
    shown = places(_place(item.where, item.excerpt) for item in row.evidence)
    return Difference(
        area="findings",
        kind=kind,
        weight=weight,
        subject=f"{row.rule} {row.subject}",
        title=row.title,
        changes=_state(one, other),
        because=because(
            ("coverage", examined and not read and not masked), ("channel", not examined), ("names_hidden", masked)
        ),
        old=() if other is not None else shown,
        new=shown if other is not None else (),
    )


def _place(where: str, excerpt: str) -> str:
    return f"{where} {excerpt}".strip()


def _state(one: Finding | None, other: Finding | None) -> tuple[Change, ...]:
    return tuple(
        change(field, getattr(one, field, None), getattr(other, field, None)) for field in ("severity", "status")
    )


def _same_finding(one: Finding, other: Finding) -> Iterable[Difference]:
    changes = [row for row in _state(one, other) if row.old != row.new]
    graver = _rank(other) < _rank(one)
    if (one.waived is None) != (other.waived is None):
        changes.append(change("waived", one.waived, other.waived))
        graver = other.waived is None
    if changes:
        direction: Literal["up", "down"] = "up" if graver else "down"
        yield Difference(
            area="findings",
            kind="changed",
            weight=other.severity if graver and other.waived is None else Severity.INFO,
            subject=f"{other.rule} {other.subject}",
            title=other.title,
            direction=direction,
            changes=tuple(changes),
        )


def _rank(row: Finding) -> tuple[int, bool]:
    return row.severity.rank, row.status is not Status.PROVEN


def with_origin(found: Difference, *, rules: bool, engine: bool, same: bool) -> Difference:
    """Say of a difference that it may come from our rules or extractor, or must, where the file is the same."""
    origin = because(("same_file", same), ("rules", rules), ("engine", engine))
    return replace(found, because=(*found.because, *origin)) if origin else found
