"""Table of the trail; triggers forbid UPDATE and DELETE."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from registry_api.db import UtcDateTime


class TrailEntry(SQLModel, table=True):
    """One act: who did what to which object, why, and the hash that binds it to everything before it."""

    __tablename__ = "trail"

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    """1, 2, 3 … without gaps: a missing row is seen."""
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str = Field(max_length=100)
    """``key:<id>`` or ``system``."""
    role: str = Field(max_length=20)
    action: str = Field(max_length=60)
    """``noun.verb``, such as ``filing.approve``."""
    object_kind: str = Field(max_length=30)
    object_id: str = Field(max_length=60, index=True)
    app_id: int | None = Field(default=None, index=True)
    province: str | None = Field(default=None, max_length=2)
    reason: str = Field(default="", sa_type=sa.Text)
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    item: str | None = Field(default=None, max_length=40, index=True)
    """Supervisory item (监管事项) of the rules; empty for what is no supervisory act. The next four belong to it."""
    organ: str | None = Field(default=None, max_length=10)
    """Organ that acts: six digits of GB/T 2260, ``000000`` the national one, ``system`` nobody in person."""
    subject: str | None = Field(default=None, max_length=400)
    """Supervised unit: name and USCC."""
    result: str | None = Field(default=None, max_length=40)
    basis: str | None = Field(default=None, sa_type=sa.Text)
    prev_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64, unique=True)
