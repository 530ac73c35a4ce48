"""Cases: opened, paused and closed by the transitions of what they are about; claimed and handed on by reviewers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry_api.accounts.access import DECIDERS, Actor, Role, scope_of
from registry_api.accounts.models import ApiKey
from registry_api.db import now
from registry_api.errors import FieldError, RegistryError
from registry_api.reviews import clock
from registry_api.reviews.models import ReviewCase
from registry_api.reviews.terms import length_of
from registry_api.trail.chain import Act, append

LEADS = frozenset({Role.LEAD.value, Role.SUPERVISOR.value})
"""Roles that end a filing, reassign cases, and may decide a case which another reviewer has claimed."""


def find_case(session: Session, kind: str, **subject: Any) -> ReviewCase | None:
    """Return the case of a matter that is not closed; ``subject`` is ``filing_id=`` or ``user_filing_id=``."""
    statement = select(ReviewCase).where(ReviewCase.kind == kind, ReviewCase.state != "closed")
    for name, value in subject.items():
        statement = statement.where(getattr(ReviewCase, name) == value)
    return session.exec(statement.order_by(col(ReviewCase.id).desc()).limit(1)).first()


def open_case(session: Session, kind: str, row: Any, *, state: str = "open", **subject: Any) -> ReviewCase:
    """Open the case of a matter that was handed in, or let the clock of the paused one run on."""
    moment = now()
    case = find_case(session, kind, **subject)
    if case is None:
        days = length_of(session, kind, row.province)
        case = ReviewCase(
            kind=kind,
            app_id=row.app_id,
            province=row.province,
            organization_id=row.organization_id,
            superior_id=getattr(row, "superior_id", None),
            state=state,
            working_days=days,
            received_at=moment,
            clock_started_at=moment,
            due_on=moment.date(),
            **subject,
        )
        clock.compute(session, case)
    else:
        if case.state == "paused":
            clock.resume(session, case, moment)
        case.state = state
    session.add(case)
    session.flush()
    return case


def set_open(session: Session, kind: str, **subject: Any) -> None:
    """Note that the automatic audit is done and a person can decide."""
    case = find_case(session, kind, **subject)
    if case is not None:
        case.state = "open"
        session.add(case)


def pause(session: Session, kind: str, **subject: Any) -> None:
    """Stop the clock of a case: it is with the one who handed it in."""
    case = find_case(session, kind, **subject)
    if case is not None and case.state != "paused":
        clock.stop(case, now())
        case.state = "paused"
        session.add(case)


def close(session: Session, kind: str, outcome: str, **subject: Any) -> None:
    """Close a case, if there is one."""
    case = find_case(session, kind, **subject)
    if case is not None:
        moment: datetime = now()
        if case.state == "paused":
            clock.resume(session, case, moment)
        case.state, case.closed_at, case.outcome = "closed", moment, outcome
        session.add(case)


def find(session: Session, actor: Actor, case_id: int) -> ReviewCase:
    """Return one case within reach, locked, or raise ``not-found``."""
    found = session.exec(select(ReviewCase).where(ReviewCase.id == case_id, reach(actor)).with_for_update()).first()
    if found is None:
        raise RegistryError("not-found", f"there is no case {case_id}")
    return found


def reach(actor: Actor) -> Any:
    """Return the condition under which ``actor`` may see a case: the authority above a school sees the school's."""
    mine = scope_of(ReviewCase, actor)
    if actor.role is Role.SCHOOL and actor.organization_id is not None:
        mine = sa.or_(mine, col(ReviewCase.superior_id) == actor.organization_id)
    return mine


def claim(session: Session, actor: Actor, case: ReviewCase) -> None:
    """Take a case; one that another reviewer holds is theirs until they or a lead reviewer give it on."""
    _require_open(case)
    if case.claimed_by == actor.key_id:
        return
    if case.claimed_by is not None:
        raise RegistryError(
            "conflict",
            f"case {case.id} was claimed by {case.claimed_name}",
            [
                FieldError(
                    "/claimed_by",
                    "claimed",
                    f"该事项已由 {case.claimed_name} 认领 / it was claimed by {case.claimed_name}",
                    "由负责人改派 / a lead reviewer may reassign it",
                )
            ],
        )
    _hold(session, actor, case, actor.key_id, actor.name, "claim", "")


def release(session: Session, actor: Actor, case: ReviewCase, reason: str) -> None:
    """Give a case back to the queue: its holder, or a lead reviewer."""
    _require_open(case)
    if case.claimed_by is None:
        return
    if case.claimed_by != actor.key_id and actor.role.value not in LEADS:
        raise RegistryError("forbidden", "only the one who claimed a case or a lead reviewer may release it")
    _hold(session, actor, case, None, None, "release", reason)


def assign(session: Session, actor: Actor, case: ReviewCase, key_id: str, reason: str) -> None:
    """Hand a case to another reviewer of the same province: a lead reviewer or the supervisor."""
    _require_open(case)
    if actor.role.value not in LEADS:
        raise RegistryError("forbidden", "only a lead reviewer or the supervisor reassigns a case")
    key = session.get(ApiKey, key_id)
    fits = (
        key is not None
        and key.revoked_at is None
        and Role(key.role) in DECIDERS
        and (key.role == Role.SUPERVISOR.value or key.province == case.province)
    )
    if key is None or not fits:
        raise RegistryError(
            "invalid",
            f"{key_id} is no reviewer of province {case.province}",
            [FieldError("/key_id", "no_reviewer", "不是本省有效的审核人员 / no reviewer of this province in force")],
        )
    _hold(session, actor, case, key.id, key.name, "assign", reason)


def _hold(
    session: Session, actor: Actor, case: ReviewCase, key_id: str | None, name: str | None, verb: str, reason: str
) -> None:
    before = case.claimed_by
    case.claimed_by, case.claimed_name = key_id, name
    case.claimed_at = now() if key_id else None
    session.add(case)
    session.flush()
    append(
        session,
        Act(
            actor.label,
            actor.role.value,
            f"case.{verb}",
            "case",
            str(case.id),
            app_id=case.app_id,
            province=case.province,
            reason=reason,
            payload={"from": before, "to": key_id, "kind": case.kind},
        ),
    )


def _require_open(case: ReviewCase) -> None:
    if case.state == "closed":
        raise RegistryError("conflict", f"case {case.id} is closed")
