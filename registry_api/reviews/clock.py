"""The clock of a case: it runs in working days, and stands still while the matter is with the one who handed it in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session

from registry_api.kit.china import day_of
from registry_api.kit.workdays import count
from registry_api.reviews.models import ReviewCase


def compute(session: Session, case: ReviewCase) -> None:
    """Set the day on which a case falls due: its period after it was received, without its pauses."""
    pauses = [
        (day_of(datetime.fromisoformat(begun)), day_of(datetime.fromisoformat(ended)))
        for begun, ended in case.paused_intervals
        if ended is not None
    ]
    due = count(session, day_of(case.received_at), case.working_days, pauses)
    case.due_on, case.due_provisional, case.calendar_version = due.on, due.provisional, due.calendar


def stop(case: ReviewCase, moment: datetime) -> None:
    """Stop the clock."""
    case.paused_intervals = [*case.paused_intervals, [_text(moment), None]]


def resume(session: Session, case: ReviewCase, moment: datetime) -> None:
    """Let the clock run on. A machine's clock that was set back in between makes no negative pause."""
    if case.paused_intervals and case.paused_intervals[-1][1] is None:
        begun = datetime.fromisoformat(case.paused_intervals[-1][0])
        closed: list[Any] = [case.paused_intervals[-1][0], _text(max(moment, begun))]
        case.paused_intervals = [*case.paused_intervals[:-1], closed]
    case.clock_started_at = moment
    compute(session, case)


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
