"""Tables of audits: runs, facts, findings and what each run saw of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from registry_api.db import UtcDateTime

STANDING = frozenset({"open", "confirmed", "notified", "reopened"})
"""Statuses of findings that count against the app (`registry_api.audits.standing`)."""


class AuditRun(SQLModel, table=True):
    """One audit of one app version. This row, not the job engine's, is the truth about the run."""

    __tablename__ = "audit_run"
    # How far a round is, is asked every second.
    __table_args__ = (sa.Index("ix_audit_run_progress", "week", "app_id", "state", "changes"),)

    id: str = Field(primary_key=True, max_length=36)
    app_id: int = Field(foreign_key="app.id", index=True)
    app_version_id: int | None = Field(default=None, foreign_key="app_version.id")
    filing_id: int | None = Field(default=None, foreign_key="filing.id")
    kind: str = Field(max_length=20)
    """``submit``, ``weekly``, ``manual``, ``traffic`` or ``policy``."""
    dedupe: str | None = Field(default=None, max_length=100, unique=True)
    """Such as ``weekly:2026-W47:12``: a second start of the same round is harmless."""
    week: str | None = Field(default=None, max_length=8, index=True)
    """ISO week of a weekly run, such as ``2026-W47``."""
    bundle: str | None = Field(default=None, max_length=36, index=True)
    """Id of the run whose job carries this one too; `None`: it has a job of its own."""
    changes: int | None = None
    """Findings that are new, came back or went away by it; `None` before it has finished."""
    state: str = Field(max_length=20, index=True)
    """``queued``, ``running``, ``succeeded``, ``failed``, ``cancelled``."""
    attempt: int = 0
    """Times a worker has begun it."""
    enqueued: int = 0
    """Times it was handed to the job engine; part of the job's id there."""
    enqueued_at: datetime = Field(sa_type=UtcDateTime)
    worker: str | None = Field(default=None, max_length=100)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    requested_at: datetime = Field(sa_type=UtcDateTime, index=True)
    requested_by: str | None = Field(default=None, max_length=16)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error_code: str | None = Field(default=None, max_length=60)
    error_detail: str | None = Field(default=None, max_length=2000)
    engine: str | None = Field(default=None, max_length=60)
    rules: str | None = Field(default=None, max_length=60)
    inputs: str | None = Field(default=None, max_length=64)
    """Digest over all inputs: equal inputs and other rules mean that a change is ours, not the vendor's."""
    extracted: bool | None = None
    """False: the facts were on store and only judged anew."""
    report_sha256: str | None = Field(default=None, max_length=64)
    summary: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    """Counts by severity, verdict, coverage, and numbers of new, gone and reopened findings."""


class WeeklyRound(SQLModel, table=True):
    """The round of one week over all provinces: what the schedule has done for it already."""

    __tablename__ = "weekly_round"

    week: str = Field(primary_key=True, max_length=8)
    begun_at: datetime = Field(sa_type=UtcDateTime)
    requested_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the runs of all apps had been requested; `None`: whoever comes next goes on."""
    drafted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When notices of its findings had been drafted."""


class RuleSet(SQLModel, table=True):
    """Rules that have judged on this record, in the order in which they came."""

    __tablename__ = "rule_set"

    rules: str = Field(primary_key=True, max_length=60)
    first_seen_at: datetime = Field(sa_type=UtcDateTime)


class StoredFacts(SQLModel, table=True):
    """Facts on store: the same input and extractor never need a second extraction."""

    __tablename__ = "stored_facts"

    input_sha256: str = Field(primary_key=True, max_length=64)
    kind: str = Field(primary_key=True, max_length=10)
    """``static`` or ``policy``."""
    engine: str = Field(primary_key=True, max_length=60)
    rules: str = Field(max_length=60)
    """Rule data with which the facts were named."""
    blob_sha256: str = Field(max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)


class TrafficIntake(SQLModel, table=True):
    """Traffic facts that were handed in for an app, about the version that was current then."""

    __tablename__ = "traffic_intake"
    __table_args__ = (sa.UniqueConstraint("app_id", "facts_sha256"),)

    id: int | None = Field(default=None, primary_key=True)
    app_id: int = Field(foreign_key="app.id", index=True)
    app_version_id: int | None = Field(default=None, foreign_key="app_version.id")
    facts_sha256: str = Field(max_length=64)
    """Blob of the canonical JSON."""
    flows: int
    transmissions: int
    received_at: datetime = Field(sa_type=UtcDateTime)
    received_by: str | None = Field(default=None, max_length=16)


class FindingRow(SQLModel, table=True):
    """A finding of an app, by its fingerprint; never deleted."""

    __tablename__ = "finding"
    __table_args__ = (
        sa.UniqueConstraint("app_id", "fingerprint"),
        sa.Index("ix_finding_status_severity", "status", "severity"),
        sa.Index("ix_finding_rule_status", "rule", "status"),
        sa.Index("ix_finding_province_id", "province", "id"),
        sa.Index("ix_finding_last_seen_at", "last_seen_at", "id"),
        sa.Index("ix_finding_province_last_seen_at", "province", "last_seen_at", "id"),
        sa.Index("ix_finding_standing", "province", "severity", "status"),
    )

    id: int | None = Field(default=None, primary_key=True)
    app_id: int = Field(foreign_key="app.id", index=True)
    province: str = Field(max_length=2, index=True)
    organization_id: int = Field(foreign_key="organization.id", index=True)
    fingerprint: str = Field(max_length=80)
    rule: str = Field(max_length=100, index=True)
    severity: str = Field(max_length=10)
    sureness: str = Field(max_length=10)
    """``proven`` or ``suspected``."""
    subject: str = Field(max_length=1000)
    status: str = Field(max_length=20)
    """See `registry_api.audits.standing.FindingStatus`."""
    gist: str = Field(default="", max_length=64)
    """Digest of how grave and sure it is and of what kinds its evidence is: a decision holds while it is the same."""
    digest: str = Field(default="", max_length=64)
    """Of `document`: what has not changed is not written again; empty: not known."""
    notice_id: int | None = Field(default=None)
    """The last notice that named it."""
    document: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    """The finding as the last run that saw it wrote it."""
    first_seen_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    first_run_id: str = Field(max_length=36)
    last_run_id: str = Field(max_length=36)

    @property
    def ended(self) -> bool:
        """Whether it no longer counts: mended, retracted, waived or dismissed."""
        return self.status not in STANDING


class Observation(SQLModel, table=True):
    """What one run saw of one finding."""

    __table_args__ = (
        # One in a thousand observations is a change; only those are counted over all weeks.
        sa.Index(
            "ix_observation_changed",
            "outcome",
            "finding_id",
            sqlite_where=sa.text("outcome IN ('gone', 'reopened')"),
            postgresql_where=sa.text("outcome IN ('gone', 'reopened')"),
        ),
    )

    finding_id: int = Field(primary_key=True, foreign_key="finding.id")
    run_id: str = Field(primary_key=True, foreign_key="audit_run.id", max_length=36, index=True)
    outcome: str = Field(max_length=20)
    """``new``, ``open``, ``reopened``, ``gone`` or ``not_examined``."""
    cause: str = Field(default="input", max_length=10)
    """For a change: ``input`` (the app or its papers changed) or ``rules`` (only rules or engine did)."""


class Waiver(SQLModel, table=True):
    """An exception for one finding of an app's whole line of versions: with reason, approver and end."""

    id: int | None = Field(default=None, primary_key=True)
    app_id: int = Field(foreign_key="app.id", index=True)
    province: str = Field(max_length=2, index=True)
    organization_id: int = Field(foreign_key="organization.id", index=True)
    finding_id: int = Field(foreign_key="finding.id", index=True)
    gist: str = Field(default="", max_length=64)
    """The finding's `FindingRow.gist` when it was waived."""
    reason: str = Field(max_length=4000)
    approved_by: str = Field(max_length=100)
    approved_role: str = Field(max_length=20)
    created_at: datetime = Field(sa_type=UtcDateTime)
    until: date = Field(index=True)
    """The last day on which it holds, in China."""
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_why: str | None = Field(default=None, max_length=20)
    """``expired``, ``withdrawn``, ``grew`` or ``replaced``."""


class ShippedSdk(SQLModel, table=True):
    """An SDK in a version of an app, as the last audit of that version found it."""

    __tablename__ = "shipped_sdk"
    __table_args__ = (
        sa.Index("ix_shipped_sdk_sdk_version_key", "sdk", "version_key"),
        sa.Index("ix_shipped_sdk_sdk_app_version_id", "sdk", "app_version_id"),
    )

    app_version_id: int = Field(primary_key=True, foreign_key="app_version.id")
    sdk: str = Field(primary_key=True, max_length=100)
    app_id: int = Field(foreign_key="app.id", index=True)
    province: str = Field(max_length=2)
    organization_id: int = Field(foreign_key="organization.id")
    name: str = Field(max_length=300)
    version: str | None = Field(default=None, max_length=100)
    version_key: str | None = Field(default=None, max_length=100)
    """The version so that texts sort as versions do; `None`: not known, so neither older nor newer than any other."""
    state: str | None = Field(default=None, max_length=20)
    confidence: str = Field(max_length=10)
    run_id: str = Field(max_length=36)
    """The run that wrote it; later ones that found the same wrote nothing."""
