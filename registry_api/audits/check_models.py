"""The table of self-checks: a provider's own look at a package, kept for some days and no part of any record."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from registry_api.db import UtcDateTime


class SelfCheck(SQLModel, table=True):
    """One self-check: what was handed in, where it stands, and its report until it is thrown away."""

    __tablename__ = "self_check"

    id: str = Field(primary_key=True, max_length=42)
    """``check:`` and a UUID: by its beginning a worker tells it from an audit."""
    key_id: str = Field(foreign_key="api_key.id", max_length=16, index=True)
    """Whose it is; nobody else sees it."""
    artifact_upload: str = Field(max_length=36)
    policy_upload: str | None = Field(default=None, max_length=36)
    filing_id: int | None = Field(default=None)
    """The draft that the package is compared with."""
    name: str = Field(max_length=300)
    state: str = Field(max_length=20, index=True)
    """``queued``, ``running``, ``succeeded`` or ``failed``."""
    attempt: int = 0
    enqueued: int = 1
    enqueued_at: datetime = Field(sa_type=UtcDateTime)
    worker: str | None = Field(default=None, max_length=100)
    requested_at: datetime = Field(sa_type=UtcDateTime, index=True)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str | None = Field(default=None, max_length=2000)
    report: str | None = Field(default=None, sa_type=sa.Text)
    """The report as JSON text."""
