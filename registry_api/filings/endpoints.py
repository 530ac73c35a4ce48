"""Routes of filings."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from sqlmodel import Session, col, select

from registry_api.accounts.access import Action, Actor, require, scope_key, scope_of
from registry_api.db import plain_rows
from registry_api.errors import FieldError, RegistryError
from registry_api.filings.attachments import missing_attachments
from registry_api.filings.models import Filing
from registry_api.filings.printing import names_of
from registry_api.filings.schemas import Corrections, Replies
from registry_api.filings.service import decide, draft, find_filing, mend, no_filing, submit
from registry_api.filings.showing import COLUMNS, reply_of, show_filing_rows
from registry_api.filings.systems import differing
from registry_api.filings.transitions import TRANSITIONS, Event, State, step_of
from registry_api.kit.china import today
from registry_api.kit.paging import After, Count, Limit, Prepared, page
from registry_api.kit.prepared import prepared
from registry_api.kit.replies import Reply, etag, reply_once, require_match
from registry_api.kit.requests import Asking, Filer, Reader, RegistryPart
from registry_api.kit.schemas import Body, Document, LongText, PathId, ProvinceCode, RowId
from registry_api.kit.strict import StrictRoute
from registry_api.organizations.models import App
from registry_api.organizations.search import search_bound, search_values
from registry_api.registry import Registry

router = APIRouter(route_class=StrictRoute)


_OF_FILERS = frozenset({Event.WITHDRAW, Event.WITHDRAW_CHANGE, Event.CANCEL})
_ORDERS = frozenset({Event.ORDER_RECTIFICATION, Event.REJECT_RECTIFICATION})
_MEASURES = _ORDERS | {Event.CONFIRM_RECTIFIED, Event.SUSPEND, Event.RESTORE, Event.DELIST, Event.REVOKE}
_LONGEST_ORDER = timedelta(days=366)


def check_due(event: Event, day: date) -> None:
    """Refuse a day that has gone by or lies too far ahead, or that belongs to no order."""
    if event not in _ORDERS:
        raise RegistryError("invalid", "due_on belongs to an order to rectify")
    if not today() < day <= today() + _LONGEST_ORDER:
        raise RegistryError(
            "invalid",
            f"due_on: {day} is not within a year from tomorrow",
            [FieldError("/due_on", "range", "须为明天起一年以内的日期 / a day within a year from tomorrow")],
        )


class FilingBody(Body):
    """A filing document; its schema is at ``/schema/filing``."""

    document: Document


class SubmitBody(Body):
    """What is handed in with a filing, and what is answered to correction items that were not mended."""

    artifact_upload: str | None = None
    policy_upload: str | None = None
    replies: Replies = ()

    def answers(self) -> tuple[tuple[int, str], ...]:
        """Return the answers as (id, text)."""
        return tuple((item.id, item.reply) for item in self.replies)


class TransitionBody(Body):
    """A decision, a withdrawal, or another step that a person takes."""

    event: Literal[
        "return",
        "approve",
        "refuse",
        "withdraw",
        "return_change",
        "approve_change",
        "refuse_change",
        "withdraw_change",
        "order_rectification",
        "reject_rectification",
        "confirm_rectified",
        "suspend",
        "restore",
        "delist",
        "revoke",
        "cancel",
    ]
    reason: LongText = ""
    corrections: Corrections = ()
    due_on: date | None = None
    """Day by which an order to rectify is to be met; left out: the usual number of working days."""


def check_step(actor: Actor, body: TransitionBody) -> None:
    """Refuse a step that is not for this role at all, or a day that belongs to none; before anything is looked up."""
    event = Event(body.event)
    if event in _OF_FILERS:
        require(actor, Action.FILE)
    else:
        require(actor, Action.SUSPEND if event in _MEASURES else Action.REVIEW)
    if body.due_on is not None:
        check_due(event, body.due_on)


def take_step(registry: Registry, session: Session, actor: Actor, filing: Filing, body: TransitionBody) -> None:
    """Take a step that a person asks for, in the caller's transaction."""
    event = Event(body.event)
    corrections = tuple(item.model_dump() for item in body.corrections)
    if corrections and event not in {Event.RETURN, Event.RETURN_CHANGE}:
        raise RegistryError("invalid", "corrections belong to the event `return`")
    decide(registry, session, filing, event, step_of(actor, body.reason, corrections, due_on=body.due_on))


def _warned(registry: Registry, session: Session, filing: Filing, status: int = 200, **more: Any) -> Reply:
    found = [*registry.analysis.filing_warnings(filing.document), *differing(session, filing)]
    found += missing_attachments(session, filing)
    warnings = [asdict(item) for item in found]
    return reply_of(session, filing, status, warnings=warnings, **more)


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
    asked = {
        "state": state.value if state else None,
        "number": number,
        "package": package,
        "province": province,
        "organization_id": organization_id,
    }
    values = {**{name: value for name, value in asked.items() if value}, **search_values(q)}

    def make() -> tuple[Any, Any]:
        statement: Any = select(Filing).join(App, col(App.id) == Filing.app_id).where(scope_of(Filing, actor))
        for name in ("state", "number", "province", "organization_id"):
            if name in values:
                column = getattr(Filing, name)
                statement = statement.where(column == sa.bindparam(name, type_=column.type))
        if "package" in values:
            named = select(App.id).where(App.package == sa.bindparam("package", type_=sa.String()))
            statement = statement.where(col(Filing.app_id).in_(named))
        if "fts" in values:
            statement = statement.where(col(Filing.app_id).in_(select(App.id).where(search_bound(values))))
        return statement, Filing.id

    with registry.database.read() as session:
        return page(
            session,
            Prepared(("filings", session.get_bind().dialect.name, scope_key(actor), *values), make, values),
            Filing.id,
            after,
            limit,
            show_filing_rows,
            request,
            response,
            newest_first=True,
            sort=sort,
            sorts={"updated_at": Filing.updated_at},
            count=count,
            columns=COLUMNS,
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
                "guards": [names_of(guard) for guard in item.guards],
            }
            for item in TRANSITIONS
        ]
    }


@router.get("/filings/{filing_id}", operation_id="getFiling")
def get_filing(filing_id: PathId, response: Response, registry: RegistryPart, actor: Reader) -> dict[str, Any]:
    """Return one filing; its ETag is needed to change it."""

    def make() -> Any:
        of_id = col(Filing.id) == sa.bindparam("filing_id", type_=sa.Integer())
        joined = sa.select(*COLUMNS).select_from(Filing).join(App, col(App.id) == Filing.app_id)
        return joined.where(of_id, scope_of(Filing, actor))

    with registry.database.read() as session:
        rows = plain_rows(session, prepared(("filing", scope_key(actor)), make), filing_id=filing_id)
        if not rows:
            raise no_filing(filing_id)
        response.headers["ETag"] = etag(rows[0].version)
        return show_filing_rows(rows)[0]


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
        run = submit(registry, session, actor, filing, body.artifact_upload, body.policy_upload, body.answers())
        reply = _warned(registry, session, filing, 202, audit=run.id)
        return Reply(reply.body, 202, {**reply.headers, "Location": f"/api/v1/audits/{run.id}"})

    return reply_once(registry, actor, request, body.model_dump(), work)


@router.post("/filings/{filing_id}/transitions", operation_id="moveFiling")
def move_filing(
    filing_id: PathId, body: TransitionBody, request: Request, registry: RegistryPart, actor: Asking
) -> JSONResponse:
    """Take a step: decide, suspend, restore, revoke or withdraw.

    A reviewer: `return` with at least one correction, `approve` (gives the number), `refuse` with a reason; the same
    of a change by `return_change`, `approve_change`, `refuse_change`; `order_rectification`, `reject_rectification`,
    `confirm_rectified`, `suspend`, `restore` with a reason. A lead reviewer or the supervisor: `delist`, `revoke`.
    A provider: `withdraw`, `withdraw_change`, `cancel`. The key that submitted may not decide, and who ordered a
    measure may not alone end the filing.
    """
    check_step(actor, body)

    def work(session: Session) -> Reply:
        filing = find_filing(session, actor, filing_id, lock=True)
        require_match(request, filing.version)
        take_step(registry, session, actor, filing, body)
        return reply_of(session, filing)

    return reply_once(registry, actor, request, body.model_dump(), work)
