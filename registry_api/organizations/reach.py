"""For whom what is counted beforehand is the same: the country, or one province; members have too few apps for that."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import Session, select

from registry_api.accounts.access import NATIONAL, PROVINCIAL, Actor, Role, default_scopes, scope_of
from registry_api.organizations.models import App

COUNTRY = "*"


def reach_of(actor: Actor) -> str | None:
    """Return `COUNTRY`, the code of a province, or `None` for members of one organisation."""
    if actor.role in NATIONAL:
        return COUNTRY
    return actor.province if actor.role in PROVINCIAL else None


def actor_of(reach: str, name: str) -> Actor:
    """Return who sees exactly what is within a reach; ``name`` says in whose place it counts."""
    role, province = (Role.SUPERVISOR, None) if reach == COUNTRY else (Role.LEAD, reach)
    return Actor(name, name, role, province=province, scopes=frozenset(default_scopes(role)))


def has_more_apps(session: Session, actor: Actor, number: int) -> bool:
    """Tell whether more apps than ``number`` are within reach, without counting all of them."""
    some = select(App.id).where(scope_of(App, actor)).limit(number + 1).subquery()
    return session.exec(select(sa.func.count()).select_from(some)).one() > number
