"""The screens of the console, one module each; `routers` gathers them."""

from __future__ import annotations

from fastapi import APIRouter


def routers() -> tuple[APIRouter, ...]:
    """Return the router of every screen; each is imported here alone."""
    from registry_api.web.screens import administration, notice_composer, notices, sdks, statistics, trail  # noqa: PLC0415 - each is imported here alone

    return (notice_composer.router, notices.router, sdks.router, statistics.router, trail.router, administration.router)
