"""The screens of the console, one module each; `routers` gathers them."""

from __future__ import annotations

from fastapi import APIRouter


def routers() -> tuple[APIRouter, ...]:
    """Return the router of every screen; each is imported here alone."""
    from registry_api.web.screens import case, queue, usage, versions  # noqa: PLC0415 - gathered when an app is made

    return (queue.router, case.router, versions.router, usage.router)
