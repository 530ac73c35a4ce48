"""A provider's self-check: hand a package in, see how far it has come, read the report. Nothing goes on record."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from registry_api.accounts.access import Actor
from registry_api.audits.progress import of_check
from registry_api.audits.selfcheck import PREFIX, checks_of, find_check, report_of, request_check
from registry_api.errors import RegistryError
from registry_api.filings.service import find_filing
from registry_api.kit.requests import RegistryPart
from registry_api.kit.schemas import PathId
from registry_api.organizations.service import find_upload
from registry_api.registry import Registry
from registry_api.web.rendering import render
from registry_api.web.screens.vendor import Filer, lang_of, one
from registry_api.web.typed import KeptRoute
from registry_api.web.visitors import Lang, read_form

router = APIRouter(route_class=KeptRoute, prefix="/vendor/check")


@router.get("")
def check_page(
    request: Request, registry: RegistryPart, actor: Filer, lang: Lang = "zh", filing: PathId | None = None
) -> Response:
    """Show the form of a self-check, and those of the last days."""
    return _page(request, registry, actor, lang, filing)


def _page(
    request: Request,
    registry: Registry,
    actor: Actor,
    lang: str,
    filing: int | None,
    error: RegistryError | None = None,
    **more: Any,
) -> Response:
    with registry.database.read() as session:
        kept = checks_of(session, actor)
    here = request.url.replace(query=f"lang={lang}" + (f"&filing={filing}" if filing else ""))
    given: dict[str, Any] = {"report": None, "check": None, "progress": None, "poll": "", **more}
    given |= {"filing": filing, "error": error, "kept": kept, "prefix": len(PREFIX)}
    return render("vendor_check.html", lang, error.status if error else 200, signed_in=actor, here=here, **given)


@router.post("")
async def order_check(request: Request, registry: RegistryPart, actor: Filer) -> Response:
    """Order the analysis of an uploaded package: a worker performs it, the page that follows says how far it is."""
    form = await read_form(request, actor)
    return await run_in_threadpool(_order, request, registry, actor, form)


def _order(request: Request, registry: Registry, actor: Actor, form: dict[str, list[str]]) -> Response:
    lang, given = lang_of(form), one(form, "filing")
    filing_id = int(given) if given.isdecimal() and len(given) < 16 else None
    try:
        with registry.database.write() as session:
            artifact = find_upload(session, actor, one(form, "artifact_upload"), "/artifact_upload")
            policy_id = one(form, "policy_upload")
            policy = find_upload(session, actor, policy_id, "/policy_upload") if policy_id else None
            filing = find_filing(session, actor, filing_id) if filing_id else None
            check_id = request_check(registry, session, actor, artifact, policy, filing.id if filing else None).id
    except RegistryError as error:
        return _page(request, registry, actor, lang, filing_id, error)
    return RedirectResponse(f"/vendor/check/{check_id.removeprefix(PREFIX)}?lang={lang}", 303)


@router.get("/{check_id}")
def one_check(check_id: str, request: Request, registry: RegistryPart, actor: Filer, lang: Lang = "zh") -> Response:
    """Show one self-check: how far it is, or its report."""
    with registry.database.read() as session:
        check = find_check(session, actor, check_id)
        progress = of_check(session, check)
    more: dict[str, Any] = {
        "report": report_of(check),
        "check": check,
        "progress": progress,
        "poll": f"/vendor/check/{check_id}/progress",
    }
    return _page(request, registry, actor, lang, check.filing_id, **more)
