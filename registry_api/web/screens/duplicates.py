"""Apps that one institution uses for one function: to be looked at by whoever answers for the institution."""

from __future__ import annotations

from functools import cache
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

import analyzer
from registry_api.audits.alerts import duplicates
from registry_api.kit.requests import RegistryPart
from registry_api.kit.schemas import WIDEST_ID
from registry_api.web.rendering import render
from registry_api.web.visitors import Lang, PageRoute, Signed

router = APIRouter(route_class=PageRoute)

_PAGE = 50
"""Institutions on one page."""


@cache
def _names(lang: str, table: str) -> dict[str, str]:
    return {code: pair[1 if lang == "en" else 0] for code, pair in analyzer.code_names(table).items()}


@router.get("/duplicates")
def duplicates_page(
    request: Request,
    registry: RegistryPart,
    actor: Signed,
    lang: Lang = "zh",
    after: Annotated[int, Query(ge=0, le=WIDEST_ID)] = 0,
) -> Response:
    """List institutions within reach with several apps of one category and type, each with its apps."""
    with registry.database.read() as session:
        items, following = duplicates(session, actor, after, _PAGE)
    return render(
        "duplicates.html",
        lang,
        items=items,
        categories=_names(lang, "categories"),
        types=_names(lang, "app_types"),
        after=after,
        following=following,
        signed_in=actor,
        here=request.url,
    )
