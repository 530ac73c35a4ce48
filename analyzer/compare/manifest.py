"""What the manifest says: permissions, components, flags. Obfuscated components are told by what they do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from analyzer.extract.namespaces import is_readable
from analyzer.model import Change, Component, Difference, ManifestFlags, Permission, Renamed, Severity

from .making import change, one_sided, ordered
from .version import Version

_FLAGS = {
    "debuggable": Severity.HIGH,
    "allow_backup": Severity.MEDIUM,
    "uses_cleartext_traffic": Severity.MEDIUM,
    "test_only": Severity.MEDIUM,
}
"""Flag → weight of its becoming true."""


def compare_permissions(old: Version, new: Version) -> Iterable[Difference]:
    """Compare the permissions that are asked for in the manifest."""
    if not (old.manifest and new.manifest):
        return
    before, after = _declared(old), _declared(new)
    for name in sorted(before.keys() | after.keys()):
        one, other = before.get(name), after.get(name)
        if one is None or other is None:
            row = one or other
            assert row is not None  # noqa: S101  # the name is from one of the two
            weight = _grave(row)
            if other is None:
                weight = Severity.LOW if weight is Severity.HIGH else Severity.INFO
            yield one_sided("permissions", name, in_new=other is not None, read=(True, True), weight=weight)
        else:
            yield from _same_permission(one, other)


def _declared(version: Version) -> dict[str, Permission]:
    return {row.name: row for row in ordered(version.report.permissions) if row.declared}


def _grave(row: Permission) -> Severity:
    if row.special or row.level in {"dangerous", "special"}:
        return Severity.HIGH
    return Severity.INFO if row.level == "normal" else Severity.LOW


def _same_permission(one: Permission, other: Permission) -> Iterable[Difference]:
    """Compare one permission; its level and group are the rules' words, not the vendor's."""
    changes: list[Change] = []
    if one.max_sdk != other.max_sdk:
        changes.append(change("max_sdk", one.max_sdk, other.max_sdk))
    if one.used is not None and other.used is not None and one.used != other.used:
        changes.append(change("used", one.used, other.used))
    if changes:
        wider = other.max_sdk is None or (one.max_sdk is not None and other.max_sdk > one.max_sdk)
        wider = wider and one.max_sdk != other.max_sdk
        grave = _grave(other) is Severity.HIGH and (wider or bool(other.used and not one.used))
        yield Difference(
            area="permissions",
            kind="changed",
            weight=Severity.LOW if grave else Severity.INFO,
            subject=other.name,
            changes=tuple(changes),
        )


def compare_flags(old: Version, new: Version) -> Iterable[Difference]:
    """Compare the attributes of ``<application>``."""
    if not (old.manifest and new.manifest):
        return
    one, other = old.report.flags, new.report.flags
    for field in sorted(each.name for each in fields(ManifestFlags)):
        before, after = getattr(one, field), getattr(other, field)
        if before == after or (field == "application_class" and _may_be_renamed(before, after)):
            continue
        weight = _FLAGS.get(field, Severity.LOW) if after not in {False, None} else Severity.INFO
        yield Difference(
            area="flags", kind="changed", weight=weight, subject=field, changes=(change(field, before, after),)
        )


def _may_be_renamed(old: str | None, new: str | None) -> bool:
    return old is not None and new is not None and (_obfuscated(old) or _obfuscated(new))


def _obfuscated(name: str) -> bool:
    """Tell whether the last label of a class name was made by an obfuscator."""
    return not is_readable(name.rpartition(".")[2].rpartition("$")[2])


def compare_components(old: Version, new: Version) -> tuple[list[Difference], list[Renamed]]:
    """Compare components by kind and name; what is left and obfuscated, by what it does."""
    if not (old.manifest and new.manifest):
        return [], []
    before, after = _components(old), _components(new)
    gone, come = before.keys() - after.keys(), after.keys() - before.keys()
    pairs = _renamed(before, after, gone, come)
    renamed = [
        Renamed(area="components", subject=one[0], old=one[1], new=other[1]) for one, other in sorted(pairs.items())
    ]
    found = [
        one_sided("components", " ".join(key), in_new=False, read=(True, True), weight=Severity.INFO)
        for key in sorted(gone - pairs.keys())
    ]
    for key in sorted(come - set(pairs.values())):
        row = after[key]
        weight = Severity.MEDIUM if _open(row) and not row.main else Severity.INFO
        made = one_sided("components", " ".join(key), in_new=True, read=(True, True), weight=weight)
        found.append(made)
    for key in sorted(before.keys() & after.keys()):
        found += _same_component(before[key], after[key])
    return found, renamed


Key = tuple[str, str]


def _components(version: Version) -> dict[Key, Component]:
    return {(row.kind, row.name): row for row in ordered(version.report.components)}


def _open(row: Component) -> bool:
    return bool(row.exported) and row.enabled and row.permission is None


def _renamed(
    before: Mapping[Key, Component], after: Mapping[Key, Component], gone: Iterable[Key], come: Iterable[Key]
) -> dict[Key, Key]:
    """Pair components of equal attributes where the name of one is obfuscated."""
    found: dict[Key, Key] = {}
    olds, news = _by_attributes(before, gone), _by_attributes(after, come)
    for attributes in olds.keys() & news.keys():
        pairs = zip(sorted(olds[attributes]), sorted(news[attributes]), strict=False)
        found |= {one: other for one, other in pairs if _obfuscated(one[1]) or _obfuscated(other[1])}
    return found


def _by_attributes(rows: Mapping[Key, Component], keys: Iterable[Key]) -> dict[Any, list[Key]]:
    found: dict[Any, list[Key]] = {}
    for key in keys:
        row = rows[key]
        attributes = (row.kind, row.exported, row.enabled, row.permission, tuple(sorted(set(row.actions))), row.main)
        found.setdefault(attributes, []).append(key)
    return found


def _same_component(one: Component, other: Component) -> Iterable[Difference]:
    weight = Severity.HIGH if _open(other) and not _open(one) else Severity.INFO
    changes = [
        change(field, getattr(one, field), getattr(other, field))
        for field in ("exported", "enabled", "permission", "main")
        if getattr(one, field) != getattr(other, field)
    ]
    added, dropped = sorted(set(other.actions) - set(one.actions)), sorted(set(one.actions) - set(other.actions))
    if added or dropped:
        changes.append(change("actions", ", ".join(dropped) or None, ", ".join(added) or None))
        weight = min(weight, Severity.LOW if added else Severity.INFO, key=lambda each: each.rank)
    if changes:
        yield Difference(
            area="components",
            kind="changed",
            weight=weight,
            subject=f"{other.kind} {other.name}",
            changes=tuple(changes),
        )
