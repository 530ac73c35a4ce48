"""The weekly round: one run for each app under supervision in each ISO week, however often it is started."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col, select

from analyzer.model import Severity
from registry_api.accounts.access import Actor, scope_of
from registry_api.audits import runs
from registry_api.audits.models import AuditRun, FindingRow, Observation
from registry_api.db import now
from registry_api.filings.models import Filing
from registry_api.filings.transitions import UNDER_SUPERVISION
from registry_api.organizations.models import App
from registry_api.registry import Registry
from registry_api.trail.chain import Act, append

_BATCH = 200
_CHANGES_SHOWN = 10_000
_ZONE = ZoneInfo("Asia/Shanghai")
CHANGES = ("new", "reopened", "gone")
"""Outcomes that a round reports."""


def iso_week(moment: datetime | None = None) -> str:
    """Return the ISO week in China, such as ``2026-W47``."""
    year, week, _ = (moment or now()).astimezone(_ZONE).isocalendar()
    return f"{year}-W{week:02d}"


def dedupe_key(week: str, app_id: int | None) -> str:
    """Return the key that makes a second run of one app in one week impossible."""
    return f"weekly:{week}:{app_id}"


def start(registry: Registry, actor: Actor, week: str) -> int:
    """Request the runs that this week still lacks, in batches of one transaction each; return how many."""
    count = 0
    after = 0
    while True:
        with registry.database.write() as session:
            apps = session.exec(
                select(App)
                .where(
                    scope_of(App, actor),
                    col(App.id) > after,
                    col(App.current_version_id).is_not(None),
                    col(App.id).in_(
                        select(Filing.app_id).where(col(Filing.state).in_([state.value for state in UNDER_SUPERVISION]))
                    ),
                )
                .order_by(col(App.id))
                .limit(_BATCH)
            ).all()
            if not apps:
                break
            after = apps[-1].id or 0
            keys = {dedupe_key(week, app.id): app for app in apps}
            there = set(session.exec(select(AuditRun.dedupe).where(col(AuditRun.dedupe).in_(keys))).all())
            for key, app in keys.items():
                if key not in there:
                    runs.request(session, registry.jobs, app, kind="weekly", by=actor.key_id, dedupe=key)
                    count += 1
    if count:
        with registry.database.write() as session:
            append(session, Act(actor.label, actor.role.value, "weekly.start", "week", week, payload={"runs": count}))
    return count


def status(session: Session, actor: Actor, week: str) -> dict[str, Any]:
    """Return where a week stands: runs by state, failures, and every change that it found."""
    mine = (col(AuditRun.dedupe).startswith(f"weekly:{week}:"), scope_of(App, actor))
    states = dict(
        session.exec(
            select(AuditRun.state, sa.func.count())
            .join(App, col(App.id) == AuditRun.app_id)
            .where(*mine)
            .group_by(AuditRun.state)
        ).all()
    )
    extracted = session.exec(
        select(sa.func.count())
        .select_from(AuditRun)
        .join(App, col(App.id) == AuditRun.app_id)
        .where(*mine, AuditRun.state == "succeeded", col(AuditRun.extracted).is_(True))
    ).one()
    failures = session.exec(
        select(App.package, AuditRun.error_code, AuditRun.error_detail)
        .join(App, col(App.id) == AuditRun.app_id)
        .where(*mine, AuditRun.state == "failed")
        .order_by(App.package)
        .limit(1000)
    ).all()
    changes = session.exec(
        select(App, Observation, FindingRow)
        .join(AuditRun, col(AuditRun.id) == Observation.run_id)
        .join(FindingRow, col(FindingRow.id) == Observation.finding_id)
        .join(App, col(App.id) == AuditRun.app_id)
        .where(*mine, col(Observation.outcome).in_(CHANGES))
        .order_by(
            sa.case({name: place for place, name in enumerate(CHANGES)}, value=Observation.outcome),
            sa.case({item.value: item.rank for item in Severity}, value=FindingRow.severity),
            App.package,
            FindingRow.rule,
            FindingRow.subject,
        )
        .limit(_CHANGES_SHOWN + 1)
    ).all()
    shown = [
        {
            "package": app.package,
            "app": app.name,
            "outcome": seen.outcome,
            "cause": seen.cause,
            "rule": row.rule,
            "severity": row.severity,
            "sureness": row.sureness,
            "subject": row.subject,
            "title": row.document.get("title", {}),
        }
        for app, seen, row in changes[:_CHANGES_SHOWN]
    ]
    total = sum(states.values())
    done = sum(states.get(state, 0) for state in runs.FINISHED)
    return {
        "week": week,
        "total": total,
        "done": done,
        "states": states,
        "extracted": extracted,
        "failures": [{"package": package, "code": code, "detail": detail} for package, code, detail in failures],
        "changes": shown,
        "more_changes": _number_of_changes(session, mine) - len(shown) if len(changes) > len(shown) else 0,
    }


def _number_of_changes(session: Session, mine: tuple[Any, ...]) -> int:
    return session.exec(
        select(sa.func.count())
        .select_from(Observation)
        .join(AuditRun, col(AuditRun.id) == Observation.run_id)
        .join(App, col(App.id) == AuditRun.app_id)
        .where(*mine, col(Observation.outcome).in_(CHANGES))
    ).one()


def worst_new(changes: list[dict[str, Any]]) -> Severity | None:
    """Return the gravest severity among what is new or reopened, or `None`."""
    found = [Severity(item["severity"]) for item in changes if item["outcome"] in {"new", "reopened"}]
    return min(found, key=lambda item: item.rank) if found else None
