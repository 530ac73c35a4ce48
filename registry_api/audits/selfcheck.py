"""A provider's look at its own package before handing it in: the same report, and nothing of it goes on record.

The analysis takes minutes and all of a core, so that a worker performs it as it performs audits; the page asks how far
it has come. Reports are thrown away after `LIFE`.
"""

from __future__ import annotations

import json
import logging
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from analyzer.model import Facts, UnreadableInputError
from registry_api.accounts.access import Actor
from registry_api.audits.check_models import SelfCheck
from registry_api.db import now
from registry_api.errors import RegistryError
from registry_api.filings.models import Filing
from registry_api.jobs.port import Job
from registry_api.registry import Registry
from registry_api.storage.models import Upload

PREFIX = "check:"
LIFE = timedelta(days=7)
STRAY_AFTER = timedelta(seconds=60)
LOST_AFTER = timedelta(minutes=30)
"""An extraction is ended by its own limits long before."""
_WAITING = ("queued", "running")
_MOST = 3
"""Checks of one account that wait or run: audits that count go first."""
_log = logging.getLogger(__name__)


def request_check(
    registry: Registry, session: Session, actor: Actor, artifact: Upload, policy: Upload | None, filing_id: int | None
) -> SelfCheck:
    """Order a self-check in the caller's transaction. Raises ``unavailable`` when several of this account wait."""
    waiting = session.exec(
        select(sa.func.count())
        .select_from(SelfCheck)
        .where(SelfCheck.key_id == actor.key_id, col(SelfCheck.state).in_(_WAITING))
    ).one()
    if waiting >= _MOST:
        raise RegistryError(
            "unavailable",
            f"您已有 {waiting} 个自查在等待，请等它们完成 / {waiting} of your checks are waiting; let them finish",
            headers={"Retry-After": "60"},
        )
    moment = now()
    check = SelfCheck(
        id=PREFIX + str(uuid.uuid4()),
        key_id=actor.key_id,
        artifact_upload=artifact.id,
        policy_upload=policy.id if policy else None,
        filing_id=filing_id,
        name=artifact.name,
        state="queued",
        enqueued_at=moment,
        requested_at=moment,
    )
    session.add(check)
    session.flush()
    registry.jobs.enqueue(session, Job(check.id, 1))
    return check


def find_check(session: Session, actor: Actor, check_id: str) -> SelfCheck:
    """Return a self-check of this very account, or raise ``not-found``."""
    check = session.get(SelfCheck, PREFIX + check_id)
    if check is None or check.key_id != actor.key_id:
        raise RegistryError("not-found", f"there is no self-check {check_id[:40]}")
    return check


def checks_of(session: Session, actor: Actor) -> list[SelfCheck]:
    """Return the self-checks of this account that are still kept, the newest first, without their reports."""
    statement = select(SelfCheck).where(SelfCheck.key_id == actor.key_id)
    deferred = sa.orm.defer(SelfCheck.report)  # type: ignore[arg-type]  # a mapped column
    return list(session.exec(statement.options(deferred).order_by(col(SelfCheck.requested_at).desc()).limit(20)).all())


def perform_check(registry: Registry, check_id: str, worker: str) -> None:
    """Do one self-check, whatever becomes of it; one that is not waiting is left alone."""
    with registry.database.write() as session:
        taken = session.execute(
            sa.update(SelfCheck)
            .where(col(SelfCheck.id) == check_id, col(SelfCheck.state) == "queued")
            .values(state="running", worker=worker, attempt=SelfCheck.attempt + 1, started_at=now())
        )
        if not taken.rowcount:  # type: ignore[attr-defined]  # a cursor result has it
            return
        check = session.get_one(SelfCheck, check_id)
        attempt = check.attempt
        artifact = session.get_one(Upload, check.artifact_upload)
        policy = session.get(Upload, check.policy_upload) if check.policy_upload else None
        filing = session.get(Filing, check.filing_id) if check.filing_id else None
        document = filing.document if filing is not None else None
    report = error = None
    try:
        report = _report(registry, artifact, policy, document)
    except UnreadableInputError as wrong:
        name = policy.name if policy and Path(wrong.path).stem == "policy" else artifact.name
        error = f"{name}: {wrong.why}"
    except Exception as wrong:  # noqa: BLE001 - the page must say what happened, whatever it was
        _log.exception("self-check %s", check_id)
        error = f"{type(wrong).__name__}: {wrong}"
    with registry.database.write() as session:
        session.execute(
            sa.update(SelfCheck)
            .where(col(SelfCheck.id) == check_id, col(SelfCheck.state) == "running", col(SelfCheck.attempt) == attempt)
            .values(
                state="failed" if report is None else "succeeded",
                report=report,
                error=error[:2000] if error else None,
                finished_at=now(),
            )
        )


def _report(registry: Registry, upload: Upload, policy: Upload | None, document: dict[str, Any] | None) -> str:
    with TemporaryDirectory() as folder:
        static = registry.analysis.extract(_named(registry, upload, Path(folder), "app"))
        words = registry.analysis.read_policy(_named(registry, policy, Path(folder), "policy")) if policy else None
    filing = registry.analysis.filing_facts(document) if document else None
    return str(registry.analysis.report_of(Facts(static=static, policy=words, filing=filing)).dump())


def report_of(check: SelfCheck) -> dict[str, Any] | None:
    """Return the report of a check that has one."""
    return json.loads(check.report) if check.report else None


def _named(registry: Registry, upload: Upload, folder: Path, stem: str) -> Path:
    """Return a path to the blob whose ending says what kind of file it is: readers go by it."""
    name = folder / (stem + Path(upload.name).suffix[:10])
    name.symlink_to(registry.blobs.path(upload.blob_sha256).resolve())
    return name


def recover_checks(registry: Registry, worker: str | None = None, moment: datetime | None = None) -> int:
    """Give back what a dead worker left, hand over what the engine lost, throw away what is old; return how many.

    With ``worker`` its own leftovers are given back at once: it has just started, so that nothing of it can run.
    """
    moment = moment or now()
    lost = (col(SelfCheck.state) == "running") & (
        (col(SelfCheck.worker) == worker) if worker else (col(SelfCheck.started_at) < moment - LOST_AFTER)
    )
    stray = (col(SelfCheck.state) == "queued") & (col(SelfCheck.enqueued_at) < moment - STRAY_AFTER)
    old = col(SelfCheck.requested_at) < moment - LIFE
    with registry.database.read() as session:  # a writer would keep all others waiting, mostly for nothing
        due = session.exec(select(SelfCheck.id, SelfCheck.enqueued, SelfCheck.state).where(lost | stray | old)).all()
    count = 0
    for check_id, serial, state in due:
        known = state == "queued" and registry.jobs.status(Job(check_id, serial)) == "queued"
        with registry.database.write() as session:
            check = session.get(SelfCheck, check_id, with_for_update=True)
            if check is None or check.state != state or check.enqueued != serial:
                continue
            count += _mend(registry, session, check, moment, known=known)
    return count


def _mend(registry: Registry, session: Session, check: SelfCheck, moment: datetime, *, known: bool) -> int:
    if check.requested_at < moment - LIFE:
        session.delete(check)
    elif known:
        return 0
    elif check.attempt >= registry.settings.attempts:
        check.state, check.error, check.finished_at = "failed", "the worker was lost", moment
        session.add(check)
    else:
        check.state, check.worker, check.enqueued, check.enqueued_at = "queued", None, check.enqueued + 1, moment
        session.add(check)
        session.flush()
        registry.jobs.enqueue(session, Job(check.id, check.enqueued))
    return 1
