"""Tables of filings."""

from __future__ import annotations

from datetime import datetime
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
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    submitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    version: int = Field(default=1)
    """Counts changes: the ETag, and the optimistic lock of the row."""


class FilingNumber(SQLModel, table=True):
    """The last serial that a province has given out."""

    __tablename__ = "filing_number"

    province: str = Field(primary_key=True, max_length=2)
    last: int


Filing.__mapper__.version_id_col = Filing.__table__.c.version  # type: ignore[attr-defined]
