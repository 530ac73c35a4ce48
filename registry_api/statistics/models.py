"""The table of figures that are counted over a large record beforehand, and shown with the time of counting."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from registry_api.db import UtcDateTime


class KeptFigures(SQLModel, table=True):
    """What was counted for one reach; thrown away and counted anew at will, no part of any record."""

    __tablename__ = "kept_figures"

    reach: str = Field(primary_key=True, max_length=2)
    """Code of a province, or ``*`` for the whole country."""
    name: str = Field(primary_key=True, max_length=110)
    """``statistics``, ``sdks``, or ``sdk:`` with the id of one."""
    made_at: datetime = Field(sa_type=UtcDateTime)
    """Before counting began: whatever was written later may be missing."""
    counted: Any = Field(sa_type=sa.JSON, nullable=False)
