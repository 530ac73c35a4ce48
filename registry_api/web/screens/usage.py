"""A school's filing of its use of an app, as who decides it reads it: what it says, the app it rests on, the form."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import select
from starlette.concurrency import run_in_threadpool

from registry_api.accounts.access import Action, Actor, Role, require
from registry_api.errors import RegistryError
from registry_api.filings.attachments import attachments_of
from registry_api.filings.corrections import all_items
from registry_api.filings.machine import step_of
from registry_api.filings.models import Filing, UserFiling
from registry_api.filings.user_filings import find_user_filing
from registry_api.filings.user_states import UserEvent
from registry_api.filings.user_transitions import USER_MACHINE
from registry_api.kit.requests import RegistryPart
from registry_api.kit.schemas import WIDEST_ID
from registry_api.organizations.models import App, Organization
from registry_api.registry import Registry
from registry_api.reviews import cases
from registry_api.reviews.models import ReviewCase
from registry_api.reviews.queue import days_left
from registry_api.web.deciding import Desk, Item, body_of, change_items, choices, items_of, may_decide
from registry_api.web.filing_fields import USER, all_fields
from registry_api.web.rendering import render
from registry_api.web.screens.queue import standing_of
from registry_api.web.typed import FormRoute, Typed, read_typed
from registry_api.web.visitors import Lang, Signed

router = APIRouter(route_class=FormRoute)

_BLOCKS = {
    "app": ("应用", "App"),
    "use": ("如何使用", "How it is used"),
    "institution": ("使用单位", "Institution"),
    "provider": ("提供者", "Provider"),
    "unit": ("单位", "Unit"),
    "system": ("业务系统", "Back end"),
}
_STALE = "备案在您填写期间已有变动，或登录已更新；请核对后再次提交 / it has changed since, or you signed in anew"


@cache
def _names() -> dict[str, dict[str, tuple[str, str]]]:
    """Return key of a field that is chosen from a list → code → (Chinese, English)."""
    return {item.key: item.choices() for item in all_fields(USER) if item.options}


def show_usage(
    request: Request,
    registry: Registry,
    actor: Actor,
    lang: str,
    case: ReviewCase,
    *,
    items: tuple[Item, ...] = (),
    typed: Typed | None = None,
    problem: RegistryError | None = None,
    done: str = "",
) -> Response:
    """Return the page of a school's case."""
    with registry.database.read() as session:
        row = find_user_filing(session, actor, case.user_filing_id or 0)
        app = session.get(App, row.app_id)
        school = session.get(Organization, row.organization_id)
        filing = session.get(Filing, row.provider_filing_id) if row.provider_filing_id else None
        desk = Desk(
            filing=row,
            case=case,
            left=days_left(case.due_on) if case.state in {"open", "waiting"} else None,
            choices=tuple(choices(session, actor, row, USER_MACHINE)),
            verdicts=(),
            corrections=tuple(all_items(session, user_filing_id=row.id)),
            attachments=tuple(attachments_of(session, row, "user_filing", all_of=True)),
            seen=0,
            items=items,
            typed=typed or Typed(),
            problem=problem,
            done=done,
            action=f"/cases/{case.id}/decision",
        )
        counts = standing_of(session, [row.app_id]).get(row.app_id, {})
    here = request.url.replace(path=f"/cases/{case.id}")
    status = problem.status if problem else 200
    return render(
        "usage.html",
        lang,
        status,
        row=row,
        app=app,
        school=school,
        filing=filing,
        counts=counts,
        names=_names(),
        blocks=_BLOCKS,
        desk=desk,
        signed_in=actor,
        here=here,
    )


@router.post("/cases/{case_id}/decision")
async def decide_usage(
    case_id: Annotated[int, Path(ge=1, le=WIDEST_ID)],
    request: Request,
    registry: RegistryPart,
    actor: Signed,
    lang: Lang = "zh",
) -> Response:
    """Gather correction items, or decide about a school's filing."""
    typed = await read_typed(request, actor)
    return await run_in_threadpool(_decide, case_id, request, registry, actor, lang, typed)


def _decide(case_id: int, request: Request, registry: Registry, actor: Actor, lang: str, typed: Typed) -> Response:
    if actor.role is not Role.SCHOOL:  # the authority above a school holds a school's key
        require(actor, Action.REVIEW)
    with registry.database.read() as session:
        case = session.exec(select(ReviewCase).where(ReviewCase.id == case_id, cases.reach(actor))).first()
        row = session.get(UserFiling, case.user_filing_id) if case and case.user_filing_id else None
    if case is None or row is None:
        raise RegistryError("not-found", f"there is no case {case_id} of a school")
    if not may_decide(actor, row):
        require(actor, Action.REVIEW)
    items = items_of(typed)
    more: dict[str, Any] = {}
    if typed.one("add") or typed.one("drop"):
        change_items(typed, items, {}, [], lang)
    else:
        try:
            _act(registry, actor, case.user_filing_id or 0, typed, items)
            return RedirectResponse(f"/cases/{case_id}?lang={lang}&done={typed.one('event')}", 303)
        except RegistryError as error:
            more["problem"] = error
    return show_usage(request, registry, actor, lang, case, items=tuple(items), typed=typed, **more)


def _act(registry: Registry, actor: Actor, row_id: int, typed: Typed, items: list[Item]) -> None:
    body = body_of(typed, items)
    with registry.database.write() as session:
        row = find_user_filing(session, actor, row_id, lock=True)
        if not typed.fresh or typed.one("version") != str(row.version):
            raise RegistryError("stale", _STALE)
        if body.event not in set(UserEvent):
            raise RegistryError("illegal-transition", f"a school's filing knows no {body.event}")
        rows = tuple(item.model_dump() for item in body.corrections)
        USER_MACHINE.apply(session, row, UserEvent(body.event), step_of(actor, body.reason, rows))
