"""Permissions asked for at run time: before consent, several at once, again and again, or for nothing.

A dialog is only shown by a run; where the code asks, and from which entry point, suggests it (191-3.1, 191-4.6, 337).
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.judge import names
from analyzer.judge.case import Case
from analyzer.judge.evidence import in_order, of_permission, of_request
from analyzer.judge.hits import Hit, check
from analyzer.judge.parties import collects_nothing
from analyzer.judge.reach import best_first, early, early_severity, entry_name, exact, lowered, steps
from analyzer.model import FindingEvidence, PermissionRequest, Severity, Status

_RUNTIME = 23
"""API level from which permissions are asked for at run time, for apps that target it."""
_REPEATING = frozenset({"onResume", "onStart", "onRestart", "onPostResume", "onWindowFocusChanged"})
"""Called each time the page comes back, so also after the dialog was refused."""
_ANSWER = "onRequestPermissionsResult"
_NO_DATA = frozenset({"notifications"})
_UNSEEN_USE = frozenset({"storage"})
"""Groups whose use is plain file access, which is no row of the API table."""


def _asked(case: Case, request: PermissionRequest) -> tuple[str, ...]:
    """Return the permissions of a request for which a dialog can appear and that give personal data."""
    found = []
    for name in request.permissions:
        rule = case.catalogue.permissions.get(name)
        if rule is None or rule.level != "dangerous" or rule.group in _NO_DATA:
            continue
        if not case.has_manifest or name in case.declared_permissions:
            found.append(name)
    return tuple(dict.fromkeys(found))


def _groups(case: Case, request: PermissionRequest) -> set[str]:
    rules = case.catalogue.permissions
    return {rules[name].group for name in _asked(case, request)}


def _requests(case: Case) -> tuple[PermissionRequest, ...]:
    """Return the requests that can show a dialog, without the plumbing of libraries that ask for their caller."""
    static = case.static
    if static is None or (static.app.target_sdk is not None and static.app.target_sdk < _RUNTIME):
        return ()
    rows = static.permission_requests
    return tuple(row for row in rows if row.permissions or not collects_nothing(row.actor, case.catalogue))


def _by_actor(rows: tuple[PermissionRequest, ...]) -> list[tuple[str, tuple[PermissionRequest, ...]]]:
    found: dict[str, list[PermissionRequest]] = {}
    for row in rows:
        found.setdefault(row.actor, []).append(row)
    return [(actor, best_first(items)) for actor, items in sorted(found.items())]


def _shown(rows: tuple[PermissionRequest, ...]) -> tuple[FindingEvidence, ...]:
    return tuple(dict.fromkeys(map(of_request, rows)))


@check("PERMISSIONS.ASKED_BEFORE_CONSENT")
def asked_before_consent(case: Case) -> Iterator[Hit]:
    """Report a chain from start-up to a request of permissions that give personal data, one finding for each actor.

    A request whose permissions could not be read may be one for notifications only: it informs.
    """
    rows = tuple(row for row in early(_requests(case)) if _asked(case, row) or not row.permissions)
    for actor, found in _by_actor(rows):
        known = tuple(row for row in found if row.permissions)
        asked = {name for row in known for name in _asked(case, row)}
        first = (known or found)[0]
        yield Hit(
            subject=actor,
            status=Status.SUSPECTED,
            severity=early_severity(known, Severity.MEDIUM) if known else Severity.INFO,
            evidence=_shown((*known, *(row for row in found if not row.permissions))),
            values={
                "actor": names.actors(case, (actor,)),
                "permissions": names.permissions(case, asked) if asked else names.UNKNOWN_PERMISSIONS,
                "entries": names.joined(dict.fromkeys(entry_name(row.entry) for row in found)),
                "chain": steps(first),
                "doubt": case.doubts.sentence(known or found),
            },
        )


@check("PERMISSIONS.ASKED_TOGETHER")
def asked_together(case: Case) -> Iterator[Hit]:
    """Report one call that asks for permissions of several groups: two at start-up, three later."""
    settings = case.settings
    rows = tuple(row for row in _requests(case) if not case.pathless((row,)))
    at_start = [row for row in early(rows) if len(_groups(case, row)) >= settings.groups_at_start]
    later = [row for row in rows if row not in at_start and len(_groups(case, row)) >= settings.groups_at_once]
    for actor, found in _by_actor((*at_start, *later)):
        first = [row for row in found if row in at_start]
        most = max((first or found), key=lambda row: len(_groups(case, row)))
        yield Hit(
            subject=actor,
            status=Status.SUSPECTED,
            severity=early_severity(first, Severity.MEDIUM) if first else Severity.LOW,
            evidence=_shown((*first, *(row for row in found if row not in first))),
            values={
                "actor": names.actors(case, (actor,)),
                "permissions": names.permissions(case, _asked(case, most)),
                "groups": len(_groups(case, most)),
                "when": names.AT_START if first else names.LATER,
                "doubt": case.doubts.sentence(first or found),
            },
            clauses=("MINOR-REG-32",) if case.for_minors else (),
        )


def _comes_back(row: PermissionRequest) -> bool:
    """Tell whether the chain asks anew when the page comes back, or in answer to a refusal, without a touch between."""
    for number, step in enumerate(row.chain):
        name = step.partition("->")[2].partition("(")[0]
        if (name in _REPEATING or name == _ANSWER) and "gesture" not in row.links[number:]:
            return True
    return False


@check("PERMISSIONS.ASKED_AGAIN")
def asked_again(case: Case) -> Iterator[Hit]:
    """Report a request made each time a page comes to the front, or in the answer to another request."""
    rows = tuple(row for row in _requests(case) if row.level != "present" and _asked(case, row) and _comes_back(row))
    for actor, found in _by_actor(rows):
        yield Hit(
            subject=actor,
            status=Status.SUSPECTED,
            severity=Severity.LOW if any(map(exact, found)) else lowered(Severity.LOW),
            evidence=_shown(found),
            values={
                "actor": names.actors(case, (actor,)),
                "permissions": names.permissions(case, {name for row in found for name in _asked(case, row)}),
                "chain": steps(found[0]),
            },
        )


@check("PERMISSIONS.ASKED_UNUSED")
def asked_unused(case: Case) -> Iterator[Hit]:
    """Report a permission that the code asks for, while no path leads to code that needs it: complete graph only."""
    static = case.static
    if static is None or not case.searched:
        return
    rows = {row.name: row for row in static.permissions if row.declared}
    for name, requests in sorted(asked_permissions(case).items()):
        rule = case.catalogue.permissions[name]
        if name not in rows or not rule.data or rule.group in _UNSEEN_USE or case.reached_use(name):
            continue
        yield Hit(
            subject=name,
            status=Status.SUSPECTED,
            severity=Severity.LOW if rows[name].used is False and any(map(exact, requests)) else Severity.INFO,
            evidence=(*_shown(requests), *in_order((of_permission(rows[name]),))),
            values={
                "permission": names.permission(case, name),
                "actors": names.actors(case, (row.actor for row in requests)),
            },
        )


def asked_permissions(case: Case) -> dict[str, tuple[PermissionRequest, ...]]:
    """Return permission → the requests for it that an entry point reaches."""
    found: dict[str, list[PermissionRequest]] = {}
    for row in best_first(_requests(case)):
        if row.level != "present":
            for name in _asked(case, row):
                found.setdefault(name, []).append(row)
    return {name: tuple(rows) for name, rows in found.items()}
