"""Figures of a large record are counted beforehand and shown with their time; those of a small one as they stand.

Counting what 100,000 apps ship takes seconds however it is asked, and nobody decides a case by the last digit. A
worker counts every quarter of an hour; where none runs, whoever looks after an hour waits for it once. Rows are
chosen by the reach of who looks, and what is kept for a province was counted as its reviewer would have.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, delete, select

from registry_api.accounts.access import Actor
from registry_api.audits.shipped import count_all_versions, count_versions, in_order
from registry_api.db import now, serialise_writers
from registry_api.notices.calendar import local_day
from registry_api.organizations.models import App
from registry_api.organizations.reach import COUNTRY, actor_of, has_more_apps, reach_of
from registry_api.registry import Registry
from registry_api.statistics.models import KeptFigures
from registry_api.statistics.overview import gather

LARGE = 1000
"""Apps within reach above which figures are kept: below, counting takes less than a tenth of the time of a page."""
FRESH = timedelta(hours=1)
EVERY = timedelta(minutes=15)
_LOCK = 0x45445506
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Figures:
    """What was counted, and when."""

    counted: Any
    made_at: datetime
    kept: bool
    """Counted beforehand: what was written after ``made_at`` is not in it."""


def statistics(registry: Registry, actor: Actor) -> Figures:
    """Return what the page of statistics shows, shaped as `overview.gather` says."""
    return _look(registry, actor, "statistics", lambda session: gather(session, actor, local_day(now())))


def sdks(registry: Registry, actor: Actor) -> Figures:
    """Return every SDK that is shipped within reach, shaped as `in_order` says."""
    return _look(registry, actor, "sdks", lambda session: in_order(count_all_versions(session, actor)))


def versions(registry: Registry, actor: Actor, sdk: str) -> Figures:
    """Return the versions of one SDK with the apps that ship each, shaped as `count_versions` says."""
    return _look(registry, actor, f"sdk:{sdk}", lambda session: count_versions(session, actor, sdk))


def _look(registry: Registry, actor: Actor, name: str, count: Callable[[Session], Any]) -> Figures:
    begun = now()
    reach = reach_of(actor)
    with registry.database.read() as session:
        large = reach is not None and has_more_apps(session, actor, LARGE)
        if large:
            row = session.get(KeptFigures, (reach, name))
            if row is not None and begun - row.made_at < FRESH:
                return Figures(row.counted, row.made_at, kept=True)
        counted = count(session)
    if large and counted:
        # Not in this request: a writer may hold the record for as long as an import takes.
        rows = [{"reach": reach, "name": name, "made_at": begun, "counted": counted}]
        threading.Thread(target=_keep_quietly, args=(registry, rows), name="figures", daemon=True).start()
    return Figures(counted, begun, kept=False)


def refresh(registry: Registry) -> int:
    """Count anew for the country and for each province that is large; return for how many of them.

    Does nothing where somebody did within a quarter of an hour, so any number of workers may ask.
    """
    with registry.database.read() as session:
        newest = session.exec(select(sa.func.max(KeptFigures.made_at)).where(KeptFigures.name == "statistics")).one()
        if newest is not None and now() - newest < EVERY:
            return 0
        # scope: counts of the whole record, each kept for those who may see what was counted
        sizes = session.exec(select(App.province, sa.func.count()).group_by(App.province)).all()
    reaches = [COUNTRY] if sum(number for _, number in sizes) > LARGE else []
    reaches += [province for province, number in sizes if number > LARGE]
    for reach in reaches:
        _recount(registry, reach)
    return len(reaches)


def _recount(registry: Registry, reach: str) -> None:
    actor = actor_of(reach, "figures")
    begun = now()
    with registry.database.read() as session:
        shipped = count_all_versions(session, actor)
        overview = gather(session, actor, local_day(begun))
    counted = {"statistics": overview, "sdks": in_order(shipped), **{f"sdk:{key}": v for key, v in shipped.items()}}
    rows = [{"reach": reach, "name": name, "made_at": begun, "counted": value} for name, value in counted.items()]
    with registry.database.write() as session:
        serialise_writers(session, _LOCK)
        session.execute(
            delete(KeptFigures).where(col(KeptFigures.reach) == reach, col(KeptFigures.name).not_in(list(counted)))
        )
        _keep(session, rows)


def _keep(session: Session, rows: list[dict[str, Any]]) -> None:
    keys = [(row["reach"], row["name"]) for row in rows]
    for reach in {reach for reach, _ in keys}:
        names = [name for each, name in keys if each == reach]
        session.execute(delete(KeptFigures).where(col(KeptFigures.reach) == reach, col(KeptFigures.name).in_(names)))
    session.execute(sa.insert(KeptFigures), rows)


def _keep_quietly(registry: Registry, rows: list[dict[str, Any]]) -> None:
    """Keep what was counted for a page; a record that cannot be written now is counted again at the next look."""
    try:
        with registry.database.write() as session:
            serialise_writers(session, _LOCK)
            _keep(session, rows)
    except SQLAlchemyError:
        _log.warning("figures not kept", exc_info=True)
