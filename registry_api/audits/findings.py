"""Findings over time: one row for each fingerprint of an app, one observation for each run, nothing deleted.

A finding has ended only when the run looked where it was seen last and did not see it again. When engine or rules
changed and the input did not, it is *retracted* by us, never *rectified* by the vendor. What a person decided (a
waiver, a false positive) stands until its evidence grows or its time is over.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from analyzer.model import Finding, Report, channels_of, record_plain
from registry_api.audits.gist import gist_of
from registry_api.audits.models import AuditRun, FindingRow, Observation
from registry_api.audits.standing import DECIDED, ENDED, STANDING, FindingEvent, FindingStatus, step
from registry_api.audits.waivers import end_waiver, live_waivers
from registry_api.db import now
from registry_api.organizations.models import App
from registry_api.trail.chain import Act, append_all

OPEN = tuple(sorted(item.value for item in STANDING))
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
    ended = status in ENDED
    if seen:
        if status is None:
            return "new"
        return "reopened" if ended else "open"
    if ended:
        return "gone"
    return "gone" if counts else "not_examined"


def event_of(row: FindingRow, outcome: str, gist: str, cause: str) -> FindingEvent | None:
    """Return what an outcome means for the status; `None`: nothing changes."""
    if outcome == "gone":
        return FindingEvent.OVERRULED if cause == "rules" else FindingEvent.MISSED
    if outcome == "reopened":
        return FindingEvent.SEEN
    if outcome == "open" and row.status in DECIDED and row.gist != gist:
        return FindingEvent.GREW
    return None


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
    outcomes: list[tuple[FindingRow, str]] = []
    grown: list[tuple[FindingRow, str]] = []
    waivers = live_waivers(session, app)
    for fingerprint, finding in seen.items():
        row = known.get(fingerprint) or _new(run, app, finding)
        outcome = outcome_of(row.status if fingerprint in known else None, seen=True, counts=True)
        gist, was = gist_of(finding), row.status
        event = event_of(row, outcome, gist, cause)
        if event is not None:
            row.status = step(row.status, event).value
        if event is FindingEvent.SEEN and (waiver := waivers.get(row.id or 0)) is not None and waiver.gist == gist:
            row.status = FindingStatus.WAIVED.value  # it was waived when it went away, and the waiver still holds
        if event is FindingEvent.GREW:
            grown.append((row, was))
            if (waiver := waivers.get(row.id or 0)) is not None:
                end_waiver(session, waiver, "grew")
        _take(row, finding, gist, run)
        outcomes.append((row, outcome))
    for fingerprint, row in known.items():
        if fingerprint in seen:
            continue
        counts = absence_counts(row.document, row.last_run_id, examined)
        outcome = outcome_of(row.status, seen=False, counts=counts)
        if outcome == "gone" and (row.status in ENDED or row.status == FindingStatus.FALSE_POSITIVE):
            continue  # it went in an earlier run, or was never one; nothing to note
        if (event := event_of(row, outcome, row.gist, cause)) is not None:
            row.status = step(row.status, event).value
        outcomes.append((row, outcome))
    session.add_all(row for row, _ in outcomes)
    session.flush()
    # One row for every finding of every run: inserted without a model for each.
    observed = [
        {
            "finding_id": row.id,
            "run_id": run.id,
            "outcome": outcome,
            "cause": cause if outcome != "new" or before else "input",
        }
        for row, outcome in outcomes
    ]
    if observed:
        session.execute(sa.insert(Observation), observed)
    _tell(session, run, app, grown)
    session.flush()
    counted = Counter(outcome for _, outcome in outcomes)
    return {name: counted[name] for name in ("new", "open", "reopened", "gone", "not_examined")}


def _new(run: AuditRun, app: App, finding: Finding) -> FindingRow:
    moment = now()
    return FindingRow(
        app_id=app.id or 0,
        province=app.province,
        organization_id=app.organization_id,
        fingerprint=finding.fingerprint,
        rule=finding.rule,
        severity="",
        sureness="",
        subject="",
        status=FindingStatus.OPEN.value,
        first_seen_at=moment,
        last_seen_at=moment,
        first_run_id=run.id,
        last_run_id=run.id,
    )


def _take(row: FindingRow, finding: Finding, gist: str, run: AuditRun) -> None:
    row.severity, row.sureness, row.subject = finding.severity.value, finding.status.value, finding.subject[:1000]
    row.document = record_plain(finding)
    if row.status not in DECIDED:
        row.gist = gist
    row.last_seen_at, row.last_run_id = now(), run.id


def _tell(session: Session, run: AuditRun, app: App, grown: list[tuple[FindingRow, str]]) -> None:
    """Write to the trail that what a person had decided no longer holds."""
    if grown:
        append_all(
            session,
            [
                Act(
                    "system",
                    "system",
                    "finding.grew",
                    "finding",
                    str(row.id),
                    app_id=app.id,
                    province=app.province,
                    reason="证据的种类、程度或确定性与作出决定时不同 / not the evidence decided about",
                    payload={"from": was, "to": row.status, "run": run.id, "fingerprint": row.fingerprint},
                )
                for row, was in grown
            ],
        )


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
