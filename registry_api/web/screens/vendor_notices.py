"""A notice as its addressee reads, receives and answers it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from registry_api.accounts.access import Action, Actor, require
from registry_api.errors import RegistryError
from registry_api.kit.requests import RegistryPart
from registry_api.kit.schemas import PathId
from registry_api.notices.endpoints import get_attachment, show_notices
from registry_api.notices.service import find_notice
from registry_api.notices.states import NoticeEvent, move, step_by
from registry_api.organizations.service import find_upload
from registry_api.registry import Registry
from registry_api.web.rendering import render
from registry_api.web.screens.vendor import Filer, lang_of, one, require_version
from registry_api.web.typed import KeptRoute
from registry_api.web.visitors import Lang, read_form

router = APIRouter(route_class=KeptRoute, prefix="/vendor/notices")


@router.get("/{notice_id}")
def notice_page(
    notice_id: PathId, request: Request, registry: RegistryPart, actor: Filer, lang: Lang = "zh"
) -> Response:
    """Show a notice with its term, and the form of the answer while it runs."""
    return _page(request, registry, actor, notice_id, lang)


def _page(
    request: Request,
    registry: Registry,
    actor: Actor,
    notice_id: int,
    lang: str,
    error: RegistryError | None = None,
    typed: str = "",
) -> Response:
    with registry.database.read() as session:
        notice = find_notice(session, actor, notice_id)
        shown = show_notices(session, [notice], actor)[0]
    return render(
        "vendor_notice.html",
        lang,
        error.status if error else 200,
        notice=shown,
        error=error,
        typed=typed,
        signed_in=actor,
        here=request.url.replace(path=f"/vendor/notices/{notice_id}", query=f"lang={lang}"),
    )


@router.post("/{notice_id}")
async def answer(notice_id: PathId, request: Request, registry: RegistryPart, actor: Filer) -> Response:
    """Receive or answer a notice."""
    form = await read_form(request, actor)
    return await run_in_threadpool(_answer, request, registry, actor, notice_id, form)


def _answer(request: Request, registry: Registry, actor: Actor, notice_id: int, form: dict[str, list[str]]) -> Response:
    lang, text = lang_of(form), one(form, "reply")
    try:
        require(actor, Action.ANSWER)
        event = NoticeEvent.RECEIVE if one(form, "do") == "receive" else NoticeEvent.REPLY
        with registry.database.write() as session:
            notice = find_notice(session, actor, notice_id, lock=True)
            require_version(form, notice.version)
            files = [find_upload(session, actor, item, "/attachments") for item in form.get("attachment", []) if item]
            attached = tuple({"name": item.name, "sha256": item.blob_sha256, "size": item.size} for item in files)
            move(session, notice, event, step_by(actor, reply=text, attachments=attached, jobs=registry.jobs))
    except RegistryError as error:
        return _page(request, registry, actor, notice_id, lang, error, text)
    return RedirectResponse(f"/vendor/notices/{notice_id}?lang={lang}", 303)


@router.get("/{notice_id}/attachments/{number}")
def attachment(notice_id: PathId, number: PathId, registry: RegistryPart, actor: Filer) -> Response:
    """Return a file that came with an answer."""
    return get_attachment(notice_id, number, registry, actor)
