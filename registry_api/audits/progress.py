"""How far an audit or a self-check has come: its stage, since when, and how many go before it."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry_api.audits.check_models import SelfCheck
from registry_api.audits.models import AuditRun, StoredFacts
from registry_api.db import now
from registry_api.organizations.models import AppVersion


@dataclass(frozen=True)
class Progress:
    """What a page says of work under way."""

    state: str
    """``queued``, ``running``, ``succeeded``, ``failed`` or ``cancelled``."""
    stage: str
    """``queued``, ``extract``, ``judge``, ``done`` or ``failed``."""
    seconds: int
    """Since it was begun; since it was asked for, while it waits; altogether, when it has ended."""
    ahead: int = 0
    """Audits and checks that wait before it."""
    error: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state not in {"queued", "running"}


# scope: of a run and a check that were found within reach
def of_run(session: Session, run: AuditRun, engine: str) -> Progress:
    """Return how far a run has come. Whether the package is read is told by its facts: they are kept at once."""
    stage = {"queued": "queued", "running": "judge", "succeeded": "done"}.get(run.state, "failed")
    if run.state == "running":
        version = session.get(AppVersion, run.app_version_id) if run.app_version_id else None
        if version is not None and session.get(StoredFacts, (version.artifact_sha256, "static", engine)) is None:
            stage = "extract"
    return _progress(session, run, stage, ": ".join(filter(None, (run.error_code, run.error_detail))))


def of_check(session: Session, check: SelfCheck) -> Progress:
    """Return how far a self-check has come."""
    stage = {"queued": "queued", "running": "extract", "succeeded": "done"}.get(check.state, "failed")
    return _progress(session, check, stage, check.error or "")


def _progress(session: Session, work: AuditRun | SelfCheck, stage: str, error: str) -> Progress:
    since = work.requested_at if work.state == "queued" else (work.started_at or work.requested_at)
    seconds = int(max(0.0, ((work.finished_at or now()) - since).total_seconds()))
    return Progress(work.state, stage, seconds, _ahead(session, work) if work.state == "queued" else 0, error)


def _ahead(session: Session, work: AuditRun | SelfCheck) -> int:
    """Count what waits before it; the weekly round goes after all others."""
    count = select(sa.func.count())
    runs = count.select_from(AuditRun).where(
        AuditRun.state == "queued",
        col(AuditRun.requested_at) < work.requested_at,
        col(AuditRun.kind).not_in(("weekly", "campaign")),
    )
    checks = count.select_from(SelfCheck).where(
        SelfCheck.state == "queued", col(SelfCheck.requested_at) < work.requested_at
    )
    return session.exec(runs).one() + session.exec(checks).one()
