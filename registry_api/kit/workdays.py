"""The port to the calendar of working days, and what is done where the calendar says nothing.

The calendar itself is `registry_api.notices.calendar`; whoever counts days asks `count` here.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from sqlmodel import Session

CALENDAR = "registry_api.notices.calendar"


class Workdays(Protocol):
    """A calendar of working days."""

    def due_on(self, received: date, working_days: int) -> date | None:
        """Return the last day of a period that begins the day after ``received``; `None`: the year is not known."""


@dataclass(frozen=True)
class Due:
    """A day on which something falls due."""

    on: date
    provisional: bool
    """True: the calendar does not know the year, Mondays to Fridays were counted; to be computed again."""
    calendar: str | None
    """Version of the calendar."""


def count(session: Session, received: date, working_days: int) -> Due:
    """Return when a period of working days ends, by the calendar in force."""
    calendar = session.info.get("workdays") or _installed()
    if calendar is not None:
        day = calendar.due_on(received, working_days)
        if day is not None:
            return Due(day, provisional=False, calendar=_version(calendar))
    return Due(_weekdays(received, working_days), provisional=True, calendar=_version(calendar))


def _installed() -> Workdays | None:
    try:
        module = importlib.import_module(CALENDAR)
    except ModuleNotFoundError as error:
        if error.name is None or not CALENDAR.startswith(error.name):
            raise
        return None
    return module if hasattr(module, "due_on") else None


def _version(calendar: Workdays | None) -> str | None:
    version = getattr(calendar, "version", None)
    return str(version() if callable(version) else version)[:60] if version is not None else None


def _weekdays(received: date, working_days: int) -> date:
    day = received
    while working_days > 0:
        day += timedelta(days=1)
        working_days -= day.weekday() < 5
    return day
