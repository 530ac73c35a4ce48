"""Write what runs saw: findings, observations and SDKs of several apps in the caller's transaction.

Rows are read narrow and written only where something is new: of an app that stays as it is, each finding costs one
observation and the note of when it was seen last.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from analyzer.model import Finding
from registry_api.audits.findings import Examined, absence_counts, event_of, outcome_of
from registry_api.audits.gist import gist_of
from registry_api.audits.judging import Judged
from registry_api.audits.loading import Before
from registry_api.audits.models import AuditRun, FindingRow, Observation, Waiver
from registry_api.audits.standing import DECIDED, ENDED, FindingEvent, FindingStatus, step
from registry_api.audits.waivers import end_waiver, live_waivers_of
from registry_api.audits.written import plain_of
from registry_api.db import now
from registry_api.organizations.models import App
from registry_api.trail.chain import Act

OUTCOMES = ("new", "open", "reopened", "gone", "not_examined")


@dataclass(frozen=True)
class Sighting:
    """One run that is to be written down."""

    run: AuditRun
    app: App
    judged: Judged
    before: Before | None


@dataclass(frozen=True)
class _Known:
    """A finding on record, without its document."""

    id: int
    fingerprint: str
    status: str
    gist: str
    digest: str
    last_run_id: str


@dataclass
class _Writing:
    """What is to be written for all apps together."""

    repeated: list[dict[str, Any]] = field(default_factory=list)
    """Runs that saw what the run before saw: the database itself copies that."""
    new: list[dict[str, Any]] = field(default_factory=list)
    seen: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    moved: list[dict[str, Any]] = field(default_factory=list)
    observed: list[dict[str, Any]] = field(default_factory=list)
    fresh: list[tuple[AuditRun, str]] = field(default_factory=list)
    """For each of `new`, in its order: the run, and the cause of its observation."""
    acts: list[Act] = field(default_factory=list)


def record_all(session: Session, sightings: list[Sighting]) -> tuple[dict[str, dict[str, int]], list[Act]]:
    """Write the findings of finished runs; return run id → numbers by outcome, and what the trail must say of it."""
    if not sightings:
        return {}, []
    known = _known(session, [item.app.id or 0 for item in sightings])
    waivers = live_waivers_of(session, [item.app.id or 0 for item in sightings])
    writing = _Writing()
    counts = {}
    for item in sightings:
        cause = "rules" if item.before is not None and item.before.inputs == item.run.inputs else "input"
        scribe = _Scribe(session, item, cause, waivers, writing)
        scribe.compare(known[item.app.id or 0])
        counts[item.run.id] = {name: scribe.counted[name] for name in OUTCOMES}
    _write(session, writing)
    return counts, writing.acts


def _known(session: Session, apps: list[int]) -> dict[int, dict[str, _Known]]:
    rows = session.execute(
        sa.select(
            col(FindingRow.app_id),
            *map(col, (FindingRow.id, FindingRow.fingerprint, FindingRow.status, FindingRow.gist)),
            *map(col, (FindingRow.digest, FindingRow.last_run_id)),
        ).where(col(FindingRow.app_id).in_(apps))
    ).all()
    found: dict[int, dict[str, _Known]] = defaultdict(dict)
    for app_id, *rest in rows:
        row = _Known(*rest)
        found[app_id][row.fingerprint] = row
    return found


@dataclass
class _Scribe:
    """What one run adds to what is to be written."""

    session: Session
    item: Sighting
    cause: str
    waivers: dict[int, Waiver]
    writing: _Writing
    counted: Counter[str] = field(default_factory=Counter)
    moment: datetime = field(default_factory=now)

    def compare(self, known: dict[str, _Known]) -> None:
        """Go through what was seen, then through what was not."""
        judged = self.item.judged
        if judged.repeats is not None:
            seen = {fingerprint for fingerprint, row in known.items() if row.last_run_id == judged.repeats}
            self._repeat([known[fingerprint] for fingerprint in sorted(seen)])
        else:
            seen = set(judged.findings)
            for fingerprint, finding in judged.findings.items():
                if fingerprint in known:
                    self._seen(known[fingerprint], finding)
                else:
                    self._new(finding)
        for row, outcome in _unseen(self.session, self.item, [row for key, row in known.items() if key not in seen]):
            if (event := event_of(row.status, outcome, self.cause, same_gist=True)) is not None:
                self._move(row, step(row.status, event).value)
            self._observe(row, outcome)

    def _repeat(self, rows: list[_Known]) -> None:
        for row in rows:
            if row.status in ENDED:
                self._seen_as_before(row)
        standing = sum(row.status not in ENDED for row in rows)
        if standing:
            self.counted["open"] += standing
            run = {"app": self.item.app.id, "was": self.item.judged.repeats, "run": self.item.run.id}
            self.writing.repeated.append({**run, "cause": self.cause, "moment": self.moment})

    def _observe(self, row: _Known, outcome: str) -> None:
        self.counted[outcome] += 1
        self.writing.observed.append(
            {"finding_id": row.id, "run_id": self.item.run.id, "outcome": outcome, "cause": self.cause}
        )

    def _move(self, row: _Known, status: str) -> None:
        if status != row.status:
            self.writing.moved.append({"at": row.id, "was": row.status, "status": status})

    def _now(self, row: _Known) -> dict[str, Any]:
        return {"at": row.id, "last_seen_at": self.moment, "last_run_id": self.item.run.id}

    def _new(self, finding: Finding) -> None:
        self.counted["new"] += 1
        self.writing.new.append(_new(self.item, finding, self.moment))
        self.writing.fresh.append((self.item.run, self.cause if self.item.before else "input"))

    def _seen_as_before(self, row: _Known) -> None:
        outcome = outcome_of(row.status, seen=True, counts=True)
        self._move(row, self._status(row, outcome, row.gist))
        self._observe(row, outcome)
        self.writing.seen.append(self._now(row))

    def _seen(self, row: _Known, finding: Finding) -> None:
        outcome = outcome_of(row.status, seen=True, counts=True)
        written = self.item.judged.written[finding.fingerprint]
        gist, digest = gist_of(finding), hashlib.sha256(written).hexdigest()
        status = self._status(row, outcome, gist)
        if outcome == "open" and status != row.status:
            self.writing.acts.append(_grew(self.item, row, status))
        self._move(row, status)
        self._observe(row, outcome)
        kept = row.gist if status in DECIDED else gist
        if (digest, kept) == (row.digest, row.gist):
            self.writing.seen.append(self._now(row))
        else:
            self.writing.changed.append({**self._now(row), "gist": kept, **_document(finding, written)})

    def _status(self, row: _Known, outcome: str, gist: str) -> str:
        """Return the status of a finding that was seen again; a waiver that its evidence has outgrown ends."""
        event = event_of(row.status, outcome, self.cause, same_gist=row.gist == gist)
        if event is None:
            return row.status
        waiver = self.waivers.get(row.id)
        if event is FindingEvent.SEEN and waiver is not None and waiver.gist == gist:
            return FindingStatus.WAIVED.value  # it was waived when it went away, and the waiver still holds
        if event is FindingEvent.GREW and waiver is not None:
            end_waiver(self.session, waiver, "grew")
        return step(row.status, event).value


def _unseen(session: Session, item: Sighting, rows: list[_Known]) -> Iterable[tuple[_Known, str]]:
    """Yield the findings that stood and were not seen, with what that means."""
    rows = [row for row in rows if row.status not in ENDED]  # those went in an earlier run: nothing to note
    if not rows:
        return
    found = session.execute(
        sa.select(col(FindingRow.id), col(FindingRow.document)).where(col(FindingRow.id).in_([row.id for row in rows]))
    ).all()
    documents = {finding_id: document for finding_id, document in found}  # noqa: C416 - rows are no pairs to a checker
    judged = item.judged
    same = _same_facts(session, item.run) if not judged.complete else frozenset()
    examined = Examined(judged.channels, judged.complete, same)
    for row in sorted(rows, key=lambda row: row.id):
        counts = absence_counts(documents[row.id], row.last_run_id, examined)
        outcome = outcome_of(row.status, seen=False, counts=counts)
        if outcome == "gone" and row.status == FindingStatus.FALSE_POSITIVE:
            continue  # it was never one
        yield row, outcome


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


def _document(finding: Finding, written: bytes) -> dict[str, Any]:
    return {
        "severity": finding.severity.value,
        "sureness": finding.status.value,
        "subject": finding.subject[:1000],
        "document": plain_of(written),
        "digest": hashlib.sha256(written).hexdigest(),
    }


def _new(item: Sighting, finding: Finding, moment: datetime) -> dict[str, Any]:
    return {
        "app_id": item.app.id,
        "province": item.app.province,
        "organization_id": item.app.organization_id,
        "fingerprint": finding.fingerprint,
        "rule": finding.rule,
        "status": FindingStatus.OPEN.value,
        "gist": gist_of(finding),
        "first_seen_at": moment,
        "last_seen_at": moment,
        "first_run_id": item.run.id,
        "last_run_id": item.run.id,
        **_document(finding, item.judged.written[finding.fingerprint]),
    }


def _grew(item: Sighting, row: _Known, status: str) -> Act:
    """Return the act of the trail that what a person had decided no longer holds."""
    return Act(
        "system",
        "system",
        "finding.grew",
        "finding",
        str(row.id),
        app_id=item.app.id,
        province=item.app.province,
        reason="证据的种类、程度或确定性与作出决定时不同 / not the evidence decided about",
        payload={"from": row.status, "to": status, "run": item.run.id, "fingerprint": row.fingerprint},
    )


_TABLE: Any = FindingRow.__table__  # type: ignore[attr-defined]  # every table model has it


_AGAIN = (
    _TABLE.c.app_id == sa.bindparam("app"),
    _TABLE.c.last_run_id == sa.bindparam("was"),
    *(_TABLE.c.status != item.value for item in sorted(ENDED)),  # a list would be no parameter of many rows
)
_OBSERVED_AGAIN = sa.insert(Observation).from_select(
    ["finding_id", "run_id", "outcome", "cause"],
    sa.select(
        _TABLE.c.id,
        sa.bindparam("run", type_=sa.String(36)),
        sa.literal("open", sa.String(20)),
        sa.bindparam("cause", type_=sa.String(10)),
    ).where(*_AGAIN),
)
_SEEN_AGAIN = (
    sa.update(_TABLE)
    .where(*_AGAIN)
    .values(last_run_id=sa.bindparam("run"), last_seen_at=sa.bindparam("moment", type_=_TABLE.c.last_seen_at.type))
)


def _write(session: Session, writing: _Writing) -> None:
    """Write everything, a statement for each kind of change."""
    connection = session.connection()
    if writing.repeated:
        # First of all: what else is written here changes the very marks by which these rows are known.
        connection.execute(_OBSERVED_AGAIN, writing.repeated)
        connection.execute(_SEEN_AGAIN, writing.repeated)
    if writing.new:
        made = connection.execute(
            sa.insert(_TABLE).returning(_TABLE.c.id, sort_by_parameter_order=True), writing.new
        ).scalars()
        for finding_id, (run, cause) in zip(made, writing.fresh, strict=True):
            writing.observed.append({"finding_id": finding_id, "run_id": run.id, "outcome": "new", "cause": cause})
    here = _TABLE.c.id == sa.bindparam("at")
    for rows, names in (
        (writing.seen, ("last_seen_at", "last_run_id")),
        (
            writing.changed,
            ("last_seen_at", "last_run_id", "gist", "severity", "sureness", "subject", "document", "digest"),
        ),
    ):
        if rows:
            values = {name: sa.bindparam(name, type_=_TABLE.c[name].type) for name in names}
            connection.execute(sa.update(_TABLE).where(here).values(values), rows)
    if writing.moved:
        # Only from the status that was looked at: what a person decided meanwhile stays.
        connection.execute(
            sa.update(_TABLE).where(here, _TABLE.c.status == sa.bindparam("was")).values(status=sa.bindparam("status")),
            writing.moved,
        )
    if writing.observed:
        # Not in the order of discovery but of the key: rows of one index page go together.
        connection.execute(sa.insert(Observation.__table__), writing.observed)  # type: ignore[attr-defined]  # as above
