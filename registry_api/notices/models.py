"""Tables of notices and of the black and white lists."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from registry_api.db import UtcDateTime


class Notice(SQLModel, table=True):
    """One notice to the provider of one app, from its draft to its end."""

    __table_args__ = (sa.Index("ix_notice_state_due_on", "state", "due_on"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=20)
    """A template of the rules: ``rectification``, ``interview``, ``public_naming``, ``delisting``."""
    state: str = Field(max_length=20)
    number: str | None = Field(default=None, max_length=60, unique=True)
    """Mark, year, province and serial, such as ``教APP整改〔2026〕31-0007号``; given when it is issued."""
    batch: str | None = Field(default=None, max_length=60, index=True)
    """Notices of one action carry the same batch number, such as ``2026-3``."""
    app_id: int = Field(foreign_key="app.id", index=True)
    organization_id: int = Field(foreign_key="organization.id", index=True)
    province: str = Field(max_length=2, index=True)
    parent_id: int | None = Field(default=None, foreign_key="notice.id", index=True)
    """The notice whose term ran out."""
    findings: list[int] = Field(default_factory=list, sa_type=sa.JSON)
    """Ids of the findings that it names."""
    body: str = Field(default="", sa_type=sa.Text)
    """The text; the day on which it falls due is put in when it is issued."""
    basis: str = Field(default="", sa_type=sa.Text)
    term: int
    """Working days."""
    drafted_by: str = Field(max_length=100)
    """Person, as `registry_api.accounts.access.Actor.person` writes it."""
    signed_by: str | None = Field(default=None, max_length=100)
    signed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    issued_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    clock_from: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the term in force began: at issue, or when the notice was opened again."""
    due_on: date | None = None
    due_provisional: bool = False
    calendar: str | None = Field(default=None, max_length=200)
    """Years and sources that the term was counted with."""
    received_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    received_by: str | None = Field(default=None, max_length=100)
    reply: str | None = Field(default=None, sa_type=sa.Text)
    replied_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attachments: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    """{name, sha256, size} of what came with the replies."""
    reaudit_run_id: str | None = Field(default=None, max_length=36)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str | None = Field(default=None, max_length=4000)
    """Reason of the last step that had one."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    version: int = Field(default=1)


class NoticeSerial(SQLModel, table=True):
    """The last serial that a kind of notice has had in a year and province."""

    __tablename__ = "notice_serial"

    kind: str = Field(primary_key=True, max_length=20)
    province: str = Field(primary_key=True, max_length=2)
    year: int = Field(primary_key=True)
    last: int


class Listing(SQLModel, table=True):
    """An entry of a black or white list: a provider with all its apps, or one app."""

    __table_args__ = (sa.Index("ix_listing_organization_id_kind", "organization_id", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=10)
    """``black`` or ``white``."""
    organization_id: int = Field(foreign_key="organization.id")
    """The provider; of an entry about one app, the app's."""
    app_id: int | None = Field(default=None, foreign_key="app.id", index=True)
    province: str = Field(max_length=2, index=True)
    reason: str = Field(sa_type=sa.Text)
    basis: str = Field(default="", sa_type=sa.Text)
    from_on: date
    until_on: date | None = None
    """Last day; without one it stays until it is taken off."""
    created_by: str = Field(max_length=100)
    created_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_reason: str | None = Field(default=None, max_length=4000)


Notice.__mapper__.version_id_col = Notice.__table__.c.version  # type: ignore[attr-defined]
