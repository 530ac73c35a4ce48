"""Black and white lists of providers and apps."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry_api.accounts.access import Actor, scoped
from registry_api.db import now
from registry_api.errors import FieldError, RegistryError
from registry_api.notices.calendar import local_day
from registry_api.notices.models import Listing
from registry_api.organizations.models import App, Organization
from registry_api.trail.chain import Act, append


def in_force(day: date | None = None) -> sa.ColumnElement[bool]:
    """Return the condition under which an entry holds on ``day``, by default today in Shanghai."""
    day = day or local_day(now())
    return sa.and_(
        col(Listing.ended_at).is_(None),
        col(Listing.from_on) <= day,
        sa.or_(col(Listing.until_on).is_(None), col(Listing.until_on) >= day),
    )


def listed(
    session: Session,
    *,
    organization_id: int | None = None,
    app_id: int | None = None,
    kind: str = "black",
    on: date | None = None,
) -> Listing | None:
    """Return the entry that holds for a provider or an app, or `None`: the hook for guards of filings.

    An app is listed by an entry of its own or by one of its whole provider. A provider is listed only by an entry
    about itself: one bad app does not bar the others.
    """
    if app_id is not None and organization_id is None:
        organization_id = session.exec(select(App.organization_id).where(App.id == app_id)).first()
    whole = sa.and_(col(Listing.organization_id) == organization_id, col(Listing.app_id).is_(None))
    this = sa.or_(whole, col(Listing.app_id) == app_id) if app_id is not None else whole
    return session.exec(
        select(Listing).where(Listing.kind == kind, this, in_force(on)).order_by(col(Listing.id).desc()).limit(1)
    ).first()


def put_on_list(
    session: Session,
    by: Actor,
    organization: Organization,
    app: App | None,
    *,
    kind: str,
    reason: str,
    basis: str = "",
    from_on: date | None = None,
    until_on: date | None = None,
) -> Listing:
    """List a provider, or one of its apps. Raises ``invalid`` for a senseless span, ``conflict`` when it is listed."""
    begin = from_on or local_day(now())
    if until_on is not None and until_on < begin:
        raise RegistryError(
            "invalid", "until_on is before from_on", [FieldError("/until_on", "range", f"before {begin.isoformat()}")]
        )
    mine = col(Listing.app_id) == app.id if app is not None else col(Listing.app_id).is_(None)
    known = session.exec(
        select(Listing.id, Listing.kind).where(
            Listing.organization_id == organization.id,
            mine,
            col(Listing.ended_at).is_(None),
            sa.or_(col(Listing.until_on).is_(None), col(Listing.until_on) >= begin),
        )
    ).first()
    if known is not None:
        raise RegistryError("conflict", f"entry {known[0]} of the {known[1]} list is still in force; end it first")
    row = Listing(
        kind=kind,
        organization_id=organization.id or 0,
        app_id=app.id if app is not None else None,
        province=organization.province,
        reason=reason,
        basis=basis,
        from_on=begin,
        until_on=until_on,
        created_by=by.person,
        created_at=now(),
    )
    session.add(row)
    session.flush()
    append(session, _act(by, f"listing.{kind}", row, reason))
    return row


def take_off_list(session: Session, by: Actor, row: Listing, reason: str) -> Listing:
    """End an entry; it stays on record."""
    if row.ended_at is not None:
        raise RegistryError("illegal-transition", f"entry {row.id} has ended already")
    row.ended_at, row.ended_reason = now(), reason
    session.add(row)
    session.flush()
    append(session, _act(by, "listing.end", row, reason))
    return row


def find_listing(session: Session, actor: Actor, listing_id: int) -> Listing:
    """Return an entry within reach, or raise ``not-found``."""
    row: Listing | None = session.exec(scoped(Listing, actor).where(Listing.id == listing_id)).first()
    if row is None:
        raise RegistryError("not-found", f"there is no entry {listing_id}")
    return row


def _act(by: Actor, action: str, row: Listing, reason: str) -> Act:
    return Act(
        actor=by.label,
        role=by.role.value,
        action=action,
        object_kind="listing",
        object_id=str(row.id),
        app_id=row.app_id,
        organization_id=row.organization_id,
        province=row.province,
        reason=reason,
        basis=row.basis,
        payload={"kind": row.kind, "from": row.from_on.isoformat(), "until": str(row.until_on or "")},
    )
