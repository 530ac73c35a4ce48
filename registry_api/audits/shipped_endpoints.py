"""SDK look-up: who ships X, at which version."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from registry_api.audits.models import ShippedSdk
from registry_api.audits.shipped import list_sdks, shippers, version_key
from registry_api.errors import FieldError, RegistryError
from registry_api.kit.paging import Limit, link_next
from registry_api.kit.requests import Reader, RegistryPart

router = APIRouter()

Version = Annotated[str | None, Query(max_length=100)]


@router.get("/sdks", operation_id="listSdks")
def list_shipped_sdks(registry: RegistryPart, actor: Reader) -> dict[str, Any]:
    """List the SDKs of all apps within reach, as their current versions ship them, the commonest first."""
    with registry.database.read() as session:
        return {"items": list_sdks(session, actor)}


@router.get("/sdks/{sdk}/apps", operation_id="listSdkApps")
def list_sdk_apps(
    sdk: str,
    request: Request,
    response: Response,
    registry: RegistryPart,
    actor: Reader,
    at_most: Version = None,
    at_least: Version = None,
    unknown: Annotated[bool, Query(description="with apps whose version of it is not known")] = True,
    every_version: Annotated[bool, Query(description="with versions of apps that are not current")] = False,
    after: Annotated[int | None, Query(ge=0, description="id of the last app version of the page before")] = None,
    limit: Limit = 100,
) -> dict[str, Any]:
    """List who ships an SDK, in a range of its versions."""
    for name, given in (("at_most", at_most), ("at_least", at_least)):
        if given is not None and version_key(given) is None:
            raise RegistryError(
                "invalid",
                f"{given!r} is no version that can be compared",
                [
                    FieldError(
                        f"/query/{name}", "version", f"{given!r} 不是可比较的版本号 / no comparable version", "1.2.3"
                    )
                ],
            )
    statement = shippers(actor, sdk, at_most=at_most, at_least=at_least, unknown=unknown, every_version=every_version)
    if after is not None:
        statement = statement.where(ShippedSdk.app_version_id > after)
    with registry.database.read() as session:
        rows = session.exec(statement.order_by(ShippedSdk.app_version_id).limit(limit + 1)).all()
        following = rows[limit - 1][0].app_version_id if len(rows) > limit else None
        if following is not None:
            link_next(request, response, following, limit)
        return {
            "items": [
                {
                    "package": app.package,
                    "app": app.name,
                    "province": app.province,
                    "app_version_id": version.id,
                    "app_version": version.version_name,
                    "current": version.id == app.current_version_id,
                    "sdk": row.sdk,
                    "name": row.name,
                    "version": row.version,
                    "state": row.state,
                    "confidence": row.confidence,
                    "audit": row.run_id,
                }
                for row, app, version in rows[:limit]
            ],
            "next": following,
        }
