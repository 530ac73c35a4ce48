"""Cases: opened, paused and closed by the transitions of what they are about; claimed and handed on by reviewers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from registry_api.db import now
from registry_api.reviews import clock
from registry_api.reviews.models import ReviewCase
from registry_api.reviews.terms import length_of


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
            days_left=days,
            received_at=moment,
            clock_started_at=moment,
            due_on=moment.date(),
            **subject,
        )
        clock.start(session, case, moment)
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
        clock.stop(session, case, now())
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
