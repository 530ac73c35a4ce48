"""The public portal: look an app up, read what is public of it, check a certificate. No login, nothing of a session."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import col

from registry_api.certificates.chinese import office_date
from registry_api.certificates.service import examine
from registry_api.certificates.token import CertificateError
from registry_api.db import plain_rows
from registry_api.errors import RegistryError
from registry_api.kit.requests import RegistryPart, WithoutKey
from registry_api.kit.schemas import WIDEST_ID
from registry_api.organizations.models import App
from registry_api.public.detail import detail_of
from registry_api.public.service import COLUMNS, looked_for, published, show_published
from registry_api.web.rendering import render
from registry_api.web.visitors import Lang, PageRoute

router = APIRouter(route_class=PageRoute, prefix="/portal")

CACHE_SECONDS = 300
_VERIFY_SECONDS = 60
_PAGE = 20


def _public(request: Request, template: str, lang: str, seconds: int = CACHE_SECONDS, **context: Any) -> Response:
    """Return a page that is the same for everybody, so that caches may keep it."""
    page = render(template, lang, signed_in=None, here=request.url, date_of=_date(lang), **context)
    page.headers["Cache-Control"] = f"public, max-age={seconds}"
    page.headers["ETag"] = f'"{hashlib.sha256(bytes(page.body)).hexdigest()[:32]}"'
    if request.headers.get("if-none-match", "") == page.headers["ETag"]:
        return Response(status_code=304, headers={name: page.headers[name] for name in ("ETag", "Cache-Control")})
    return page


def _date(lang: str) -> Any:
    return lambda day: "–" if not day else day if lang == "en" else office_date(day)


@router.get("")
def search(
    request: Request,
    registry: RegistryPart,
    _within: WithoutKey,
    lang: Lang = "zh",
    q: Annotated[str, Query(max_length=100)] = "",
    after: Annotated[int | None, Query(ge=0, le=WIDEST_ID)] = None,
) -> Response:
    """Look apps up by words of name, package or provider, or by a number."""
    words, items, following, wrong = q.strip(), [], None, ""
    if words:
        number = words if words.startswith("教APP备") else ""
        try:
            with registry.database.read() as session:
                statement, key = looked_for(session, number=number, q="" if number else words)
                if after is not None:
                    statement = statement.where(col(key) > after)
                statement = statement.with_only_columns(*COLUMNS).order_by(col(key)).limit(_PAGE + 1)
                rows = plain_rows(session, statement)
                items = show_published(session, rows[:_PAGE], number)
            following = rows[_PAGE - 1].id if len(rows) > _PAGE else None
        except RegistryError as error:
            wrong = error.errors[0].code
    return _public(
        request, "portal.html", lang, items=items, q=q, following=following, after=after, wrong=wrong, asked=bool(words)
    )


@router.get("/apps/{package}")
def app_page(
    package: str, request: Request, registry: RegistryPart, _within: WithoutKey, lang: Lang = "zh"
) -> Response:
    """Show what is public of one app."""
    with registry.database.read() as session:
        rows = list(session.exec(published().where(App.package == package)).all())
        items = show_published(session, rows)
        if not items:
            raise RegistryError("not-found", f"没有编号的应用 / no app with a number: {package}")
        detail = detail_of(session, rows[0])
    return _public(request, "portal_app.html", lang, app=items[0], detail=detail)


@router.get("/verify")
def verify(
    request: Request,
    registry: RegistryPart,
    _within: WithoutKey,
    lang: Lang = "zh",
    code: Annotated[str, Query(max_length=6000)] = "",
) -> Response:
    """Check the text of a QR code, or a number, against signature and record."""
    result, wrong = None, ""
    if code.strip():
        try:
            result = examine(registry, code)
        except CertificateError as error:
            wrong = str(error)
    return _public(request, "portal_verify.html", lang, _VERIFY_SECONDS, code=code, result=result, wrong=wrong)
