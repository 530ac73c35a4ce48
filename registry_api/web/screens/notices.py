"""Notices: the list, one notice with the steps that its state and the reader's role allow, and the board."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool

import analyzer
from registry_api.accounts.access import MEMBERS, Action, Actor, can, require, scoped
from registry_api.audits.models import AuditRun, FindingRow
from registry_api.db import now
from registry_api.errors import FieldError, RegistryError
from registry_api.kit.requests import RegistryPart
from registry_api.kit.schemas import WIDEST_ID, PathId
from registry_api.notices.calendar import local_day
from registry_api.notices.endpoints import ACTIONS, NoticeStepBody, show_notices
from registry_api.notices.models import Notice
from registry_api.notices.service import escalate, find_notice
from registry_api.notices.states import (
    HIDDEN,
    NOTICE_TRANSITIONS,
    RUNNING,
    NoticeEvent,
    NoticeState,
    move,
    standing,
    step_by,
)
from registry_api.organizations.models import App
from registry_api.registry import Registry
from registry_api.statistics.service import working_days
from registry_api.trail.models import TrailEntry
from registry_api.web.forms import first, read_body
from registry_api.web.rendering import render
from registry_api.web.typed import KeptRoute
from registry_api.web.visitors import Lang, Signed, language, read_form

router = APIRouter(route_class=KeptRoute)

_PAGE = 50
_COLUMN = 60
_TYPED = ("event", "reason", "reply", "term")
BOARD: tuple[tuple[NoticeState, ...], ...] = (
    (NoticeState.ISSUED,),
    (NoticeState.RECEIVED,),
    (NoticeState.REPLIED,),
    (NoticeState.RE_AUDIT,),
    (NoticeState.CLOSED, NoticeState.ESCALATED),
)
"""Columns of the board; what has not been issued is no matter of the provider's yet and stands in the list alone."""
Filter = Annotated[str, Query(max_length=255)]


def days_left(due: date | None, today: date) -> int | None:
    """Return the working days until a day, below nothing when it is past."""
    if due is None:
        return None
    return working_days(today, due) if due >= today else -max(1, working_days(due, today))


@router.get("/notices")
def notices_page(
    request: Request,
    registry: RegistryPart,
    actor: Signed,
    lang: Lang = "zh",
    state: Annotated[NoticeState | Literal[""], Query()] = "",
    kind: Filter = "",
    package: Filter = "",
    batch: Filter = "",
    overdue: Annotated[bool, Query()] = False,
    before: Annotated[int | None, Query(ge=0, le=WIDEST_ID)] = None,
) -> Response:
    """List the notices within reach, the newest first."""
    today = local_day(now())
    statement = scoped(Notice, actor)
    if state:
        statement = statement.where(Notice.state == state.value)
    if kind:
        statement = statement.where(Notice.kind == kind)
    if batch.strip():
        statement = statement.where(Notice.batch == batch.strip())
    if package.strip():
        named = select(App.id).where(App.package == package.strip())  # scope: of notices within reach
        statement = statement.where(col(Notice.app_id).in_(named))
    if overdue:
        running = [item.value for item in RUNNING]
        statement = statement.where(col(Notice.state).in_(running), col(Notice.due_on) < today)
    if before is not None:
        statement = statement.where(col(Notice.id) < before)
    with registry.database.read() as session:
        rows = list(session.exec(statement.order_by(col(Notice.id).desc()).limit(_PAGE + 1)).all())
        items = show_notices(session, rows[:_PAGE], actor)
    for item, row in zip(items, rows, strict=False):
        item["left"] = days_left(row.due_on, today) if row.state in RUNNING else None
    return render(
        "notices.html",
        lang,
        items=items,
        states=[item for item in NoticeState if actor.role not in MEMBERS or item not in HIDDEN],
        kinds=analyzer.notice_templates(),
        filters={"state": state, "kind": kind, "package": package, "batch": batch, "overdue": overdue},
        may_draft=can(actor, Action.NOTICE),
        before=before,
        following=rows[_PAGE - 1].id if len(rows) > _PAGE else None,
        signed_in=actor,
        here=request.url,
    )


@router.get("/notices/board")
def board_page(
    request: Request, registry: RegistryPart, actor: Signed, lang: Lang = "zh", kind: Filter = ""
) -> Response:
    """Show what runs, column by column; in each what falls due first stands first."""
    today = local_day(now())
    columns = []
    with registry.database.read() as session:
        for states in BOARD:
            statement = scoped(Notice, actor).where(col(Notice.state).in_([item.value for item in states]))
            statement = statement.where(col(Notice.issued_at).is_not(None))
            if kind:
                statement = statement.where(Notice.kind == kind)
            ended = NoticeState.CLOSED in states
            order = [col(Notice.ended_at).desc()] if ended else [col(Notice.due_on), col(Notice.id)]
            rows = list(session.exec(statement.order_by(*order).limit(_COLUMN + 1)).all())
            items = show_notices(session, rows[:_COLUMN], actor)
            for item, row in zip(items, rows, strict=False):
                item["left"] = None if ended else days_left(row.due_on, today)
            columns.append({"states": states, "items": items, "more": len(rows) > _COLUMN})
    return render(
        "board.html",
        lang,
        columns=columns,
        kind=kind,
        kinds=analyzer.notice_templates(),
        running=[item.value for item in RUNNING],
        signed_in=actor,
        here=request.url,
    )


@router.get("/notices/{notice_id}")
def notice_page(
    notice_id: PathId, request: Request, registry: RegistryPart, actor: Signed, lang: Lang = "zh"
) -> Response:
    """Show one notice and what may be done with it."""
    return _show(registry, actor, notice_id, request, lang)


def _show(
    registry: Registry,
    actor: Actor,
    notice_id: int,
    request: Request,
    lang: str,
    *,
    typed: dict[str, str] | None = None,
    error: RegistryError | None = None,
) -> Response:
    today = local_day(now())
    with registry.database.read() as session:
        notice = find_notice(session, actor, notice_id)
        shown = show_notices(session, [notice], actor)[0]
        run = session.get(AuditRun, notice.reaudit_run_id) if notice.reaudit_run_id else None
        left = set(standing(session, notice))
        named = session.exec(
            select(FindingRow).where(  # scope: named by a notice within reach
                col(FindingRow.id).in_(notice.findings), FindingRow.app_id == notice.app_id
            )
        ).all()
        context = {
            "notice": shown,
            "left": days_left(notice.due_on, today) if notice.state in RUNNING else None,
            "run": run.state if run else None,
            "named": [
                {"id": row.id, "title": row.document["title"], "status": row.status, "stands": row.id in left}
                for row in named
            ],
            "steps": _steps(session, notice, actor),
            "parent": _related(session, actor, Notice.id == notice.parent_id),
            "children": _related(session, actor, Notice.parent_id == notice.id),
            "history": _history(session, notice),
        }
    return render(
        "notice.html",
        lang,
        error.status if error else 200,
        typed=typed or dict.fromkeys(_TYPED, ""),
        error=error,
        signed_in=actor,
        here=request.url.replace(path=f"/notices/{notice_id}"),
        **context,
    )


def _steps(session: Session, notice: Notice, actor: Actor) -> list[dict[str, Any]]:
    """Return the steps of the table that are this role's in this state, each with what stands in its way."""
    # Texts are still to be typed: with any text there, a guard that refuses names a true obstacle.
    tried = step_by(actor, reason="?", reply="?")
    found = []
    for item in NOTICE_TRANSITIONS:
        allowed = actor.role.value in item.roles and can(actor, ACTIONS.get(item.event, Action.NOTICE))
        if item.source != notice.state or not allowed:
            continue
        refusals = [refusal for guard in item.guards if (refusal := guard(session, notice, tried))]
        bare = [refusal for guard in item.guards if (refusal := guard(session, notice, step_by(actor)))]
        found.append(
            {
                "event": item.event.value,
                "obstacles": refusals,
                "reason": any(refusal.pointer != "/reply" for refusal in bare) and not refusals,
                "why": [refusal.message for refusal in bare if refusal.pointer not in {"/reason", "/reply"}],
            }
        )
    return found


def _related(session: Session, actor: Actor, condition: Any) -> list[dict[str, Any]]:
    rows = session.exec(scoped(Notice, actor).where(condition).order_by(col(Notice.id))).all()
    return [{"id": row.id, "number": row.number, "kind": row.kind, "state": row.state} for row in rows]


def _history(session: Session, notice: Notice) -> list[dict[str, Any]]:
    rows = session.exec(
        select(TrailEntry)  # scope: of a notice within reach
        .where(TrailEntry.object_id == str(notice.id), TrailEntry.object_kind == "notice")
        .order_by(col(TrailEntry.seq))
    ).all()
    issued = notice.issued_at
    return [
        {
            "at": row.at,
            "action": row.action,
            "role": row.role,
            "actor": row.actor,
            "reason": row.reason,
            "internal": issued is None or row.at < issued,
        }
        for row in rows
    ]


@router.post("/notices/{notice_id}/steps")
async def take_step(notice_id: PathId, request: Request, registry: RegistryPart, actor: Signed) -> Response:
    """Take one step; what was typed is kept when it is refused."""
    form = await read_form(request, actor)
    return await run_in_threadpool(_take, registry, actor, notice_id, request, form)


def _take(registry: Registry, actor: Actor, notice_id: int, request: Request, form: dict[str, list[str]]) -> Response:
    lang = language(request)
    typed = {key: first(form, key) for key in _TYPED}
    try:
        body = read_body(NoticeStepBody, {key: text for key, text in typed.items() if text})
        require(actor, ACTIONS.get(body.event, Action.NOTICE))
        with registry.database.write() as session:
            notice = find_notice(session, actor, notice_id, lock=True)
            _require_version(form, notice)
            step = step_by(actor, reason=body.reason, reply=body.reply, term=body.term, jobs=registry.jobs)
            if body.event is NoticeEvent.ESCALATE:
                escalate(registry, session, notice, step)
            else:
                move(session, notice, body.event, step)
    except RegistryError as error:
        if error.slug == "not-found":
            raise
        return _show(registry, actor, notice_id, request, lang, typed=typed, error=error)
    return RedirectResponse(f"/notices/{notice_id}?lang={lang}", 303)


def _require_version(form: dict[str, list[str]], notice: Notice) -> None:
    if first(form, "version") != str(notice.version):
        raise RegistryError(
            "stale",
            "此文书已被他人办理，请看清现状再提交；所填文字保留在下方。 / "
            "somebody has moved this notice meanwhile; what you typed is kept below",
            [FieldError("/version", "stale", f"version {notice.version}")],
        )
