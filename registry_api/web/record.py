"""What the page of one app shows, gathered from record and newest report with a fixed number of queries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from analyzer.model import Clause, Severity
from registry_api.accounts.access import MEMBERS, Actor
from registry_api.accounts.models import ApiKey
from registry_api.audits.models import STANDING, AuditRun, FindingRow, TrafficIntake
from registry_api.audits.runs import newest
from registry_api.audits.standing import FindingStatus
from registry_api.errors import RegistryError
from registry_api.filings.models import Filing
from registry_api.organizations.models import App, AppVersion, Organization
from registry_api.organizations.service import find_app
from registry_api.registry import Registry
from registry_api.trail.models import TrailEntry
from registry_api.web.comparison import Row, compare

_ROWS = 200
PAGE = 40
"""Findings on one page: 5,000 in full would be ten megabytes."""
_LEVELS = ("before_consent", "reachable", "present")


@dataclass(frozen=True)
class Tally:
    """How many findings there are, and which of them the page shows."""

    standing: int
    total: int
    page: int = 1
    pages: int = 1
    only: str = ""
    """A severity or a status, if the list is narrowed to it."""


@dataclass(frozen=True)
class Record:
    """Everything on the page of one app."""

    app: App
    organization: Organization
    version: AppVersion | None
    filing: Filing | None
    run: AuditRun | None
    report: dict[str, Any] | None
    broken: str | None
    """Why the stored report cannot be shown."""
    comparison: list[Row]
    ledger: tuple[list[dict[str, Any]], list[dict[str, Any]]]
    """Rows that something was seen or declared of, gravest first; and the rest."""
    findings: list[FindingRow]
    """One page of them, gravest first."""
    tally: Tally
    evidence: list[dict[str, Any]]
    """For each kind of personal data: its accesses, transmissions and declarations."""
    early: list[dict[str, Any]]
    """The groups of `evidence` with only their reads that start-up reaches before consent."""
    requests: list[dict[str, Any]]
    """Where permissions are asked for, what start-up reaches first."""
    searched: bool
    """Whether call chains were looked for in code that was read in full."""
    clauses: Mapping[str, Clause]
    runs: list[AuditRun]
    intakes: list[TrafficIntake]
    trail: list[TrailEntry]
    names: dict[str, str]
    """``key:<id>`` or ``user:<id>`` → the name of its holder, as far as the reader may know it."""


def read_record(registry: Registry, actor: Actor, package: str, *, page: int = 1, only: str = "") -> Record:
    """Return the record of an app within reach with one page of its findings, or raise ``not-found``."""
    with registry.database.read() as session:
        app = find_app(session, actor, package)
        organization = session.get(Organization, app.organization_id)
        if organization is None:
            raise RegistryError("not-found", f"the provider of {package} is not on record")
        version = session.get(AppVersion, app.current_version_id) if app.current_version_id else None
        filing = session.exec(
            select(Filing).where(Filing.app_id == app.id).order_by(col(Filing.id).desc()).limit(1)
        ).first()
        runs = list(
            session.exec(
                select(AuditRun).where(AuditRun.app_id == app.id).order_by(col(AuditRun.requested_at).desc()).limit(30)
            ).all()
        )
        run = newest(session, app)
        findings, tally = findings_of(session, app.id or 0, page, only)
        intakes = list(
            session.exec(
                select(TrafficIntake)
                .where(TrafficIntake.app_id == app.id)
                .order_by(col(TrafficIntake.id).desc())
                .limit(30)
            ).all()
        )
        trail = list(
            session.exec(
                select(TrailEntry).where(TrailEntry.app_id == app.id).order_by(col(TrailEntry.seq).desc()).limit(_ROWS)
            ).all()
        )
        names = _names(session, actor, trail)
    report, broken = _report(registry, run)
    evidence = evidence_of(report) if report else []
    return Record(
        app=app,
        organization=organization,
        version=version,
        filing=filing,
        run=run,
        report=report,
        broken=broken,
        comparison=compare(filing.facts, report) if filing and report else [],
        ledger=ledger_of(report) if report else ([], []),
        findings=findings,
        tally=tally,
        evidence=evidence,
        early=early_of(evidence),
        requests=requests_of(report) if report else [],
        searched=searched(report) if report else False,
        clauses=registry.analysis.clauses(),
        runs=runs,
        intakes=intakes,
        trail=trail,
        names=names,
    )


def _names(session: Session, actor: Actor, trail: list[TrailEntry]) -> dict[str, str]:
    said = {entry.actor: entry.actor.partition("/")[0].partition(":")[2] for entry in trail}
    ids = set(said.values())
    statement = select(ApiKey.id, ApiKey.name).where(col(ApiKey.id).in_(ids))
    if actor.role in MEMBERS:  # the authority acts as one: its people are not named to those it supervises
        statement = statement.where(ApiKey.organization_id == actor.organization_id)
    known = dict(session.exec(statement).all())
    return {label: known[key_id] for label, key_id in said.items() if key_id in known}


def _report(registry: Registry, run: AuditRun | None) -> tuple[dict[str, Any] | None, str | None]:
    if run is None or run.report_sha256 is None:
        return None, None
    try:
        return json.loads(registry.blobs.read(run.report_sha256)), None
    except RegistryError as error:
        return None, error.detail


# scope: of an app that was found within reach
def findings_of(session: Session, app_id: int, page: int, only: str = "") -> tuple[list[FindingRow], Tally]:
    """Return one page of an app's findings: what stands first, the gravest first, what is proven first."""
    rows = select(FindingRow).where(FindingRow.app_id == app_id)
    numbers = select(FindingRow.status, FindingRow.severity, sa.func.count()).where(FindingRow.app_id == app_id)
    counts = session.exec(numbers.group_by(col(FindingRow.status), col(FindingRow.severity))).all()
    standing = sum(number for status, _, number in counts if status in STANDING)
    shown = sum(number for status, severity, number in counts if only in {"", status, severity})
    if only:
        narrowed = FindingRow.status if only in set(FindingStatus) else FindingRow.severity
        rows = rows.where(narrowed == only)
    pages = max(1, -(-shown // PAGE))
    page = min(max(page, 1), pages)
    ended = sa.case((col(FindingRow.status).in_(STANDING), 0), else_=1)
    rank = sa.case({level.value: level.rank for level in Severity}, value=col(FindingRow.severity), else_=9)
    proven = sa.case((col(FindingRow.sureness) == "proven", 0), else_=1)
    order = (ended, rank, proven, col(FindingRow.rule), col(FindingRow.subject), col(FindingRow.id))
    found = session.exec(rows.order_by(*order).offset((page - 1) * PAGE).limit(PAGE)).all()
    return list(found), Tally(standing, sum(number for *_, number in counts), page, pages, only)


_GRAVEST = ("observed_before_consent", "observed", "before_consent", "reachable", "present", "declared")


def ledger_of(report: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Split the ledger into rows that say something, gravest first, and rows of what was neither seen nor declared."""
    rows = sorted(
        report["ledger"],
        key=lambda row: ([not row[name] for name in _GRAVEST], not row["sensitive"], row["data"]),
    )
    telling = [row for row in rows if any(row[name] for name in _GRAVEST)]
    return telling, [row for row in rows if row not in telling]


def evidence_of(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Group by kind of personal data what the cells of the ledger rest on; the gravest accesses first."""
    groups = []
    for row in ledger_of(report)[0]:
        data = row["data"]
        accesses = sorted(
            (item for item in report["accesses"] if item["data"] == data),
            key=lambda item: (_LEVELS.index(item["level"]), item["weak"] is not None, item["actor"], item["caller"]),
        )
        groups.append(
            {
                "row": row,
                "accesses": accesses[:_ROWS],
                "more": max(0, len(accesses) - _ROWS),
                "transmissions": [item for item in report["transmissions"] if item["data"] == data],
                "declarations": [item for item in report["declarations"] if item["data"] == data],
            }
        )
    return groups


def early_of(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the groups with their accesses before consent alone; without those the group is left out."""
    found = []
    for group in groups:
        rows = [item for item in group["accesses"] if item["level"] == "before_consent"]
        if rows:
            certain_first = sorted(rows, key=lambda item: (bool(item.get("doubt")), item["weak"] is not None))
            found.append({"row": group["row"], "accesses": certain_first})
    return found


def requests_of(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Return where permissions are asked for, what start-up reaches first; reports of an older engine have none."""
    rows = report.get("permission_requests") or []
    return sorted(rows, key=lambda item: (_LEVELS.index(item["level"]), item["actor"], item["caller"]))


def searched(report: dict[str, Any]) -> bool:
    """Tell whether the lack of a path means something."""
    sites = [*report["accesses"], *(report.get("permission_requests") or [])]
    looked = report["coverage"].get("entries") is not None or any(item["level"] != "present" for item in sites)
    return looked and bool(report["coverage"]["complete"])
