"""Tables of filings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from registry_api.db import UtcDateTime


class Filing(SQLModel, table=True):
    """One provider filing: the document as filed, its state, and the number once it has one."""

    __table_args__ = (
        sa.Index("ix_filing_state_id", "state", "id"),
        sa.Index("ix_filing_province_state", "province", "state", "id"),
        sa.Index("ix_filing_updated_at", "updated_at", "id"),
        sa.Index("ix_filing_province_updated_at", "province", "updated_at", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    app_id: int = Field(foreign_key="app.id", index=True)
    organization_id: int = Field(foreign_key="organization.id", index=True)
    province: str = Field(max_length=2, index=True)
    platform: str = Field(default="android", max_length=10)
    """``android`` or ``ios``: of an iOS app no binary is analysed, and the record says so."""
    system_id: int | None = Field(default=None, foreign_key="business_system.id", index=True)
    """The business system behind the app; one system may serve several apps."""
    previous_id: int | None = Field(default=None, foreign_key="filing.id")
    """The filing of the same app that ended before this one began (re-application)."""
    state: str = Field(max_length=30, index=True)
    document: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    """What of the document is compared with facts (`analyzer.model.FilingFacts`), read when it was saved."""
    corrections: list[dict[str, str]] = Field(default_factory=list, sa_type=sa.JSON)
    """Open correction items (补正): {field, problem, suggestion}."""
    decision_reason: str | None = Field(default=None, max_length=4000)
    number: str | None = Field(default=None, max_length=40, unique=True)
    """``教APP备`` + province + serial + ``号``."""
    submitted_by: str | None = Field(default=None, max_length=16)
    """Id of the key that submitted: the same key may not approve (four eyes)."""
    decided_by: str | None = Field(default=None, max_length=16)
    """Id of the key that decided last: who ordered a measure may not alone end the filing (four eyes)."""
    rounds: int = 0
    """Times it was handed in."""
    rectify_by: date | None = None
    """Day by which it is to be mended, while it is under such an order."""
    rectify_provisional: bool = False
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    submitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    filed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the number was given."""
    reported_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the provider last reported that it is mended."""
    version: int = Field(default=1)
    """Counts changes: the ETag, and the optimistic lock of the row."""


class FilingNumber(SQLModel, table=True):
    """The last serial that a province has given out."""

    __tablename__ = "filing_number"

    province: str = Field(primary_key=True, max_length=2)
    last: int


class BusinessSystem(SQLModel, table=True):
    """A back end (业务系统) with its ICP and MLPS records; the apps of its filings are its clients."""

    __tablename__ = "business_system"
    __table_args__ = (sa.UniqueConstraint("organization_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    organization_id: int = Field(foreign_key="organization.id", index=True)
    province: str = Field(max_length=2, index=True)
    name: str = Field(max_length=300)
    document: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    """The ``system`` block as last handed in."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class Correction(SQLModel, table=True):
    """One item that a reviewer asks to be mended (补正), and what the provider answers to it."""

    __tablename__ = "correction"

    id: int | None = Field(default=None, primary_key=True)
    filing_id: int | None = Field(default=None, foreign_key="filing.id", index=True)
    user_filing_id: int | None = Field(default=None, foreign_key="user_filing.id", index=True)
    round: int
    """Which hand-in it is about."""
    field: str = Field(max_length=300)
    """JSON pointer into the document, ``/artifact`` or ``/policy``."""
    problem: str = Field(sa_type=sa.Text)
    suggestion: str = Field(default="", sa_type=sa.Text)
    before: str = Field(default="", sa_type=sa.Text)
    """What the field held when the item was raised, as canonical JSON."""
    after: str | None = Field(default=None, sa_type=sa.Text)
    """What it held at the next hand-in."""
    reply: str | None = Field(default=None, sa_type=sa.Text)
    raised_at: datetime = Field(sa_type=UtcDateTime)
    raised_by: str | None = Field(default=None, max_length=16)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answered_by: str | None = Field(default=None, max_length=16)
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    resolved_by: str | None = Field(default=None, max_length=16)


class FilingChange(SQLModel, table=True):
    """A changed document that waits for a decision; what is filed stays in force until then."""

    __tablename__ = "filing_change"

    id: int | None = Field(default=None, primary_key=True)
    filing_id: int = Field(foreign_key="filing.id", index=True)
    state: str = Field(max_length=20)
    """``pending``, ``approved``, ``refused``, ``withdrawn``, or ``lapsed`` when a measure came in between."""
    document: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    before: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    """The document in force when it was requested."""
    pointers: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    """Fields that differ."""
    reason: str = Field(default="", sa_type=sa.Text)
    requested_at: datetime = Field(sa_type=UtcDateTime)
    requested_by: str | None = Field(default=None, max_length=16)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by: str | None = Field(default=None, max_length=16)
    decision_reason: str | None = Field(default=None, sa_type=sa.Text)


class FilingBan(SQLModel, table=True):
    """After a revocation: no new filing of the app, nor by the provider, until the day is over."""

    __tablename__ = "filing_ban"

    id: int | None = Field(default=None, primary_key=True)
    filing_id: int = Field(foreign_key="filing.id")
    app_id: int = Field(foreign_key="app.id", index=True)
    organization_id: int = Field(foreign_key="organization.id", index=True)
    province: str = Field(max_length=2)
    from_on: date
    until_on: date
    """Last day of the ban, in China."""
    reason: str = Field(sa_type=sa.Text)
    lifted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lifted_by: str | None = Field(default=None, max_length=16)
    lift_reason: str | None = Field(default=None, sa_type=sa.Text)


class Attachment(SQLModel, table=True):
    """A document handed in with a filing: licence, authorisation, certificate. Deleting keeps the row."""

    __tablename__ = "attachment"

    id: int | None = Field(default=None, primary_key=True)
    filing_id: int | None = Field(default=None, foreign_key="filing.id", index=True)
    user_filing_id: int | None = Field(default=None, foreign_key="user_filing.id", index=True)
    kind: str = Field(max_length=40)
    """A code of the table ``attachment_kinds``."""
    name: str = Field(max_length=300)
    blob_sha256: str = Field(foreign_key="blob.sha256", max_length=64)
    size: int = Field(sa_type=sa.BigInteger)
    added_at: datetime = Field(sa_type=UtcDateTime)
    added_by: str | None = Field(default=None, max_length=16)
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    deleted_by: str | None = Field(default=None, max_length=16)
    delete_reason: str | None = Field(default=None, sa_type=sa.Text)


class UserFiling(SQLModel, table=True):
    """What a school files about its use of one app (使用者备案)."""

    __tablename__ = "user_filing"

    id: int | None = Field(default=None, primary_key=True)
    app_id: int = Field(foreign_key="app.id", index=True)
    provider_filing_id: int | None = Field(default=None, foreign_key="filing.id", index=True)
    """The filing of the app that was picked; none for an app that is built and used inside (自研自用)."""
    organization_id: int = Field(foreign_key="organization.id", index=True)
    """The school."""
    superior_id: int | None = Field(default=None, foreign_key="organization.id", index=True)
    """The authority above it, which may decide."""
    province: str = Field(max_length=2, index=True)
    state: str = Field(max_length=30, index=True)
    use_mode: str = Field(max_length=20)
    """``required``, ``recommended`` or ``free``."""
    document: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    changed: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON(none_as_null=True))
    """A changed document that waits for a decision."""
    corrections: list[dict[str, str]] = Field(default_factory=list, sa_type=sa.JSON)
    decision_reason: str | None = Field(default=None, sa_type=sa.Text)
    submitted_by: str | None = Field(default=None, max_length=16)
    decided_by: str | None = Field(default=None, max_length=16)
    rounds: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    submitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    filed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    invalid_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    version: int = Field(default=1)


UserFiling.__mapper__.version_id_col = UserFiling.__table__.c.version  # type: ignore[attr-defined]
Filing.__mapper__.version_id_col = Filing.__table__.c.version  # type: ignore[attr-defined]
