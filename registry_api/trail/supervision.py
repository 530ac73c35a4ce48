"""Which acts are supervisory (互联网+监管), and what is recorded of them beside actor and object.

Item and result come from `rules/supervision/items.yaml` by the act's name, so that no act can be recorded without
them; the organ follows from the actor's role, the supervised unit from the app.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from sqlmodel import Session, col, select

from registry_api.organizations.models import App, Organization

NATIONAL_ORGAN = "000000"
"""The national authority; a province's is its GB/T 2260 code, such as ``310000``."""
SYSTEM_ORGAN = "system"
"""The registry itself, when nobody decided: an automatic audit, a sweep."""
_PROVINCIAL = frozenset({"reviewer", "lead_reviewer"})


@dataclass(frozen=True)
class Supervision:
    """What a supervisory act is recorded with."""

    item: str
    """Supervisory item (监管事项), an id of the rules."""
    organ: str
    """Organ (监管部门): six digits of GB/T 2260, or ``system``."""
    subject: str
    """Supervised unit (监管对象): name and USCC; empty when the act is about no one unit."""
    result: str
    basis: str


@lru_cache(maxsize=1)
def _acts(_rules: str) -> dict[str, tuple[str, str, str]]:
    import analyzer  # noqa: PLC0415 - the façade reads the rules only when something is recorded

    return {
        act: (item.id, result, item.basis)
        for item in analyzer.supervisory_items().values()
        for act, result in item.acts.items()
    }


def supervisory_acts() -> dict[str, tuple[str, str, str]]:
    """Return action of the trail → (item, result, basis), of the rules in force."""
    import analyzer  # noqa: PLC0415 - as above

    return _acts(analyzer.rules_version())


def organ_of(role: str, province: str | None) -> str:
    """Return the organ that acts through this role."""
    if role == "system":
        return SYSTEM_ORGAN
    return f"{province}0000" if role in _PROVINCIAL and province else NATIONAL_ORGAN


def supervise(
    session: Session,
    action: str,
    role: str,
    *,
    province: str | None,
    app_id: int | None,
    organization_id: int | None,
    result: str = "",
    basis: str = "",
    units: Mapping[int, str] | None = None,
) -> Supervision | None:
    """Return what is recorded of an act, or `None` when it is no supervisory one; ``units``: of `units_of`."""
    found = supervisory_acts().get(action)
    if found is None:
        return None
    item, usual, rests_on = found
    known = units.get(app_id) if units and app_id is not None and organization_id is None else None
    unit = known if known is not None else _unit(session, app_id, organization_id)
    return Supervision(item, organ_of(role, province), unit, result or usual, basis or rests_on)


def units_of(session: Session, apps: set[int]) -> dict[int, str]:
    """Return app → its supervised unit, for many acts at once."""
    rows = session.exec(
        select(App.id, Organization.name, Organization.uscc)
        .join(Organization, col(App.organization_id) == Organization.id)
        .where(col(App.id).in_(apps))
    ).all()
    return {app_id: f"{name} {uscc}" for app_id, name, uscc in rows if app_id is not None}


def _unit(session: Session, app_id: int | None, organization_id: int | None) -> str:
    statement = select(Organization.name, Organization.uscc)
    if organization_id is not None:
        row = session.exec(statement.where(Organization.id == organization_id)).first()
    elif app_id is not None:
        row = session.exec(
            statement.join(App, col(App.organization_id) == Organization.id).where(App.id == app_id)
        ).first()
    else:
        row = None
    return f"{row[0]} {row[1]}" if row else ""
