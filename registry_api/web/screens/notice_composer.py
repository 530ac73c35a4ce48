"""The composer: choose findings, see the text and the day it falls due, then draft."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool

import analyzer
from registry_api.accounts.access import Action, Actor, require
from registry_api.audits.findings import OPEN
from registry_api.audits.models import FindingRow
from registry_api.db import now
from registry_api.errors import RegistryError
from registry_api.kit.requests import RegistryPart
from registry_api.notices.calendar import local_day, work_calendar
from registry_api.notices.endpoints import NoticeBody
from registry_api.notices.service import draft_notice, write_notice
from registry_api.organizations.models import App, Organization
from registry_api.organizations.service import find_app
from registry_api.registry import Registry
from registry_api.web.forms import first, read_body
from registry_api.web.rendering import render
from registry_api.web.typed import KeptRoute
from registry_api.web.visitors import Lang, Signed, language, read_form

router = APIRouter(route_class=KeptRoute)

_TEXTS = ("package", "kind", "term", "basis", "batch", "remark")
_GRAVE = ("critical", "high", "medium", "low", "info")


@router.get("/notices/compose")
def composer_page(
    request: Request,
    registry: RegistryPart,
    actor: Signed,
    lang: Lang = "zh",
    package: Annotated[str, Query(max_length=255)] = "",
    kind: Annotated[str, Query(max_length=20)] = "rectification",
) -> Response:
    """Show the form: every proven finding that stands is chosen, a suspected one is not."""
    require(actor, Action.NOTICE)
    typed = dict.fromkeys(_TEXTS, "") | {"package": package.strip(), "kind": kind}
    return _page(registry, actor, request, lang, typed, None)


@router.post("/notices/compose")
async def compose(request: Request, registry: RegistryPart, actor: Signed) -> Response:
    """Show the preview, or draft the notice."""
    form = await read_form(request, actor)
    return await run_in_threadpool(_compose, registry, actor, request, form)


def _compose(registry: Registry, actor: Actor, request: Request, form: dict[str, list[str]]) -> Response:
    require(actor, Action.NOTICE)
    lang = language(request)
    typed = {key: first(form, key) for key in _TEXTS}
    chosen = form.get("findings", [])
    try:
        given = {key: text for key, text in typed.items() if text.strip()}
        body = read_body(NoticeBody, {**given, "findings": chosen})
        if first(form, "do") != "draft":
            return _page(registry, actor, request, lang, typed, chosen, preview=body)
        with registry.database.write() as session:
            notice = draft_notice(
                registry,
                session,
                actor,
                find_app(session, actor, body.package),
                body.kind,
                findings=body.findings,
                term=body.term,
                basis=body.basis,
                batch=body.batch,
                remark=body.remark,
            )
            number = notice.id
    except RegistryError as error:
        return _page(registry, actor, request, lang, typed, chosen, error=error)
    return RedirectResponse(f"/notices/{number}?lang={lang}", 303)


def _page(
    registry: Registry,
    actor: Actor,
    request: Request,
    lang: str,
    typed: dict[str, str],
    chosen: list[str] | None,
    *,
    preview: NoticeBody | None = None,
    error: RegistryError | None = None,
) -> Response:
    findings: list[dict[str, Any]] = []
    app: App | None = None
    provider, text, due = "", "", None
    templates = analyzer.notice_templates()
    with registry.database.read() as session:
        if typed["package"].strip():
            try:
                app = find_app(session, actor, typed["package"].strip())
            except RegistryError as missing:
                error = error or missing
        if app is not None:
            unit = session.get(Organization, app.organization_id)
            provider = unit.name if unit else ""
            findings = _findings(session, app, chosen)
            if preview is not None:
                _, term, text = write_notice(
                    registry,
                    session,
                    app,
                    preview.kind,
                    findings=preview.findings,
                    term=preview.term,
                    remark=preview.remark,
                )
                due = work_calendar().due_on(local_day(now()), term)
        name = app.name if app else ""
    return render(
        "composer.html",
        lang,
        error.status if error else 200,
        typed=typed,
        app=name,
        provider=provider,
        findings=findings,
        templates=templates,
        text=text,
        due=due,
        error=error,
        signed_in=actor,
        here=request.url,
    )


def _findings(session: Session, app: App, chosen: list[str] | None) -> list[dict[str, Any]]:
    rows = session.exec(
        select(FindingRow).where(  # scope: the app was found within reach
            FindingRow.app_id == app.id, col(FindingRow.status).in_(OPEN)
        )
    ).all()
    shown = [
        {
            "id": row.id,
            "title": row.document["title"],
            "subject": row.subject,
            "severity": row.severity,
            "sureness": row.sureness,
            "clauses": row.document.get("clauses", ()),
            "chosen": str(row.id) in chosen if chosen is not None else row.sureness == "proven",
        }
        for row in rows
    ]
    return sorted(
        shown, key=lambda item: (_GRAVE.index(item["severity"]) if item["severity"] in _GRAVE else 9, item["id"])
    )
