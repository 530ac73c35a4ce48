"""Routes of the pages. Reading only: whatever changes the record goes through the API."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlmodel import col, select

from analyzer.model import Bilingual
from analyzer.model.signature import short_name
from registry_api.accounts.access import Action, Actor, can, scope_of
from registry_api.accounts.sessions import read_cookie, session_actor
from registry_api.audits.endpoints import find_run
from registry_api.errors import TITLES, RegistryError
from registry_api.filings.transitions import State
from registry_api.kit.requests import RegistryPart
from registry_api.kit.schemas import WIDEST_ID
from registry_api.organizations.endpoints import in_state, show_apps
from registry_api.organizations.models import App
from registry_api.organizations.service import search_condition
from registry_api.registry import Registry
from registry_api.web.chains import chain_of, doubt_of, offsets_of
from registry_api.web.record import read_record
from registry_api.web.words import field_name, province_name, word

router = APIRouter()

_HERE = Path(__file__).parent
_ZONE = ZoneInfo("Asia/Shanghai")
_PAGE = 50
_QUEUES = ("", State.UNDER_REVIEW, State.RETURNED, State.FILED, State.SUSPENDED)

Lang = Annotated[str, Query(pattern="^(zh|en)$")]


@lru_cache(maxsize=1)
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["time"] = _time
    environment.filters["size"] = _size
    environment.filters["path"] = lambda text: quote(str(text), safe="")
    return environment


def _time(value: datetime | None) -> str:
    return value.astimezone(_ZONE).strftime("%Y-%m-%d %H:%M:%S") if value else "–"


def _size(value: int) -> str:
    return f"{value / 1024 / 1024:.1f} MB" if value >= 1024 * 1024 else f"{value / 1024:.1f} KB"


def _shown(item: Any, lang: str) -> Any:
    """Return a value as people write it."""
    if isinstance(item, Bilingual):
        return item.pick(lang)
    if isinstance(item, bool):
        return ("yes" if item else "no") if lang == "en" else ("是" if item else "否")
    return "–" if item is None else item


def _render(template: str, lang: str, status: int = 200, **context: Any) -> HTMLResponse:
    def t(zh: str, en: str) -> str:
        return en if lang == "en" else zh

    text = (
        _templates()
        .get_template(template)
        .render(
            lang=lang,
            t=t,
            w=lambda code: word(code, lang),
            pick=lambda both: both[lang] if isinstance(both, dict) else both.pick(lang),
            show=lambda item: _shown(item, lang),
            chain=lambda site: chain_of(site, lang),
            doubt=lambda site: doubt_of(site, lang),
            offsets=offsets_of,
            short=short_name,
            field_name=lambda key: field_name(key, lang),
            province=lambda code: province_name(code, lang),
            **context,
        )
    )
    return HTMLResponse(text, status)


render = _render
"""For the other modules of the pages."""


class _NobodySignedInError(Exception):
    """The page needs somebody who has signed in."""


def _reader(request: Request, registry: Registry) -> Actor:
    actor = session_actor(registry.database, read_cookie(request, registry.settings.trusted_proxies))
    if actor is None or not can(actor, Action.READ):
        raise _NobodySignedInError
    return actor


def _to_login(request: Request, lang: str) -> RedirectResponse:
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/login?lang={lang}&next={quote(target, safe='')}", 303)


@router.get("/static/style.css")
def style() -> FileResponse:
    """Return the one style sheet."""
    return FileResponse(
        _HERE / "static" / "style.css", media_type="text/css", headers={"Cache-Control": "max-age=3600"}
    )


@router.get("/favicon.ico")
def favicon() -> Response:
    """Say that there is none."""
    return Response(status_code=204)


@router.get("/")
def index(
    request: Request,
    registry: RegistryPart,
    lang: Lang = "zh",
    q: Annotated[str, Query(max_length=200)] = "",
    state: Annotated[State | Literal[""], Query()] = "",
    after: Annotated[int | None, Query(ge=0, le=WIDEST_ID)] = None,
) -> Response:
    """List the apps within reach, all of them or those whose filing is in one state: a reviewer's queue."""
    try:
        actor = _reader(request, registry)
    except _NobodySignedInError:
        return _to_login(request, lang)
    statement = select(App).where(scope_of(App, actor), search_condition(q))
    if state:
        statement = statement.where(in_state(state))
    if after is not None:
        statement = statement.where(col(App.id) < after)
    with registry.database.read() as session:
        rows = list(session.exec(statement.order_by(col(App.id).desc()).limit(_PAGE + 1)).all())
        items = show_apps(session, rows[:_PAGE])
        counts = _standing(session, [row.id or 0 for row in rows[:_PAGE]])
    following = rows[_PAGE - 1].id if len(rows) > _PAGE else None
    return _render(
        "index.html",
        lang,
        items=items,
        counts=counts,
        q=q,
        state=state,
        states=_QUEUES,
        following=following,
        after=after,
        signed_in=actor,
        here=request.url,
    )


# scope: of apps that were found within reach
def _standing(session: Any, apps: list[int]) -> dict[int, dict[str, int]]:
    from sqlalchemy import func  # noqa: PLC0415 - one query

    from registry_api.audits.findings import OPEN  # noqa: PLC0415 - as above
    from registry_api.audits.models import FindingRow  # noqa: PLC0415 - as above

    counts: dict[int, dict[str, int]] = {}
    for app_id, severity, number in session.exec(
        select(FindingRow.app_id, FindingRow.severity, func.count())
        .where(col(FindingRow.app_id).in_(apps), col(FindingRow.status).in_(OPEN))
        .group_by(col(FindingRow.app_id), col(FindingRow.severity))
    ).all():
        counts.setdefault(app_id, {})[severity] = number
    return counts


@router.get("/apps/{package}")
def app_page(package: str, request: Request, registry: RegistryPart, lang: Lang = "zh") -> Response:
    """Show the record of one app."""
    try:
        actor = _reader(request, registry)
    except _NobodySignedInError:
        return _to_login(request, lang)
    try:
        record = read_record(registry, actor, package)
    except RegistryError as error:
        title = TITLES[error.slug][1]
        return _render(
            "error.html",
            lang,
            error.status,
            title=title.pick(lang),
            detail=error.detail,
            signed_in=actor,
            here=request.url,
        )
    return _render("app.html", lang, record=record, signed_in=actor, here=request.url)


@router.get("/runs/{run_id}/report.json")
def report_file(run_id: str, request: Request, registry: RegistryPart, lang: Lang = "zh") -> Response:
    """Return the report of a run for a browser that is signed in."""
    try:
        actor = _reader(request, registry)
    except _NobodySignedInError:
        return _to_login(request, lang)
    with registry.database.read() as session:
        run, _ = find_run(session, actor, run_id)
    if run.report_sha256 is None:
        raise RegistryError("not-found", f"audit {run_id} has no report")
    return Response(registry.blobs.read(run.report_sha256), media_type="application/json")
