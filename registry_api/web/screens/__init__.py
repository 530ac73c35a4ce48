"""The screens of the console, one module each; `routers` gathers them."""

from __future__ import annotations

from fastapi import APIRouter


def routers() -> tuple[APIRouter, ...]:
    """Return the router of every screen; each is imported here alone."""
    from registry_api.web.screens import (  # noqa: PLC0415 - gathered when an app is made
        administration,
        campaigns,
        case,
        duplicates,
        evidence,
        notice_composer,
        notices,
        papers,
        portal,
        progress,
        queue,
        school,
        sdk_alert,
        sdks,
        self_check,
        statistics,
        trail,
        usage,
        vendor,
        vendor_notices,
        versions,
    )

    screens = (
        administration,
        campaigns,
        case,
        duplicates,
        evidence,
        notice_composer,
        notices,
        papers,
        portal,
        progress,
        queue,
        school,
        sdk_alert,
        sdks,
        self_check,
        statistics,
        trail,
        usage,
        vendor,
        vendor_notices,
        versions,
    )
    return tuple(screen.router for screen in screens)
