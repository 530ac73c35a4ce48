"""Tables of campaigns and of the apps that each takes in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from registry_api.db import UtcDateTime


class Campaign(SQLModel, table=True):
    """One special campaign over apps of some provinces, categories, modes of use and stages."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=300)
    basis: str = Field(default="", sa_type=sa.Text)
    province: str | None = Field(default=None, max_length=2, index=True)
    """The province that leads it; `None`: the national authority does."""
    provinces: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    """Two digits of GB/T 2260; empty: all. As with the lists that follow."""
    categories: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    use_modes: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    """``required``, ``recommended``, ``free``: as the provider filed it, or a school that uses the app."""
    stages: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    state: str = Field(max_length=20)
    """See `registry_api.campaigns.states.CampaignState`."""
    due_on: date | None = None
    created_by: str = Field(max_length=100)
    created_at: datetime = Field(sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closing: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON(none_as_null=True))
    """The figures on the day it was closed, so that the report stays what it was."""
    version: int = Field(default=1)


class CampaignApp(SQLModel, table=True):
    """An app that was within a campaign's scope when it started."""

    __tablename__ = "campaign_app"

    campaign_id: int = Field(primary_key=True, foreign_key="campaign.id")
    app_id: int = Field(primary_key=True, foreign_key="app.id", index=True)
    province: str = Field(max_length=2)
    organization_id: int = Field(foreign_key="organization.id")
    app_version_id: int | None = Field(default=None)
    """The version on record at the start; `None`: there was nothing to audit."""
    run_id: str | None = Field(default=None, max_length=36)
    """Its audit for the campaign; `None` with a version: not requested yet."""


Campaign.__mapper__.version_id_col = Campaign.__table__.c.version  # type: ignore[attr-defined]
