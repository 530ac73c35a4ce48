"""What is inside: SDKs and their versions, packers, oddities of the container, strings, and how far one could see."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import zip_longest
from typing import Literal

from analyzer.model import Bilingual, Change, Difference, Sdk, Severity

from .making import change, kind_of, one_sided, ordered, places
from .version import Version

_TELLING = frozenset(
    {"advertising", "attribution", "analytics", "identifier", "hotfix", "plugin", "face", "risk_control", "push"}
)
"""Categories of SDKs whose arrival a reviewer wants to know before others: tracking, and code from elsewhere."""


def compare_sdks(
    old: Version, new: Version, hidden: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
) -> Iterable[Difference]:
    """Compare SDKs. One that was known by class names alone is not gone when the names may have been obfuscated.

    ``hidden`` are actors of OLD, of NEW whose reads the other side has in code without a known owner.
    """
    if not (old.static and new.static):
        return
    before, after = _sdks(old), _sdks(new)
    for name in sorted(before.keys() | after.keys()):
        one, other = before.get(name), after.get(name)
        if one is not None and other is not None:
            yield from _same_sdk(one, other)
            continue
        row, absent, lost = (other, old, hidden[1]) if other is not None else (one, new, hidden[0])
        assert row is not None  # noqa: S101  # the id is from one of the two
        by_names = all(sign.kind == "code" for sign in row.evidence)
        masked = absent.code and (f"sdk:{name}" in lost or (by_names and absent.hides_names))
        read = (old.code and not (masked and other is not None), new.code and not (masked and other is None))
        made = one_sided(
            "sdks",
            name,
            in_new=other is not None,
            read=read,
            weight=_weight(row) if other is not None else max(_weight(row), Severity.LOW, key=_rank),
            title=Bilingual(zh=row.name, en=row.name),
            evidence=(f"{sign.kind}: {sign.value}" for sign in row.evidence),
            why="names_hidden" if masked else "coverage",
        )
        version = change("version", one.version if one else None, other.version if other else None)
        yield _with(made, version if row.version else None, _confidence(one, other))


def _with(found: Difference, *changes: Change | None) -> Difference:
    return replace(found, changes=tuple(one for one in changes if one is not None))


def _confidence(one: Sdk | None, other: Sdk | None) -> Change:
    return change("confidence", one.confidence if one else None, other.confidence if other else None)


def _sdks(version: Version) -> dict[str, Sdk]:
    return {row.id: row for row in ordered(version.report.sdks)}


def _rank(weight: Severity) -> int:
    return weight.rank


def _weight(row: Sdk) -> Severity:
    if row.confidence == "weak":
        return Severity.LOW
    if row.category in _TELLING:
        return Severity.HIGH
    return Severity.MEDIUM if row.collects else Severity.LOW


def _same_sdk(one: Sdk, other: Sdk) -> Iterable[Difference]:
    changes: list[Change] = []
    weight = Severity.INFO
    direction = None
    if one.version != other.version:
        direction = order_of(one.version, other.version)
        changes.append(change("version", one.version, other.version))
        weight = {"up": Severity.LOW, "down": Severity.MEDIUM}.get(direction or "", Severity.INFO)
    states = one.state, other.state
    if None not in states and states[0] != states[1]:  # renamed code that starts an SDK leaves its state unknown
        changes.append(change("state", *states))
        weight = min(weight, Severity.MEDIUM if states[1] == "initialised" else Severity.LOW, key=_rank)
    if one.confidence != other.confidence:
        changes.append(_confidence(one, other))
        weight = min(weight, Severity.LOW, key=lambda each: each.rank)
    if changes:
        yield Difference(
            area="sdks",
            kind="changed",
            weight=weight,
            subject=other.id,
            title=Bilingual(zh=other.name, en=other.name),
            direction=direction,
            changes=tuple(changes),
        )


def order_of(old: str | None, new: str | None) -> Literal["up", "down"] | None:
    """Tell which of two version texts is the later one; `None` where it cannot be told.

    Numbers are compared as numbers from the left; a text between them must be the same.
    """
    if old is None or new is None:
        return None
    one, other = (re.findall(r"\d+|[^\d.\-_+]+", text.removeprefix("v")) for text in (old, new))
    for before, after in zip_longest(one, other, fillvalue="0"):
        if before == after:
            continue
        if not (before.isdecimal() and after.isdecimal()):
            return None
        if int(before) != int(after):
            return "up" if int(after) > int(before) else "down"
    return None


def compare_coverage(old: Version, new: Version) -> Iterable[Difference]:
    """Compare how far one could see; a version into which one sees less is the first thing to ask about."""
    if not (old.static and new.static):
        return
    one, other = old.report.coverage, new.report.coverage
    if one.complete != other.complete:
        weight = Severity.HIGH if one.complete else Severity.INFO
        yield Difference(
            area="coverage",
            kind="changed",
            weight=weight,
            subject="complete",
            direction="up" if other.complete else "down",
            changes=(change("complete", one.complete, other.complete),),
            old=places(f"{reason.code}: {reason.detail}" for reason in one.reasons),
            new=places(f"{reason.code}: {reason.detail}" for reason in other.reasons),
        )
    before, after = ({reason.code for reason in each.reasons} for each in (one, other))
    for code in sorted(before ^ after):
        came = code in after
        details = (reason.detail for reason in (other if came else one).reasons if reason.code == code)
        weight = Severity.MEDIUM if came else Severity.INFO
        yield one_sided("coverage", code, in_new=came, read=(True, True), weight=weight, evidence=details)


def compare_packers(old: Version, new: Version) -> Iterable[Difference]:
    """Compare packers (加固), by id."""
    if not (old.static and new.static):
        return
    before, after = ({row.id: row for row in ordered(each.report.packers)} for each in (old, new))
    for key in sorted(before.keys() ^ after.keys()):
        row = after.get(key) or before[key]
        yield one_sided(
            "packers",
            key,
            in_new=key in after,
            read=(True, True),
            weight=Severity.HIGH if key in after else Severity.MEDIUM,
            title=Bilingual(zh=row.name, en=row.name),
            evidence=row.evidence,
        )


def compare_bundles(old: Version, new: Version) -> Iterable[Difference]:
    """Compare bundles of hybrid frameworks, by framework and name."""
    if not (old.static and new.static):
        return
    before, after = (
        {f"{row.framework} {row.name}": row for row in ordered(each.report.bundles)} for each in (old, new)
    )
    for key in sorted(before.keys() | after.keys()):
        one, other = before.get(key), after.get(key)
        if one is None or other is None:
            yield one_sided(
                "bundles",
                key,
                in_new=one is None,
                read=(old.code, new.code),
                weight=Severity.MEDIUM if one is None else Severity.LOW,
                evidence=(each.place for each in (one, other) if each is not None),
            )
            continue
        changes = [
            change(field, getattr(one, field), getattr(other, field))
            for field in ("version", "engine")
            if getattr(one, field) != getattr(other, field)
        ]
        if changes:
            yield Difference(area="bundles", kind="changed", weight=Severity.LOW, subject=key, changes=tuple(changes))


def compare_security(old: Version, new: Version) -> Iterable[Difference]:
    """Compare what bears on security, by kind: its places bear names of classes, and findings judge it."""
    if not (old.static and new.static):
        return
    before, after = (
        {kind: [row for row in each.report.security if row.kind == kind] for kind in _kinds(each)}
        for each in (old, new)
    )
    for kind in sorted(before.keys() ^ after.keys()):
        came = kind in after
        rows = after[kind] if came else before[kind]
        evidence = (" ".join(filter(None, (row.caller or row.file, row.detail))) for row in rows)
        weight = Severity.LOW if came else Severity.INFO
        yield one_sided("security", kind, in_new=came, read=(old.code, new.code), weight=weight, evidence=evidence)


def _kinds(version: Version) -> set[str]:
    return {row.kind for row in version.report.security}


def compare_anomalies(old: Version, new: Version) -> Iterable[Difference]:
    """Compare oddities of the container, by code."""
    if not (old.static and new.static):
        return
    before, after = ({row.code for row in each.report.anomalies} for each in (old, new))
    for code in sorted(before ^ after):
        came = code in after
        details = (row.detail for row in (new if came else old).report.anomalies if row.code == code)
        weight = Severity.MEDIUM if came else Severity.INFO
        yield one_sided("anomalies", code, in_new=came, read=(True, True), weight=weight, evidence=details)


def compare_strings(old: Version, new: Version) -> Iterable[Difference]:
    """Compare strings of interest, by kind and text."""
    if not (old.static and new.static):
        return
    before, after = ({(row.kind, row.value) for row in each.report.strings} for each in (old, new))
    kinds = {kind for kind, _ in before}
    for kind, value in sorted(before ^ after):
        came = (kind, value) in after
        where = (
            row.found_in for row in (new if came else old).report.strings if (row.kind, row.value) == (kind, value)
        )
        weight = Severity.LOW if came and kind not in kinds else Severity.INFO
        subject = f"{kind}: {value}"
        yield one_sided("strings", subject, in_new=came, read=(old.code, new.code), weight=weight, evidence=where)


def compare_transmissions(old: Version, new: Version) -> Iterable[Difference]:
    """Compare what was seen in traffic, by data, host and phase; silence of a capture never means absence."""
    if not all(each.report.summary.channels.get("traffic") for each in (old, new)):
        return
    before, after = (
        {(row.data, row.host, row.phase, row.encrypted): row for row in ordered(each.report.transmissions)}
        for each in (old, new)
    )
    titles = {row.data: row.title for each in (old, new) for row in each.report.ledger}
    for key in sorted(before.keys() ^ after.keys()):
        data, host, phase, encrypted = key
        came = key in after
        weight = Severity.INFO
        if came:
            weight = Severity.CRITICAL if phase == "before_consent" else Severity.HIGH
        kind = kind_of(in_old=not came, in_new=came, read_old=False, read_new=False)
        yield Difference(
            area="transmissions",
            kind=kind,
            weight=weight,
            subject=f"{data} {host} {phase}" + ("" if encrypted else " cleartext"),
            title=titles.get(data),
            data=data,
            because=("coverage",),
            old=() if came else (before[key].request_id,),
            new=(after[key].request_id,) if came else (),
        )
