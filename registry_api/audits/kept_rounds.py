"""The report of a round over a large record: put together beforehand, and handed out with the time of its making.

Ten thousand changes of a hundred thousand apps take seconds to put together, and what people decide meanwhile moves
few of the figures. A report is right as long as the trail has not grown; past that it is handed out for a quarter of
an hour, and made anew by a worker, or else by whoever asks. A small record's report is always made as it stands.
"""

from __future__ import annotations

import json
import zlib
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, delete, select

from registry_api.accounts.access import Actor
from registry_api.audits import weekly
from registry_api.audits.kept_models import KeptRound
from registry_api.audits.models import AuditRun
from registry_api.audits.rounds import compile_round
from registry_api.audits.weekly import EVERYTHING, Part
from registry_api.db import now, serialise_writers
from registry_api.organizations.models import App
from registry_api.organizations.reach import COUNTRY, actor_of, has_more_apps, reach_of
from registry_api.registry import Registry
from registry_api.trail.models import TrailEntry

LARGE = 2000
"""Apps within reach above which reports are kept."""
FRESH = timedelta(minutes=15)
WEEKS = 8
"""Weeks of which reports are kept; of an older one the report is made when it is asked for."""
_LOCK = 0x45445508


def find_kept(session: Session, actor: Actor, week: str, part: Part) -> bytes | None:
    """Return the report as JSON when one is kept that may be handed out now, else `None`."""
    reach = reach_of(actor)
    if reach is None or part != EVERYTHING:
        return None
    row = session.get(KeptRound, (week, reach))
    return zlib.decompress(row.document) if row is not None and _holds(session, row, actor) else None


def keep(registry: Registry, actor: Actor, week: str, part: Part, report: dict[str, Any], head: int) -> None:
    """Keep a report that was made, where the record within reach is large; quietly not where it cannot be written."""
    reach = reach_of(actor)
    if reach is None or part != EVERYTHING:
        return
    with registry.database.read() as session:
        if not has_more_apps(session, actor, LARGE):
            return
    try:
        _write(registry, week, reach, report, head)
    except SQLAlchemyError:
        return  # the next who asks makes it anew


def head_of(session: Session) -> int:
    """Return the end of the trail: what a report counts is written there too."""
    return session.exec(select(sa.func.max(col(TrailEntry.seq)))).one() or 0


def refresh(registry: Registry) -> int:
    """Make anew the reports of the last round, once it is over and where something has changed; return how many."""
    with registry.database.read() as session:
        # scope: which weeks and provinces there are; each report is kept for those who may read it
        week = session.exec(select(sa.func.max(col(AuditRun.week)))).one()
        if week is None:
            return 0
        nation = actor_of(COUNTRY, "rounds")
        state = weekly.tally(session, nation, week)
        if state["done"] < state["total"] or state["total"] <= LARGE:
            return 0
        sizes = session.exec(select(App.province, sa.func.count()).group_by(App.province)).all()
    count = 0
    for reach in [COUNTRY, *sorted(province for province, number in sizes if number > LARGE)]:
        with registry.database.read() as session:
            row, head = session.get(KeptRound, (week, reach)), head_of(session)
            if row is not None and _holds(session, row, actor_of(reach, "rounds")):
                continue
            report = compile_round(session, actor_of(reach, "rounds"), week)
        _write(registry, week, reach, report, head)
        count += 1
    return count


def _write(registry: Registry, week: str, reach: str, report: dict[str, Any], head: int) -> None:
    document = zlib.compress(json.dumps(report, ensure_ascii=False, separators=(",", ":")).encode(), 3)
    oldest = week
    for _ in range(WEEKS):
        oldest = weekly.week_before(oldest)
    with registry.database.write() as session:
        serialise_writers(session, _LOCK)
        session.execute(delete(KeptRound).where(col(KeptRound.reach) == reach, col(KeptRound.week) <= oldest))
        row = KeptRound(week=week, reach=reach, made_at=now(), head=head, states=report["states"], document=document)
        session.merge(row)


def _holds(session: Session, row: KeptRound, actor: Actor) -> bool:
    if row.head == head_of(session):
        return True
    # A report of a round that went on meanwhile lacks what was found since: who waited for its end must get it.
    return now() - row.made_at < FRESH and row.states == weekly.tally(session, actor, row.week)["states"]
