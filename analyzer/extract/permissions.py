"""Permissions: declared in the manifest, used by code, by whom, and what could justify them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzer.container.text import shown
from analyzer.model import Access, Permission

if TYPE_CHECKING:
    from collections.abc import Iterable


def find_permissions(
    declared: Iterable[tuple[str, int | None]], accesses: Iterable[Access], catalogue: Any, *, complete: bool
) -> tuple[Permission, ...]:
    """Return one row for each permission that the manifest declares or that a data access in code needs, by name.

    ``declared`` gives names with ``maxSdkVersion``. Code uses a permission when it calls an interface that needs it; an
    interface whose needs are not known counts for the permissions that give the same data. ``used`` is `None` where
    nothing was found and either the code was not read in full or no interface of the permission is known.
    """
    wanted = dict(declared)
    users = _users(accesses, catalogue)
    rows = []
    for name in sorted({*wanted, *users}):
        rule = catalogue.permissions.get(name)
        actors = users.get(name, set())
        used = True if actors else False if complete and rule is not None and rule.data else None
        rows.append(
            Permission(
                name=shown(name),
                group=rule.group if rule else None,
                level=rule.level if rule else None,
                special=rule.special if rule else False,
                max_sdk=wanted.get(name),
                declared=name in wanted,
                used=used,
                used_by=tuple(sorted(actors)),
                justified_by=tuple(rule.functions) if rule else (),
            )
        )
    return tuple(rows)


def _users(accesses: Iterable[Access], catalogue: Any) -> dict[str, set[str]]:
    """Return permission name → actors whose code needs it."""
    by_data: dict[str, list[str]] = {}
    for name, rule in catalogue.permissions.items():
        for data in rule.data:
            by_data.setdefault(data, []).append(name)
    users: dict[str, set[str]] = {}
    needs: dict[tuple[str, str], frozenset[str]] = {}
    for access in accesses:
        if access.weak is not None:
            continue
        key = access.api, access.data
        if key not in needs:
            needs[key] = _needs(access, catalogue, by_data)
        for name in needs[key]:
            users.setdefault(name, set()).add(access.actor)
    return users


def _needs(access: Access, catalogue: Any, by_data: dict[str, list[str]]) -> frozenset[str]:
    rules = [rule for rule in catalogue.apis.find(access.api) if rule.data == access.data]
    stated = {need.name for rule in rules for need in rule.permissions}
    known = {name for name in stated if name in catalogue.permissions}
    if stated or any(rule.needs is not None for rule in rules):
        return frozenset(known)
    return frozenset(by_data.get(access.data, ()) if not rules else ())
