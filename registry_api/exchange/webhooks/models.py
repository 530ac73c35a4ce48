"""Tables of webhooks: who wants to hear of what, and each delivery."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from registry_api.db import UtcDateTime


class WebhookEndpoint(SQLModel, table=True):
    """An address that is told of acts, within the reach of the key that registered it."""

    __tablename__ = "webhook_endpoint"

    id: int | None = Field(default=None, primary_key=True)
    url: str = Field(max_length=2000)
    secret: str = Field(max_length=100)
    """``whsec_…``, sealed: it signs, so it must be opened again; it is shown once."""
    events: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    """Actions of the trail, such as ``filing.approve``, ``filing.*`` or ``*``."""
    state: str = Field(default="active", max_length=20, index=True)
    """``active``; ``suspended`` after failures, one trial at a time; ``disabled`` after days of them, or by hand."""
    cursor: int = 0
    """The last entry of the trail that was looked at for it."""
    failures: int = 0
    """Failed attempts in a row."""
    failing_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    next_try_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_by: str = Field(max_length=16, index=True)
    role: str = Field(max_length=20)
    province: str | None = Field(default=None, max_length=2)
    organization_id: int | None = Field(default=None)
    created_at: datetime = Field(sa_type=UtcDateTime)


class WebhookDelivery(SQLModel, table=True):
    """One entry of the trail for one endpoint: sent at least once, in order."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        sa.UniqueConstraint("endpoint_id", "seq"),
        sa.Index("ix_webhook_delivery_state", "state", "next_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    endpoint_id: int = Field(foreign_key="webhook_endpoint.id", ondelete="CASCADE")
    seq: int
    """Of the trail."""
    state: str = Field(default="pending", max_length=20)
    """``pending``, ``delivered`` or ``given_up``."""
    attempt: int = 0
    next_at: datetime = Field(sa_type=UtcDateTime)
    status: int | None = None
    """HTTP status of the last attempt."""
    error: str | None = Field(default=None, max_length=300)
    delivered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
