"""All that the page of statistics shows, counted at one moment."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlmodel import Session

from registry_api.accounts.access import Actor
from registry_api.statistics.overdue import count_overdue
from registry_api.statistics.service import count_filings, count_findings, decision_times

TOP = 15


def gather(session: Session, actor: Actor, today: date) -> dict[str, Any]:
    """Return filings by month and by province, times to decisions, what is overdue, and findings; JSON values."""
    return {
        "months": count_filings(session, actor, "month"),
        "provinces": count_filings(session, actor, "province"),
        "times": decision_times(session, actor),
        "overdue": count_overdue(session, actor, today),
        "findings": count_findings(session, actor, TOP),
    }
