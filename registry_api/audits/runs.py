"""The life of an audit run: requested, claimed under a lease, kept alive, finished or given back.

All steps are compare-and-set on the `audit_run` row, so that a job that the engine delivers twice, or late, changes
nothing. A run whose worker is gone goes back to the queue; after `Settings.attempts` it fails and says so.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry_api.audits.models import AuditRun
from registry_api.db import now
from registry_api.filings.models import Filing
from registry_api.filings.transitions import Event, State, apply, system_step
from registry_api.jobs.port import Job, Jobs
from registry_api.organizations.models import App
from registry_api.registry import Registry
from registry_api.trail.chain import Act, append

STRAY_AFTER = timedelta(seconds=60)
"""A run that has been queued this long is looked up in the engine: it may have been lost between queue and claim."""

BUNDLE = 25
"""Runs that one job carries: the job engine spends 22 ms of CPU on a job, more than judging an app."""

FINISHED = frozenset({"succeeded", "failed", "cancelled"})


def queue_of(kind: str) -> str:
    """Return the queue of a kind of run."""
    return "weekly" if kind in {"weekly", "campaign"} else "interactive"


def request(
    session: Session,
    jobs: Jobs,
    app: App,
    *,
    kind: str,
    by: str | None = None,
    filing_id: int | None = None,
    dedupe: str | None = None,
) -> AuditRun:
    """Create a run of the app's current version and its job in the caller's transaction."""
    moment = now()
    run = AuditRun(
        id=str(uuid.uuid4()),
        app_id=app.id or 0,
        app_version_id=app.current_version_id,
        filing_id=filing_id,
        kind=kind,
        dedupe=dedupe,
        state="queued",
        enqueued=1,
        enqueued_at=moment,
        requested_at=moment,
        requested_by=by,
    )
    session.add(run)
    session.flush()
    jobs.enqueue(session, Job(run.id, 1, queue_of(kind)))
    return run


def request_bundle(
    session: Session,
    jobs: Jobs,
    apps: list[tuple[App, str]],
    *,
    kind: str = "weekly",
    by: str | None = None,
    week: str | None = None,
) -> list[str]:
    """Create runs of several apps, each with its dedupe key, and one job that carries them all; return their ids."""
    moment = now()
    rows = [
        AuditRun(
            id=str(uuid.uuid4()),
            app_id=app.id or 0,
            app_version_id=app.current_version_id,
            kind=kind,
            dedupe=dedupe,
            week=week,
            state="queued",
            enqueued=1,
            enqueued_at=moment,
            requested_at=moment,
            requested_by=by,
        )
        for app, dedupe in apps
    ]
    for row in rows:
        row.bundle = rows[0].id
    session.add_all(rows)
    session.flush()
    jobs.enqueue(session, Job(rows[0].id, 1, queue_of(kind)))
    return [row.id for row in rows]


def bundle_of(session: Session, run_id: str) -> list[AuditRun]:
    """Return the queued runs that the job of a run carries: itself, and those bundled with it."""
    return list(
        session.exec(
            select(AuditRun)
            .where(sa.or_(col(AuditRun.id) == run_id, col(AuditRun.bundle) == run_id), AuditRun.state == "queued")
            .order_by(col(AuditRun.app_id))
        ).all()
    )


def claim(registry: Registry, run_id: str, worker: str) -> AuditRun | None:
    """Take a queued run under a lease; `None` when it is not there to be taken."""
    taken = claim_all(registry, [run_id], worker)
    return taken[0] if taken else None


def claim_all(registry: Registry, run_ids: list[str], worker: str) -> list[AuditRun]:
    """Take queued runs under a lease, all in one transaction; those that somebody else has are left out."""
    lease = now() + timedelta(seconds=registry.settings.lease_seconds)
    with registry.database.write() as session:
        rows = session.exec(
            select(AuditRun)
            .where(col(AuditRun.id).in_(run_ids), AuditRun.state == "queued")
            .order_by(col(AuditRun.id))
            .with_for_update(skip_locked=True)
        ).all()
        for run in rows:
            run.state, run.worker, run.lease_until = "running", worker, lease
            run.attempt += 1
            run.started_at = now()
        session.flush()
        for run in rows:
            _filing_follows(session, run, State.SUBMITTED, Event.BEGIN_PRECHECK)
        return list(rows)


def keep_alive(registry: Registry, *runs: AuditRun) -> set[str]:
    """Extend the leases; return the runs that are still this worker's."""
    lease = now() + timedelta(seconds=registry.settings.lease_seconds)
    with registry.database.write() as session:
        mine = sa.or_(*(sa.and_(*_mine(run)) for run in runs))
        kept = session.execute(sa.update(AuditRun).where(mine).values(lease_until=lease).returning(col(AuditRun.id)))
        return set(kept.scalars())


def still_mine(registry: Registry, *runs: AuditRun) -> set[str]:
    """Return which runs are still this worker's: neither cancelled nor taken away."""
    with registry.database.read() as session:
        return set(session.exec(select(AuditRun.id).where(sa.or_(*(sa.and_(*_mine(run)) for run in runs)))).all())


def _mine(run: AuditRun) -> tuple[Any, ...]:
    return (
        col(AuditRun.id) == run.id,
        col(AuditRun.state) == "running",
        col(AuditRun.worker) == run.worker,
        col(AuditRun.attempt) == run.attempt,
    )


def newest(session: Session, app: App) -> AuditRun | None:
    """Return the finished run that speaks for an app: of its current version if there is one, then the last begun."""
    current = sa.case((col(AuditRun.app_version_id) == app.current_version_id, 0), else_=1)
    return session.exec(
        select(AuditRun)
        .where(AuditRun.app_id == app.id, AuditRun.state == "succeeded")
        .order_by(current, col(AuditRun.started_at).desc())
        .limit(1)
    ).first()


def lock_mine(session: Session, run: AuditRun) -> AuditRun | None:
    """Return the row for finishing when it is still this attempt's, else `None`: the results are then not written."""
    return session.exec(select(AuditRun).where(*_mine(run)).with_for_update()).first()


def lock_all_mine(session: Session, runs: list[AuditRun]) -> list[AuditRun]:
    """Return the rows for finishing that are still their attempt's, as `lock_mine` does for one."""
    attempts = {run.id: (run.worker, run.attempt) for run in runs}
    rows = session.exec(
        select(AuditRun)
        .where(col(AuditRun.id).in_(list(attempts)), AuditRun.state == "running")
        .order_by(col(AuditRun.id))
        .with_for_update()
    ).all()
    return [row for row in rows if (row.worker, row.attempt) == attempts[row.id]]


def fail(registry: Registry, run: AuditRun, code: str, detail: str, *, again: bool) -> None:
    """End an attempt: back to the queue while ``again`` and attempts are left, else failed for good."""
    with registry.database.write() as session:
        row = lock_mine(session, run)
        if row is None:
            return
        if again and row.attempt < registry.settings.attempts:
            _requeue(session, registry.jobs, row)
        else:
            _fail_for_good(session, row, code, detail)


def _requeue(session: Session, jobs: Jobs, run: AuditRun) -> None:
    run.state, run.worker, run.lease_until = "queued", None, None
    run.bundle = None  # from now on it has a job of its own: another app's trouble is not its
    run.enqueued += 1
    run.enqueued_at = now()
    session.add(run)
    session.flush()
    jobs.enqueue(session, Job(run.id, run.enqueued, queue_of(run.kind)))


def _fail_for_good(session: Session, run: AuditRun, code: str, detail: str) -> None:
    run.state, run.lease_until, run.finished_at = "failed", None, now()
    run.error_code, run.error_detail = code, " ".join(detail.split())[:2000]
    session.add(run)
    session.flush()
    lock_filing(session, run)
    append(
        session,
        Act(
            "system",
            "system",
            "audit.fail",
            "audit",
            run.id,
            app_id=run.app_id,
            payload={"code": code, "detail": run.error_detail, "attempts": run.attempt},
        ),
    )
    if code in UNREADABLE:
        item = {
            "field": "/artifact" if code == "unreadable_artifact" else "/policy",
            "problem": detail[:500],
            "suggestion": "请重新上传可以安装的应用包 / upload a package that can be read"
            if code == "unreadable_artifact"
            else "请上传可读取的隐私政策文本 / upload a policy whose text can be read",
        }
        _filing_follows(session, run, State.PRECHECK, Event.REJECT_ARTIFACT, detail, (item,))
    else:
        # The case must not hang: a reviewer sees the failed audit, and approval still demands a finished one.
        _filing_follows(session, run, State.PRECHECK, Event.FINISH_PRECHECK, f"{code}: {detail}"[:500])


UNREADABLE = frozenset({"unreadable_artifact", "unreadable_policy"})
"""Failures that only the vendor can mend; no second attempt is made."""


def filing_ready(session: Session, run: AuditRun) -> None:
    """Let the filing of a finished run go on to review."""
    _filing_follows(session, run, State.PRECHECK, Event.FINISH_PRECHECK)


def lock_filing(session: Session, run: AuditRun) -> None:
    """Lock the filing that will follow the run. The order is run, filing, app, trail, everywhere: no deadlock."""
    if run.filing_id is not None:
        session.get(Filing, run.filing_id, with_for_update=True)


def _filing_follows(
    session: Session,
    run: AuditRun,
    state: State,
    event: Event,
    reason: str = "",
    corrections: tuple[dict[str, str], ...] = (),
) -> None:
    if run.filing_id is None:
        return
    filing = session.get(Filing, run.filing_id)
    if filing is not None and filing.state == state:
        apply(session, filing, event, system_step(reason, corrections))


def cancel(session: Session, run: AuditRun, by: Act) -> bool:
    """Cancel a run that has not ended; a worker in the middle of it will find its results refused."""
    if run.state in FINISHED:
        return False
    run.state, run.lease_until, run.finished_at = "cancelled", None, now()
    session.add(run)
    session.flush()
    lock_filing(session, run)
    append(session, by)
    _filing_follows(session, run, State.SUBMITTED, Event.BEGIN_PRECHECK)
    _filing_follows(session, run, State.PRECHECK, Event.FINISH_PRECHECK, "audit cancelled")
    return True


def release_own(registry: Registry, worker: str) -> int:
    """Give back what an earlier process of the same worker left running; its id is locked, so it must be dead."""
    with registry.database.write() as session:
        rows = session.exec(
            select(AuditRun).where(AuditRun.state == "running", AuditRun.worker == worker).with_for_update()
        ).all()
        for run in rows:
            _lost(session, registry, run)
        return len(rows)


def sweep(registry: Registry, moment: datetime | None = None) -> int:
    """Give back runs whose lease has ended, and hand over anew those the engine has lost; return how many."""
    moment = moment or now()
    count = 0
    with registry.database.write() as session:
        lost = session.exec(
            select(AuditRun)
            .where(AuditRun.state == "running", col(AuditRun.lease_until) < moment)
            .with_for_update(skip_locked=True)
        ).all()
        for run in lost:
            _lost(session, registry, run)
        count += len(lost)
    with registry.database.read() as session:
        stray = session.exec(
            select(AuditRun)
            .where(AuditRun.state == "queued", col(AuditRun.enqueued_at) < moment - STRAY_AFTER)
            .order_by(col(AuditRun.enqueued_at))
            .limit(1000)
        ).all()
    jobs = {run.id: Job(run.bundle or run.id, run.enqueued, queue_of(run.kind)) for run in stray}
    carried = {job: _carried(registry, job, moment) for job in set(jobs.values())}
    for run in stray:
        if carried[jobs[run.id]]:
            continue
        with registry.database.write() as session:
            row = session.exec(
                select(AuditRun)
                .where(AuditRun.id == run.id, AuditRun.state == "queued", AuditRun.enqueued == run.enqueued)
                .with_for_update()
            ).first()
            if row is not None:
                _requeue(session, registry.jobs, row)
                count += 1
    return count


def _carried(registry: Registry, job: Job, moment: datetime) -> bool:
    """Tell whether the engine still brings the runs of a job to a worker."""
    state = registry.jobs.status(job)
    if state != "running":
        return state == "queued"
    # A worker goes through the bundle, one part after the other: then one of it is under way, or ended just now.
    with registry.database.read() as session:
        lately = session.exec(
            select(AuditRun.id)
            .where(
                col(AuditRun.bundle) == job.run_id,
                sa.or_(col(AuditRun.state) == "running", col(AuditRun.finished_at) > moment - STRAY_AFTER),
            )
            .limit(1)
        ).first()
    return lately is not None


def _lost(session: Session, registry: Registry, run: AuditRun) -> None:
    if run.attempt < registry.settings.attempts:
        _requeue(session, registry.jobs, run)
    else:
        _fail_for_good(session, run, "worker_lost", f"the worker was lost {run.attempt} times")
