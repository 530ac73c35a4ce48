"""Routes of the black and white lists."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlmodel import Session, col, select

from registry_api.accounts.access import scoped
from registry_api.errors import FieldError, RegistryError
from registry_api.kit.paging import After, Limit, page
from registry_api.kit.replies import Reply, reply_once
from registry_api.kit.requests import Lister, Reader, RegistryPart
from registry_api.kit.schemas import Body, LongText, PathId, RowId, Text
from registry_api.kit.strict import StrictRoute
from registry_api.notices.lists import find_listing, in_force, put_on_list, take_off_list
from registry_api.notices.models import Listing
from registry_api.organizations.models import App, Organization
from registry_api.organizations.service import find_app

router = APIRouter(route_class=StrictRoute)

Reason = Annotated[str, Field(min_length=1, max_length=4000)]


class ListingBody(Body):
    """Whom to list and why: one app, or a provider with all its apps."""

    kind: Literal["black", "white"]
    package: Text | None = None
    organization_id: RowId | None = None
    reason: Reason
    basis: LongText = ""
    from_on: date | None = None
    until_on: date | None = None


class EndBody(Body):
    """Why an entry ends."""

    reason: Reason


def show_listings(session: Session, rows: list[Listing]) -> list[dict[str, Any]]:
    """Return entries as the API shows them."""
    units = dict(
        session.exec(
            select(Organization.id, Organization.name).where(
                col(Organization.id).in_({row.organization_id for row in rows})
            )
        ).all()
    )
    apps = dict(session.exec(select(App.id, App.package).where(col(App.id).in_({row.app_id for row in rows}))).all())
    return [
        {
            "id": row.id,
            "kind": row.kind,
            "organization_id": row.organization_id,
            "provider": units.get(row.organization_id),
            "package": apps.get(row.app_id) if row.app_id is not None else None,
            "province": row.province,
            "reason": row.reason,
            "basis": row.basis,
            "from_on": row.from_on.isoformat(),
            "until_on": row.until_on.isoformat() if row.until_on else None,
            "created_at": row.created_at.isoformat(timespec="seconds"),
            "ended_at": row.ended_at.isoformat(timespec="seconds") if row.ended_at else None,
            "ended_reason": row.ended_reason,
        }
        for row in rows
    ]


@router.post("/listings", operation_id="createListing", status_code=201)
def create_listing(body: ListingBody, request: Request, registry: RegistryPart, actor: Lister) -> JSONResponse:
    """Put an app or a provider on the black or the white list."""
    if (body.package is None) == (body.organization_id is None):
        raise RegistryError(
            "invalid",
            "name either a package or an organization_id",
            [FieldError("/package", "one_of", "package or organization_id")],
        )

    def work(session: Session) -> Reply:
        app = find_app(session, actor, body.package) if body.package is not None else None
        wanted = app.organization_id if app is not None else body.organization_id
        unit = session.exec(scoped(Organization, actor).where(Organization.id == wanted)).first()
        if unit is None:
            raise RegistryError("not-found", f"there is no organisation {wanted}")
        row = put_on_list(
            session,
            actor,
            unit,
            app,
            kind=body.kind,
            reason=body.reason,
            basis=body.basis,
            from_on=body.from_on,
            until_on=body.until_on,
        )
        return Reply(show_listings(session, [row])[0], 201, {"Location": f"/api/v1/listings/{row.id}"})

    return reply_once(registry, actor, request, body.model_dump(mode="json"), work)


@router.get("/listings", operation_id="listListings")
def list_listings(
    request: Request,
    response: Response,
    registry: RegistryPart,
    actor: Reader,
    after: After = None,
    limit: Limit = 50,
    kind: Annotated[Literal["black", "white"] | None, Query()] = None,
    current: Annotated[bool, Query(description="only entries that hold today")] = True,
) -> dict[str, Any]:
    """List the entries within reach, newest first."""
    statement = scoped(Listing, actor)
    if kind is not None:
        statement = statement.where(Listing.kind == kind)
    if current:
        statement = statement.where(in_force())
    with registry.database.read() as session:
        return page(
            session,
            statement,
            Listing.id,
            after,
            limit,
            lambda rows: show_listings(session, rows),
            request,
            response,
            newest_first=True,
        )


@router.post("/listings/{listing_id}/end", operation_id="endListing")
def end_listing(
    listing_id: PathId, body: EndBody, request: Request, registry: RegistryPart, actor: Lister
) -> JSONResponse:
    """Take an entry off its list; it stays on record."""

    def work(session: Session) -> Reply:
        row = take_off_list(session, actor, find_listing(session, actor, listing_id), body.reason)
        return Reply(show_listings(session, [row])[0])

    return reply_once(registry, actor, request, body.model_dump(), work)
