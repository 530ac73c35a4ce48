"""The clock of a case: it runs in working days, and stands still while the matter is with the one who handed it in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from registry_api.kit.china import day_of
from registry_api.kit.workdays import count
from registry_api.reviews.models import ReviewCase


def start(session: Session, case: ReviewCase, moment: datetime) -> None:
    """Let the clock run from ``moment`` for the days that are left."""
    case.clock_started_at = moment
    due = count(session, day_of(moment), case.days_left)
    case.due_on, case.due_provisional, case.calendar_version = due.on, due.provisional, due.calendar


def stop(session: Session, case: ReviewCase, moment: datetime) -> None:
    """Stop the clock; the day on which it stops is not counted against the reviewers."""
    case.days_left = max(1, case.days_left - used(session, case, day_of(moment)))
    case.paused_intervals = [*case.paused_intervals, [moment.isoformat(timespec="seconds"), None]]


def resume(session: Session, case: ReviewCase, moment: datetime) -> None:
    """Let the clock run on. A machine's clock that was set back in between makes no negative pause."""
    if case.paused_intervals and case.paused_intervals[-1][1] is None:
        begun = datetime.fromisoformat(case.paused_intervals[-1][0])
        moment = max(moment, begun)
        closed: list[Any] = [case.paused_intervals[-1][0], moment.isoformat(timespec="seconds")]
        case.paused_intervals = [*case.paused_intervals[:-1], closed]
    start(session, case, moment)


def used(session: Session, case: ReviewCase, day: date) -> int:
    """Return how many whole working days have gone by since the clock last began to run, without ``day`` itself."""
    began = day_of(case.clock_started_at)
    gone = 0
    while gone < case.days_left and count(session, began, gone + 1).on < day:
        gone += 1
    return gone


def refresh(session: Session, case: ReviewCase) -> bool:
    """Compute a provisional day again; True when it is certain now."""
    start(session, case, case.clock_started_at)
    return not case.due_provisional
