"""Routes of the supply chain: tell all who ship an SDK; apps that one institution uses for the same function."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from registry_api.audits.alerts import SdkAlert, duplicates, notify_shippers, outcomes_of
from registry_api.kit.paging import After, Limit, _whole, link_next
from registry_api.kit.requests import Notifier, Reader, RegistryPart
from registry_api.kit.schemas import Body, LongText, Text
from registry_api.kit.strict import StrictRoute

router = APIRouter(route_class=StrictRoute)

Version = Annotated[str, Field(max_length=100)] | None


class SdkNoticesBody(Body):
    """Which versions of the SDK are meant, and why."""

    at_most: Version = None
    at_least: Version = None
    unknown: bool = True
    """Also those whose version of it is not known."""
    reason: LongText = ""
    basis: LongText = ""
    kind: Text = "rectification"
    batch: Annotated[str, Field(max_length=60)] = ""
    dry_run: bool = False
    """Only say who would be told."""


@router.post("/sdks/{sdk}/notices", operation_id="draftSdkNotices")
def draft_sdk_notices(sdk: str, body: SdkNoticesBody, registry: RegistryPart, actor: Notifier) -> JSONResponse:
    """Draft one notice for each app within reach that ships the SDK in these versions; others sign and issue them.

    Doing it again drafts only for apps that the batch lacks.
    """
    alert = SdkAlert(sdk=sdk, **body.model_dump(exclude={"dry_run"}))
    rows = notify_shippers(registry, actor, alert, dry_run=body.dry_run)
    return JSONResponse({"batch": alert.number, "outcomes": outcomes_of(rows), "items": rows})


@router.get("/duplicates", operation_id="listDuplicates")
def list_duplicates(
    request: Request, response: Response, registry: RegistryPart, actor: Reader, after: After = None, limit: Limit = 50
) -> dict[str, Any]:
    """List institutions that filed the use of several apps of one category and type: to be looked at, no proof."""
    with registry.database.read() as session:
        items, following = duplicates(session, actor, _whole(after) if after else 0, limit)
    if following is not None:
        link_next(request, response, following, limit)
    return {"items": items, "next": following}
