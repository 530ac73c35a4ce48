"""The life of a finding as one table: (status, event) → status, and who may cause it.

Findings are never deleted, and a status is one value of one enumeration: no finding can be active and waived at once.
What an audit sees, what a person decides, and what time brings about (a waiver that ends) all go through `TABLE`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from registry_api.accounts.access import DECIDERS, Role
from registry_api.audits import models
from registry_api.errors import FieldError, RegistryError


class FindingStatus(StrEnum):
    """Where a finding stands."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    """A reviewer has looked at it and holds it to be right."""
    NOTIFIED = "notified"
    """The provider was told to mend it by a notice."""
    RECTIFIED = "rectified"
    """The app or its papers changed, and an audit that looked there did not see it again."""
    REOPENED = "reopened"
    """It is back after it was mended, waived or dismissed."""
    WAIVED = "waived"
    """Accepted until a date, with a reason and an approver."""
    FALSE_POSITIVE = "false_positive"
    """A reviewer holds it to be wrong."""
    RETRACTED = "retracted"
    """Our rules or engine no longer say so, on the same input: nobody mended anything."""


class FindingEvent(StrEnum):
    """What can happen to it."""

    SEEN = "seen"
    """An audit saw it."""
    MISSED = "missed"
    """An audit looked there, the input had changed, and it was not there."""
    OVERRULED = "overruled"
    """An audit looked there with other rules or another engine, on equal input, and no longer says so."""
    GREW = "grew"
    """An audit saw it graver, surer, or on evidence of another kind than a person had decided about."""
    EXPIRED = "expired"
    """The waiver has ended."""
    NOTICE = "notice"
    """A notice that names it was issued."""
    CONFIRM = "confirm"
    WAIVE = "waive"
    DISMISS = "dismiss"
    REOPEN = "reopen"


S, E = FindingStatus, FindingEvent

STANDING = frozenset(map(FindingStatus, models.STANDING))
"""Statuses of findings that count against the app."""
ENDED = frozenset({S.RECTIFIED, S.RETRACTED})
"""Statuses of findings that an audit no longer sees."""
DECIDED = frozenset({S.WAIVED, S.FALSE_POSITIVE})
"""Statuses that a person set: they outlive audits."""

SYSTEM = "system"
_SYSTEM = frozenset({SYSTEM})
_REVIEWERS = frozenset(role.value for role in DECIDERS)
_WAIVERS = frozenset({Role.LEAD.value, Role.SUPERVISOR.value})


@dataclass(frozen=True)
class Edge:
    """One row of the table."""

    source: FindingStatus
    event: FindingEvent
    target: FindingStatus
    roles: frozenset[str]
    reason: bool = False
    """A reason must be given."""


def _from(sources: frozenset[FindingStatus], event: FindingEvent, target: FindingStatus, **more: object) -> list[Edge]:
    return [Edge(source, event, target, **more) for source in sorted(sources)]  # type: ignore[arg-type]


TABLE: tuple[Edge, ...] = (
    Edge(S.RECTIFIED, E.SEEN, S.REOPENED, _SYSTEM),
    Edge(S.RETRACTED, E.SEEN, S.OPEN, _SYSTEM),
    *_from(STANDING | {S.WAIVED}, E.MISSED, S.RECTIFIED, roles=_SYSTEM),
    *_from(STANDING | {S.WAIVED}, E.OVERRULED, S.RETRACTED, roles=_SYSTEM),
    *_from(DECIDED, E.GREW, S.REOPENED, roles=_SYSTEM),
    Edge(S.WAIVED, E.EXPIRED, S.REOPENED, _SYSTEM),
    *_from(STANDING - {S.NOTIFIED}, E.NOTICE, S.NOTIFIED, roles=_SYSTEM),
    *_from(frozenset({S.OPEN, S.REOPENED}), E.CONFIRM, S.CONFIRMED, roles=_REVIEWERS),
    *_from(STANDING, E.WAIVE, S.WAIVED, roles=_WAIVERS, reason=True),
    *_from(STANDING, E.DISMISS, S.FALSE_POSITIVE, roles=_REVIEWERS, reason=True),
    *_from(DECIDED, E.REOPEN, S.REOPENED, roles=_REVIEWERS, reason=True),
)

_BY_KEY = {(edge.source, edge.event): edge for edge in TABLE}
DECISIONS = frozenset({E.CONFIRM, E.WAIVE, E.DISMISS, E.REOPEN})
"""Events that a person causes."""


def step(status: str, event: FindingEvent) -> FindingStatus:
    """Return the status after what an audit or time brings about; where the table has no row, nothing changes."""
    edge = _BY_KEY.get((FindingStatus(status), event))
    return edge.target if edge else FindingStatus(status)


def decide(status: str, event: FindingEvent, role: str, reason: str) -> Edge:
    """Return the edge of a person's decision.

    Raises ``illegal-transition`` when there is none, ``forbidden`` when it is not this role's, ``invalid`` when the
    reason is missing.
    """
    edge = _BY_KEY.get((FindingStatus(status), event)) if event in DECISIONS else None
    if edge is None:
        possible = sorted(row.event.value for row in TABLE if row.source == status and row.event in DECISIONS)
        raise RegistryError(
            "illegal-transition",
            f"a finding that is {status} knows no {event.value}; possible: {', '.join(possible) or 'nothing'}",
        )
    if role not in edge.roles:
        raise RegistryError("forbidden", f"{event.value} is not for role {role}")
    if edge.reason and not reason.strip():
        raise RegistryError(
            "invalid",
            f"{event.value} needs a reason",
            [FieldError("/reason", "required", "请说明理由 / a reason is required", "理由与依据 / reason and basis")],
        )
    return edge
