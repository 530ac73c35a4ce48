"""Routes of the pages. Reading only: whatever changes the record goes through the API with a key."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import parse_qs

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse
from sqlmodel import col, select

from registry_api.accounts.access import scope_of
from registry_api.accounts.keys import recognise
from registry_api.accounts.sessions import COOKIE, close_session, open_session, redeem
from registry_api.audits.endpoints import find_run
from registry_api.errors import RegistryError
from registry_api.filings.transitions import State
from registry_api.kit.requests import RegistryPart
from registry_api.kit.schemas import WIDEST_ID
from registry_api.organizations.endpoints import in_state, show_apps
from registry_api.organizations.models import App
from registry_api.organizations.search import search_condition
from registry_api.registry import Registry
from registry_api.web.record import read_record
from registry_api.web.rendering import HERE, render
from registry_api.web.visitors import Lang, PageRoute, Signed, inside, same_site

router = APIRouter(route_class=PageRoute)

MEDIA = {".css": "text/css", ".js": "text/javascript"}
STATIC = {str(file.relative_to(HERE / "static")): file for file in (HERE / "static").rglob("*") if file.suffix in MEDIA}
"""Name → file, of all files that a page may ask for: nothing else can be reached by any spelling of a path."""
_PAGE = 50
_FORM_LIMIT = 4096
_QUEUES = ("", State.UNDER_REVIEW, State.RETURNED, State.FILED, State.SUSPENDED)


def _render(template: str, lang: str, status: int = 200, **context: Any) -> HTMLResponse:
    return render(template, lang, status, **context)


@router.get("/static/{name:path}")
def static_file(name: str) -> FileResponse:
    """Return a file of ours, or a vendored one; its address changes with its content, so it may be kept."""
    file = STATIC.get(name)
    if file is None:
        raise RegistryError("not-found", f"there is no file {name}")
    return FileResponse(file, media_type=MEDIA[file.suffix], headers={"Cache-Control": "max-age=31536000, immutable"})


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
            return _signed_in(request, cookie, inside(next), registry)
        return _render("login.html", lang, 401, next=next, error="token", signed_in=None, here=request.url)
    return _render("login.html", lang, next=next, error="", signed_in=None, here=request.url)


@router.post("/login")
async def login(request: Request, registry: RegistryPart) -> Response:
    """Sign in with a key."""
    form = await _form(request)
    lang = "en" if form.get("lang") == "en" else "zh"
    target = inside(form.get("next", "/"))
    try:
        same_site(request)
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
    same_site(request)
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
    actor: Signed,
    lang: Lang = "zh",
    q: Annotated[str, Query(max_length=200)] = "",
    state: Annotated[State | Literal[""], Query()] = "",
    after: Annotated[int | None, Query(ge=0, le=WIDEST_ID)] = None,
) -> Response:
    """List the apps within reach, all of them or those whose filing is in one state: a reviewer's queue."""
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
def app_page(package: str, request: Request, registry: RegistryPart, actor: Signed, lang: Lang = "zh") -> Response:
    """Show the record of one app."""
    record = read_record(registry, actor, package)
    return _render("app.html", lang, record=record, signed_in=actor, here=request.url)


@router.get("/runs/{run_id}/report.json")
def report_file(run_id: str, registry: RegistryPart, actor: Signed) -> Response:
    """Return the report of a run for a browser that is signed in."""
    with registry.database.read() as session:
        run, _ = find_run(session, actor, run_id)
    if run.report_sha256 is None:
        raise RegistryError("not-found", f"audit {run_id} has no report")
    return Response(registry.blobs.read(run.report_sha256), media_type="application/json")
