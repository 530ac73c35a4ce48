"""Routes of notices: draft, read, move, answer; and the due-date calculator."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlmodel import Session, col, select

import analyzer
from registry_api.accounts.access import MEMBERS, Action, Actor, require, scoped
from registry_api.audits.models import AuditRun
from registry_api.db import now
from registry_api.errors import RegistryError
from registry_api.kit.paging import After, Limit, page
from registry_api.kit.replies import Reply, etag, reply_once, require_match
from registry_api.kit.requests import Asking, Notifier, Reader, RegistryPart
from registry_api.kit.schemas import Body, LongText, PathId, RowId, Text
from registry_api.kit.strict import StrictRoute
from registry_api.notices.calendar import LONGEST, local_day, work_calendar
from registry_api.notices.models import Notice
from registry_api.notices.service import draft_notice, escalate, find_notice
from registry_api.notices.states import (
    NOTICE_TRANSITIONS,
    RUNNING,
    NoticeEvent,
    NoticeState,
    move,
    standing,
    step_by,
)
from registry_api.organizations.models import App, Organization
from registry_api.organizations.service import find_app, find_upload

router = APIRouter(route_class=StrictRoute)

ACTIONS = {
    NoticeEvent.SIGN: Action.SIGN,
    NoticeEvent.RETURN: Action.SIGN,
    NoticeEvent.RECEIVE: Action.ANSWER,
    NoticeEvent.REPLY: Action.ANSWER,
}
"""Event → what its actor must be allowed to do, where it is not `Action.NOTICE`."""
_FILES = 20


class NoticeBody(Body):
    """A notice to draft. Without ``findings`` it names every proven finding that stands."""

    kind: Text
    package: Text
    findings: list[RowId] | None = Field(default=None, max_length=500)
    term: Annotated[int, Field(ge=1, le=60, description="working days")] | None = None
    basis: LongText = ""
    batch: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    remark: LongText = ""


class NoticeStepBody(Body):
    """A step of a notice."""

    event: NoticeEvent
    reason: LongText = ""
    reply: LongText = ""
    attachments: list[Text] = Field(default_factory=list, max_length=_FILES)
    """Ids of uploads."""
    term: Annotated[int, Field(ge=1, le=60)] | None = None
    """Working days of the new term when a notice is opened again."""


def _stamp(value: Any) -> str | None:
    return value.isoformat(timespec="seconds") if value else None


def show_notices(session: Session, rows: list[Notice], actor: Actor) -> list[dict[str, Any]]:
    """Return notices as the API shows them; a provider sees nothing of who drafted and signed."""
    apps = {
        row.id: row for row in session.exec(select(App).where(col(App.id).in_({item.app_id for item in rows}))).all()
    }
    units = {
        row.id: row
        for row in session.exec(
            select(Organization).where(col(Organization.id).in_({item.organization_id for item in rows}))
        ).all()
    }
    templates, today = analyzer.notice_templates(), local_day(now())
    shown = []
    for item in rows:
        template = templates.get(item.kind)
        running = item.state in RUNNING
        shown.append(
            {
                "id": item.id,
                "kind": item.kind,
                "title": {"zh": template.title.zh, "en": template.title.en} if template else None,
                "state": item.state,
                "number": item.number,
                "batch": item.batch,
                "package": apps[item.app_id].package,
                "app": apps[item.app_id].name,
                "provider": units[item.organization_id].name,
                "province": item.province,
                "findings": item.findings,
                "body": item.body,
                "basis": item.basis,
                "term": item.term,
                "due_on": item.due_on.isoformat() if item.due_on else None,
                "due_provisional": item.due_provisional,
                "calendar": item.calendar,
                "overdue": bool(running and item.due_on and item.due_on < today),
                "parent": item.parent_id,
                "issued_at": _stamp(item.issued_at),
                "received_at": _stamp(item.received_at),
                "reply": item.reply,
                "replied_at": _stamp(item.replied_at),
                "attachments": item.attachments,
                "re_audit": item.reaudit_run_id,
                "ended_at": _stamp(item.ended_at),
                "reason": item.reason,
                "version": item.version,
                **({} if actor.role in MEMBERS else {"drafted_by": item.drafted_by, "signed_by": item.signed_by}),
            }
        )
    return shown


def _reply(session: Session, notice: Notice, actor: Actor, status: int = 200) -> Reply:
    body = show_notices(session, [notice], actor)[0]
    return Reply(body, status, {"ETag": etag(notice.version), "Location": f"/api/v1/notices/{notice.id}"})


@router.post("/notices", operation_id="createNotice", status_code=201)
def create_notice(body: NoticeBody, request: Request, registry: RegistryPart, actor: Notifier) -> JSONResponse:
    """Draft a notice; its text is written from the findings. Nobody else sees it before it is signed and issued."""

    def work(session: Session) -> Reply:
        app = find_app(session, actor, body.package)
        notice = draft_notice(
            registry,
            session,
            actor,
            app,
            body.kind,
            findings=body.findings,
            term=body.term,
            basis=body.basis,
            batch=body.batch,
            remark=body.remark,
        )
        return _reply(session, notice, actor, 201)

    return reply_once(registry, actor, request, body.model_dump(), work)


@router.get("/notices", operation_id="listNotices")
def list_notices(
    request: Request,
    response: Response,
    registry: RegistryPart,
    actor: Reader,
    after: After = None,
    limit: Limit = 50,
    state: Annotated[NoticeState | None, Query()] = None,
    kind: Annotated[str | None, Query(max_length=20)] = None,
    package: Annotated[str | None, Query(max_length=255)] = None,
    batch: Annotated[str | None, Query(max_length=60)] = None,
    overdue: Annotated[bool | None, Query()] = None,
) -> dict[str, Any]:
    """List the notices within reach, newest first; a provider sees its own from their issue on."""
    statement = scoped(Notice, actor)
    if state is not None:
        statement = statement.where(Notice.state == state.value)
    if kind is not None:
        statement = statement.where(Notice.kind == kind)
    if batch is not None:
        statement = statement.where(Notice.batch == batch)
    if package is not None:
        statement = statement.where(col(Notice.app_id).in_(select(App.id).where(App.package == package)))
    if overdue is not None:
        late = col(Notice.state).in_([item.value for item in RUNNING]) & (col(Notice.due_on) < local_day(now()))
        statement = statement.where(late if overdue else ~late)
    with registry.database.read() as session:
        return page(
            session,
            statement,
            Notice.id,
            after,
            limit,
            lambda rows: show_notices(session, rows, actor),
            request,
            response,
            newest_first=True,
        )


@router.get("/notices/transitions", operation_id="listNoticeTransitions")
def list_notice_transitions(_actor: Reader) -> dict[str, Any]:
    """Return the table of legal steps of a notice."""
    return {
        "items": [
            {
                "from": item.source.value,
                "event": item.event.value,
                "to": item.target.value,
                "roles": sorted(item.roles),
            }
            for item in NOTICE_TRANSITIONS
        ]
    }


@router.get("/notices/{notice_id}", operation_id="getNotice")
def get_notice(notice_id: PathId, response: Response, registry: RegistryPart, actor: Reader) -> dict[str, Any]:
    """Return one notice, its re-audit and which of its findings still stand; its ETag is needed to move it."""
    with registry.database.read() as session:
        notice = find_notice(session, actor, notice_id)
        response.headers["ETag"] = etag(notice.version)
        run = session.get(AuditRun, notice.reaudit_run_id) if notice.reaudit_run_id else None
        return {
            **show_notices(session, [notice], actor)[0],
            "re_audit_state": run.state if run else None,
            "still_standing": sorted(standing(session, notice)),
        }


@router.post("/notices/{notice_id}/transitions", operation_id="moveNotice")
def move_notice(
    notice_id: PathId, body: NoticeStepBody, request: Request, registry: RegistryPart, actor: Asking
) -> JSONResponse:
    """Take a step.

    An authority: `sign` (not who drafted it), `issue`, `re_audit`, `close`, `reopen`, `escalate`, `return`, `cancel`.
    The provider: `receive`, `reply` with a text and uploads.
    """
    require(actor, ACTIONS.get(body.event, Action.NOTICE))

    def work(session: Session) -> Reply:
        notice = find_notice(session, actor, notice_id, lock=True)
        require_match(request, notice.version)
        files = [find_upload(session, actor, item, f"/attachments/{at}") for at, item in enumerate(body.attachments)]
        step = step_by(
            actor,
            reason=body.reason,
            reply=body.reply,
            attachments=tuple({"name": item.name, "sha256": item.blob_sha256, "size": item.size} for item in files),
            term=body.term,
            jobs=registry.jobs,
        )
        if body.event is NoticeEvent.ESCALATE:
            escalate(registry, session, notice, step)
        else:
            move(session, notice, body.event, step)
        return _reply(session, notice, actor)

    return reply_once(registry, actor, request, body.model_dump(mode="json"), work)


@router.get("/notices/{notice_id}/attachments/{number}", operation_id="getNoticeAttachment")
def get_attachment(
    notice_id: PathId,
    number: Annotated[int, Path(ge=1, le=1000, description="1 is the first")],
    registry: RegistryPart,
    actor: Reader,
) -> Response:
    """Return a file that came with a reply."""
    with registry.database.read() as session:
        files = find_notice(session, actor, notice_id).attachments
    if number > len(files):
        raise RegistryError("not-found", f"notice {notice_id} has {len(files)} attachments")
    item = files[number - 1]
    return Response(
        registry.blobs.read(item["sha256"]),
        media_type="application/octet-stream",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(item['name'], safe='')}"},
    )


@router.get("/calendar/due", operation_id="getDueDate")
def get_due_date(
    _actor: Reader,
    term: Annotated[int, Query(ge=1, le=LONGEST, description="working days")],
    received: Annotated[date | None, Query(description="default: today in Shanghai")] = None,
) -> dict[str, Any]:
    """Return when a term falls due."""
    begin = received or local_day(now())
    due = work_calendar().due_on(begin, term)
    return {
        "received": begin.isoformat(),
        "term": term,
        "due_on": due.on.isoformat(),
        "provisional": due.provisional,
        "calendar": due.calendar,
    }
