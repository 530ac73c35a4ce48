"""What every endpoint depends on: the registry, and who is asking."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from registry_api.accounts.access import Action, Actor, require
from registry_api.accounts.keys import read_key, recognise, recognise_at_once
from registry_api.accounts.sessions import read_cookie, require_same_site, require_token, session_actor
from registry_api.accounts.throttle import client_address, counted_address, refuse
from registry_api.accounts.users import note_auth
from registry_api.errors import RegistryError
from registry_api.registry import Registry


def _registry(request: Request) -> Registry:
    registry: Registry = request.app.state.registry
    return registry


def _ask(request: Request) -> Actor:
    registry = _registry(request)
    settings = registry.settings
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and key:
        actor = _by_key(request, registry, key)
    else:
        found = session_actor(registry.database, read_cookie(request, settings.trusted_proxies))
        if found is None:
            raise RegistryError("unauthenticated", "send Authorization: Bearer edr_…")
        actor = found
        if request.method not in _READING:
            # A browser sends its cookie along whoever asks it to: the page's own token is needed to change anything.
            require_same_site(request)
            require_token(actor, request.headers.get("x-csrf-token", ""))
    if not registry.throttle.hit(settings.request_rate, "request", actor.via or actor.key_id):
        raise refuse()
    return actor


async def _actor(request: Request) -> Actor:
    """Return who asks: at once in the usual case, else in a thread."""
    registry = _registry(request)
    settings = registry.settings
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if (
        scheme.lower() == "bearer"
        and registry.throttle.free(settings.failure_rate, "key", client_address(request, settings.trusted_proxies))
        and (actor := recognise_at_once(registry.database, key)) is not None
    ):
        if not registry.throttle.hit(settings.request_rate, "request", actor.via or actor.key_id):
            raise refuse()
        return actor
    return await run_in_threadpool(_ask, request)


_actor.signs_in = True  # type: ignore[attr-defined]  # read by `registry_api.accounts.matrix`


def _by_key(request: Request, registry: Registry, text: str) -> Actor:
    """Return the holder of a key; refusals are counted by address and written into the trail until they are too many.

    Past the rate even a right key is refused from that address, so that the answer tells nothing to who tries keys.
    """
    settings = registry.settings
    client = client_address(request, settings.trusted_proxies)
    if not registry.throttle.free(settings.failure_rate, "key", client):
        raise refuse()
    try:
        return recognise(registry.database, text)
    except RegistryError:
        if registry.throttle.hit(settings.failure_rate, "key", client):
            key, _, _ = read_key(registry.database, text)
            with registry.database.write() as session:
                note_auth(session, "auth.key_refused", "key", key.id if key else "unknown", client)
                if not registry.throttle.free(settings.failure_rate, "key", client):
                    note_auth(session, "auth.throttled", "client", client[:60] or "unknown", client)
        raise


async def _public(request: Request) -> None:
    registry = _registry(request)
    settings = registry.settings
    who = counted_address(client_address(request, settings.trusted_proxies))
    if not registry.throttle.hit(settings.public_rate, "public", who):
        raise refuse(registry.throttle.wait(settings.public_rate, "public", who))


_READING = frozenset({"GET", "HEAD", "OPTIONS"})


async def _registry_part(request: Request) -> Registry:
    # Not waiting for anything, and yet async: a plain function would be sent to a thread and back for each request.
    return _registry(request)


RegistryPart = Annotated[Registry, Depends(_registry_part)]
WithoutKey = Annotated[None, Depends(_public)]
"""For routes that ask for no key: counted by address."""
Asking = Annotated[Actor, Depends(_actor)]


def _may(action: Action) -> Callable[[Request], Coroutine[Any, Any, Actor]]:
    async def check(request: Request) -> Actor:
        actor = await _actor(request)
        require(actor, action)
        return actor

    check.action = action  # type: ignore[attr-defined]  # read by `registry_api.accounts.matrix`
    return check


Reader = Annotated[Actor, Depends(_may(Action.READ))]
Filer = Annotated[Actor, Depends(_may(Action.FILE))]
Capturer = Annotated[Actor, Depends(_may(Action.TRAFFIC))]
Reviewing = Annotated[Actor, Depends(_may(Action.REVIEW))]
Auditing = Annotated[Actor, Depends(_may(Action.AUDIT))]
Notifier = Annotated[Actor, Depends(_may(Action.NOTICE))]
Lister = Annotated[Actor, Depends(_may(Action.LIST))]
TrailReader = Annotated[Actor, Depends(_may(Action.TRAIL))]
KeyMaster = Annotated[Actor, Depends(_may(Action.KEYS))]
Hooking = Annotated[Actor, Depends(_may(Action.WEBHOOKS))]
