"""Which cases a queue shows, in the order in which they fall due; the same for the API and for the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry_api.accounts.access import DECIDERS, Actor, Role
from registry_api.accounts.models import ApiKey
from registry_api.audits.models import STANDING, FindingRow
from registry_api.errors import FieldError, RegistryError
from registry_api.kit.china import today
from registry_api.notices.calendar import work_calendar
from registry_api.organizations.models import App
from registry_api.organizations.search import search_condition
from registry_api.reviews import cases
from registry_api.reviews.models import ReviewCase

_SATURDAY = 5


@dataclass(frozen=True)
class Wanted:
    """What a queue is narrowed to; empty: not at all."""

    state: str = "open"
    kind: str = ""
    claimed: str = ""
    """``mine``, ``none`` or ``any``."""
    overdue: bool = False
    province: str = ""
    severities: tuple[str, ...] = ()
    """Only apps with a standing finding of one of these."""
    q: str = ""


def select_cases(actor: Actor, wanted: Wanted, after: str | None) -> Any:
    """Return the statement of the cases within reach; ``after`` is the `place_of` of the last one seen."""
    statement = select(ReviewCase).where(cases.reach(actor))
    if wanted.state:
        statement = statement.where(ReviewCase.state == wanted.state)
    if wanted.kind:
        statement = statement.where(ReviewCase.kind == wanted.kind)
    if wanted.claimed == "mine":
        statement = statement.where(ReviewCase.claimed_by == actor.key_id)
    elif wanted.claimed:
        held = col(ReviewCase.claimed_by).is_not(None)
        statement = statement.where(held if wanted.claimed == "any" else ~held)
    if wanted.overdue:
        statement = statement.where(col(ReviewCase.due_on) < today())
    if wanted.province:
        statement = statement.where(ReviewCase.province == wanted.province)
    if wanted.severities:
        # scope: only narrows cases that are within reach
        standing = sa.exists().where(
            col(FindingRow.app_id) == ReviewCase.app_id,
            col(FindingRow.status).in_(STANDING),
            col(FindingRow.severity).in_(wanted.severities),
        )
        statement = statement.where(standing)
    if wanted.q.strip():
        statement = statement.where(col(ReviewCase.app_id).in_(select(App.id).where(search_condition(wanted.q))))
    place = _place(after)
    if place is not None:
        statement = statement.where(sa.tuple_(col(ReviewCase.due_on), col(ReviewCase.id)) > place)
    return statement.order_by(col(ReviewCase.due_on), col(ReviewCase.id))


def place_of(case: ReviewCase) -> str:
    """Return where a case stands in the queue."""
    return f"{case.due_on.isoformat()}~{case.id}"


def _place(text: str | None) -> tuple[date, int] | None:
    if not text:
        return None
    day, _, identity = text.partition("~")
    try:
        return date.fromisoformat(day), int(identity)
    except ValueError:
        raise RegistryError(
            "invalid",
            "after: not a place in the queue",
            [FieldError("/query/after", "format", "use `next` of the page")],
        ) from None


def days_left(due: date, first: date | None = None) -> int:
    """Return the working days after ``first`` (today) up to ``due``; negative when it has gone by.

    Of a year whose holidays nobody has announced yet, Mondays to Fridays count, as for the due day itself.
    """
    begin = first or today()
    calendar = work_calendar()
    one, far = (begin, due) if due >= begin else (due, begin)
    number = 0
    while one < far:
        one += timedelta(days=1)
        number += calendar.is_workday(one) if calendar.knows(one.year) else one.weekday() < _SATURDAY
    return number if due >= begin else -number


def colleagues(session: Session, province: str) -> list[ApiKey]:
    """Return who may be given a case of a province: its reviewers in force, and the supervisors."""
    rows = session.exec(
        select(ApiKey)
        .where(
            col(ApiKey.role).in_([role.value for role in DECIDERS]),
            col(ApiKey.revoked_at).is_(None),
            sa.or_(col(ApiKey.role) == Role.SUPERVISOR.value, col(ApiKey.province) == province),
            # An account has a row of its own; the keys that it issued to itself are the same person.
            sa.or_(col(ApiKey.user_id).is_(None), col(ApiKey.user_id) == col(ApiKey.id)),
        )
        .order_by(col(ApiKey.role), col(ApiKey.name))
        .limit(200)
    ).all()
    return list(rows)
