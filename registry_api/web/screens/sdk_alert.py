"""Tell all who ship an SDK: first a look at who that is, then a draft of a notice for each; others sign and issue."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from registry_api.accounts.access import Action, Actor, require
from registry_api.audits.alert_endpoints import SdkNoticesBody
from registry_api.audits.alerts import SdkAlert, notify_shippers, outcomes_of
from registry_api.errors import RegistryError
from registry_api.kit.requests import RegistryPart
from registry_api.registry import Registry
from registry_api.web.forms import first, read_body
from registry_api.web.rendering import render
from registry_api.web.visitors import Lang, PageRoute, Signed, language, read_form

router = APIRouter(route_class=PageRoute)

_TYPED = ("at_most", "at_least", "reason", "basis")
Version = Annotated[str, Query(max_length=100)]


@router.get("/sdks/{sdk}/alert")
def alert_page(
    sdk: str,
    request: Request,
    registry: RegistryPart,
    actor: Signed,
    lang: Lang = "zh",
    at_most: Version = "",
    at_least: Version = "",
    known: Annotated[bool, Query()] = False,
) -> Response:
    """Show who would be told, with the form."""
    require(actor, Action.NOTICE)
    typed = {"at_most": at_most, "at_least": at_least, "reason": "", "basis": "", "known": "1" if known else ""}
    return _show(registry, actor, sdk, request, lang, typed)


@router.post("/sdks/{sdk}/alert")
async def draft(sdk: str, request: Request, registry: RegistryPart, actor: Signed) -> Response:
    """Draft the notices, and say for each app what became of it."""
    form = await read_form(request, actor)
    return await run_in_threadpool(_draft, registry, actor, sdk, request, form)


def _draft(registry: Registry, actor: Actor, sdk: str, request: Request, form: dict[str, list[str]]) -> Response:
    require(actor, Action.NOTICE)
    typed = {name: first(form, name).strip() for name in (*_TYPED, "known")}
    try:
        rows, alert = _rows(registry, actor, sdk, typed, dry_run=False)
    except RegistryError as error:
        if error.slug == "not-found":
            raise
        return _show(registry, actor, sdk, request, language(request), typed, error=error)
    return _page(actor, sdk, request, language(request), typed, rows=rows, batch=alert.number, done=True)


def _rows(
    registry: Registry, actor: Actor, sdk: str, typed: dict[str, str], *, dry_run: bool
) -> tuple[list[dict[str, Any]], SdkAlert]:
    given = {name: typed[name] for name in _TYPED if typed[name]}
    body = read_body(SdkNoticesBody, {**given, "unknown": not typed["known"], "dry_run": dry_run})
    alert = SdkAlert(sdk=sdk, **body.model_dump(exclude={"dry_run"}))
    return notify_shippers(registry, actor, alert, dry_run=dry_run), alert


def _show(
    registry: Registry,
    actor: Actor,
    sdk: str,
    request: Request,
    lang: str,
    typed: dict[str, str],
    *,
    error: RegistryError | None = None,
) -> Response:
    rows: list[dict[str, Any]] = []
    batch = ""
    if error is None:
        try:
            rows, alert = _rows(registry, actor, sdk, typed, dry_run=True)
            batch = alert.number
        except RegistryError as refused:
            error = refused
    return _page(actor, sdk, request, lang, typed, rows=rows, batch=batch, error=error)


def _page(
    actor: Actor,
    sdk: str,
    request: Request,
    lang: str,
    typed: dict[str, str],
    *,
    rows: list[dict[str, Any]],
    batch: str,
    done: bool = False,
    error: RegistryError | None = None,
) -> Response:
    return render(
        "sdk_alert.html",
        lang,
        error.status if error else 200,
        sdk=sdk,
        typed=typed,
        items=rows,
        outcomes=outcomes_of(rows),
        batch=batch,
        done=done,
        error=error,
        signed_in=actor,
        here=request.url,
    )
