"""The life of a filing as one table: (state, event) → who, under which guards, to which state, with which effects.

`apply` is the only code that changes a filing's state. It writes the trail in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from sqlmodel import Session, col, select

from registry_api.accounts.access import DECIDERS, Actor, Role
from registry_api.audits.models import AuditRun
from registry_api.db import now
from registry_api.errors import FieldError, RegistryError
from registry_api.filings.models import Filing
from registry_api.filings.numbers import next_number
from registry_api.organizations.models import App
from registry_api.trail.chain import Act, append


class State(StrEnum):
    """Where a filing stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    PRECHECK = "precheck"
    UNDER_REVIEW = "under_review"
    RETURNED = "returned_for_correction"
    FILED = "filed"
    REFUSED = "refused"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"


class Event(StrEnum):
    """What can happen to it."""

    SUBMIT = "submit"
    BEGIN_PRECHECK = "begin_precheck"
    FINISH_PRECHECK = "finish_precheck"
    REJECT_ARTIFACT = "reject_artifact"
    RETURN = "return"
    APPROVE = "approve"
    REFUSE = "refuse"
    SUSPEND = "suspend"
    RESTORE = "restore"
    REVOKE = "revoke"
    WITHDRAW = "withdraw"


SYSTEM = "system"
"""The role of the registry itself."""

_FILERS = frozenset({Role.VENDOR.value, Role.VENDOR_ADMIN.value, Role.ADMIN.value})
_REVIEWERS = frozenset(role.value for role in DECIDERS)
_SYSTEM = frozenset({SYSTEM})


@dataclass(frozen=True)
class Step:
    """What an event brings along, and who causes it."""

    actor: str
    role: str
    key_id: str | None = None
    reason: str = ""
    corrections: tuple[dict[str, str], ...] = ()


Guard = Callable[[Session, Filing, Step], FieldError | None]
Effect = Callable[[Session, Filing, Step], None]


def _needs_reason(_session: Session, _filing: Filing, step: Step) -> FieldError | None:
    return (
        None
        if step.reason.strip()
        else FieldError("/reason", "required", "a reason is required", "state the reason and its basis")
    )


def _needs_corrections(_session: Session, _filing: Filing, step: Step) -> FieldError | None:
    if step.corrections:
        return None
    return FieldError(
        "/corrections", "required", "at least one correction item is required", "{field, problem, suggestion}"
    )


def _needs_audit(session: Session, filing: Filing, _step: Step) -> FieldError | None:
    # Of the version that the number would stand for: a newer one may have been handed in since.
    done = session.exec(
        select(AuditRun.id)
        .join(App, col(App.id) == AuditRun.app_id)
        .where(
            AuditRun.app_id == filing.app_id,
            AuditRun.app_version_id == App.current_version_id,
            AuditRun.state == "succeeded",
            col(AuditRun.requested_at) >= filing.submitted_at,
        )
        .limit(1)
    ).first()
    if done is not None:
        return None
    return FieldError(
        "/state", "no_audit", "no audit of the version handed in has finished", "start an audit and read it"
    )


def _needs_prerequisites(_session: Session, filing: Filing, _step: Step) -> FieldError | None:
    for name, title in (("icp", "ICP record (ICP备案)"), ("mlps", "MLPS record (等保备案)")):
        if not filing.facts.get(name):
            return FieldError(
                f"/system/{name}", "prerequisite", f"the {title} is missing", "return the filing for correction"
            )
    return None


def _needs_four_eyes(_session: Session, filing: Filing, step: Step) -> FieldError | None:
    if step.key_id is not None and step.key_id == filing.submitted_by:
        return FieldError(
            "/actor", "four_eyes", "the key that submitted may not decide", "another reviewer must decide"
        )
    return None


def _note_submission(_session: Session, filing: Filing, step: Step) -> None:
    filing.submitted_at = now()
    filing.submitted_by = step.key_id
    filing.corrections = []


def _note_corrections(_session: Session, filing: Filing, step: Step) -> None:
    filing.corrections = [dict(item) for item in step.corrections]


def _note_decision(_session: Session, filing: Filing, step: Step) -> None:
    filing.decided_at = now()
    filing.decision_reason = step.reason or None


def _give_number(session: Session, filing: Filing, _step: Step) -> None:
    # A number once given stays with the filing: restoring a suspended one gives no second number.
    if filing.number is None:
        filing.number = next_number(session, filing.province)


@dataclass(frozen=True)
class Transition:
    """One edge of the table."""

    source: State
    event: Event
    target: State
    roles: frozenset[str]
    guards: tuple[Guard, ...] = ()
    effects: tuple[Effect, ...] = field(default=())


S, E = State, Event

TRANSITIONS: tuple[Transition, ...] = (
    Transition(S.DRAFT, E.SUBMIT, S.SUBMITTED, _FILERS, (), (_note_submission,)),
    Transition(S.RETURNED, E.SUBMIT, S.SUBMITTED, _FILERS, (), (_note_submission,)),
    Transition(S.SUBMITTED, E.BEGIN_PRECHECK, S.PRECHECK, _SYSTEM),
    Transition(S.PRECHECK, E.FINISH_PRECHECK, S.UNDER_REVIEW, _SYSTEM),
    Transition(S.PRECHECK, E.REJECT_ARTIFACT, S.RETURNED, _SYSTEM, (_needs_corrections,), (_note_corrections,)),
    Transition(S.UNDER_REVIEW, E.RETURN, S.RETURNED, _REVIEWERS, (_needs_corrections,), (_note_corrections,)),
    Transition(
        S.UNDER_REVIEW,
        E.APPROVE,
        S.FILED,
        _REVIEWERS,
        (_needs_four_eyes, _needs_audit, _needs_prerequisites),
        (_give_number, _note_decision),
    ),
    Transition(S.UNDER_REVIEW, E.REFUSE, S.REFUSED, _REVIEWERS, (_needs_four_eyes, _needs_reason), (_note_decision,)),
    Transition(S.FILED, E.SUSPEND, S.SUSPENDED, _REVIEWERS, (_needs_reason,), (_note_decision,)),
    Transition(S.SUSPENDED, E.RESTORE, S.FILED, _REVIEWERS, (_needs_reason,), (_note_decision,)),
    Transition(S.SUSPENDED, E.REVOKE, S.REVOKED, _REVIEWERS, (_needs_reason,), (_note_decision,)),
    Transition(S.DRAFT, E.WITHDRAW, S.WITHDRAWN, _FILERS),
    Transition(S.SUBMITTED, E.WITHDRAW, S.WITHDRAWN, _FILERS),
    Transition(S.PRECHECK, E.WITHDRAW, S.WITHDRAWN, _FILERS),
    Transition(S.UNDER_REVIEW, E.WITHDRAW, S.WITHDRAWN, _FILERS),
    Transition(S.RETURNED, E.WITHDRAW, S.WITHDRAWN, _FILERS),
)

_BY_KEY = {(item.source, item.event): item for item in TRANSITIONS}

FINAL = frozenset({S.REFUSED, S.REVOKED, S.WITHDRAWN})
"""States that nothing leaves: a new filing is needed."""
EDITABLE = frozenset({S.DRAFT, S.RETURNED})
"""States in which the document may be changed."""
UNDER_SUPERVISION = frozenset({S.SUBMITTED, S.PRECHECK, S.UNDER_REVIEW, S.RETURNED, S.FILED, S.SUSPENDED})
"""States whose apps the weekly round audits: handed in and not ended."""


def find(state: str, event: str, role: str) -> Transition:
    """Return the edge; raises ``illegal-transition`` when there is none, ``forbidden`` when it is not this role's."""
    transition = _BY_KEY.get((State(state), Event(event)))
    if transition is None:
        possible = sorted(item.event.value for item in TRANSITIONS if item.source == state)
        raise RegistryError(
            "illegal-transition",
            f"a filing in state {state} knows no {event}; possible: {', '.join(possible) or 'nothing'}",
        )
    if role not in transition.roles:
        raise RegistryError("forbidden", f"{event} is not for role {role}")
    return transition


def apply(session: Session, filing: Filing, event: Event, step: Step) -> Transition:
    """Move ``filing`` along one edge in the caller's transaction with effects and trail, or raise, changing nothing."""
    transition = find(filing.state, event, step.role)
    refusals = [item for guard in transition.guards if (item := guard(session, filing, step))]
    if refusals:
        raise RegistryError("illegal-transition", "; ".join(item.message for item in refusals), refusals)
    for effect in transition.effects:
        effect(session, filing, step)
    filing.state = transition.target.value
    filing.updated_at = now()
    session.add(filing)
    session.flush()
    append(
        session,
        Act(
            actor=step.actor,
            role=step.role,
            action=f"filing.{event.value}",
            object_kind="filing",
            object_id=str(filing.id),
            app_id=filing.app_id,
            province=filing.province,
            reason=step.reason,
            payload={
                "from": transition.source.value,
                "to": transition.target.value,
                "number": filing.number,
                "corrections": [dict(item) for item in step.corrections],
            },
        ),
    )
    return transition


def step_of(actor: Actor, reason: str = "", corrections: tuple[dict[str, str], ...] = ()) -> Step:
    """Return the step of a key's holder."""
    return Step(actor.label, actor.role.value, actor.key_id, reason, corrections)


def system_step(reason: str = "", corrections: tuple[dict[str, str], ...] = ()) -> Step:
    """Return a step of the registry itself."""
    return Step(SYSTEM, SYSTEM, None, reason, corrections)
