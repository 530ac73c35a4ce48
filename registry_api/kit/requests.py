"""What every endpoint depends on: the registry, and who is asking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from registry_api.accounts.access import Action, Actor, require
from registry_api.accounts.keys import recognise
from registry_api.accounts.sessions import COOKIE, session_actor
from registry_api.errors import RegistryError
from registry_api.registry import Registry


def _registry(request: Request) -> Registry:
    registry: Registry = request.app.state.registry
    return registry


def _actor(request: Request) -> Actor:
    header = request.headers.get("authorization", "")
    scheme, _, key = header.partition(" ")
    if scheme.lower() == "bearer" and key:
        return recognise(_registry(request).database, key)
    # A browser's cookie only ever reads: nothing that another site could make it send changes anything.
    cookie = request.cookies.get(COOKIE)
    if cookie and request.method == "GET":
        actor = session_actor(_registry(request).database, cookie)
        if actor is not None:
            return actor
    raise RegistryError("unauthenticated", "send Authorization: Bearer edr_…")


RegistryPart = Annotated[Registry, Depends(_registry)]
Asking = Annotated[Actor, Depends(_actor)]


def _may(action: Action) -> Callable[[Request], Actor]:
    def check(request: Request) -> Actor:
        actor = _actor(request)
        require(actor, action)
        return actor

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
