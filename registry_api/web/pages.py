"""Routes of static files, of the list of apps and of stored reports; the screens have modules of their own."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse, RedirectResponse
from sqlmodel import col, select

from registry_api.accounts.access import DECIDERS, scope_of
from registry_api.audits.endpoints import find_run
from registry_api.errors import RegistryError
from registry_api.filings.transitions import State
from registry_api.kit.requests import RegistryPart
from registry_api.kit.schemas import WIDEST_ID
from registry_api.organizations.endpoints import in_state, show_apps
from registry_api.organizations.models import App
from registry_api.organizations.search import search_condition
from registry_api.web.rendering import HERE, render
from registry_api.web.screens.queue import standing_of
from registry_api.web.visitors import Lang, PageRoute, Signed

router = APIRouter(route_class=PageRoute)

MEDIA = {".css": "text/css", ".js": "text/javascript"}
STATIC = {str(file.relative_to(HERE / "static")): file for file in (HERE / "static").rglob("*") if file.suffix in MEDIA}
"""Name → file, of all files that a page may ask for: nothing else can be reached by any spelling of a path."""
_PAGE = 50
_QUEUES = ("", State.UNDER_REVIEW, State.RETURNED, State.FILED, State.SUSPENDED)


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


@router.get("/apps")
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
    """List the apps within reach, all of them or those whose filing is in one state; who decides begins elsewhere."""
    if actor.role in DECIDERS and request.url.path == "/" and not (q or state or after):
        return RedirectResponse(f"/queue?lang={lang}", 303)
    statement = select(App).where(scope_of(App, actor), search_condition(q))
    if state:
        statement = statement.where(in_state(state))
    if after is not None:
        statement = statement.where(col(App.id) < after)
    with registry.database.read() as session:
        rows = list(session.exec(statement.order_by(col(App.id).desc()).limit(_PAGE + 1)).all())
        items = show_apps(session, rows[:_PAGE])
        counts = standing_of(session, [row.id or 0 for row in rows[:_PAGE]])
    following = rows[_PAGE - 1].id if len(rows) > _PAGE else None
    return render(
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


@router.get("/runs/{run_id}/report.json")
def report_file(run_id: str, registry: RegistryPart, actor: Signed) -> Response:
    """Return the report of a run for a browser that is signed in."""
    with registry.database.read() as session:
        run, _ = find_run(session, actor, run_id)
    if run.report_sha256 is None:
        raise RegistryError("not-found", f"audit {run_id} has no report")
    return Response(registry.blobs.read(run.report_sha256), media_type="application/json")
