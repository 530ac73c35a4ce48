"""The public record: which app has which number, who provides it, and whether it is in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry_api.db import plain_rows
from registry_api.errors import FieldError, RegistryError
from registry_api.filings.models import Filing
from registry_api.filings.states import IN_FORCE, State
from registry_api.kit.china import day_of
from registry_api.kit.paging import Prepared
from registry_api.organizations.models import App, AppVersion, Organization
from registry_api.organizations.search import (
    pattern_of,
    search_bound,
    search_bound_in_order,
    search_condition,
    search_values,
)

PUBLIC: dict[str, str] = {
    **{state.value: State.FILED.value for state in IN_FORCE},
    **{state.value: state.value for state in (State.SUSPENDED, State.DELISTED, State.REVOKED, State.CANCELLED)},
}
"""State → what the public is told: whoever has, or had, a number is found, and whatever is in force is ``filed``.

What is under review is nobody's business, nor is a change of it or an order to mend it.
"""
_LEAST = 2


# Written out: a list of parameters would be unfolded anew for each request, and a planner knows nothing of parameters.
_IN_PUBLIC: Any = sa.literal_column(
    f"filing.state IN ({', '.join(repr(state) for state in sorted(PUBLIC))})", sa.Boolean()
)
# Any filing with a number, not the newest: a new draft after a revocation hides nothing.
_NUMBERED = sa.exists().where(col(Filing.app_id) == App.id, _IN_PUBLIC, col(Filing.number).is_not(None))
COLUMNS: tuple[Any, ...] = (
    App.__table__.c.id,  # type: ignore[attr-defined]  # every table model has it
    App.__table__.c.name,  # type: ignore[attr-defined]
    App.__table__.c.package,  # type: ignore[attr-defined]
    App.__table__.c.current_version_id,  # type: ignore[attr-defined]
)
"""What `show_published` reads of an app."""


def published(query: str = "") -> Any:
    """Return a select over the apps that are public; ``query`` are words of name, package or provider."""
    return select(App).where(_NUMBERED, search_condition(query))


def by_number(number: Any) -> Any:
    """Return a select over the app with a filing number."""
    chosen = sa.select(col(Filing.app_id)).where(col(Filing.number) == number, _IN_PUBLIC)
    return select(App).where(col(App.id).in_(chosen))


def looked_for(
    session: Session, *, q: str = "", name: str = "", number: str = "", package: str = "", provider: str = ""
) -> tuple[Any, Any]:
    """Return a select over public apps by words (two characters or more), or by a whole number or package.

    With it comes the column by which it is ordered and paged.

    Raises ``invalid`` when nothing is asked for, or a word is too short.
    """
    values = values_of(q=q, name=name, number=number, package=package, provider=provider)
    statement, key = _looked_for(session, values)
    return statement.params(values), key


def prepared_look(session: Session, values: Mapping[str, str]) -> Prepared:
    """Return the question of `looked_for` for `values_of`, made once for all that ask for the same kind of thing."""
    shape = ("public", session.get_bind().dialect.name, *values)
    return Prepared(shape, lambda: _looked_for(session, values), values)


def values_of(*, q: str, name: str, number: str, package: str, provider: str) -> dict[str, str]:
    """Return what is looked for as parameters, or raise ``invalid`` as `looked_for` does."""
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
    asked = {"number": number, "package": package}
    return {
        **{field: value for field, value in asked.items() if value},
        **search_values(" ".join(words)),
        **{f"name{place}": pattern_of(word) for place, word in enumerate(name.split())},
        **search_values(provider, _OWNER),
    }


_OWNER = "owner_"


def _looked_for(session: Session, values: Mapping[str, str]) -> tuple[Any, Any]:
    statement = by_number(sa.bindparam("number", type_=sa.String())) if "number" in values else published()
    statement, key = search_bound_in_order(session, statement, values)
    for field in values:
        if field.startswith("name"):
            statement = statement.where(col(App.name).ilike(sa.bindparam(field, type_=sa.String()), escape="/"))
    if "package" in values:
        statement = statement.where(App.package == sa.bindparam("package", type_=sa.String()))
    if _OWNER + "fts" in values:
        owners = Organization.__table__.select().with_only_columns(col(Organization.id))  # type: ignore[attr-defined]
        owners = owners.where(search_bound(values, Organization, _OWNER))
        statement = statement.where(col(App.organization_id).in_(owners))
    return statement, key


_SHOWN: Any = (
    sa.select(
        col(Filing.app_id),
        col(Filing.number),
        col(Filing.state),
        col(Filing.decided_at),
        col(Organization.name),
        col(Organization.province),
        col(AppVersion.version_name),
    )
    .join(Organization, col(Organization.id) == Filing.organization_id)
    .join(App, col(App.id) == Filing.app_id)
    .outerjoin(AppVersion, col(AppVersion.id) == App.current_version_id)
    .where(col(Filing.app_id).in_(sa.bindparam("apps", expanding=True)), col(Filing.number).is_not(None))
    .order_by(col(Filing.id))
)


def show_published(session: Session, apps: Sequence[App | sa.Row[Any]], number: str = "") -> list[dict[str, Any]]:
    """Return apps as the public sees them: no contact, no document, no finding.

    Each by its newest number, or by the ``number`` that was asked for: an earlier one may have been revoked.
    """
    # Made once: building a statement takes as long as asking the database.
    filings = {
        row.app_id: row
        for row in plain_rows(session, _SHOWN, apps=[app.id for app in apps])
        # Not a condition of the query: SQLite without statistics would go through every filing in one of the states.
        if row.state in PUBLIC and number in {"", row.number}
    }
    return [
        {
            "name": app.name,
            "package": app.package,
            "number": filing.number,
            "state": PUBLIC[filing.state],
            "provider": filing.name,
            "province": filing.province,
            "version": filing.version_name,
            "decided_on": day_of(filing.decided_at).isoformat() if filing.decided_at else None,
        }
        for app in apps
        if (filing := filings.get(app.id))
    ]
