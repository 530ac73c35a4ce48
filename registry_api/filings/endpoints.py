"""Routes of filings."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from sqlmodel import Session, col, select

from registry_api.accounts.access import Action, require, scope_of
from registry_api.errors import RegistryError
from registry_api.filings.models import Filing
from registry_api.filings.service import draft, find_filing, mend, submit
from registry_api.filings.transitions import TRANSITIONS, Event, State, apply, step_of
from registry_api.kit.paging import After, Count, Limit, page
from registry_api.kit.replies import Reply, etag, reply_once, require_match
from registry_api.kit.requests import Asking, Filer, Reader, RegistryPart
from registry_api.kit.schemas import Body, Document, LongText, PathId, ProvinceCode, RowId, Text
from registry_api.kit.strict import StrictRoute
from registry_api.organizations.models import App
from registry_api.organizations.search import search_condition
from registry_api.registry import Registry

router = APIRouter(route_class=StrictRoute)


class FilingBody(Body):
    """A filing document; its schema is at ``/schema/filing``."""

    document: Document


class SubmitBody(Body):
    """What is handed in with a filing."""

    artifact_upload: str | None = None
    policy_upload: str | None = None


class CorrectionItem(Body):
    """One item to be mended (补正)."""

    field: Text
    problem: LongText
    suggestion: LongText = ""


class TransitionBody(Body):
    """A decision, a withdrawal, or another step that a person takes."""

    event: Literal["return", "approve", "refuse", "suspend", "restore", "revoke", "withdraw"]
    reason: LongText = ""
    corrections: tuple[CorrectionItem, ...] = ()


def show_filings(session: Session, items: list[Filing]) -> list[dict[str, Any]]:
    """Return filings as the API shows them."""
    apps = {
        row.id: row for row in session.exec(select(App).where(col(App.id).in_({item.app_id for item in items}))).all()
    }
    return [
        {
            "id": item.id,
            "package": apps[item.app_id].package,
            "name": apps[item.app_id].name,
            "province": item.province,
            "organization_id": item.organization_id,
            "state": item.state,
            "number": item.number,
            "document": item.document,
            "corrections": item.corrections,
            "decision_reason": item.decision_reason,
            "version": item.version,
            "created_at": item.created_at.isoformat(timespec="seconds"),
            "submitted_at": item.submitted_at.isoformat(timespec="seconds") if item.submitted_at else None,
            "decided_at": item.decided_at.isoformat(timespec="seconds") if item.decided_at else None,
        }
        for item in items
    ]


def _warned(registry: Registry, session: Session, filing: Filing, status: int = 200, **more: Any) -> Reply:
    warnings = [asdict(item) for item in registry.analysis.filing_warnings(filing.document)]
    return _reply(session, filing, status, warnings=warnings, **more)


def _reply(session: Session, filing: Filing, status: int = 200, **more: Any) -> Reply:
    session.flush()
    return Reply(
        {**show_filings(session, [filing])[0], **more},
        status,
        {"ETag": etag(filing.version), "Location": f"/api/v1/filings/{filing.id}"},
    )


@router.post("/filings", operation_id="createFiling", status_code=201)
def create_filing(body: FilingBody, request: Request, registry: RegistryPart, actor: Filer) -> JSONResponse:
    """Draft a filing. ``warnings`` are for the eye and stop nothing."""
    return reply_once(
        registry,
        actor,
        request,
        body.model_dump(),
        lambda session: _warned(registry, session, draft(registry, session, actor, body.document), 201),
    )


@router.get("/filings", operation_id="listFilings")
def list_filings(
    request: Request,
    response: Response,
    registry: RegistryPart,
    actor: Reader,
    after: After = None,
    limit: Limit = 50,
    state: Annotated[State | None, Query(description="`under_review` is the queue of a reviewer")] = None,
    package: Annotated[str | None, Query(max_length=255)] = None,
    number: Annotated[str | None, Query(max_length=40)] = None,
    q: Annotated[str, Query(max_length=200, description="words of name, package or provider")] = "",
    province: Annotated[ProvinceCode | None, Query()] = None,
    organization_id: Annotated[RowId | None, Query()] = None,
    sort: Annotated[Literal["id", "-id", "updated_at", "-updated_at"] | None, Query()] = None,
    count: Count = False,
) -> dict[str, Any]:
    """List filings within reach, newest first."""
    statement = select(Filing).where(scope_of(Filing, actor))
    if state:
        statement = statement.where(Filing.state == state.value)
    if number:
        statement = statement.where(Filing.number == number)
    if package:
        statement = statement.where(col(Filing.app_id).in_(select(App.id).where(App.package == package)))
    if q:
        statement = statement.where(col(Filing.app_id).in_(select(App.id).where(search_condition(q))))
    if province:
        statement = statement.where(Filing.province == province)
    if organization_id:
        statement = statement.where(Filing.organization_id == organization_id)
    with registry.database.read() as session:
        return page(
            session,
            statement,
            Filing.id,
            after,
            limit,
            lambda rows: show_filings(session, rows),
            request,
            response,
            newest_first=True,
            sort=sort,
            sorts={"updated_at": Filing.updated_at},
            count=count,
        )


@router.get("/filings/transitions", operation_id="listTransitions")
def list_transitions(_actor: Reader) -> dict[str, Any]:
    """Return the table of legal steps."""
    return {
        "items": [
            {
                "state": item.source.value,
                "event": item.event.value,
                "to": item.target.value,
                "roles": sorted(item.roles),
            }
            for item in TRANSITIONS
        ]
    }


@router.get("/filings/{filing_id}", operation_id="getFiling")
def get_filing(filing_id: PathId, response: Response, registry: RegistryPart, actor: Reader) -> dict[str, Any]:
    """Return one filing; its ETag is needed to change it."""
    with registry.database.read() as session:
        filing = find_filing(session, actor, filing_id)
        response.headers["ETag"] = etag(filing.version)
        return show_filings(session, [filing])[0]


@router.put("/filings/{filing_id}", operation_id="updateFiling")
def update_filing(
    filing_id: PathId, body: FilingBody, request: Request, registry: RegistryPart, actor: Filer
) -> JSONResponse:
    """Replace the document of a draft or a returned filing. ``warnings`` are for the eye and stop nothing."""

    def work(session: Session) -> Reply:
        filing = find_filing(session, actor, filing_id, lock=True)
        require_match(request, filing.version)
        return _warned(registry, session, mend(registry, session, actor, filing, body.document))

    return reply_once(registry, actor, request, body.model_dump(), work)


@router.post("/filings/{filing_id}/submit", operation_id="submitFiling", status_code=202)
def submit_filing(
    filing_id: PathId, body: SubmitBody, request: Request, registry: RegistryPart, actor: Filer
) -> JSONResponse:
    """Hand a filing in; the audit begins. ``warnings`` are for the eye and stop nothing."""

    def work(session: Session) -> Reply:
        filing = find_filing(session, actor, filing_id, lock=True)
        require_match(request, filing.version)
        run = submit(registry, session, actor, filing, body.artifact_upload, body.policy_upload)
        reply = _warned(registry, session, filing, 202, audit=run.id)
        return Reply(reply.body, 202, {**reply.headers, "Location": f"/api/v1/audits/{run.id}"})

    return reply_once(registry, actor, request, body.model_dump(), work)


@router.post("/filings/{filing_id}/transitions", operation_id="moveFiling")
def move_filing(
    filing_id: PathId, body: TransitionBody, request: Request, registry: RegistryPart, actor: Asking
) -> JSONResponse:
    """Take a step: decide, suspend, restore, revoke or withdraw.

    A reviewer: `return` with at least one correction, `approve` (gives the number), `refuse` with a reason; `suspend`,
    `restore`, `revoke` with a reason. A vendor: `withdraw`. The key that submitted may not decide.
    """
    event = Event(body.event)
    if event is Event.WITHDRAW:
        require(actor, Action.FILE)
    else:
        require(actor, Action.SUSPEND if event in {Event.SUSPEND, Event.RESTORE, Event.REVOKE} else Action.REVIEW)

    def work(session: Session) -> Reply:
        filing = find_filing(session, actor, filing_id, lock=True)
        require_match(request, filing.version)
        corrections = tuple(item.model_dump() for item in body.corrections)
        if corrections and event is not Event.RETURN:
            raise RegistryError("invalid", "corrections belong to the event `return`")
        apply(session, filing, event, step_of(actor, body.reason, corrections))
        return _reply(session, filing)

    return reply_once(registry, actor, request, body.model_dump(), work)
