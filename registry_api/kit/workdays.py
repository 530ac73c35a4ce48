"""The port to the calendar of working days, and what is done where the calendar says nothing.

The calendar itself is `registry_api.notices.calendar`; whoever counts days below it asks `count` here.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from sqlmodel import Session

from registry_api.errors import RegistryError

CALENDAR = "registry_api.notices.calendar"
UNKNOWN = "calendar-unknown"
"""Problem that the calendar raises when it does not know the year of the first day."""

Pauses = Iterable[tuple[date, date]]
"""(clock stopped, clock started again): days after the first up to the second do not count."""


@dataclass(frozen=True)
class Due:
    """A day on which something falls due."""

    on: date
    provisional: bool
    """True: a year is not known to the calendar, Mondays to Fridays were counted; to be computed again."""
    calendar: str | None
    """What it was counted with."""


class Workdays(Protocol):
    """A calendar of working days."""

    def due_on(self, received: date, working_days: int, pauses: Pauses = ()) -> Any:
        """Return the last day of a period that begins the day after ``received``, with the attributes of `Due`."""


def count(session: Session, received: date, working_days: int, pauses: Pauses = ()) -> Due:
    """Return when a period of working days ends, by the calendar in force."""
    pauses = tuple(pauses)
    calendar: Workdays | None = session.info.get("workdays") or _installed()
    if calendar is not None:
        try:
            due = calendar.due_on(received, working_days, pauses)
        except RegistryError as error:
            if error.slug != UNKNOWN:
                raise
        else:
            return Due(due.on, due.provisional, str(due.calendar)[:200])
    return Due(_plain_week(received, working_days, pauses), provisional=True, calendar=None)


def _installed() -> Workdays | None:
    try:
        module = importlib.import_module(CALENDAR)
    except ModuleNotFoundError as error:
        if error.name is None or not CALENDAR.startswith(error.name):
            raise
        return None
    made: Workdays = module.work_calendar()
    return made


def _plain_week(received: date, working_days: int, pauses: tuple[tuple[date, date], ...]) -> date:
    day = received
    while working_days > 0:
        day += timedelta(days=1)
        stopped = any(first < day <= last for first, last in pauses)
        working_days -= day.weekday() < 5 and not stopped
    return day
