"""Tell all who ship an SDK: first a look at who that is, then a draft of a notice for each; others sign and issue."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from registry_api.accounts.access import Action, Actor, require
from registry_api.audits.alert_endpoints import SdkNoticesBody
from registry_api.audits.alerts import SdkAlert, count_known, notify_shippers, outcomes_of, preview
from registry_api.audits.shipped import within
from registry_api.errors import RegistryError
from registry_api.kit.requests import RegistryPart
from registry_api.registry import Registry
from registry_api.statistics import kept
from registry_api.web.forms import first, read_body
from registry_api.web.rendering import render
from registry_api.web.visitors import Lang, PageRoute, Signed, language, read_form

router = APIRouter(route_class=PageRoute)

_SHOWN = 100
"""Apps that are listed; thousands would be a page of megabytes, and the batch's own list is paged."""
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
        alert = _read(sdk, typed)
        rows = notify_shippers(registry, actor, alert)
    except RegistryError as error:
        if error.slug == "not-found":
            raise
        return _show(registry, actor, sdk, request, language(request), typed, error=error)
    rows.sort(key=lambda row: row["outcome"] != "failed")  # what went wrong is read first; else by package
    looked = _Look(rows[:_SHOWN], outcomes_of(rows), alert.number, len(rows))
    return _page(actor, sdk, request, language(request), typed, looked, done=True)


@dataclass(frozen=True)
class _Look:
    """The apps meant: those that are shown, and how many there are of each outcome."""

    items: list[dict[str, Any]] = field(default_factory=list)
    outcomes: dict[str, int] = field(default_factory=dict)
    batch: str = ""
    total: int = 0


def _read(sdk: str, typed: dict[str, str]) -> SdkAlert:
    given = {name: typed[name] for name in _TYPED if typed[name]}
    body = read_body(SdkNoticesBody, {**given, "unknown": not typed["known"]})
    return SdkAlert(sdk=sdk, **body.model_dump(exclude={"dry_run"}))


def _look(registry: Registry, actor: Actor, alert: SdkAlert) -> _Look:
    """Return who would be told: the first of them, and how many by the versions on record."""
    with registry.database.read() as session:
        items = preview(session, actor, alert, _SHOWN)
        known = count_known(session, actor, alert)
    if len(items) < _SHOWN:
        return _Look(items, outcomes_of(items), alert.number, len(items))
    total = sum(
        row["apps"]
        for row in kept.versions(registry, actor, alert.sdk).counted
        if within(row["version"], alert.at_most, alert.at_least, unknown=alert.unknown)
    )
    total = max(total, known, len(items))
    counted = {"known": known, "would_draft": total - known}
    return _Look(items, {name: number for name, number in counted.items() if number}, alert.number, total)


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
    looked = _Look()
    if error is None:
        try:
            looked = _look(registry, actor, _read(sdk, typed))
        except RegistryError as refused:
            error = refused
    return _page(actor, sdk, request, lang, typed, looked, error=error)


def _page(
    actor: Actor,
    sdk: str,
    request: Request,
    lang: str,
    typed: dict[str, str],
    looked: _Look,
    *,
    done: bool = False,
    error: RegistryError | None = None,
) -> Response:
    return render(
        "sdk_alert.html",
        lang,
        error.status if error else 200,
        sdk=sdk,
        typed=typed,
        looked=looked,
        done=done,
        error=error,
        signed_in=actor,
        here=request.url,
    )
