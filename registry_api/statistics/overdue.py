"""What has run past its day: reviews that wait for a decision, notices that wait for an answer."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from registry_api.accounts.access import Actor, scope_of
from registry_api.notices.models import Notice
from registry_api.notices.states import RUNNING
from registry_api.reviews.models import ReviewCase


def count_overdue(session: Session, actor: Actor, today: date) -> list[dict[str, Any]]:
    """Return by province how many reviews and notices run, and how many of them are past their day."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(_NAMES, 0))
    for name, model, states in (
        ("reviews", ReviewCase, ["open"]),
        ("notices", Notice, [state.value for state in RUNNING]),
    ):
        table: Any = model
        late = sa.func.sum(sa.case((col(table.due_on) < today, 1), else_=0))
        rows = session.execute(
            sa.select(col(table.province), sa.func.count(), late)
            .where(scope_of(table, actor), col(table.state).in_(states))
            .group_by(col(table.province))
        ).all()
        for province, running, overdue in rows:
            counts[province][name], counts[province][f"{name}_overdue"] = running, int(overdue)
    return [{"key": key, **row} for key, row in sorted(counts.items())]


_NAMES = ("reviews", "reviews_overdue", "notices", "notices_overdue")
