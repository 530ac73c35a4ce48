"""What is kept for a time only: replies to repeated requests, browser sessions, one-time links."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col

from registry_api.accounts.models import IdempotentReply, WebSession
from registry_api.db import Database, now

REPLY_LIFE = timedelta(days=3)
"""How long a request with the same Idempotency-Key gets the same reply."""


def purge(database: Database, moment: datetime | None = None) -> int:
    """Delete what has expired; return how many rows."""
    moment = moment or now()
    conditions = (
        (IdempotentReply, col(IdempotentReply.created_at) < moment - REPLY_LIFE),
        (WebSession, col(WebSession.expires_at) <= moment),
    )
    with database.read() as session:  # a writer would keep all others waiting, mostly for nothing
        due = [
            (model, condition)
            for model, condition in conditions
            if session.execute(sa.select(sa.literal(1)).select_from(model).where(condition).limit(1)).first()
        ]
    if not due:
        return 0
    with database.write() as session:
        return sum(session.execute(sa.delete(model).where(condition)).rowcount for model, condition in due)  # type: ignore[attr-defined]  # a cursor result has it
