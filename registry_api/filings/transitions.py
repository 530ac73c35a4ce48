"""The life of a provider filing as one table: (state, event) → who, under which guards, where to, with which effects.

`apply` is the only code that changes a filing's state. It writes the trail in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from registry_api.accounts.access import DECIDERS, Role
from registry_api.filings import effects as do
from registry_api.filings import guards as ask
from registry_api.filings.machine import SYSTEM, Effect, Guard, Machine, Step, Transition, step_of, system_step
from registry_api.filings.models import Filing
from registry_api.filings.states import (
    EDITABLE,
    FINAL,
    IN_FORCE,
    SANCTIONED,
    UNDER_SUPERVISION,
    USABLE,
    Event,
    State,
)
from registry_api.reviews.cases import LEADS

__all__ = [
    "EDITABLE",
    "FINAL",
    "IN_FORCE",
    "SANCTIONED",
    "TRANSITIONS",
    "UNDER_SUPERVISION",
    "USABLE",
    "Event",
    "State",
    "Step",
    "Transition",
    "apply",
    "find",
    "step_of",
    "system_step",
]

_FILERS = frozenset({Role.VENDOR.value, Role.VENDOR_ADMIN.value, Role.SCHOOL.value, Role.ADMIN.value})
_REVIEWERS = frozenset(role.value for role in DECIDERS)
_SYSTEM = frozenset({SYSTEM})

S, E = State, Event
Edge = Transition[State, Event, Filing]


def _edges(
    sources: Sequence[State],
    event: Event,
    target: State,
    roles: frozenset[str],
    guards: tuple[Guard[Filing], ...] = (),
    effects: tuple[Effect[Filing], ...] = (),
    after: tuple[Effect[Filing], ...] = (),
) -> tuple[Edge, ...]:
    return tuple(Edge(source, event, target, roles, guards, effects, after) for source in sources)


_HANDED_IN = (S.SUBMITTED, S.PRECHECK, S.UNDER_REVIEW, S.RETURNED)
_STANDING = (S.FILED, S.CHANGE_REQUESTED, S.CHANGE_RETURNED)
_ORDERED = (S.RECTIFICATION, S.REAUDIT)

TRANSITIONS: tuple[Edge, ...] = (
    Edge(S.DRAFT, E.SUBMIT, S.SUBMITTED, _FILERS, (ask.needs_no_ban, ask.needs_no_listing), (do.note_submission,)),
    Edge(
        S.RETURNED,
        E.SUBMIT,
        S.SUBMITTED,
        _FILERS,
        (ask.needs_no_ban, ask.needs_no_listing, ask.needs_answers),
        (do.note_submission,),
    ),
    Edge(S.SUBMITTED, E.BEGIN_PRECHECK, S.PRECHECK, _SYSTEM),
    Edge(S.PRECHECK, E.FINISH_PRECHECK, S.UNDER_REVIEW, _SYSTEM, (), (do.open_review,)),
    Edge(S.PRECHECK, E.REJECT_ARTIFACT, S.RETURNED, _SYSTEM, (ask.needs_corrections,), (do.note_corrections,)),
    Edge(
        S.UNDER_REVIEW,
        E.RETURN,
        S.RETURNED,
        _REVIEWERS,
        (ask.needs_own_claim, ask.needs_corrections),
        (do.note_corrections,),
    ),
    Edge(
        S.UNDER_REVIEW,
        E.APPROVE,
        S.FILED,
        _REVIEWERS,
        (ask.needs_four_eyes, ask.needs_own_claim, ask.needs_audit, ask.needs_prerequisites, ask.needs_no_ban),
        (do.close_review, do.note_decision, do.give_number, do.follow_document),
    ),
    Edge(
        S.UNDER_REVIEW,
        E.REFUSE,
        S.REFUSED,
        _REVIEWERS,
        (ask.needs_four_eyes, ask.needs_own_claim, ask.needs_reason),
        (do.close_review, do.note_decision),
    ),
    # A draft is withdrawn by the registry itself when its package goes to another provider.
    Edge(S.DRAFT, E.WITHDRAW, S.WITHDRAWN, _FILERS | _SYSTEM),
    *_edges(_HANDED_IN, E.WITHDRAW, S.WITHDRAWN, _FILERS, (), (do.close_review,)),
    # A change: what is filed stays in force until the change is decided.
    Edge(S.FILED, E.REQUEST_CHANGE, S.CHANGE_REQUESTED, _FILERS, (ask.needs_change,), (do.open_change,)),
    Edge(
        S.CHANGE_REQUESTED,
        E.RETURN_CHANGE,
        S.CHANGE_RETURNED,
        _REVIEWERS,
        (ask.needs_own_claim, ask.needs_corrections),
        (do.note_corrections,),
    ),
    Edge(
        S.CHANGE_RETURNED,
        E.RESUBMIT_CHANGE,
        S.CHANGE_REQUESTED,
        _FILERS,
        (ask.needs_change, ask.needs_answers),
        (do.open_change,),
    ),
    Edge(
        S.CHANGE_REQUESTED,
        E.APPROVE_CHANGE,
        S.FILED,
        _REVIEWERS,
        (ask.needs_change, ask.needs_four_eyes, ask.needs_own_claim, ask.needs_any_audit, ask.needs_prerequisites),
        (do.take_over_change, do.note_decision, do.follow_document),
    ),
    Edge(
        S.CHANGE_REQUESTED,
        E.REFUSE_CHANGE,
        S.FILED,
        _REVIEWERS,
        (ask.needs_four_eyes, ask.needs_own_claim, ask.needs_reason),
        (do.refuse_change, do.note_decision),
    ),
    *_edges((S.CHANGE_REQUESTED, S.CHANGE_RETURNED), E.WITHDRAW_CHANGE, S.FILED, _FILERS, (), (do.withdraw_change,)),
    # Supervision.
    *_edges(
        _STANDING,
        E.ORDER_RECTIFICATION,
        S.RECTIFICATION,
        _REVIEWERS,
        (ask.needs_reason,),
        (do.lapse, do.set_rectification, do.note_decision),
    ),
    Edge(S.RECTIFICATION, E.REPORT_RECTIFIED, S.REAUDIT, _FILERS, (ask.needs_reason,), (do.note_report,)),
    Edge(
        S.REAUDIT,
        E.REJECT_RECTIFICATION,
        S.RECTIFICATION,
        _REVIEWERS,
        (ask.needs_own_claim, ask.needs_reason),
        (do.lapse, do.set_rectification, do.note_decision),
    ),
    Edge(
        S.REAUDIT,
        E.CONFIRM_RECTIFIED,
        S.FILED,
        _REVIEWERS,
        (ask.needs_four_eyes, ask.needs_own_claim, ask.needs_reaudit, ask.needs_prerequisites),
        (do.end_rectification, do.note_decision, do.follow_document),
    ),
    *_edges(
        (*_STANDING, *_ORDERED),
        E.SUSPEND,
        S.SUSPENDED,
        _REVIEWERS,
        (ask.needs_reason,),
        (do.lapse, do.end_order, do.note_decision),
        (do.invalidate_users,),
    ),
    Edge(
        S.SUSPENDED,
        E.RESTORE,
        S.FILED,
        _REVIEWERS,
        (ask.needs_reason,),
        (do.note_decision,),
        (do.reinstate_users,),
    ),
    *_edges(
        (*_ORDERED, S.SUSPENDED),
        E.DELIST,
        S.DELISTED,
        LEADS,
        (ask.needs_reason, ask.needs_second_pair),
        (do.lapse, do.end_order, do.note_decision),
        (do.invalidate_users,),
    ),
    Edge(
        S.DELISTED,
        E.RESTORE,
        S.FILED,
        LEADS,
        (ask.needs_reason, ask.needs_reaudit),
        (do.note_decision,),
        (do.reinstate_users,),
    ),
    *_edges(
        (*_ORDERED, S.SUSPENDED, S.DELISTED),
        E.REVOKE,
        S.REVOKED,
        LEADS,
        (ask.needs_reason, ask.needs_second_pair),
        (do.lapse, do.end_order, do.note_decision, do.impose_ban),
        (do.invalidate_users,),
    ),
    # The provider gives up the app: not while a measure is running against it.
    *_edges(
        _STANDING,
        E.CANCEL,
        S.CANCELLED,
        _FILERS,
        (ask.needs_reason,),
        (do.lapse,),
        (do.invalidate_users,),
    ),
)

MACHINE: Machine[State, Event, Filing] = Machine("filing", State, Event, TRANSITIONS)


def find(state: str, event: str, role: str) -> Edge:
    """Return the edge; raises ``illegal-transition`` when there is none, ``forbidden`` when it is not this role's."""
    return MACHINE.find(state, event, role)


def apply(session: Session, filing: Filing, event: Event, step: Step) -> Edge:
    """Move ``filing`` along one edge in the caller's transaction with effects and trail, or raise, changing nothing."""
    return MACHINE.apply(session, filing, event, step)
