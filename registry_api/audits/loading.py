"""What the audits of several apps look at, read in a handful of questions however many apps there are."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry_api.audits.facts import APPROVALS, Inputs
from registry_api.audits.models import AuditRun, StoredFacts, TrafficIntake
from registry_api.filings.models import Filing
from registry_api.organizations.models import App, AppVersion
from registry_api.trail.models import TrailEntry


@dataclass(frozen=True)
class Before:
    """The last run of an app that wrote findings."""

    id: str
    app_version_id: int | None
    inputs: str | None
    engine: str | None
    rules: str | None
    report_sha256: str | None
    summary: dict[str, Any]


def inputs_of_all(session: Session, runs: list[AuditRun]) -> dict[str, Inputs]:
    """Return run id → inputs; a run whose app is not on record is left out."""
    ids = [run.app_id for run in runs]
    apps = set(session.exec(select(App.id).where(col(App.id).in_(ids))).all())
    filings = _filings(session, ids)
    filed = _filed_versions(session, filings)
    wanted = {run.app_version_id for run in runs} | set(filed.values())
    versions = {
        row.id: row
        for row in session.exec(select(AppVersion).where(col(AppVersion.id).in_([i for i in wanted if i]))).all()
    }
    traffic: dict[tuple[int, int | None], list[str]] = defaultdict(list)
    # Traffic of another version is no evidence about this one: it would accuse the vendor of what was mended.
    for app_id, version_id, sha256 in session.exec(
        select(TrafficIntake.app_id, TrafficIntake.app_version_id, TrafficIntake.facts_sha256)
        .where(col(TrafficIntake.app_id).in_(ids))
        .order_by(TrafficIntake.facts_sha256)
    ).all():
        traffic[app_id, version_id].append(sha256)
    found = {}
    for run in runs:
        if run.app_id not in apps:
            continue
        stood = filed.get(run.app_id)
        found[run.id] = Inputs(
            versions.get(run.app_version_id),
            filings.get(run.app_id),
            tuple(traffic[run.app_id, run.app_version_id]),
            versions.get(stood) if stood is not None and stood != run.app_version_id else None,
        )
    return found


def _filings(session: Session, apps: list[int]) -> dict[int, Filing]:
    """Return app → its newest filing that is no draft."""
    newest = (
        select(sa.func.max(Filing.id))
        .where(col(Filing.app_id).in_(apps), Filing.state != "draft")
        .group_by(col(Filing.app_id))
    )
    return {row.app_id: row for row in session.exec(select(Filing).where(col(Filing.id).in_(newest))).all()}


def _filed_versions(session: Session, filings: dict[int, Filing]) -> dict[int, int]:
    """Return app → the version that was on record when its filing, or its last change, was approved."""
    wanted = {str(row.id): app_id for app_id, row in filings.items() if row.number is not None}
    if not wanted:
        return {}
    last = (
        select(sa.func.max(TrailEntry.seq))
        .where(
            col(TrailEntry.app_id).in_(list(wanted.values())),
            TrailEntry.object_kind == "filing",
            col(TrailEntry.object_id).in_(list(wanted)),
            col(TrailEntry.action).in_(APPROVALS),
        )
        .group_by(col(TrailEntry.app_id))
    )
    approved: dict[int, datetime] = {
        app_id: at
        for app_id, at in session.exec(
            select(TrailEntry.app_id, TrailEntry.at).where(col(TrailEntry.seq).in_(last))
        ).all()
        if app_id is not None
    }
    found: dict[int, int] = {}
    for version_id, app_id, created_at in session.exec(
        select(AppVersion.id, AppVersion.app_id, AppVersion.created_at)
        .where(col(AppVersion.app_id).in_(list(approved)))
        .order_by(col(AppVersion.id))
    ).all():
        if created_at <= approved[app_id]:
            found[app_id] = version_id or 0
    return found


def facts_on_store(session: Session, inputs: list[Inputs], engine: str) -> dict[tuple[str, str], StoredFacts]:
    """Return (input, kind) → facts by ``engine`` for everything that these audits look at."""
    wanted = {
        sha256
        for item in inputs
        for version in (item.version, item.filed)
        if version is not None
        for sha256 in (version.artifact_sha256, version.policy_sha256)
        if sha256
    }
    rows = session.exec(
        select(StoredFacts).where(col(StoredFacts.input_sha256).in_(sorted(wanted)), StoredFacts.engine == engine)
    ).all()
    return {(row.input_sha256, row.kind): row for row in rows}


def runs_before(session: Session, apps: list[int]) -> dict[int, Before]:
    """Return app → the last run that wrote findings; one that was overtaken wrote none."""
    superseded = col(AuditRun.summary)["superseded"].as_boolean()
    place = sa.func.row_number().over(partition_by=col(AuditRun.app_id), order_by=col(AuditRun.finished_at).desc())
    wrote = (
        sa.select(col(AuditRun.id), place.label("place"))
        .where(
            col(AuditRun.app_id).in_(apps),
            col(AuditRun.state) == "succeeded",
            sa.or_(superseded.is_(None), superseded.is_(False)),
        )
        .subquery()
    )
    rows = session.execute(
        sa.select(
            *map(col, (AuditRun.app_id, AuditRun.id, AuditRun.app_version_id, AuditRun.inputs, AuditRun.engine)),
            *map(col, (AuditRun.rules, AuditRun.report_sha256, AuditRun.summary)),
        )
        .join(wrote, wrote.c.id == col(AuditRun.id))
        .where(wrote.c.place == 1)
    ).all()
    return {app_id: Before(*rest) for app_id, *rest in rows}


def overtaken(session: Session, runs: list[AuditRun], apps: dict[int, App]) -> set[str]:
    """Return the runs that say nothing about their app as it is: of an older version, or a later look was faster."""
    later: dict[tuple[int, int | None], datetime] = {
        (app_id, version_id): started
        for app_id, version_id, started in session.execute(
            sa.select(col(AuditRun.app_id), col(AuditRun.app_version_id), sa.func.max(col(AuditRun.started_at)))
            .where(col(AuditRun.app_id).in_(list(apps)), col(AuditRun.state) == "succeeded")
            .group_by(col(AuditRun.app_id), col(AuditRun.app_version_id))
        ).all()
        if started is not None
    }
    found = set()
    for run in runs:
        last = later.get((run.app_id, run.app_version_id))
        old = run.app_version_id != apps[run.app_id].current_version_id
        if old or (last is not None and run.started_at is not None and last > run.started_at):
            found.add(run.id)
    return found
