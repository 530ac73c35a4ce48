"""The two steps of signing in with an OpenID provider."""

from __future__ import annotations

import secrets
from typing import Annotated
from urllib.parse import quote, unquote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from registry_api.accounts.oidc import OpenId, account_of
from registry_api.accounts.throttle import over_https, refuse
from registry_api.errors import RegistryError
from registry_api.kit.requests import RegistryPart
from registry_api.registry import Registry
from registry_api.web.signin import client_of, let_in
from registry_api.web.visitors import inside

router = APIRouter()

_COOKIE = "eduaudit_oidc"
_LIFE = 600
_LONGEST = 3000
"""Of the way back: a browser keeps no longer cookies than 4096 bytes."""


def _back(request: Request, registry: Registry) -> str:
    scheme = "https" if over_https(request, registry.settings.trusted_proxies) else "http"
    return f"{scheme}://{request.headers.get('host', '')}/oidc/callback"


def _provider(registry: Registry) -> OpenId:
    if not registry.settings.oidc_issuer:
        raise RegistryError("not-found", "no OpenID provider is set")
    return OpenId(registry.settings)


@router.get("/oidc/start")
def start(
    request: Request,
    registry: RegistryPart,
    next: Annotated[str, Query(max_length=2000)] = "/",  # noqa: A002 - the name of the parameter in the address
) -> Response:
    """Send the browser to the provider."""
    provider = _provider(registry)
    if not registry.throttle.hit(registry.settings.sign_in_rate, "oidc", client_of(request, registry)):
        raise refuse()
    secret = secrets.token_urlsafe(32)
    try:
        response = RedirectResponse(provider.start(secret, _back(request, registry)), 303)
    except RegistryError:  # it does not answer
        return RedirectResponse("/login?failed=oidc", 303)
    target = quote(inside(next), safe="/")
    response.set_cookie(
        _COOKIE,
        f"{secret} {target if len(target) <= _LONGEST else '/'}",
        max_age=_LIFE,
        path="/oidc",
        httponly=True,
        samesite="lax",
        secure=over_https(request, registry.settings.trusted_proxies),
    )
    return response


@router.get("/oidc/callback")
def callback(
    request: Request,
    registry: RegistryPart,
    code: Annotated[str, Query(max_length=4000)] = "",
    state: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Sign in whom the provider vouches for, when the map grants anything to that person."""
    provider = _provider(registry)
    secret, _, target = request.cookies.get(_COOKIE, "").strip('"').partition(" ")
    try:
        claims = provider.finish(secret, state, code, _back(request, registry))
    except RegistryError:
        return RedirectResponse("/login?failed=oidc", 303)
    with registry.database.write() as session:
        account = account_of(session, claims, registry.settings, client_of(request, registry))
    if account is None:
        return RedirectResponse("/login?failed=oidc", 303)
    response = let_in(request, registry, account.id, inside(unquote(target) or "/"))
    response.delete_cookie(_COOKIE, path="/oidc")
    return response
