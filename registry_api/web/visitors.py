"""Who looks at a page, and forms that only our own pages may send."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from urllib.parse import parse_qs, quote, urlsplit

from fastapi import Depends, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from sqlalchemy.exc import OperationalError

from analyzer.model import Bilingual
from registry_api.accounts.access import Action, Actor, can
from registry_api.accounts.sessions import read_cookie, require_same_site, require_token, session_actor
from registry_api.errors import TITLES, FieldError, RegistryError, why_away
from registry_api.registry import Registry
from registry_api.web.rendering import render

Lang = Annotated[str, Query(pattern="^(zh|en)$")]
FORM_LIMIT = 256 * 1024


class NobodySignedInError(Exception):
    """The page needs somebody who has signed in."""


def visitor(request: Request) -> Actor | None:
    """Return who is signed in, if anybody is."""
    registry: Registry = request.app.state.registry
    return session_actor(registry.database, read_cookie(request, registry.settings.trusted_proxies))


def reader(request: Request) -> Actor:
    """Return who is signed in, for a page that only reads."""
    actor = visitor(request)
    if actor is None or not can(actor, Action.READ):
        raise NobodySignedInError
    return actor


Signed = Annotated[Actor, Depends(reader)]


def language(request: Request) -> str:
    """Return the language of a request whose query may be anything."""
    return "en" if request.query_params.get("lang") == "en" else "zh"


def to_login(request: Request, lang: str) -> RedirectResponse:
    """Send a visitor to the sign-in page and, after it, back here."""
    target = request.url.path + (f"?{request.url.query}" if request.url.query and request.method == "GET" else "")
    return RedirectResponse(f"/login?lang={lang}&next={quote(target, safe='')}", 303)


def inside(target: str) -> str:
    """Return a target only when it is a path of this server, else the start page."""
    parts = urlsplit(target)
    safe = not parts.scheme and not parts.netloc and target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if safe and not any(ord(char) < 32 for char in target) else "/"


async def read_form(request: Request, actor: Actor, limit: int = FORM_LIMIT) -> dict[str, list[str]]:
    """Return the fields of a form (urlencoded, each with all its values).

    Raises ``too-large``, ``forbidden`` for a form of another site or without the session's token.
    """
    require_same_site(request)
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise RegistryError("too-large", "the form is too large")
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=2000)
    require_token(actor, fields.pop("csrf", [""])[0])
    return fields


class PageRoute(APIRoute):
    """A route of a page: whoever is not signed in goes to the form, and errors are pages, not JSON."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the framework's handler with errors shown as pages."""
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except NobodySignedInError:
                return to_login(request, language(request))
            except RegistryError as error:
                return error_page(request, error)
            except OperationalError as error:
                return error_page(request, RegistryError("unavailable", why_away(error), headers={"Retry-After": "5"}))
            except RequestValidationError as error:
                detail = "; ".join(f"{'/'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()[:3])
                return error_page(request, RegistryError("invalid", detail))

        return handled


def error_page(request: Request, error: RegistryError) -> Response:
    """Return an error as a page, with what is wrong with each field."""
    lang = language(request)
    title: Bilingual = TITLES[error.slug][1]
    errors: list[FieldError] = error.errors or []
    try:
        actor = visitor(request)
    except OperationalError:  # who it is stands in the very database that is away
        actor = None
    page = render(
        "error.html",
        lang,
        error.status,
        title=title.pick(lang),
        detail=error.detail,
        errors=errors,
        signed_in=actor,
        here=request.url,
    )
    page.headers.update(error.headers or {})
    return page
