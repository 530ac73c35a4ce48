"""Permissions against what a learning or school app can justify (191-4.1, 191-4.6, fact sheet 6)."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.judge import names
from analyzer.judge.case import Case
from analyzer.judge.checks.requests import asked_permissions
from analyzer.judge.evidence import in_order, of_accesses, of_component, of_filing, of_manifest, of_permission
from analyzer.judge.hits import Hit, check
from analyzer.judge.parties import collects_nothing
from analyzer.judge.settings import INTRUSIVE
from analyzer.model import Bilingual, FindingEvidence, Permission, Severity, Status

_HEAVY_SPECIAL = frozenset(
    {
        "android.permission.BIND_ACCESSIBILITY_SERVICE",
        "android.permission.BIND_NOTIFICATION_LISTENER_SERVICE",
        "android.permission.BIND_DEVICE_ADMIN",
        "android.permission.PACKAGE_USAGE_STATS",
        "android.permission.MANAGE_EXTERNAL_STORAGE",
        "android.permission.QUERY_ALL_PACKAGES",
        "com.android.permission.GET_INSTALLED_APPS",
    }
)

_ASKED = Bilingual(zh="清单声明了特殊权限 ", en="The manifest asks for the special permission")
_OFFERED = Bilingual(
    zh="应用未持有该权限，而是提供了须由系统以此权限绑定的组件，用户在系统设置中启用后才起作用：",
    en="The app does not hold the permission; it offers the system a component that is bound by it and works once "
    "users switch it on in the settings:",
)
_IN_VAIN = Bilingual(
    zh="清单请求了只授予系统、普通应用得不到的权限，且没有提供与之相应的组件（当前不起作用）：",
    en="The manifest asks for a permission that only the system gets, and offers no component that would go with it:",
)


def _declared(case: Case) -> list[Permission]:
    rows = case.static.permissions if case.static and case.has_manifest else ()
    return sorted((row for row in rows if row.declared), key=lambda row: row.name)


def _low_relevance(case: Case, name: str) -> bool:
    rule = case.catalogue.permissions.get(name)
    return bool(rule and rule.low_relevance and set(rule.low_relevance.app_types).intersection(case.app_types))


def _unused(case: Case, row: Permission) -> bool:
    """Tell whether PERMISSIONS.UNUSED reports it: a fact of this package, where the table only says what is usual."""
    return case.complete and row.level == "dangerous" and row.used is False


@check("PERMISSIONS.UNUSUAL")
def unusual(case: Case) -> Iterator[Hit]:
    """Report a permission that the table says learning and school apps can normally not justify."""
    for row in _declared(case):
        rule = case.catalogue.permissions.get(row.name)
        if rule and rule.need == "unusual" and not rule.special and not case.permission_justified(row.name):
            if rule.level != "dangerous" and not rule.data:
                continue  # gives nothing of a person
            if _unused(case, row):
                continue
            gives_much = rule.level == "dangerous" or INTRUSIVE.intersection(rule.data)
            heavy = gives_much and row.used is not False and not case.pathless(case.uses(row.name))
            yield Hit(
                subject=row.name,
                status=Status.SUSPECTED,
                severity=Severity.MEDIUM if heavy else Severity.LOW,
                evidence=(of_permission(row),),
                values={"group": _group(case, rule.group)},
            )


@check("PERMISSIONS.LOW_RELEVANCE")
def low_relevance(case: Case) -> Iterator[Hit]:
    """Report a permission of little relevance to the app's type (GB/T 41391 Annex E, an unsure list)."""
    for row in _declared(case):
        rule = case.catalogue.permissions.get(row.name)
        if rule and rule.need != "unusual" and not rule.special and _low_relevance(case, row.name):
            if case.functions.intersection(rule.functions):
                continue
            yield Hit(
                subject=row.name,
                status=Status.SUSPECTED,
                evidence=(of_permission(row),),
                values={"group": _group(case, rule.group), "functions": names.functions(case, rule.functions)},
            )


@check("PERMISSIONS.NO_FUNCTION")
def no_function(case: Case) -> Iterator[Hit]:
    """Report a dangerous permission that only a named function justifies, none of which was filed."""
    if not case.functions:
        return
    for row in _declared(case):
        rule = case.catalogue.permissions.get(row.name)
        if rule is None or rule.need != "named_function" or rule.level != "dangerous" or rule.special:
            continue
        if case.permission_justified(row.name) or _low_relevance(case, row.name) or _unused(case, row):
            continue
        yield Hit(
            subject=row.name,
            status=Status.SUSPECTED,
            evidence=(of_permission(row), of_filing("/app/functions", ", ".join(sorted(case.functions)))),
            values={"group": _group(case, rule.group), "functions": names.functions(case, rule.functions)},
        )


@check("PERMISSIONS.SPECIAL")
def special(case: Case) -> Iterator[Hit]:
    """Report a special permission that is asked for, or a service offered to the system: both are switched on by hand.

    A component that demands ``BIND_…`` of its callers does not hold it; it offers the system such a service.
    """
    seen: dict[str, list[FindingEvidence]] = {}
    asked: set[str] = set()
    for row in _declared(case):
        rule = case.catalogue.permissions.get(row.name)
        if rule and rule.special:
            seen.setdefault(row.name, []).append(of_permission(row))
            asked.add(row.name)
    for component in case.static.components if case.static else ():
        rule = case.catalogue.permissions.get(component.permission or "")
        if rule and rule.special and component.kind in {"service", "receiver"}:
            seen.setdefault(rule.name, []).append(of_component(component))
    for name, evidence in sorted(seen.items()):
        if not case.permission_justified(name):
            how = _OFFERED if name not in asked or name in case.bound_permissions else _ASKED
            how = _IN_VAIN if how is _ASKED and _of_the_system(name) else how
            yield Hit(
                subject=name,
                status=Status.SUSPECTED,
                severity=Severity.MEDIUM if name in _HEAVY_SPECIAL and how is not _IN_VAIN else Severity.LOW,
                evidence=in_order(evidence),
                values={"how": how},
            )


@check("PERMISSIONS.UNUSED")
def unused(case: Case) -> Iterator[Hit]:
    """Report what is declared, and no code that needs it in a package that was read in full.

    One that the user is even asked for is PERMISSIONS.ASKED_UNUSED's.
    """
    asked = asked_permissions(case) if case.searched else {}
    for row in _declared(case):
        if _unused(case, row) and row.name not in asked:
            yield Hit(subject=row.name, status=Status.SUSPECTED, evidence=(of_permission(row),))


@check("PERMISSIONS.UNREACHED")
def unreached(case: Case) -> Iterator[Hit]:
    """Report what is declared and needed only by code to which no path leads in a complete graph; it only informs."""
    asked = asked_permissions(case) if case.searched else {}
    for row in _declared(case):
        sites = case.uses(row.name)
        if row.level == "dangerous" and row.used and row.name not in asked and case.pathless(sites):
            yield Hit(
                subject=row.name,
                status=Status.SUSPECTED,
                evidence=(of_permission(row), *of_accesses(sites)),
                values={
                    "permission": names.permission(case, row.name),
                    "actors": names.actors(case, (site.actor for site in sites)),
                },
            )


@check("PERMISSIONS.USED_UNDECLARED")
def used_undeclared(case: Case) -> Iterator[Hit]:
    """Code that needs a permission which the manifest does not ask for: dead today, ready for an update."""
    rows = [
        row
        for row in (case.static.permissions if case.static and case.has_manifest else ())
        if not row.declared and row.used and (row.level == "dangerous" or row.special) and not _given(case, row.name)
    ]
    rows = [row for row in rows if not _of_the_system(row.name) and not _of_libraries(case, row)]
    if rows:
        yield Hit(
            subject="manifest",
            status=Status.SUSPECTED,
            evidence=in_order(map(of_permission, rows)),
            values={"permissions": names.listed(row.name.rpartition(".")[2] for row in rows)},
        )


def _of_the_system(name: str) -> bool:
    """Tell whether apps never hold it: ``BIND_…`` is the system's, and a service only demands it of its callers."""
    return name.rpartition(".")[2].startswith("BIND_")


def _of_libraries(case: Case, row: Permission) -> bool:
    """Tell whether only libraries that collect nothing hold the code: nearly every package has that of AndroidX."""
    return bool(row.used_by) and all(collects_nothing(actor, case.catalogue) for actor in row.used_by)


def _given(case: Case, name: str) -> bool:
    """Tell whether declared permissions give the same data: precise location gives the coarse one too."""
    rule = case.catalogue.permissions.get(name)
    given = {
        data
        for other in case.declared_permissions
        if (known := case.catalogue.permissions.get(other))
        for data in known.data
    }
    if "location.precise" in given:
        given.add("location.coarse")
    return bool(rule and rule.data and given.issuperset(rule.data))


@check("PERMISSIONS.INSTALL_TIME")
def install_time(case: Case) -> Iterator[Hit]:
    """Report a target API level below 23: every dangerous permission is granted at installation, all at once."""
    target = case.static.app.target_sdk if case.static and case.has_manifest else None
    rows = [row for row in _declared(case) if row.level == "dangerous"]
    if target is not None and target < 23 and rows:
        yield Hit(
            subject="targetSdkVersion",
            status=Status.SUSPECTED,
            evidence=(of_manifest("targetSdkVersion", target), *in_order(map(of_permission, rows))),
            values={"target": target, "permissions": len(rows)},
        )


@check("PERMISSIONS.MANY_GROUPS")
def many_groups(case: Case) -> Iterator[Hit]:
    """Dangerous permissions of many groups in one app."""
    rows = [row for row in _declared(case) if row.level == "dangerous" and row.group]
    groups = sorted({row.group for row in rows if row.group})
    if len(groups) >= case.settings.permission_groups:
        yield Hit(
            subject="permission_groups",
            status=Status.SUSPECTED,
            evidence=in_order(map(of_permission, rows)),
            values={"groups": len(groups), "limit": case.settings.permission_groups},
        )


def _group(case: Case, group: str) -> Bilingual:
    row = case.catalogue.permission_groups.get(group)
    return row.title if row else Bilingual(zh=group, en=group)
