"""Changes of what is filed: the changed document waits beside the one in force until it is decided."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, col, select

from registry_api.db import now
from registry_api.filings.machine import Step
from registry_api.filings.models import Filing, FilingChange

_POINTER_LIMIT = 500


def pending(session: Session, filing: Filing) -> FilingChange | None:
    """Return the change of a filing that waits, or `None`."""
    return session.exec(
        select(FilingChange).where(FilingChange.filing_id == filing.id, FilingChange.state == "pending").limit(1)
    ).first()


def changes_of(session: Session, filing: Filing) -> list[FilingChange]:
    """Return every change of a filing, newest first."""
    return list(
        session.exec(
            select(FilingChange).where(FilingChange.filing_id == filing.id).order_by(col(FilingChange.id).desc())
        ).all()
    )


def propose(
    session: Session,
    filing: Filing,
    document: dict[str, Any],
    facts: dict[str, Any],
    *,
    reason: str,
    by: str | None,
) -> FilingChange:
    """Put a changed document beside the one in force; the one that waits already is replaced."""
    change = pending(session, filing) or FilingChange(filing_id=filing.id or 0, state="pending", requested_at=now())
    change.document, change.facts, change.before = document, facts, filing.document
    change.pointers, change.reason, change.requested_by = differences(filing.document, document), reason, by
    session.add(change)
    session.flush()
    return change


def settle(session: Session, filing: Filing, step: Step, state: str) -> FilingChange | None:
    """End the change that waits; approved, its document is the one in force."""
    change = pending(session, filing)
    if change is None:
        return None
    change.state, change.decided_at, change.decided_by = state, now(), step.key_id
    change.decision_reason = step.reason or None
    if state == "approved":
        filing.document, filing.facts = change.document, change.facts
    session.add(change)
    return change


def differences(old: Any, new: Any, pointer: str = "") -> list[str]:
    """Return JSON pointers of what differs between two documents; a list counts as one value."""
    if isinstance(old, dict) and isinstance(new, dict):
        found = []
        for key in sorted(old.keys() | new.keys()):
            step = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
            found += differences(old.get(key), new.get(key), step)
        return found[:_POINTER_LIMIT]
    return [] if old == new else [pointer]
