"""Routes of the pages. Reading only: whatever changes the record goes through the API with a key."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs, quote, urlsplit
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlmodel import col, select

from analyzer.model import Bilingual
from analyzer.model.signature import short_name
from analyzer.model.wire_words import wire_excerpt, wire_place, wire_word
from registry_api.accounts.access import Action, Actor, can, scope_of
from registry_api.accounts.keys import recognise
from registry_api.accounts.sessions import COOKIE, close_session, open_session, redeem, session_actor
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
_FORM_LIMIT = 4096
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
            wire=lambda code: wire_word(code, lang),
            wire_place=lambda where: wire_place(where, lang),
            wire_excerpt=lambda excerpt: wire_excerpt(excerpt, lang),
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


class _NobodySignedInError(Exception):
    """The page needs somebody who has signed in."""


def _reader(request: Request, registry: Registry) -> Actor:
    actor = session_actor(registry.database, request.cookies.get(COOKIE, ""))
    if actor is None or not can(actor, Action.READ):
        raise _NobodySignedInError
    return actor


def _to_login(request: Request, lang: str) -> RedirectResponse:
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/login?lang={lang}&next={quote(target, safe='')}", 303)


def _inside(target: str) -> str:
    """Return a target only when it is a path of this server."""
    parts = urlsplit(target)
    safe = not parts.scheme and not parts.netloc and target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if safe and not any(ord(char) < 32 for char in target) else "/"


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


@router.get("/login")
def login_page(
    request: Request,
    registry: RegistryPart,
    lang: Lang = "zh",
    token: Annotated[str, Query(max_length=200)] = "",
    next: Annotated[str, Query(max_length=2000)] = "/",  # noqa: A002 - the name of the parameter in the address
) -> Response:
    """Show the form, or sign in with a one-time link."""
    if token:
        with registry.database.write() as session:
            key_id = redeem(session, token)
            cookie = open_session(session, key_id, registry.settings.session_hours) if key_id else None
            if cookie:
                close_session(session, request.cookies.get(COOKIE, ""))
        if cookie:
            return _signed_in(request, cookie, _inside(next), registry)
        return _render("login.html", lang, 401, next=next, error="token", signed_in=None, here=request.url)
    return _render("login.html", lang, next=next, error="", signed_in=None, here=request.url)


@router.post("/login")
async def login(request: Request, registry: RegistryPart) -> Response:
    """Sign in with a key."""
    form = await _form(request)
    lang = "en" if form.get("lang") == "en" else "zh"
    target = _inside(form.get("next", "/"))
    try:
        _same_site(request)
        actor = recognise(registry.database, form.get("key", ""))
    except RegistryError as error:
        why = "site" if error.slug == "forbidden" else "key"
        return _render(
            "login.html", lang, error.status, next=target, error=why, signed_in=None, here=_form_page(request)
        )
    with registry.database.write() as session:
        close_session(session, request.cookies.get(COOKIE, ""))
        cookie = open_session(session, actor.key_id, registry.settings.session_hours)
    return _signed_in(request, cookie, target, registry)


@router.post("/logout")
async def logout(request: Request, registry: RegistryPart) -> Response:
    """Sign out."""
    _same_site(request)
    with registry.database.write() as session:
        close_session(session, request.cookies.get(COOKIE, ""))
    response = RedirectResponse("/login", 303)
    response.delete_cookie(COOKIE)
    return response


def _form_page(request: Request) -> Any:
    """Return the address of the form after it was sent: the links of the language lead to it."""
    return request.url.replace(path="/login", query="")


def _signed_in(request: Request, cookie: str, target: str, registry: Registry) -> RedirectResponse:
    response = RedirectResponse(target, 303)
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=registry.settings.session_hours * 3600,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response


def _same_site(request: Request) -> None:
    """Refuse a form that another site sent."""
    site = request.headers.get("sec-fetch-site")
    if site is None:  # an older browser, or plain HTTP to another machine
        origin = request.headers.get("origin")
        site = "same-origin" if not origin or urlsplit(origin).netloc == request.headers.get("host") else "cross-site"
    if site not in {"same-origin", "none"}:
        raise RegistryError("forbidden", "the form came from another site")


async def _form(request: Request) -> dict[str, str]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _FORM_LIMIT:
            raise RegistryError("too-large", "the form is too large")
    return {key: values[0] for key, values in parse_qs(body.decode("utf-8", "replace")).items()}


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
