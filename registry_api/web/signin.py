"""Signing in and out: with login and password, with a key, with a one-time link, or elsewhere (OIDC)."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import parse_qs, quote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import select
from starlette.concurrency import run_in_threadpool

from registry_api.accounts.access import Actor
from registry_api.accounts.keys import recognise
from registry_api.accounts.models import Account
from registry_api.accounts.sessions import (
    CHANGE_LIFE,
    close_session,
    drop_cookie,
    open_session,
    read_cookie,
    redeem,
    require_same_site,
    require_token,
    session_actor,
    set_cookie,
)
from registry_api.accounts.throttle import client_address, refuse
from registry_api.accounts.users import change_password, note_auth, sign_in
from registry_api.errors import RegistryError
from registry_api.kit.requests import RegistryPart
from registry_api.registry import Registry
from registry_api.web.rendering import render
from registry_api.web.visitors import Lang, inside

router = APIRouter()

_FORM_LIMIT = 4096
_LOGIN_LIMIT, _PASSWORD_LIMIT = 60, 400


def _login_form(request: Request, registry: Registry, lang: str, status: int, error: str, target: str) -> Response:
    here = request.url if request.method == "GET" else request.url.replace(path="/login", query="")
    oidc = bool(registry.settings.oidc_issuer)
    return render("login.html", lang, status, next=target, error=error, oidc=oidc, signed_in=None, here=here)


@router.get("/login")
def login_page(
    request: Request,
    registry: RegistryPart,
    lang: Lang = "zh",
    token: Annotated[str, Query(max_length=200)] = "",
    next: Annotated[str, Query(max_length=2000)] = "/",  # noqa: A002 - the name of the parameter in the address
    failed: Annotated[str, Query(pattern="^(oidc)?$")] = "",
) -> Response:
    """Show the form, or sign in with a one-time link."""
    if not token:
        return _login_form(request, registry, lang, 401 if failed else 200, failed, next)
    with registry.database.write() as session:
        key_id = redeem(session, token)
        if key_id is not None:
            note_auth(session, "auth.sign_in", "key", key_id, client_of(request, registry), f"key:{key_id}")
    if key_id is None:
        return _login_form(request, registry, lang, 401, "token", next)
    return let_in(request, registry, key_id, inside(next))


def client_of(request: Request, registry: Registry) -> str:
    """Return the address of the browser."""
    return client_address(request, registry.settings.trusted_proxies)


@router.post("/login")
async def login(request: Request, registry: RegistryPart) -> Response:
    """Sign in with login and password, or with a key."""
    form = await read_form(request)
    # Checking a password takes a tenth of a second of computing: not on the loop that serves everybody.
    return await run_in_threadpool(_sign_in, request, registry, form)


def _sign_in(request: Request, registry: Registry, form: dict[str, str]) -> Response:
    lang = "en" if form.get("lang") == "en" else "zh"
    target, name = inside(form.get("next", "/")), form.get("login", "").strip()
    try:
        require_same_site(request)
        _slow_down(request, registry, name)
        if not name:
            actor = recognise(registry.database, form.get("key", ""))
    except RegistryError as error:
        why = {"forbidden": "site", "too-many-requests": "often"}.get(error.slug, "key")
        if why == "key":
            with registry.database.write() as session:
                note_auth(session, "auth.key_refused", "key", "unknown", client_of(request, registry))
        return _login_form(request, registry, lang, error.status, why, target)
    if not name:
        with registry.database.write() as session:
            note_auth(session, "auth.sign_in", "key", actor.via or "", client_of(request, registry), actor.label)
        return let_in(request, registry, actor.via or actor.key_id, target)
    password = form.get("password", "")[:_PASSWORD_LIMIT]
    with registry.database.write() as session:
        outcome = sign_in(session, name[:_LOGIN_LIMIT], password, client_of(request, registry))
    if outcome.account is None:
        return _login_form(request, registry, lang, 401, "password", target)
    if outcome.must_change:
        return let_in(request, registry, outcome.account.id, f"/password?lang={lang}", change=True)
    return let_in(request, registry, outcome.account.id, target)


def _slow_down(request: Request, registry: Registry, name: str) -> None:
    rate = registry.settings.sign_in_rate
    client = client_of(request, registry)
    if not registry.throttle.hit(rate, "sign-in", client) or (
        name and not registry.throttle.hit(rate, "login", name.casefold()[:_LOGIN_LIMIT])
    ):
        raise refuse()


def let_in(request: Request, registry: Registry, key_id: str, target: str, *, change: bool = False) -> Response:
    """Start a new session, end the one that the browser came with, and send it on its way."""
    settings = registry.settings
    with registry.database.write() as session:
        close_session(session, read_cookie(request, settings.trusted_proxies))
        cookie = open_session(session, key_id, settings.session_hours, change=change)
    seconds = int(CHANGE_LIFE.total_seconds()) if change else settings.session_hours * 3600
    response = RedirectResponse(target, 303)
    set_cookie(response, request, settings.trusted_proxies, cookie, seconds)
    return response


@router.post("/logout")
async def logout(request: Request, registry: RegistryPart) -> Response:
    """Sign out. The form carries the session's token."""
    form = await read_form(request)
    require_same_site(request)
    proxies = registry.settings.trusted_proxies
    cookie = read_cookie(request, proxies)
    actor = session_actor(registry.database, cookie)
    if actor is not None:
        require_token(actor, form.get("csrf", ""))
        with registry.database.write() as session:
            close_session(session, cookie)
            note_auth(session, "auth.sign_out", "key", actor.via or "", client_of(request, registry), actor.label)
    response = RedirectResponse("/login", 303)
    drop_cookie(response, request, proxies)
    return response


def _changing(request: Request, registry: Registry) -> Actor | None:
    """Return the person who may change a password: signed in, or let in for nothing else."""
    cookie = read_cookie(request, registry.settings.trusted_proxies)
    actor = session_actor(registry.database, cookie) or session_actor(registry.database, cookie, kind="change")
    return actor if actor is not None and actor.personal else None


@router.get("/password")
def password_page(request: Request, registry: RegistryPart, lang: Lang = "zh") -> Response:
    """Show the form for a new password."""
    actor = _changing(request, registry)
    if actor is None:
        return RedirectResponse(f"/login?lang={lang}&next={quote('/password', safe='')}", 303)
    return _password_form(request, lang, actor, 200, [])


def _password_form(request: Request, lang: str, actor: Actor, status: int, errors: list[Any]) -> Response:
    here = request.url.replace(query="")
    return render("password.html", lang, status, errors=errors, csrf=actor.csrf, signed_in=None, here=here)


@router.post("/password")
async def password(request: Request, registry: RegistryPart) -> Response:
    """Set a new password; every session of the account ends, and a new one begins."""
    form = await read_form(request)
    return await run_in_threadpool(_set_password, request, registry, form)


def _set_password(request: Request, registry: Registry, form: dict[str, str]) -> Response:
    lang = "en" if form.get("lang") == "en" else "zh"
    require_same_site(request)
    actor = _changing(request, registry)
    if actor is None:
        return RedirectResponse(f"/login?lang={lang}", 303)
    require_token(actor, form.get("csrf", ""))
    if not registry.throttle.hit(registry.settings.sign_in_rate, "password", actor.key_id):
        raise refuse()
    try:
        with registry.database.write() as session:
            account = session.exec(select(Account).where(Account.id == actor.key_id)).one()
            old, new = form.get("old", "")[:_PASSWORD_LIMIT], form.get("new", "")
            change_password(session, account, old, new, form.get("again", ""))
    except RegistryError as error:
        said = [item.message for item in error.errors] or [error.detail]
        return _password_form(request, lang, actor, error.status, said)
    return let_in(request, registry, actor.key_id, f"/?lang={lang}")


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a small form."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _FORM_LIMIT:
            raise RegistryError("too-large", "the form is too large")
    return {key: values[0] for key, values in parse_qs(body.decode("utf-8", "replace")).items()}
