"""The public record: which app has which number, who provides it, and whether it is in force."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry_api.db import plain_rows
from registry_api.errors import FieldError, RegistryError
from registry_api.filings.models import Filing
from registry_api.filings.states import IN_FORCE, State
from registry_api.kit.china import day_of
from registry_api.organizations.models import App, AppVersion, Organization
from registry_api.organizations.search import search_condition

PUBLIC: dict[str, str] = {
    **{state.value: State.FILED.value for state in IN_FORCE},
    **{state.value: state.value for state in (State.SUSPENDED, State.DELISTED, State.REVOKED, State.CANCELLED)},
}
"""State → what the public is told: whoever has, or had, a number is found, and whatever is in force is ``filed``.

What is under review is nobody's business, nor is a change of it or an order to mend it.
"""
_LEAST = 2


def published(query: str = "") -> Any:
    """Return a select over the apps that are public; ``query`` are words of name, package or provider."""
    # Any filing with a number, not the newest: a new draft after a revocation hides nothing.
    numbered = sa.exists().where(
        col(Filing.app_id) == App.id, col(Filing.state).in_(list(PUBLIC)), col(Filing.number).is_not(None)
    )
    return select(App).where(numbered, search_condition(query))


def by_number(number: str) -> Any:
    """Return a select over the app with a filing number."""
    chosen = select(Filing.app_id).where(Filing.number == number, col(Filing.state).in_(list(PUBLIC)))
    return select(App).where(col(App.id).in_(chosen))


def looked_for(*, q: str = "", name: str = "", number: str = "", package: str = "", provider: str = "") -> Any:
    """Return a select over public apps by words (two characters or more), or by a whole number or package.

    Raises ``invalid`` when nothing is asked for, or a word is too short.
    """
    words, number, package = f"{q} {name}".split(), number.strip(), package.strip()
    if not (words or number or package or provider.strip()):
        raise RegistryError(
            "invalid",
            "say what to look for",
            [FieldError("/query/q", "required", "q, name, number, package or provider")],
        )
    if any(len(word) < _LEAST for word in (*words, *provider.split())):
        raise RegistryError(
            "invalid", "a word is too short", [FieldError("/query/q", "too_short", "two characters or more")]
        )
    statement = by_number(number) if number else published()
    if words:
        statement = statement.where(search_condition(" ".join(words)))
    for word in name.split():
        statement = statement.where(col(App.name).icontains(word, autoescape=True))
    if package:
        statement = statement.where(App.package == package)
    if provider.strip():
        owners = Organization.__table__.select().with_only_columns(col(Organization.id))  # type: ignore[attr-defined]
        owners = owners.where(search_condition(provider, Organization))
        statement = statement.where(col(App.organization_id).in_(owners))
    return statement


def show_published(session: Session, apps: list[App], number: str = "") -> list[dict[str, Any]]:
    """Return apps as the public sees them: no contact, no document, no finding.

    Each by its newest number, or by the ``number`` that was asked for: an earlier one may have been revoked.
    """
    asked: Any = Filing.number == number if number else col(Filing.number).is_not(None)
    filings = {
        row.app_id: row
        for row in plain_rows(
            session,
            sa.select(
                col(Filing.app_id),
                col(Filing.number),
                col(Filing.state),
                col(Filing.decided_at),
                col(Organization.name),
                col(Organization.province),
            )
            .join(Organization, col(Organization.id) == Filing.organization_id)
            .where(col(Filing.app_id).in_([app.id for app in apps]), asked)
            .order_by(col(Filing.id)),
        )
        # Not a condition of the query: SQLite without statistics would go through every filing in one of the states.
        if row.state in PUBLIC
    }
    current = [app.current_version_id for app in apps]
    names: dict[Any, Any] = {
        row.id: row.version_name
        for row in plain_rows(
            session, sa.select(col(AppVersion.id), col(AppVersion.version_name)).where(col(AppVersion.id).in_(current))
        )
    }
    return [
        {
            "name": app.name,
            "package": app.package,
            "number": filing.number,
            "state": PUBLIC[filing.state],
            "provider": filing.name,
            "province": filing.province,
            "version": names.get(app.current_version_id),
            "decided_on": day_of(filing.decided_at).isoformat() if filing.decided_at else None,
        }
        for app in apps
        if (filing := filings.get(app.id))
    ]
