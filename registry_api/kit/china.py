"""Days as the law counts them: in China's time zone, months by the Civil Code."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta, timezone

from registry_api.db import now

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""UTC+8 without summer time since 1991: no zone data of the machine is needed."""


def day_of(moment: datetime) -> date:
    """Return the calendar day in China of an aware time."""
    return moment.astimezone(CHINA).date()


def today() -> date:
    """Return the present calendar day in China."""
    return day_of(now())


def add_months(day: date, months: int) -> date:
    """Return the last day of a period of calendar months that ``day`` begins.

    The day itself does not count; the period ends with the same day of the month, or with the last one where the month
    has none (Civil Code arts. 201 and 202): 31 August and six months end on 28 or 29 February.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
