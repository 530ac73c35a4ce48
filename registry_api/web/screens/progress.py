"""Fragments that a page asks for again and again while an audit or a self-check is under way; never a page."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from sqlmodel import col, select

from registry_api.accounts.access import Action, can
from registry_api.audits.models import AuditRun
from registry_api.audits.progress import Progress, of_check, of_run
from registry_api.audits.selfcheck import find_check
from registry_api.errors import RegistryError
from registry_api.kit.requests import RegistryPart
from registry_api.organizations.service import find_app
from registry_api.web.rendering import render
from registry_api.web.visitors import Lang, PageRoute, visitor

router = APIRouter(route_class=PageRoute)

STOP = 286
"""The status by which htmx ends its asking."""


def _fragment(request: Request, lang: str, progress: Progress | None, target: str) -> Response:
    over = progress is None or progress.over
    return render(
        "progress.html",
        lang,
        STOP if over and request.headers.get("HX-Request") else 200,
        progress=progress,
        poll=request.url.path,
        target=target,
        signed_in=None,
        here=request.url,
    )


@router.get("/apps/{package}/progress")
def app_progress(package: str, request: Request, registry: RegistryPart, lang: Lang = "zh") -> Response:
    """Say how far the newest audit of an app is."""
    actor = visitor(request)
    if actor is None or not can(actor, Action.READ):
        return _fragment(request, lang, None, "/login")  # the page behind may hold typed text: it is left alone
    with registry.database.read() as session:
        app = find_app(session, actor, package)
        run = session.exec(
            select(AuditRun)  # scope: of an app that was found within reach
            .where(AuditRun.app_id == app.id)
            .order_by(col(AuditRun.requested_at).desc())
            .limit(1)
        ).first()
        if run is None:
            raise RegistryError("not-found", f"{package} was never audited")
        progress = of_run(session, run, registry.analysis.engine())
    return _fragment(request, lang, progress, f"/apps/{quote(package, safe='')}")


@router.get("/vendor/check/{check_id}/progress")
def check_progress(check_id: str, request: Request, registry: RegistryPart, lang: Lang = "zh") -> Response:
    """Say how far a self-check is."""
    actor = visitor(request)
    if actor is None or not can(actor, Action.FILE):
        return _fragment(request, lang, None, "/login")
    with registry.database.read() as session:
        progress = of_check(session, find_check(session, actor, check_id))
    return _fragment(request, lang, progress, f"/vendor/check/{check_id}")
