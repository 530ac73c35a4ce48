"""Tables that hold nothing but what others say already, counted or put together: they can be made anew at any time."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from registry_api.db import UtcDateTime


class FindingCount(SQLModel, table=True):
    """How many findings there are of a kind in a province, up to the changes that `FindingDelta` still holds."""

    __tablename__ = "finding_count"

    province: str = Field(primary_key=True, max_length=2)
    rule: str = Field(primary_key=True, max_length=100)
    severity: str = Field(primary_key=True, max_length=10)
    status: str = Field(primary_key=True, max_length=20)
    number: int
    newest: int
    """The highest id of a finding that was ever counted here."""


class FindingDelta(SQLModel, table=True):
    """A finding that came, went or changed its kind; written by triggers in the same transaction.

    Rows are only added, so that no two writers wait for each other; a worker folds them into `FindingCount`.
    """

    __tablename__ = "finding_delta"

    id: int | None = Field(default=None, primary_key=True)
    finding_id: int
    province: str = Field(max_length=2)
    rule: str = Field(max_length=100)
    severity: str = Field(max_length=10)
    status: str = Field(max_length=20)
    number: int
    """1 or -1."""


class KeptRound(SQLModel, table=True):
    """The report of a week over a large part of the country, as it was put together last."""

    __tablename__ = "kept_round"

    week: str = Field(primary_key=True, max_length=8)
    reach: str = Field(primary_key=True, max_length=2)
    """Code of a province, or ``*`` for the whole country."""
    made_at: datetime = Field(sa_type=UtcDateTime)
    head: int
    """End of the trail when it was made: while it stays there, the report is what it would be now."""
    states: dict[str, int] = Field(default_factory=dict, sa_type=sa.JSON)
    """Runs of the round by state when it was made."""
    document: bytes = Field(sa_type=sa.LargeBinary)
    """JSON, deflated."""
