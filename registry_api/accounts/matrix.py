"""The matrix of access, read from the routes themselves: operation → action → roles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from registry_api.accounts.access import ALLOWED, MEMBERS, NATIONAL, Action, Role

SIGNED_IN = "signed in"
"""Asked of whoever has a key; what may be done depends on the step and is decided by the table of transitions."""
WITHOUT_KEY = "without a key"


@dataclass(frozen=True)
class Operation:
    """One operation of the API and what it asks for."""

    id: str
    method: str
    path: str
    asks: Action | str


def operations(app: FastAPI) -> list[Operation]:
    """Return the operations of the API, sorted by path and method."""
    asks = {route.operation_id: _asks(route) for route in _routes(app.routes) if route.operation_id}
    found = [
        Operation(operation["operationId"], method.upper(), path, asks[operation["operationId"]])
        for path, item in app.openapi()["paths"].items()
        for method, operation in item.items()
    ]
    return sorted(found, key=lambda item: (item.path, item.method))


def _routes(routes: Any) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        else:  # newer versions of the framework keep an included router whole
            yield from _routes(getattr(getattr(route, "original_router", route), "routes", ()))


def _asks(route: APIRoute) -> Action | str:
    waiting = list(route.dependant.dependencies)
    asks: Action | str = WITHOUT_KEY
    while waiting:
        dependant = waiting.pop()
        waiting += dependant.dependencies
        action = getattr(dependant.call, "action", None)
        if isinstance(action, Action):
            return action
        if getattr(dependant.call, "signs_in", False):
            asks = SIGNED_IN
    return asks


def reach_of(role: Role) -> str:
    """Return whose rows a role sees, in English."""
    return "all provinces" if role in NATIONAL else "own unit" if role in MEMBERS else "own province"


def matrix_text(app: FastAPI) -> str:
    """Return the matrix as Markdown: actions by roles, then the operations of each action."""
    every = operations(app)
    lines = [
        "# Who may do what",
        "",
        "Printed by `eduaudit registry access`; a test keeps this page in step with the code.",
        "",
        "| action | " + " | ".join(role.value for role in Role) + " |",
        "|---|" + "---|" * len(Role),
        "| *sees rows of* | " + " | ".join(reach_of(role) for role in Role) + " |",
    ]
    lines += [
        f"| {action.value} | " + " | ".join("●" if role in ALLOWED[action] else "" for role in Role) + " |"
        for action in Action
    ]
    lines += [
        "",
        "A key may be limited further by its scopes, which are the actions above. Beyond the matrix the tables of",
        "transitions say which role may take which step, and the rule of four eyes asks for different persons: who",
        "files does not approve, who approves or drafts does not sign the notice. An administrator decides no case.",
        "",
        "| asks for | operations |",
        "|---|---|",
    ]
    for asks in (*Action, SIGNED_IN, WITHOUT_KEY):
        names = [f"`{item.method} {item.path}` {item.id}" for item in every if item.asks == asks]
        if names:
            lines.append(f"| {asks} | " + "<br>".join(names) + " |")
    return "\n".join(lines) + "\n"
