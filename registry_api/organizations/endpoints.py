"""Routes of organisations, apps and versions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import StringConstraints
from sqlmodel import Session, col, select

from registry_api.accounts.access import scope_key, scope_of
from registry_api.audits import runs
from registry_api.db import plain_rows
from registry_api.filings.models import Filing
from registry_api.filings.transitions import State
from registry_api.kit.paging import After, Count, Limit, Prepared, page
from registry_api.kit.prepared import prepared
from registry_api.kit.replies import Reply, reply_once
from registry_api.kit.requests import Filer, Reader, RegistryPart
from registry_api.kit.schemas import Body, PathId, ProvinceCode, RowId, Text
from registry_api.kit.shown import as_shown, show_time
from registry_api.kit.strict import StrictRoute
from registry_api.organizations.models import App, AppVersion, Organization
from registry_api.organizations.search import search_bound, search_bound_in_order, search_condition, search_values
from registry_api.organizations.service import (
    add_version,
    find_app,
    find_organization,
    find_upload,
    no_app,
    register_app,
    register_organization,
)

router = APIRouter(route_class=StrictRoute)

Package = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*$", max_length=255)]


class OrganizationBody(Body):
    """A unit to put on record."""

    name: Text
    uscc: Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True)]
    province: ProvinceCode | None = None
    """First two digits of GB/T 2260; left out: from the code."""


class AppBody(Body):
    """An app to put on record."""

    package: Package
    name: Text
    organization_id: RowId


class VersionBody(Body):
    """A new version of an app, from uploads."""

    artifact_upload: str
    policy_upload: str | None = None


def show_organization(item: Organization) -> dict[str, Any]:
    """Return an organisation as the API shows it."""
    return {
        "id": item.id,
        "name": item.name,
        "uscc": item.uscc,
        "province": item.province,
        "created_at": show_time(item.created_at),
    }


_VERSION = tuple(
    getattr(AppVersion.__table__.c, name)  # type: ignore[attr-defined]  # every table model has it
    for name in (
        "artifact_sha256",
        "artifact_name",
        "artifact_size",
        "policy_sha256",
        "version_name",
        "version_code",
    )
)
_COLUMNS: tuple[Any, ...] = (
    *(
        getattr(App.__table__.c, name)  # type: ignore[attr-defined]  # as above
        for name in ("id", "package", "name", "organization_id", "province")
    ),
    as_shown(App.__table__.c.created_at),  # type: ignore[attr-defined]  # as above
    col(Organization.name).label("provider"),
    col(Filing.id).label("filing_id"),
    col(Filing.state).label("filing_state"),
    col(Filing.number).label("filing_number"),
    col(AppVersion.id).label("version_id"),
    as_shown(AppVersion.__table__.c.created_at).label("version_created_at"),  # type: ignore[attr-defined]  # as above
    *_VERSION,
)
"""What is shown of an app: neither the text that is searched nor its pairs."""


def _with_beside(statement: Any) -> Any:
    """Return a select over apps joined with provider, newest filing and version, for `_COLUMNS`."""
    return (
        statement.outerjoin(Organization, col(Organization.id) == App.organization_id)
        .outerjoin(Filing, col(Filing.id) == App.newest_filing_id)
        .outerjoin(AppVersion, col(AppVersion.id) == App.current_version_id)
    )


_THESE: Any = _with_beside(
    sa.select(*_COLUMNS).select_from(App).where(col(App.id).in_(sa.bindparam("apps", expanding=True)))
)


def show_apps(session: Session, items: Sequence[App]) -> list[dict[str, Any]]:
    """Return apps as the API shows them: provider, version and newest filing of all with one query."""
    # Columns and not models: a page of fifty would make a hundred objects to read three names of each.
    rows = {row.id: row for row in plain_rows(session, _THESE, apps=[item.id for item in items])}
    return [_show_app(rows[item.id]) for item in items]


def _show_app(row: sa.Row[Any]) -> dict[str, Any]:
    filing = {"id": row.filing_id, "state": row.filing_state, "number": row.filing_number}
    version = None
    if row.version_id is not None:
        version = _show_version(row, row.version_id, row.version_created_at)
    return {
        "id": row.id,
        "package": row.package,
        "name": row.name,
        "province": row.province,
        "organization": {"id": row.organization_id, "name": row.provider},
        "filing": filing if row.filing_id is not None else None,
        "version": version,
        "created_at": show_time(row.created_at),
    }


def show_version(item: AppVersion) -> dict[str, Any]:
    """Return a version as the API shows it."""
    return _show_version(item, item.id, item.created_at)


def _show_version(item: AppVersion | sa.Row[Any], version_id: int | None, created_at: datetime | str) -> dict[str, Any]:
    return {
        "id": version_id,
        "artifact_sha256": item.artifact_sha256,
        "artifact_name": item.artifact_name,
        "artifact_size": item.artifact_size,
        "policy_sha256": item.policy_sha256,
        "version_name": item.version_name,
        "version_code": item.version_code,
        "created_at": show_time(created_at),
    }


# scope: a condition on apps, which whoever asks for them limits
def in_state(state: State) -> Any:
    """Return the condition that an app's newest filing is in a state."""
    return App.filing_state == state.value


@router.post("/organizations", operation_id="createOrganization", status_code=201)
def create_organization(body: OrganizationBody, request: Request, registry: RegistryPart, actor: Filer) -> JSONResponse:
    """Put a unit on record."""

    def work(session: Session) -> Reply:
        item = register_organization(session, actor, body.name, body.uscc, body.province)
        return Reply(show_organization(item), 201, {"Location": f"/api/v1/organizations/{item.id}"})

    return reply_once(registry, actor, request, body.model_dump(), work)


@router.get("/organizations", operation_id="listOrganizations")
def list_organizations(
    request: Request,
    response: Response,
    registry: RegistryPart,
    actor: Reader,
    after: After = None,
    limit: Limit = 50,
    uscc: Annotated[str | None, Query(max_length=18)] = None,
    q: Annotated[str, Query(max_length=200, description="words of name or code")] = "",
    province: Annotated[ProvinceCode | None, Query()] = None,
    sort: Annotated[Literal["id", "-id", "name", "-name"] | None, Query()] = None,
    count: Count = False,
) -> dict[str, Any]:
    """List organisations within reach."""
    statement = select(Organization).where(scope_of(Organization, actor), search_condition(q, Organization))
    if province:
        statement = statement.where(Organization.province == province)
    if uscc:
        statement = statement.where(Organization.uscc == uscc.upper())
    with registry.database.read() as session:
        return page(
            session,
            statement,
            Organization.id,
            after,
            limit,
            lambda rows: [show_organization(row) for row in rows],
            request,
            response,
            sort=sort,
            sorts={"name": Organization.name},
            count=count,
        )


@router.get("/organizations/{organization_id}", operation_id="getOrganization")
def get_organization(organization_id: PathId, registry: RegistryPart, actor: Reader) -> dict[str, Any]:
    """Return one organisation."""
    with registry.database.read() as session:
        return show_organization(find_organization(session, actor, organization_id))


@router.post("/apps", operation_id="createApp", status_code=201)
def create_app(body: AppBody, request: Request, registry: RegistryPart, actor: Filer) -> JSONResponse:
    """Put an app on record."""

    def work(session: Session) -> Reply:
        organization = find_organization(session, actor, body.organization_id)
        item = register_app(session, actor, organization, body.package, body.name)
        return Reply(show_apps(session, [item])[0], 201, {"Location": f"/api/v1/apps/{item.package}"})

    return reply_once(registry, actor, request, body.model_dump(), work)


@router.get("/apps", operation_id="listApps")
def list_apps(
    request: Request,
    response: Response,
    registry: RegistryPart,
    actor: Reader,
    after: After = None,
    limit: Limit = 50,
    q: Annotated[str, Query(max_length=200, description="words of name, package or provider")] = "",
    state: Annotated[State | None, Query(description="state of the newest filing")] = None,
    province: Annotated[ProvinceCode | None, Query()] = None,
    organization_id: Annotated[RowId | None, Query()] = None,
    sort: Annotated[Literal["id", "-id", "name", "-name", "package", "-package"] | None, Query()] = None,
    count: Count = False,
) -> dict[str, Any]:
    """List apps within reach."""
    asked = {"state": state.value if state else None, "province": province, "organization_id": organization_id}
    values = {**{name: value for name, value in asked.items() if value}, **search_values(q)}
    by_id = sort in {None, "id", "-id"}

    with registry.database.read() as session:

        def make() -> tuple[Any, Any]:
            statement: Any = select(App).where(scope_of(App, actor))
            for name in ("state", "province", "organization_id"):
                if name in values:
                    column: Any = getattr(App, "filing_state" if name == "state" else name)
                    statement = statement.where(column == sa.bindparam(name, type_=column.type))
            if by_id:
                statement, key = search_bound_in_order(session, statement, values)
            else:
                statement, key = statement.where(search_bound(values)), App.id
            return _with_beside(statement), key

        return page(
            session,
            Prepared(("apps", session.get_bind().dialect.name, scope_key(actor), by_id, *values), make, values),
            App.id,
            after,
            limit,
            lambda rows: [_show_app(row) for row in rows],
            request,
            response,
            sort=sort,
            sorts={"name": App.name, "package": App.package},
            count=count,
            columns=_COLUMNS,
        )


@router.get("/apps/{package}", operation_id="getApp")
def get_app(package: str, registry: RegistryPart, actor: Reader) -> dict[str, Any]:
    """Return one app."""

    def make() -> Any:
        named = col(App.package) == sa.bindparam("package", type_=sa.String())
        return _with_beside(sa.select(*_COLUMNS).select_from(App).where(named, scope_of(App, actor)))

    with registry.database.read() as session:
        rows = plain_rows(session, prepared(("app", scope_key(actor)), make), package=package)
        if not rows:
            raise no_app(package)
        return _show_app(rows[0])


@router.get("/apps/{package}/versions", operation_id="listVersions")
def list_versions(
    package: str,
    request: Request,
    response: Response,
    registry: RegistryPart,
    actor: Reader,
    after: After = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    """List the versions of one app, newest first."""
    with registry.database.read() as session:
        app = find_app(session, actor, package)
        return page(
            session,
            select(AppVersion).where(AppVersion.app_id == app.id),
            AppVersion.id,
            after,
            limit,
            lambda rows: [show_version(row) for row in rows],
            request,
            response,
            newest_first=True,
        )


@router.post("/apps/{package}/versions", operation_id="addVersion", status_code=202)
def create_version(
    package: str, body: VersionBody, request: Request, registry: RegistryPart, actor: Filer
) -> JSONResponse:
    """Hand in a new version of an app on record and audit it."""

    def work(session: Session) -> Reply:
        app = find_app(session, actor, package)
        artifact = find_upload(session, actor, body.artifact_upload, "/artifact_upload")
        policy = find_upload(session, actor, body.policy_upload, "/policy_upload") if body.policy_upload else None
        version = add_version(session, actor, app, artifact, policy)
        run = runs.request(session, registry.jobs, app, kind="manual", by=actor.key_id)
        return Reply({"version": show_version(version), "audit": run.id}, 202, {"Location": f"/api/v1/audits/{run.id}"})

    return reply_once(registry, actor, request, body.model_dump(), work)
