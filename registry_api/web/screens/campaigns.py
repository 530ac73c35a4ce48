"""Campaigns: the list, planning one with a look at whom it would take in, how far one is, and how it ended."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session, col
from starlette.concurrency import run_in_threadpool

import analyzer
from registry_api.accounts.access import PROVINCIAL, Action, Actor, can, require, scoped
from registry_api.campaigns.booklet import campaign_booklet
from registry_api.campaigns.endpoints import CampaignBody, report_of, show_campaign
from registry_api.campaigns.models import Campaign
from registry_api.campaigns.service import (
    Plan,
    apps_within,
    draft_campaign,
    find_campaign,
    move_campaign,
    plan_campaign,
    request_runs,
)
from registry_api.campaigns.states import TABLE, CampaignEvent, step
from registry_api.errors import FieldError, RegistryError
from registry_api.kit.requests import RegistryPart
from registry_api.kit.schemas import WIDEST_ID, PathId
from registry_api.registry import Registry
from registry_api.web.forms import first, read_body
from registry_api.web.rendering import render
from registry_api.web.visitors import Lang, PageRoute, Signed, language, read_form

router = APIRouter(route_class=PageRoute)

_PAGE = 50
_NAMED = 20
LISTS = {"provinces": "provinces", "categories": "categories", "use_modes": "use_modes", "stages": "stages"}
"""Field of the plan → table of codes."""


@router.get("/campaigns")
def campaigns_page(
    request: Request,
    registry: RegistryPart,
    actor: Signed,
    lang: Lang = "zh",
    before: Annotated[int | None, Query(ge=0, le=WIDEST_ID)] = None,
) -> Response:
    """List the campaigns within reach, the newest first."""
    statement = scoped(Campaign, actor)
    if before is not None:
        statement = statement.where(col(Campaign.id) < before)
    with registry.database.read() as session:
        rows = session.exec(statement.order_by(col(Campaign.id).desc()).limit(_PAGE + 1)).all()
        items = [show_campaign(row) for row in rows[:_PAGE]]
    following = items[-1]["id"] if len(rows) > _PAGE else None
    return render(
        "campaigns.html",
        lang,
        items=items,
        may_plan=can(actor, Action.AUDIT),
        before=before,
        following=following,
        signed_in=actor,
        here=request.url,
    )


@router.get("/campaigns/new")
def new_page(request: Request, actor: Signed, lang: Lang = "zh") -> Response:
    """Show the empty form."""
    require(actor, Action.AUDIT)
    return _form(request, actor, lang)


@router.post("/campaigns/new")
async def plan_page(request: Request, registry: RegistryPart, actor: Signed) -> Response:
    """Say whom the plan would take in, or put it on record; what was typed is kept when it is refused."""
    form = await read_form(request, actor)
    return await run_in_threadpool(_plan, registry, actor, request, form)


def _plan(registry: Registry, actor: Actor, request: Request, form: dict[str, list[str]]) -> Response:
    lang = language(request)
    require(actor, Action.AUDIT)
    typed: dict[str, Any] = {name: first(form, name).strip() for name in ("name", "basis", "due_on")}
    typed |= {name: form.get(name, []) for name in LISTS}
    try:
        body = read_body(CampaignBody, {key: value for key, value in typed.items() if value})
        lists = {name: tuple(getattr(body, name)) for name in LISTS}
        plan = Plan(body.name, body.basis, due_on=body.due_on, **lists)
        if "preview" in form:
            with registry.database.read() as session:
                return _form(request, actor, lang, typed=typed, preview=_preview(session, actor, plan))
        with registry.database.write() as session:
            made = plan_campaign(session, actor, plan).id
    except RegistryError as error:
        return _form(request, actor, lang, error.status, typed=typed, error=error)
    return RedirectResponse(f"/campaigns/{made}?lang={lang}", 303)


def _preview(session: Session, actor: Actor, plan: Plan) -> dict[str, Any]:
    apps = apps_within(session, draft_campaign(actor, plan))
    return {
        "apps": len(apps),
        "without_package": sum(app.current_version_id is None for app in apps),
        "by_province": sorted(Counter(app.province for app in apps).items()),
        "named": [{"package": app.package, "name": app.name} for app in apps[:_NAMED]],
    }


def _form(
    request: Request,
    actor: Actor,
    lang: str,
    status: int = 200,
    *,
    typed: dict[str, Any] | None = None,
    preview: dict[str, Any] | None = None,
    error: RegistryError | None = None,
) -> Response:
    own = actor.province if actor.role in PROVINCIAL else None
    choices = {
        name: {code: names for code, names in analyzer.code_names(table).items() if own in {None, code}}
        if name == "provinces"
        else analyzer.code_names(table)
        for name, table in LISTS.items()
    }
    return render(
        "campaign_new.html",
        lang,
        status,
        choices=choices,
        typed=typed or dict.fromkeys(("name", "basis", "due_on", *LISTS), ""),
        preview=preview,
        error=error,
        signed_in=actor,
        here=request.url,
    )


@router.get("/campaigns/{campaign_id}")
def campaign_page(
    campaign_id: PathId, request: Request, registry: RegistryPart, actor: Signed, lang: Lang = "zh"
) -> Response:
    """Show how far a campaign is, or how it ended, and the steps that are this reader's."""
    return _show(registry, actor, campaign_id, request, lang)


def _show(
    registry: Registry,
    actor: Actor,
    campaign_id: int,
    request: Request,
    lang: str,
    *,
    error: RegistryError | None = None,
) -> Response:
    with registry.database.read() as session:
        row = find_campaign(session, actor, campaign_id)
        report = report_of(session, actor, row)
        steps = [edge.event.value for edge in TABLE if edge.source == row.state and _may(row, edge.event, actor)]
        # What a start would take in now; afterwards the scope is frozen.
        apps = len(apps_within(session, row)) if "start" in steps else None
    return render(
        "campaign.html",
        lang,
        error.status if error else 200,
        campaign=report,
        book=campaign_booklet(report, lang),
        steps=steps,
        would_take=apps,
        error=error,
        signed_in=actor,
        here=request.url,
    )


def _may(row: Campaign, event: CampaignEvent, actor: Actor) -> bool:
    try:
        step(row, event, actor)
    except RegistryError:
        return False
    return can(actor, Action.AUDIT)


@router.post("/campaigns/{campaign_id}/steps")
async def take_step(campaign_id: PathId, request: Request, registry: RegistryPart, actor: Signed) -> Response:
    """Start, close or cancel it."""
    form = await read_form(request, actor)
    return await run_in_threadpool(_take, registry, actor, campaign_id, request, form)


def _take(registry: Registry, actor: Actor, campaign_id: int, request: Request, form: dict[str, list[str]]) -> Response:
    lang = language(request)
    require(actor, Action.AUDIT)
    try:
        event = _event_of(form)
        with registry.database.write() as session:
            row = find_campaign(session, actor, campaign_id, lock=True)
            _require_version(form, row)
            move_campaign(session, actor, row, event)
    except RegistryError as error:
        if error.slug == "not-found":
            raise
        return _show(registry, actor, campaign_id, request, lang, error=error)
    if event is CampaignEvent.START:
        request_runs(registry, campaign_id)  # what is interrupted here, the sweep of a worker goes on with
    return RedirectResponse(f"/campaigns/{campaign_id}?lang={lang}", 303)


def _event_of(form: dict[str, list[str]]) -> CampaignEvent:
    try:
        return CampaignEvent(first(form, "event"))
    except ValueError:
        raise RegistryError("invalid", "no such step") from None


def _require_version(form: dict[str, list[str]], row: Campaign) -> None:
    if first(form, "version") != str(row.version):
        raise RegistryError(
            "stale",
            "此专项治理已被他人办理，请看清现状 / somebody has moved this campaign meanwhile",
            [FieldError("/version", "stale", f"version {row.version}")],
        )
