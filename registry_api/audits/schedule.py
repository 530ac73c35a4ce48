"""The built-in schedule: once in each ISO week the round begins by itself, however many workers look at the clock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from analyzer.model import EduauditError, Severity
from registry_api.accounts.access import Actor, Role, default_scopes
from registry_api.audits import weekly
from registry_api.audits.models import WeeklyRound
from registry_api.audits.round_notices import draft_for_round
from registry_api.db import now, serialise_writers
from registry_api.registry import Registry

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SETTING = re.compile(r"^\s*(mon|tue|wed|thu|fri|sat|sun)\s+([01]\d|2[0-3]):([0-5]\d)\s*$", re.IGNORECASE)
_LOCK = 0x45445503
TICK_SECONDS = 60.0


@dataclass(frozen=True)
class Begin:
    """Day and time in China at which a round begins."""

    day: int
    """0 for Monday."""
    at: time

    def of_week(self, week: str) -> datetime:
        """Return the moment in one ISO week."""
        return weekly.begin_of(week) + timedelta(days=self.day, hours=self.at.hour, minutes=self.at.minute)


def read_begin(text: str) -> Begin | None:
    """Return what the setting says, such as ``mon 02:00``; `None` for an empty one: there is no schedule.

    Raises `EduauditError` for anything else.
    """
    if not text.strip():
        return None
    found = _SETTING.match(text)
    if found is None:
        raise EduauditError(f"EDUAUDIT_WEEKLY: {text!r} 不是时间 / is no time; write such as: mon 02:00")
    return Begin(_DAYS.index(found[1].lower()), time(int(found[2]), int(found[3])))


def read_level(text: str) -> Severity | None:
    """Return the severity from which notices are drafted; `None` for an empty setting."""
    if not text.strip():
        return None
    try:
        return Severity(text.strip().lower())
    except ValueError:
        known = ", ".join(item.value for item in Severity)
        raise EduauditError(f"EDUAUDIT_WEEKLY_NOTICES: {text!r} 未知 / unknown; one of {known}") from None


def scheduler() -> Actor:
    """Return the actor of the schedule."""
    return Actor("schedule", "schedule", Role.ADMIN, scopes=frozenset(default_scopes(Role.ADMIN)))


def tick(registry: Registry, moment: datetime | None = None) -> int:
    """Begin the round of this week when its time has come and nobody has, and draft notices when it has ended.

    Return how many runs were requested. What an interrupted scheduler left undone, the next tick of any does.
    """
    begin = read_begin(registry.settings.weekly)
    if begin is None:
        return 0
    moment = moment or now()
    week = weekly.iso_week(moment)
    if moment < begin.of_week(week):
        return 0
    with registry.database.read() as session:
        known = session.get(WeeklyRound, week)
    count = 0
    if known is None or known.requested_at is None:
        _note(registry, week)
        count = weekly.start(registry, scheduler(), week)
        _note(registry, week, requested_at=now())
    elif known.drafted_at is None:
        _draft(registry, week)
    return count


def _draft(registry: Registry, week: str) -> None:
    level = read_level(registry.settings.weekly_notices)
    if level is None:
        return
    with registry.database.read() as session:
        state = weekly.tally(session, scheduler(), week)
    if state["done"] == state["total"]:
        draft_for_round(registry, None, week, level)
        _note(registry, week, drafted_at=now())


def _note(
    registry: Registry, week: str, *, requested_at: datetime | None = None, drafted_at: datetime | None = None
) -> None:
    with registry.database.write() as session:
        serialise_writers(session, _LOCK)
        row = session.get(WeeklyRound, week) or WeeklyRound(week=week, begun_at=now())
        row.requested_at = row.requested_at or requested_at
        row.drafted_at = row.drafted_at or drafted_at
        session.add(row)
