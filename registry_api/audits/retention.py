"""How long captures are kept: what devices sent is evidence, and may hold traces of people.

A capture is given up when it is older than the rule says and about a version that is no longer the current one. The
findings that rested on it stay as they are: an audit that cannot look at traffic never says that something was mended.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, delete, select
from sqlmodel.sql.expression import SelectOfScalar

from registry_api.audits.models import TrafficIntake
from registry_api.db import now
from registry_api.organizations.models import App
from registry_api.registry import Registry
from registry_api.storage.models import Blob, Upload
from registry_api.trail.chain import Act, append_all

_BATCH = 200


@dataclass(frozen=True)
class GivenUp:
    """What was given up."""

    captures: int = 0
    apps: int = 0


def give_up_captures(
    registry: Registry, days: int, *, actor: tuple[str, str] = ("system", "system"), dry_run: bool = False
) -> GivenUp:
    """Delete captures received more than ``days`` days ago, with a trail entry for each app; return how many."""
    before = now() - timedelta(days=days)
    if dry_run:
        with registry.database.read() as session:
            rows = session.exec(_old(before)).all()
        return GivenUp(len(rows), len({row.app_id for row in rows}))
    captures = 0
    apps: set[int] = set()
    while True:
        with registry.database.write() as session:
            rows = session.exec(_old(before).limit(_BATCH).with_for_update()).all()
            if not rows:
                return GivenUp(captures, len(apps))
            free = _give_up(session, list(rows), days, actor)
        captures += len(rows)
        apps |= {row.app_id for row in rows}
        # After the commit: a crash in between leaves a file that nobody names, never a name without its file.
        for sha256 in free:
            registry.blobs.remove(sha256)


def _old(before: datetime) -> SelectOfScalar[TrafficIntake]:
    return (
        select(TrafficIntake)
        .join(App, col(App.id) == TrafficIntake.app_id)
        .where(
            col(TrafficIntake.received_at) < before,
            sa.or_(
                col(TrafficIntake.app_version_id).is_(None),
                col(TrafficIntake.app_version_id) != App.current_version_id,
            ),
        )
        .order_by(col(TrafficIntake.id))
    )


def _give_up(session: Session, rows: list[TrafficIntake], days: int, actor: tuple[str, str]) -> list[str]:
    named: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        named[row.app_id].append(row.facts_sha256)
    provinces = dict(session.exec(select(App.id, App.province).where(col(App.id).in_(list(named)))).all())
    session.execute(delete(TrafficIntake).where(col(TrafficIntake.id).in_([row.id for row in rows])))
    wanted = {sha256 for items in named.values() for sha256 in items}
    kept = set(session.exec(select(TrafficIntake.facts_sha256).where(col(TrafficIntake.facts_sha256).in_(wanted))))
    kept |= set(session.exec(select(Upload.blob_sha256).where(col(Upload.blob_sha256).in_(wanted))))
    free = sorted(wanted - kept)
    session.execute(delete(Blob).where(col(Blob.sha256).in_(free)))
    append_all(
        session,
        [
            Act(
                *actor,
                "traffic.give_up",
                "app",
                str(app_id),
                app_id=app_id,
                province=provinces.get(app_id),
                reason=f"超过保存期限 {days} 天 / older than the {days} days for which captures are kept",
                payload={"captures": sorted(items), "days": days},
            )
            for app_id, items in sorted(named.items())
        ],
    )
    return free
