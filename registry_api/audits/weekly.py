"""The weekly round: one run for each app under supervision in each ISO week, however often it is started."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from itertools import batched
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from analyzer.model import Severity
from registry_api.accounts.access import NATIONAL, Actor, scope_of
from registry_api.audits import runs
from registry_api.audits.models import AuditRun, FindingRow, Observation
from registry_api.campaigns.models import CampaignApp
from registry_api.db import now, serialise_writers
from registry_api.filings.models import Filing
from registry_api.filings.transitions import UNDER_SUPERVISION
from registry_api.kit.china import CHINA
from registry_api.organizations.models import App, AppVersion
from registry_api.registry import Registry
from registry_api.trail.chain import Act, append

_BATCH = 200
_CHANGES_SHOWN = 10_000
_LOCK = 0x45445502
CHANGES = ("new", "reopened", "gone")
"""Outcomes that a round reports."""


@dataclass(frozen=True)
class Part:
    """Which part of all apps a round, or a look at it, is about."""

    province: str | None = None
    campaign: int | None = None
    since: date | None = None
    """Only apps whose package, papers or traffic came in on this day in China or later."""

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """Return the conditions on `App`."""
        found: list[sa.ColumnElement[bool]] = []
        if self.province:
            found.append(col(App.province) == self.province)
        if self.campaign:
            mine = select(CampaignApp.app_id).where(CampaignApp.campaign_id == self.campaign)
            found.append(col(App.id).in_(mine))
        if self.since:
            found.append(_came_since(datetime.combine(self.since, time(), CHINA)))
        return found

    def plain(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {**asdict(self), "since": self.since.isoformat() if self.since else None}


EVERYTHING = Part()


def _came_since(moment: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that something came in; traffic and policy made runs of other kinds than the rounds'."""
    # Aliases: the question around this one may ask for runs itself, and they would be taken for the same.
    version, paper, order = aliased(AppVersion), aliased(Filing), aliased(AuditRun)
    versions = select(version.id).where(version.app_id == App.id, version.created_at >= moment)
    papers = select(paper.id).where(paper.app_id == App.id, paper.updated_at >= moment)
    orders = select(order.id).where(
        order.app_id == App.id, order.requested_at >= moment, col(order.kind).not_in(("weekly", "campaign"))
    )
    return sa.or_(versions.exists(), papers.exists(), orders.exists())


def iso_week(moment: datetime | None = None) -> str:
    """Return the ISO week in China, such as ``2026-W47``."""
    year, week, _ = (moment or now()).astimezone(CHINA).isocalendar()
    return f"{year}-W{week:02d}"


def begin_of(week: str) -> datetime:
    """Return the midnight in China with which an ISO week begins; `ValueError` for a week that its year has not."""
    year, number = week.split("-W")
    return datetime.combine(date.fromisocalendar(int(year), int(number), 1), time(), CHINA)


def week_before(week: str) -> str:
    """Return the ISO week before."""
    return iso_week(begin_of(week) - timedelta(days=1))


def dedupe_key(week: str, app_id: int | None) -> str:
    """Return the key that makes a second run of one app in one week impossible."""
    return f"weekly:{week}:{app_id}"


def supervised() -> sa.ColumnElement[bool]:
    """Return the condition that an `App` is under supervision."""
    states = [state.value for state in UNDER_SUPERVISION]
    return col(App.id).in_(select(Filing.app_id).where(col(Filing.state).in_(states)))


def start(registry: Registry, actor: Actor, week: str, part: Part = EVERYTHING) -> int:
    """Request the runs that this week still lacks, in batches of one transaction each; return how many."""
    count = after = 0
    while True:
        with registry.database.write() as session:
            serialise_writers(session, _LOCK)  # two schedulers take turns, batch by batch
            apps = session.exec(
                select(App)
                .where(
                    scope_of(App, actor),
                    col(App.id) > after,
                    col(App.current_version_id).is_not(None),
                    supervised(),
                    *part.conditions(),
                )
                .order_by(col(App.id))
                .limit(_BATCH)
            ).all()
            if not apps:
                break
            after = apps[-1].id or 0
            keys = {dedupe_key(week, app.id): app for app in apps}
            there = set(session.exec(select(AuditRun.dedupe).where(col(AuditRun.dedupe).in_(keys))).all())
            lacking = [(app, key) for key, app in keys.items() if key not in there]
            for bundle in batched(lacking, runs.BUNDLE):
                runs.request_bundle(session, registry.jobs, list(bundle), by=actor.key_id, week=week)
            count += len(lacking)
    if count:
        with registry.database.write() as session:
            payload = {"runs": count, **part.plain()}
            append(session, Act(actor.label, actor.role.value, "weekly.start", "week", week, payload=payload))
    return count


def of_week(actor: Actor, week: str, part: Part) -> tuple[Any, ...]:
    """Return the conditions on (`AuditRun`, `App`) that a run belongs to a week and is within reach."""
    return (col(AuditRun.week) == week, scope_of(App, actor), *part.conditions())


def tally(session: Session, actor: Actor, week: str, part: Part = EVERYTHING) -> dict[str, Any]:
    """Return how far a week is: total, done, and runs by state; cheap enough to be asked every second."""
    counted = select(AuditRun.state, sa.func.count()).group_by(AuditRun.state)
    if actor.role in NATIONAL and not part.conditions():
        counted = counted.where(AuditRun.week == week)  # all of them: not a look at each app
    else:
        counted = counted.join(App, col(App.id) == AuditRun.app_id).where(*of_week(actor, week, part))
    states = dict(session.exec(counted).all())
    done = sum(states.get(state, 0) for state in runs.FINISHED)
    return {"week": week, "part": part.plain(), "total": sum(states.values()), "done": done, "states": states}


def changing() -> sa.ColumnElement[bool]:
    """Return the condition that a run may have changed something; what an older release wrote is not known."""
    return sa.or_(col(AuditRun.changes).is_(None), col(AuditRun.changes) > 0)


def status(session: Session, actor: Actor, week: str, part: Part = EVERYTHING) -> dict[str, Any]:
    """Return where a week stands: runs by state, failures, and every change that it found."""
    mine = of_week(actor, week, part)
    extracted = session.exec(
        select(sa.func.count())
        .select_from(AuditRun)
        .join(App, col(App.id) == AuditRun.app_id)
        .where(*mine, AuditRun.state == "succeeded", col(AuditRun.extracted).is_(True))
    ).one()
    failures = session.execute(
        sa.select(
            *map(col, (App.package, App.name, App.province)),
            *map(col, (AuditRun.error_code, AuditRun.error_detail, AuditRun.attempt)),
        )
        .join(App, col(App.id) == AuditRun.app_id)
        .where(*mine, col(AuditRun.state) == "failed")
        .order_by(col(App.package))
        .limit(1000)
    ).all()
    changes = session.execute(
        sa.select(
            *map(col, (App.package, App.name, App.province)),
            *map(col, (Observation.outcome, Observation.cause)),
            *map(col, (FindingRow.rule, FindingRow.severity, FindingRow.sureness, FindingRow.subject)),
            *map(col, (FindingRow.status, FindingRow.document)),
        )
        .join(AuditRun, col(AuditRun.app_id) == App.id)
        .join(Observation, col(Observation.run_id) == AuditRun.id)
        .join(FindingRow, col(FindingRow.id) == Observation.finding_id)
        .where(*mine, changing(), col(Observation.outcome).in_(CHANGES))
        .order_by(
            sa.case({name: place for place, name in enumerate(CHANGES)}, value=Observation.outcome),
            sa.case({item.value: item.rank for item in Severity}, value=FindingRow.severity),
            col(App.package),
            col(FindingRow.rule),
            col(FindingRow.subject),
        )
        .limit(_CHANGES_SHOWN + 1)
    ).all()
    told = ("package", "app", "province", "outcome", "cause", "rule", "severity", "sureness", "subject")
    shown = [
        {
            **dict(zip(told, row, strict=False)),
            "clauses": row.document.get("clauses", []),
            "title": row.document.get("title", {}),
            "record_status": row.status,
        }
        for row in changes[:_CHANGES_SHOWN]
    ]
    names = ("package", "app", "province", "code", "detail", "attempts")
    return {
        **tally(session, actor, week, part),
        "extracted": extracted,
        "failures": [dict(zip(names, row, strict=True)) for row in failures],
        "changes": shown,
        "more_changes": _number_of_changes(session, mine) - len(shown) if len(changes) > len(shown) else 0,
    }


def _number_of_changes(session: Session, mine: tuple[Any, ...]) -> int:
    return session.exec(
        select(sa.func.count())
        .select_from(Observation)
        .join(AuditRun, col(AuditRun.id) == Observation.run_id)
        .join(App, col(App.id) == AuditRun.app_id)
        .where(*mine, changing(), col(Observation.outcome).in_(CHANGES))
    ).one()


def worst_new(changes: list[dict[str, Any]]) -> Severity | None:
    """Return the gravest severity among what is new or reopened, or `None`."""
    found = [Severity(item["severity"]) for item in changes if item["outcome"] in {"new", "reopened"}]
    return min(found, key=lambda item: item.rank) if found else None
