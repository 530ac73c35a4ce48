"""The public record: which app has which number, who provides it, and whether it is in force."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry_api.filings.models import Filing
from registry_api.filings.transitions import State
from registry_api.organizations.models import App, AppVersion, Organization
from registry_api.organizations.search import search_condition

PUBLIC = (State.FILED.value, State.SUSPENDED.value, State.REVOKED.value)
"""States that are public: whoever has, or had, a number. What is still under review is nobody's business."""


def published(query: str = "") -> Any:
    """Return a select over the apps that are public; ``query`` are words of name, package or provider."""
    # Any filing with a number, not the newest: a new draft after a revocation hides nothing.
    numbered = sa.exists().where(
        col(Filing.app_id) == App.id, col(Filing.state).in_(PUBLIC), col(Filing.number).is_not(None)
    )
    return select(App).where(numbered, search_condition(query))


def by_number(number: str) -> Any:
    """Return a select over the app with a filing number."""
    chosen = select(Filing.app_id).where(Filing.number == number, col(Filing.state).in_(PUBLIC))
    return select(App).where(col(App.id).in_(chosen))


def show_published(session: Session, apps: list[App]) -> list[dict[str, Any]]:
    """Return apps as the public sees them: no contact, no document, no finding."""
    filings = {
        row.app_id: row
        for row in session.execute(
            sa.select(
                col(Filing.app_id),
                col(Filing.number),
                col(Filing.state),
                col(Filing.decided_at),
                col(Organization.name),
                col(Organization.province),
            )
            .join(Organization, col(Organization.id) == Filing.organization_id)
            .where(
                col(Filing.app_id).in_([app.id for app in apps]),
                col(Filing.state).in_(PUBLIC),
                col(Filing.number).is_not(None),
            )
            .order_by(col(Filing.id))
        ).all()
    }
    current = [app.current_version_id for app in apps]
    names: dict[Any, Any] = {
        row.id: row.version_name
        for row in session.execute(
            sa.select(col(AppVersion.id), col(AppVersion.version_name)).where(col(AppVersion.id).in_(current))
        ).all()
    }
    return [
        {
            "name": app.name,
            "package": app.package,
            "number": filing.number,
            "state": filing.state,
            "provider": filing.name,
            "province": filing.province,
            "version": names.get(app.current_version_id),
            "decided_on": filing.decided_at.date().isoformat() if filing.decided_at else None,
        }
        for app in apps
        if (filing := filings.get(app.id))
    ]
