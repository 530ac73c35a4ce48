"""Tables of organisations, apps and app versions."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from registry_api.db import UtcDateTime


class Organization(SQLModel, table=True):
    """A unit (单位) that provides apps."""

    __table_args__ = (
        sa.Index("ix_organization_name", "name", "id"),
        sa.Index("ix_organization_province_id", "province", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=300)
    uscc: str = Field(max_length=18, unique=True)
    """Unified social credit code (统一社会信用代码), checked."""
    province: str = Field(max_length=2, index=True)
    """First two digits of GB/T 2260 of the place of registration: decides who reviews."""
    search: str = Field(default="", max_length=4000)
    """Name and code as they are searched; `grams` its pairs of characters: see `organizations.search`."""
    grams: str = Field(default="", sa_type=sa.Text)
    superior_id: int | None = Field(default=None, foreign_key="organization.id", index=True)
    """The authority above a school (隶属关系), which may decide the school's filings."""
    created_at: datetime = Field(sa_type=UtcDateTime)


class App(SQLModel, table=True):
    """An app, by its package name; one line of versions, findings and filings.

    An iOS app goes by ``ios:`` and its bundle id: the same name often stands for another program on Android.
    """

    __table_args__ = (
        sa.Index("ix_app_name", "name", "id"),
        sa.Index("ix_app_province_id", "province", "id"),
        sa.Index("ix_app_filing_state", "filing_state", "id"),
        sa.Index("ix_app_province_filing_state", "province", "filing_state", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    package: str = Field(max_length=255, unique=True)
    name: str = Field(max_length=300)
    organization_id: int = Field(foreign_key="organization.id", index=True)
    province: str = Field(max_length=2, index=True)
    current_version_id: int | None = Field(default=None)
    search: str = Field(default="", max_length=4000)
    """Name, package and provider as they are searched, a line each; `grams` its pairs: see `organizations.search`."""
    grams: str = Field(default="", sa_type=sa.Text)
    newest_filing_id: int | None = Field(default=None)
    filing_state: str | None = Field(default=None, max_length=30)
    """State of the newest filing, kept by triggers: a list by state reads one index."""
    created_at: datetime = Field(sa_type=UtcDateTime)


class PackageClaim(SQLModel, table=True):
    """A provider's claim to a package that is on record under another, or its wish to hand it over."""

    __tablename__ = "package_claim"

    id: int | None = Field(default=None, primary_key=True)
    app_id: int = Field(foreign_key="app.id", index=True)
    package: str = Field(max_length=255)
    kind: str = Field(max_length=10)
    """``claim`` by the one who wants it, ``transfer`` by the one who holds it."""
    holder_id: int = Field(foreign_key="organization.id", index=True)
    """Provider under whom the package is on record when the claim is made."""
    claimant_id: int = Field(foreign_key="organization.id", index=True)
    province: str = Field(max_length=2, index=True)
    """Province of the holder, which decides."""
    claimant_province: str = Field(max_length=2, index=True)
    state: str = Field(max_length=20, index=True)
    """``open``, ``accepted``, ``refused`` or ``withdrawn``."""
    reason: str = Field(sa_type=sa.Text)
    signer_md5: str | None = Field(default=None, max_length=32)
    """Digest of the signing certificate that the claimant says is theirs."""
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by: str | None = Field(default=None, max_length=16)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by: str | None = Field(default=None, max_length=16)
    decision_reason: str | None = Field(default=None, sa_type=sa.Text)
    version: int = Field(default=1)


class AppVersion(SQLModel, table=True):
    """One artifact of an app together with the policy that was handed in with it."""

    __tablename__ = "app_version"
    __table_args__ = (sa.UniqueConstraint("app_id", "artifact_sha256"),)

    id: int | None = Field(default=None, primary_key=True)
    app_id: int = Field(foreign_key="app.id", index=True)
    artifact_sha256: str = Field(max_length=64, index=True)
    artifact_name: str = Field(max_length=300)
    artifact_size: int = Field(sa_type=sa.BigInteger)
    policy_sha256: str | None = Field(default=None, max_length=64)
    policy_name: str | None = Field(default=None, max_length=300)
    version_name: str | None = Field(default=None, max_length=200)
    version_code: int | None = Field(default=None, sa_type=sa.BigInteger)
    created_at: datetime = Field(sa_type=UtcDateTime)


PackageClaim.__mapper__.version_id_col = PackageClaim.__table__.c.version  # type: ignore[attr-defined]
