"""Chinese working days: the signed-off file of a year wins, then the `chinesecalendar` package, then nobody guesses.

A deadline that reaches into a year whose holidays the State Council has not announced is counted by the plain week
and marked provisional; `Due.provisional` rows are counted anew when the year is known.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from registry_api.errors import FieldError, RegistryError
from registry_api.kit.china import day_of

LONGEST = 400
"""Working days that a deadline may have."""
_ONE = timedelta(days=1)
_SATURDAY = 5


class CalendarUnknown(RegistryError):  # noqa: N818 - the name of the fact; the base says that it is an error
    """The holidays of a year are not known: nothing can be counted from a day in it."""

    def __init__(self, year: int) -> None:
        self.year = year
        super().__init__(
            "calendar-unknown",
            f"{year} 年的节假日安排未知 / the holidays of {year} are not known",
            [FieldError("/year", "unknown", str(year), f"rules/calendar/cn/{year}.yaml")],
        )


@dataclass(frozen=True)
class Due:
    """A deadline."""

    on: date
    """Its last day, in Shanghai."""
    provisional: bool
    """A part of it was counted by the plain week, because the holidays of a year are not known yet."""
    calendar: str
    """Years and sources that it was counted with, such as ``2026@rules:1f2e3d4c 2027@week``."""


@dataclass(frozen=True)
class _Year:
    source: str
    off: frozenset[date]
    worked: frozenset[date]

    def is_workday(self, day: date) -> bool:
        return day in self.worked or (day.weekday() < _SATURDAY and day not in self.off)


def local_day(moment: datetime | date) -> date:
    """Return the day in Shanghai; a time without zone is refused."""
    if not isinstance(moment, datetime):
        return moment
    if moment.tzinfo is None:
        raise ValueError("a time without zone has no day in Shanghai")
    return day_of(moment)


def _package_year(year: int) -> _Year | None:
    import chinese_calendar  # noqa: PLC0415 - only years without a file need it
    from chinese_calendar.constants import holidays, workdays  # noqa: PLC0415 - same

    try:
        chinese_calendar.is_workday(date(year, 12, 31))
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return None
    from importlib.metadata import version  # noqa: PLC0415 - same

    return _Year(
        f"chinesecalendar:{version('chinesecalendar')}",
        frozenset(day for day in holidays if day.year == year),
        frozenset(day for day in workdays if day.year == year),
    )


class WorkCalendar:
    """Counts working days over the years of ``files`` and, for others, of ``package``."""

    def __init__(self, files: Mapping[str, Any], package: Callable[[int], _Year | None] = _package_year) -> None:
        self._files = files
        self._package = package
        self._years: dict[int, _Year | None] = {}

    def _year(self, year: int) -> _Year | None:
        if year not in self._years:
            row = self._files.get(str(year))
            if row is None:
                self._years[year] = self._package(year)
            else:
                off, worked = row.days_off(), row.make_up_days()
                mark = hashlib.sha256(repr((sorted(off), sorted(worked))).encode()).hexdigest()[:8]
                self._years[year] = _Year(f"rules:{mark}", off, worked)
        return self._years[year]

    def knows(self, year: int) -> bool:
        """Tell whether the holidays of ``year`` are known."""
        return self._year(year) is not None

    def is_workday(self, day: date) -> bool:
        """Tell whether ``day`` is worked. Raises `CalendarUnknown`."""
        year = self._year(day.year)
        if year is None:
            raise CalendarUnknown(day.year)
        return year.is_workday(day)

    def due_on(
        self,
        received: datetime | date,
        working_days: int,
        pauses: Iterable[tuple[datetime | date, datetime | date]] = (),
    ) -> Due:
        """Return the last day of a term of ``working_days`` after ``received``; that day itself does not count.

        ``pauses`` are (clock stopped, clock started again): days after the first up to the second do not count, so
        that a filing handed in again starts on the next working day, as one received does.
        Raises `CalendarUnknown` when the holidays of the year of ``received`` are not known, `ValueError` for a term
        outside 1 … `LONGEST` days.
        """
        if not 1 <= working_days <= LONGEST:
            raise ValueError(f"a term has 1 to {LONGEST} working days, not {working_days}")
        day = local_day(received)
        if not self.knows(day.year):
            raise CalendarUnknown(day.year)
        stopped = [(local_day(first), local_day(last)) for first, last in pauses]
        used: dict[int, str] = {day.year: self._source(day.year)}
        left = working_days
        while left:
            day += _ONE
            year = self._year(day.year)
            used.setdefault(day.year, self._source(day.year))
            counts = year.is_workday(day) if year is not None else day.weekday() < _SATURDAY
            if counts and not any(first < day <= last for first, last in stopped):
                left -= 1
        provisional = any(not self.knows(year) for year in used)
        return Due(day, provisional, " ".join(f"{year}@{source}" for year, source in sorted(used.items())))

    def _source(self, year: int) -> str:
        known = self._year(year)
        return known.source if known is not None else "week"

    def working_days_between(self, first: datetime | date, last: datetime | date) -> int:
        """Return how many working days lie after ``first`` up to ``last``: the inverse of `due_on`.

        Raises `CalendarUnknown`; 0 when ``last`` is not after ``first``.
        """
        day, end, count = local_day(first), local_day(last), 0
        while day < end:
            day += _ONE
            count += self.is_workday(day)
        return count


@lru_cache(maxsize=1)
def _calendar_of(_rules: str) -> WorkCalendar:
    import analyzer  # noqa: PLC0415 - the façade reads the rules only when something is counted

    return WorkCalendar(analyzer.calendar())


def work_calendar() -> WorkCalendar:
    """Return the calendar of the rules in force."""
    import analyzer  # noqa: PLC0415 - as above

    return _calendar_of(analyzer.rules_version())
