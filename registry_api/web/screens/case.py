"""The case page: what was filed beside what was found, mismatches first, and what a person decides about it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import select

from registry_api.errors import RegistryError
from registry_api.kit.requests import RegistryPart
from registry_api.kit.schemas import WIDEST_ID
from registry_api.organizations.models import App
from registry_api.reviews import cases
from registry_api.reviews.models import ReviewCase
from registry_api.web.record import read_record
from registry_api.web.rendering import render
from registry_api.web.typed import FormRoute
from registry_api.web.visitors import Lang, Signed

router = APIRouter(route_class=FormRoute)


@router.get("/cases/{case_id}")
def find_case(
    case_id: Annotated[int, Path(ge=1, le=WIDEST_ID)], registry: RegistryPart, actor: Signed, lang: Lang = "zh"
) -> Response:
    """Lead from a row of the queue to the page on which it is decided."""
    with registry.database.read() as session:
        found = session.exec(select(ReviewCase).where(ReviewCase.id == case_id, cases.reach(actor))).first()
        app = session.get(App, found.app_id) if found else None
    if found is None or app is None:
        raise RegistryError("not-found", f"there is no case {case_id}")
    return RedirectResponse(f"/apps/{app.package}?lang={lang}", 303)


@router.get("/apps/{package}")
def case_page(package: str, request: Request, registry: RegistryPart, actor: Signed, lang: Lang = "zh") -> Response:
    """Show the record of one app."""
    record = read_record(registry, actor, package)
    return render("app.html", lang, record=record, signed_in=actor, here=request.url)
