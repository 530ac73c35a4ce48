"""Findings over time: one row for each fingerprint of an app, one observation for each run, nothing deleted.

A finding is *gone* only when the run looked where it was seen last and did not see it again. A change of rules or
engine on equal inputs is noted as ours (`cause` = ``rules``), so that it never reads as a vendor's fix or lapse.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from analyzer.model import Finding, Report, channels_of, record_plain
from registry_api.audits.models import AuditRun, FindingRow, Observation
from registry_api.db import now
from registry_api.organizations.models import App

OPEN = ("open", "reopened")
"""Statuses of findings that stand."""


@dataclass(frozen=True)
class Examined:
    """What a run looked at."""

    channels: dict[str, bool]
    complete: bool
    """The package was read in full."""
    same_facts: frozenset[str] = frozenset()
    """Earlier runs that judged the very same facts of the package: what they saw is there to be seen again."""


def absence_counts(document: dict[str, Any], last_run: str, examined: Examined) -> bool:
    """Tell whether not seeing again a finding that ``last_run`` saw last means that it is gone."""
    channels = channels_of(str(item["kind"]) for item in document.get("evidence", ()))
    if not all(examined.channels.get(channel, False) for channel in channels):
        return False
    return "static" not in channels or examined.complete or last_run in examined.same_facts


def outcome_of(status: str | None, *, seen: bool, counts: bool) -> str:
    """Return what one run saw of a finding: the whole table of outcomes."""
    if seen:
        if status is None:
            return "new"
        return "reopened" if status == "gone" else "open"
    if status == "gone":
        return "gone"
    return "gone" if counts else "not_examined"


def record(session: Session, run: AuditRun, app: App, report: Report) -> dict[str, int]:
    """Write the findings of a finished run in the caller's transaction; return the numbers by outcome of change."""
    before = _run_before(session, run)
    examined = Examined(
        channels=report.summary.channels,
        complete=report.coverage.complete,
        same_facts=_same_facts(session, run),
    )
    cause = "rules" if before is not None and before.inputs == run.inputs else "input"
    known = {row.fingerprint: row for row in session.exec(select(FindingRow).where(FindingRow.app_id == app.id)).all()}
    seen: dict[str, Finding] = {}
    for finding in report.findings:
        seen.setdefault(finding.fingerprint, finding)
    moment = now()
    outcomes: list[tuple[FindingRow, str]] = []
    for fingerprint, finding in seen.items():
        row = known.get(fingerprint)
        outcome = outcome_of(row.status if row else None, seen=True, counts=True)
        row = row or FindingRow(
            app_id=app.id or 0,
            province=app.province,
            organization_id=app.organization_id,
            fingerprint=fingerprint,
            rule=finding.rule,
            severity="",
            sureness="",
            subject="",
            status="open",
            first_seen_at=moment,
            last_seen_at=moment,
            first_run_id=run.id,
            last_run_id=run.id,
        )
        row.severity, row.sureness, row.subject = finding.severity.value, finding.status.value, finding.subject[:1000]
        row.document = record_plain(finding)
        row.last_seen_at, row.last_run_id = moment, run.id
        row.status = "reopened" if outcome == "reopened" else row.status
        outcomes.append((row, outcome))
    for fingerprint, row in known.items():
        if fingerprint in seen:
            continue
        counts = absence_counts(row.document, row.last_run_id, examined)
        outcome = outcome_of(row.status, seen=False, counts=counts)
        if outcome == "gone" and row.status == "gone":
            continue  # it went in an earlier run; nothing to note
        if outcome == "gone":
            row.status = "gone"
        outcomes.append((row, outcome))
    session.add_all(row for row, _ in outcomes)
    session.flush()
    session.add_all(
        Observation(
            finding_id=row.id or 0,
            run_id=run.id,
            outcome=outcome,
            cause=cause if outcome != "new" or before else "input",
        )
        for row, outcome in outcomes
    )
    session.flush()
    counted = Counter(outcome for _, outcome in outcomes)
    return {name: counted[name] for name in ("new", "open", "reopened", "gone", "not_examined")}


def _run_before(session: Session, run: AuditRun) -> AuditRun | None:
    """Return the last run that wrote findings; one that was overtaken wrote none."""
    finished = session.exec(
        select(AuditRun)
        .where(AuditRun.app_id == run.app_id, AuditRun.state == "succeeded", AuditRun.id != run.id)
        .order_by(col(AuditRun.finished_at).desc())
        .limit(50)
    ).all()
    return next((item for item in finished if not item.summary.get("superseded")), None)


def _same_facts(session: Session, run: AuditRun) -> frozenset[str]:
    if run.extracted is not False:
        return frozenset()
    return frozenset(
        session.exec(
            select(AuditRun.id).where(
                AuditRun.app_id == run.app_id,
                AuditRun.app_version_id == run.app_version_id,
                AuditRun.engine == run.engine,
                AuditRun.state == "succeeded",
            )
        ).all()
    )
