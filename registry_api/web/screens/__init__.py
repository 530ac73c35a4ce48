"""The screens of the console, one module each; `routers` gathers them."""

from __future__ import annotations

from fastapi import APIRouter


def routers() -> tuple[APIRouter, ...]:
    """Return the router of every screen; each is imported here alone."""
    from registry_api.web.screens import papers, portal, school, vendor, vendor_notices  # noqa: PLC0415 - see above

    return portal.router, papers.router, vendor.router, vendor_notices.router, school.router
