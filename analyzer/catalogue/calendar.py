"""Days off and make-up working days of a year (放假调休), signed off by a person: `rules/calendar/`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

from analyzer.model import Bilingual, RuleDataError
from analyzer.model.base import Pattern
from analyzer.model.record import dataclass

from .reading import read_mapping, rule_files
from .rows import Row, build_rows, join

Day = Annotated[str, Pattern(r"^20\d\d-\d\d-\d\d$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarYear(Row):
    """What of one year differs from the plain week."""

    id: Annotated[str, Pattern(r"^20\d\d$")]
    title: Bilingual
    notice: str
    """The State Council's notice."""
    signed_off: str
    """Who compared the file with what."""
    holidays: dict[str, tuple[Day, ...]]
    """Holiday → its days off, Saturdays and Sundays among them."""
    workdays: tuple[Day, ...]
    """Saturdays and Sundays that are worked (调休上班)."""

    def days_off(self) -> frozenset[date]:
        """Return all days off that the notice names."""
        return frozenset(date.fromisoformat(day) for days in self.holidays.values() for day in days)

    def make_up_days(self) -> frozenset[date]:
        """Return the worked Saturdays and Sundays."""
        return frozenset(date.fromisoformat(day) for day in self.workdays)


def parse_calendar(root: Path) -> dict[str, CalendarYear]:
    """Read `rules/calendar/cn/`, by year. Raise `RuleDataError` for a day that cannot be what the file says."""
    years: dict[str, CalendarYear] = {}
    for path in rule_files(root / "calendar" / "cn"):
        rows = build_rows(CalendarYear, path, read_mapping(path))
        for row in rows.values():
            _examine(row, path)
        join(years, rows, path)
    return years


def _examine(row: CalendarYear, path: Path) -> None:
    if row.id != path.stem:
        raise RuleDataError(f"{path}: {row.id}: the file of a year is named after it")
    try:
        off, work = row.days_off(), row.make_up_days()
    except ValueError as error:
        raise RuleDataError(f"{path}: {row.id}: {error}") from error
    if len(off) < 5:
        raise RuleDataError(f"{path}: {row.id}: holidays: a year has more holidays than these")
    for day in sorted(off | work):
        if str(day.year) != row.id:
            raise RuleDataError(f"{path}: {row.id}: {day} is a day of another year")
        if day in off and day in work:
            raise RuleDataError(f"{path}: {row.id}: {day} is both off and worked")
        if day in work and day.weekday() < 5:
            raise RuleDataError(f"{path}: {row.id}: {day} is no Saturday or Sunday: it is worked anyhow")
