"""Who the app is and who signed it: name, versions, system levels, certificates."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from analyzer.model import App, Change, Difference, Severity, Signer

from .making import change, one_sided, ordered
from .version import Version

Direction = Literal["up", "down"] | None


def compare_identity(old: Version, new: Version) -> Iterable[Difference]:
    """Compare what the manifests say of the app."""
    if not (old.manifest and new.manifest):
        return
    one, other = old.report.app, new.report.app
    if one.package != other.package:
        yield field_changed("package", one.package, other.package, Severity.CRITICAL)
    if one.label != other.label:
        yield field_changed("label", one.label, other.label, Severity.MEDIUM)
    yield from _numbers(one, other)
    if one.version_name != other.version_name:
        yield field_changed("version_name", one.version_name, other.version_name, Severity.INFO)


def direction_of(old: int | None, new: int | None) -> Direction:
    """Tell which of two numbers is the larger one; `None` where one is not known or both are equal."""
    if old is None or new is None or old == new:
        return None
    return "up" if new > old else "down"


def _numbers(one: App, other: App) -> Iterable[Difference]:
    """Compare numbers; ``down`` has a weight of its own: an older version, or rules of an older platform asked for."""
    for field, up, down in (
        ("version_code", Severity.INFO, Severity.HIGH),
        ("target_sdk", Severity.INFO, Severity.HIGH),
        ("min_sdk", Severity.INFO, Severity.LOW),
    ):
        before, after = getattr(one, field), getattr(other, field)
        if before != after:
            direction = direction_of(before, after)
            yield field_changed(field, before, after, down if direction == "down" else up, direction)


def field_changed(field: str, old: object, new: object, weight: Severity, direction: Direction = None) -> Difference:
    """Make the difference of one field of the app."""
    return Difference(
        area="identity",
        kind="changed",
        weight=weight,
        subject=field,
        direction=direction,
        changes=(change(field, old, new),),
    )


def compare_signers(old: Version, new: Version) -> Iterable[Difference]:
    """Compare certificates. A wholly other set is a replacement; with one in common it is a rotation at most."""
    if not (old.static and new.static):
        return
    before, after = _signers(old), _signers(new)
    if not (before or after):
        return
    common = before.keys() & after.keys()
    if before and after and not common and (vouched := _vouched(before, after)):
        yield vouched
        return
    if before and after and not common:
        names = (_names(before.values()), _names(after.values()))
        yield Difference(
            area="signers",
            kind="changed",
            weight=Severity.CRITICAL,
            subject="replaced",
            changes=(change("signers", *names),),
            old=tuple(before),
            new=tuple(after),
        )
        return
    if not before or not after:
        subject = "unsigned" if not after else "signed"
        weight = Severity.CRITICAL if not after else Severity.MEDIUM
        made = (change("signers", _names(before.values()) or None, _names(after.values()) or None),)
        yield Difference(
            area="signers",
            kind="changed",
            weight=weight,
            subject=subject,
            changes=made,
            old=tuple(before),
            new=tuple(after),
        )
        return
    for key in sorted(before.keys() ^ after.keys()):
        row = after.get(key) or before[key]
        yield one_sided(
            "signers",
            f"rotation {key}",
            in_new=key in after,
            read=(True, True),
            weight=Severity.MEDIUM,
            evidence=(f"{row.subject} [{' '.join(row.schemes)}]",),
        )
    for key in sorted(common):
        yield from _same_signer(before[key], after[key])


def _vouched(before: dict[str, Signer], after: dict[str, Signer]) -> Difference | None:
    """Return the rotation to certificates for which those of OLD vouch: they stand in the proof of rotation of NEW.

    The other way round it is a step back to a certificate that was given up.
    """
    for one, other, back in ((before, after, False), (after, before, True)):
        past = {each.sha256 for row in other.values() for each in row.lineage}
        if one.keys() <= past:
            return Difference(
                area="signers",
                kind="changed",
                weight=Severity.HIGH if back else Severity.MEDIUM,
                subject="rotated_back" if back else "rotated",
                direction="down" if back else "up",
                changes=(change("signers", _names(before.values()), _names(after.values())),),
                old=tuple(before),
                new=tuple(after),
            )
    return None


def _same_signer(one: Signer, other: Signer) -> Iterable[Difference]:
    changes: list[Change] = []
    weight = Severity.INFO
    if one.verified != other.verified:
        changes.append(change("verified", one.verified, other.verified))
        weight = Severity.INFO if other.verified else Severity.CRITICAL
    if set(one.schemes) != set(other.schemes):
        changes.append(change("schemes", " ".join(sorted(one.schemes)), " ".join(sorted(other.schemes))))
        only_first = set(other.schemes) == {"v1"}
        weight = min(weight, Severity.HIGH if only_first else Severity.LOW, key=lambda each: each.rank)
    if changes:
        yield Difference(
            area="signers", kind="changed", weight=weight, subject=f"signer {one.sha256}", changes=tuple(changes)
        )


def _signers(version: Version) -> dict[str, Signer]:
    return {row.sha256: row for row in ordered(version.report.app.signers)}


def _names(rows: Iterable[Signer]) -> str:
    return ", ".join(sorted(f"{row.subject} (MD5 {row.md5})" for row in rows))
