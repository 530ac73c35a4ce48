"""Forms whose text is never lost: a session that has ended, or a token of an old one, shows it again."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from registry_api.accounts.access import Actor
from registry_api.accounts.sessions import require_same_site, require_token
from registry_api.errors import RegistryError
from registry_api.web.rendering import render
from registry_api.web.visitors import FORM_LIMIT, PageRoute, error_page, language, visitor

_FIELDS = 4000
_SILENT = frozenset({"csrf", "version", "seen", "back", "lang", "marks"})
"""Fields that nobody typed."""


@dataclass(frozen=True)
class Typed:
    """What a person sent."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    fresh: bool = True
    """False: the form carries the token of a session that has ended; nothing may be done, but the text is shown."""

    def one(self, name: str) -> str:
        """Return the only value of a field, else nothing."""
        return next(iter(self.fields.get(name, ())), "").replace("\0", "")

    def all(self, name: str) -> list[str]:
        """Return every value of a field."""
        return [item.replace("\0", "") for item in self.fields.get(name, ())]


async def read_typed(request: Request, actor: Actor) -> Typed:
    """Return a form of our own pages; raises ``forbidden`` for another site's and ``too-large``."""
    fields = await _read(request)
    token = next(iter(fields.pop("csrf", [])), "")
    try:
        require_token(actor, token)
    except RegistryError:
        return Typed(fields, fresh=False)
    return Typed(fields)


async def _read(request: Request) -> dict[str, list[str]]:
    require_same_site(request)
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_LIMIT:
            raise RegistryError("too-large", "the form is too large")
    request._body = body  # noqa: SLF001 - where the framework keeps a body that was read, for who reads it next
    try:
        return parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_FIELDS)
    except ValueError:
        raise RegistryError("too-large", "the form has too many fields") from None


class FormRoute(PageRoute):
    """A route of a page with forms: whoever is no longer signed in gets their text back, and may send it again."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of pages with that exception."""
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            if request.method == "POST" and await run_in_threadpool(visitor, request) is None:
                try:
                    return kept(request, await _read(request))
                except RegistryError as error:
                    return error_page(request, error)
            return await handle(request)

        return handled


class KeptRoute(PageRoute):
    """A route of forms whose handlers ask for the session's token.

    Without a session, or with the token of an old one, the text is shown again with what is needed to send it;
    nothing is done before.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of pages with that exception."""
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            if request.method != "POST":
                return await handle(request)
            try:
                fields = await _read(request)
            except RegistryError as error:
                return error_page(request, error)
            actor = await run_in_threadpool(visitor, request)
            if actor is None:
                return kept(request, fields)
            try:
                require_token(actor, next(iter(fields.get("csrf", [])), ""))
            except RegistryError:
                return kept(request, fields, actor)
            return await handle(request)

        return handled


def kept(request: Request, fields: dict[str, list[str]], actor: Actor | None = None) -> Response:
    """Return the page that shows what was typed into a form whose session has ended.

    For somebody who has signed in anew the texts can be edited there and sent.
    """
    again = [(name, value) for name, values in fields.items() if name != "csrf" for value in values]
    typed = [(name, value) for name, value in again if name not in _SILENT and value.strip() and "\n" not in name]
    lang = language(request)
    status = 401 if actor is None else 403
    return render("kept.html", lang, status, again=again, typed=typed, signed_in=actor, here=request.url)
