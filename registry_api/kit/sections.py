"""Which routers can answer a path at all: one pattern for each, so that the others are not walked route by route.

The framework tries every route of every router, and twice over: with a few hundred routes that took longer than the
reading of the record.
"""

from __future__ import annotations

import re

from fastapi import APIRouter
from starlette.routing import Match
from starlette.types import Scope


def walk_only_where_routed(router: APIRouter, prefix: str = "") -> APIRouter:
    """Let a router, that is included under a prefix, be passed over when no path of its routes fits; return it.

    It changes no answer: a path that fits no route matches nothing in the router either. A router is done once,
    whatever the number of applications that it belongs to.
    """
    shapes = [getattr(route, "path_regex", None) for route in router.routes]
    if "matches" in vars(router) or not all(isinstance(shape, re.Pattern) for shape in shapes):
        return router  # routers within it, or mounts: they know their paths themselves
    unnamed = (re.sub(r"\(\?P<[^>]*>", "(?:", shape.pattern.removeprefix("^")) for shape in shapes if shape)
    fits = re.compile(f"{re.escape(prefix)}(?:{'|'.join(unnamed)})").match
    walk = router.matches

    def matches(scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] == "http" and not scope.get("root_path") and fits(scope["path"]) is None:
            return Match.NONE, {}
        return walk(scope)

    router.matches = matches  # type: ignore[method-assign]  # the framework's question to a router
    return router
