"""Routes of schools' filings."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from sqlmodel import Session, col, select

import analyzer
from registry_api.accounts.access import Action, Role, require
from registry_api.errors import RegistryError
from registry_api.filings import corrections
from registry_api.filings.machine import step_of
from registry_api.filings.models import Filing, UserFiling
from registry_api.filings.schemas import Corrections, Replies
from registry_api.filings.showing import show_correction
from registry_api.filings.user_filings import (
    change_usage,
    draft_usage,
    find_user_filing,
    mend_usage,
    reach,
    submit_usage,
    usage_warnings,
)
from registry_api.filings.user_states import UserEvent, UserState
from registry_api.filings.user_transitions import USER_MACHINE
from registry_api.kit.paging import After, Limit, page
from registry_api.kit.replies import Reply, etag, reply_once, require_match
from registry_api.kit.requests import Asking, Filer, Reader, RegistryPart
from registry_api.kit.schemas import Body, Document, LongText, PathId
from registry_api.kit.strict import StrictRoute
from registry_api.organizations.models import App, Organization

router = APIRouter(route_class=StrictRoute)


class UserFilingBody(Body):
    """A school's filing document; its schema is at ``/schema/user-filing``."""

    document: Document


class UserSubmitBody(Body):
    """Answers to correction items that were not mended."""

    replies: Replies = ()


class UserChangeBody(Body):
    """A changed document, and why."""

    document: Document
    reason: LongText = ""


class UserTransitionBody(Body):
    """A decision about a school's filing, a withdrawal, or the end of the use."""

    event: Literal["return", "approve", "refuse", "withdraw", "approve_change", "refuse_change", "end"]
    reason: LongText = ""
    corrections: Corrections = ()


_OF_SCHOOLS = frozenset({UserEvent.WITHDRAW, UserEvent.END})


def show_user_filings(session: Session, items: list[UserFiling]) -> list[dict[str, Any]]:
    """Return schools' filings as the API shows them."""

    def by_id(model: Any, ids: set[int | None]) -> dict[int | None, Any]:
        return {row.id: row for row in session.exec(select(model).where(col(model.id).in_(ids - {None}))).all()}

    apps = by_id(App, {item.app_id for item in items})
    schools = by_id(Organization, {item.organization_id for item in items})
    filings = by_id(Filing, {item.provider_filing_id for item in items})
    return [
        {
            "id": item.id,
            "package": apps[item.app_id].package,
            "name": apps[item.app_id].name,
            "number": filings[item.provider_filing_id].number if item.provider_filing_id else None,
            "provider_filing_id": item.provider_filing_id,
            "provider_state": filings[item.provider_filing_id].state if item.provider_filing_id else None,
            "organization": {"id": item.organization_id, "name": schools[item.organization_id].name},
            "superior_id": item.superior_id,
            "province": item.province,
            "state": item.state,
            "use_mode": item.use_mode,
            "document": item.document,
            "changed": item.changed,
            "corrections": item.corrections,
            "decision_reason": item.decision_reason,
            "version": item.version,
            "created_at": item.created_at.isoformat(timespec="seconds"),
            "submitted_at": item.submitted_at.isoformat(timespec="seconds") if item.submitted_at else None,
            "filed_at": item.filed_at.isoformat(timespec="seconds") if item.filed_at else None,
            "invalid_since": item.invalid_since.isoformat(timespec="seconds") if item.invalid_since else None,
        }
        for item in items
    ]


def _reply(session: Session, row: UserFiling, status: int = 200) -> Reply:
    session.flush()
    warnings = [asdict(item) for item in usage_warnings(row.changed or row.document)]
    return Reply(
        {**show_user_filings(session, [row])[0], "warnings": warnings},
        status,
        {"ETag": etag(row.version), "Location": f"/api/v1/user-filings/{row.id}"},
    )


@router.get("/schema/user-filing", operation_id="getUserFilingSchema")
def get_user_filing_schema() -> dict[str, Any]:
    """Return the JSON Schema of a school's filing document."""
    return analyzer.usage_schema()


@router.post("/user-filings", operation_id="createUserFiling", status_code=201)
def create_user_filing(body: UserFilingBody, request: Request, registry: RegistryPart, actor: Filer) -> JSONResponse:
    """Draft a school's filing. The app is picked by number or package from those that are filed, in any province."""
    _require_school(actor)
    return reply_once(
        registry,
        actor,
        request,
        body.model_dump(),
        lambda session: _reply(session, draft_usage(session, actor, body.document), 201),
    )


def _require_school(actor: Any) -> None:
    if actor.role not in {Role.SCHOOL, Role.ADMIN}:
        raise RegistryError("forbidden", f"role {actor.role.value} files no use of apps")


@router.get("/user-filings", operation_id="listUserFilings")
def list_user_filings(
    request: Request,
    response: Response,
    registry: RegistryPart,
    actor: Reader,
    after: After = None,
    limit: Limit = 50,
    state: Annotated[UserState | None, Query()] = None,
    package: Annotated[str | None, Query(max_length=255)] = None,
) -> dict[str, Any]:
    """List schools' filings within reach, newest first."""
    statement = select(UserFiling).where(reach(actor))
    if state:
        statement = statement.where(UserFiling.state == state.value)
    if package:
        # scope: `reach` limits the filings; the app is only named by who asks
        statement = statement.where(col(UserFiling.app_id).in_(select(App.id).where(App.package == package)))
    with registry.database.read() as session:
        return page(
            session,
            statement,
            UserFiling.id,
            after,
            limit,
            lambda rows: show_user_filings(session, rows),
            request,
            response,
            newest_first=True,
        )


@router.get("/user-filings/{filing_id}", operation_id="getUserFiling")
def get_user_filing(filing_id: PathId, response: Response, registry: RegistryPart, actor: Reader) -> dict[str, Any]:
    """Return one school's filing with its correction items; its ETag is needed to change it."""
    with registry.database.read() as session:
        row = find_user_filing(session, actor, filing_id)
        response.headers["ETag"] = etag(row.version)
        items = [show_correction(item) for item in corrections.all_items(session, user_filing_id=row.id)]
        return {**show_user_filings(session, [row])[0], "correction_items": items}


@router.put("/user-filings/{filing_id}", operation_id="updateUserFiling")
def update_user_filing(
    filing_id: PathId, body: UserFilingBody, request: Request, registry: RegistryPart, actor: Filer
) -> JSONResponse:
    """Replace the document of a draft or a returned filing."""
    _require_school(actor)

    def work(session: Session) -> Reply:
        row = find_user_filing(session, actor, filing_id, lock=True)
        require_match(request, row.version)
        require_own(actor, row)
        return _reply(session, mend_usage(session, actor, row, body.document))

    return reply_once(registry, actor, request, body.model_dump(), work)


def require_own(actor: Any, row: UserFiling) -> None:
    """Refuse whoever is not the school itself."""
    # The authority above a school sees the school's filing, and writes nothing into it.
    if actor.role is Role.SCHOOL and actor.organization_id != row.organization_id:
        raise RegistryError("forbidden", "only the school itself changes its filing")


@router.post("/user-filings/{filing_id}/submit", operation_id="submitUserFiling")
def submit_user_filing(
    filing_id: PathId, body: UserSubmitBody, request: Request, registry: RegistryPart, actor: Filer
) -> JSONResponse:
    """Hand a school's filing in."""
    _require_school(actor)

    def work(session: Session) -> Reply:
        row = find_user_filing(session, actor, filing_id, lock=True)
        require_match(request, row.version)
        submit_usage(session, row, step_of(actor, replies=tuple((item.id, item.reply) for item in body.replies)))
        return _reply(session, row)

    return reply_once(registry, actor, request, body.model_dump(), work)


@router.post("/user-filings/{filing_id}/changes", operation_id="requestUserChange")
def request_user_change(
    filing_id: PathId, body: UserChangeBody, request: Request, registry: RegistryPart, actor: Filer
) -> JSONResponse:
    """Hand in a changed document; what is filed stays in force until it is decided."""
    _require_school(actor)

    def work(session: Session) -> Reply:
        row = find_user_filing(session, actor, filing_id, lock=True)
        require_match(request, row.version)
        change_usage(session, row, body.document, step_of(actor, body.reason))
        return _reply(session, row)

    return reply_once(registry, actor, request, body.model_dump(), work)


@router.post("/user-filings/{filing_id}/transitions", operation_id="moveUserFiling")
def move_user_filing(
    filing_id: PathId, body: UserTransitionBody, request: Request, registry: RegistryPart, actor: Asking
) -> JSONResponse:
    """Decide about a school's filing: the authority above it or its province; or withdraw it, or end the use."""
    event = UserEvent(body.event)
    # The authority above a school holds a school's key: what it may decide is a matter of the table's guards.
    require(actor, Action.FILE if event in _OF_SCHOOLS or actor.role is Role.SCHOOL else Action.REVIEW)

    def work(session: Session) -> Reply:
        row = find_user_filing(session, actor, filing_id, lock=True)
        require_match(request, row.version)
        items = tuple(item.model_dump() for item in body.corrections)
        if items and event is not UserEvent.RETURN:
            raise RegistryError("invalid", "corrections belong to the event `return`")
        USER_MACHINE.apply(session, row, event, step_of(actor, body.reason, items))
        return _reply(session, row)

    return reply_once(registry, actor, request, body.model_dump(), work)
