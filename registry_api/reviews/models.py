"""Table of cases."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from registry_api.db import UtcDateTime


class ReviewCase(SQLModel, table=True):
    """One matter to be decided: a filing, a change of it, a re-audit, or a school's filing."""

    __tablename__ = "review_case"
    __table_args__ = (sa.Index("ix_review_case_queue", "state", "due_on", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=20)
    """``filing``, ``change``, ``reaudit`` or ``user_filing``."""
    filing_id: int | None = Field(default=None, foreign_key="filing.id", index=True)
    user_filing_id: int | None = Field(default=None, foreign_key="user_filing.id", index=True)
    app_id: int = Field(foreign_key="app.id")
    province: str = Field(max_length=2, index=True)
    organization_id: int = Field(foreign_key="organization.id", index=True)
    """Who handed it in."""
    superior_id: int | None = Field(default=None, foreign_key="organization.id", index=True)
    state: str = Field(max_length=10)
    """``waiting`` for the automatic audit, ``open``, ``paused`` while returned for correction, ``closed``."""
    working_days: int
    """Length of the period."""
    received_at: datetime = Field(sa_type=UtcDateTime)
    clock_started_at: datetime = Field(sa_type=UtcDateTime)
    """When the clock last began to run."""
    paused_intervals: list[list[Any]] = Field(default_factory=list, sa_type=sa.JSON)
    """[[from, to or null] …], ISO 8601 in UTC: while the matter was with the one who handed it in."""
    due_on: date
    due_provisional: bool = False
    """The calendar of that year is not known yet: Mondays to Fridays were counted."""
    calendar_version: str | None = Field(default=None, max_length=200)
    claimed_by: str | None = Field(default=None, max_length=16)
    claimed_name: str | None = Field(default=None, max_length=200)
    claimed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: str | None = Field(default=None, max_length=30)
    """The event that closed it."""
    version: int = Field(default=1)


ReviewCase.__mapper__.version_id_col = ReviewCase.__table__.c.version  # type: ignore[attr-defined]
