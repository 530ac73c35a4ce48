"""The trail: who did what to which record and why, and the check that nothing of it was changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from sqlmodel import col

from registry_api.accounts.access import Action, require, scoped_trail
from registry_api.kit.requests import RegistryPart
from registry_api.kit.schemas import WIDEST_ID
from registry_api.registry import Registry
from registry_api.trail.chain import verify
from registry_api.trail.endpoints import show_entry
from registry_api.trail.export import export_lines
from registry_api.trail.models import TrailEntry
from registry_api.web.rendering import render
from registry_api.web.visitors import Lang, PageRoute, Signed

router = APIRouter(route_class=PageRoute)

_PAGE = 50
Filter = Annotated[str, Query(max_length=100)]


@router.get("/trail")
def trail_page(
    request: Request,
    registry: RegistryPart,
    actor: Signed,
    lang: Lang = "zh",
    object_id: Filter = "",
    actor_is: Filter = "",
    action: Filter = "",
    item: Filter = "",
    check: Annotated[bool, Query(description="walk the whole chain")] = False,
    before: Annotated[int | None, Query(ge=0, le=WIDEST_ID)] = None,
) -> Response:
    """List the entries, the newest first; on request walk the whole chain and say whether it holds."""
    statement = scoped_trail(actor)
    given = ((TrailEntry.object_id, object_id), (TrailEntry.action, action), (TrailEntry.item, item))
    for column, wanted in given:
        if wanted.strip():
            statement = statement.where(col(column) == wanted.strip())
    if actor_is.strip():
        statement = statement.where(col(TrailEntry.actor).startswith(actor_is.strip(), autoescape=True))
    if before is not None:
        statement = statement.where(col(TrailEntry.seq) < before)
    with registry.database.read() as session:
        rows = list(session.exec(statement.order_by(col(TrailEntry.seq).desc()).limit(_PAGE + 1)).all())
        entries = [{**show_entry(row), "at": row.at} for row in rows[:_PAGE]]
        result = verify(session) if check else None
    return render(
        "trail.html",
        lang,
        entries=entries,
        result=result,
        filters={"object_id": object_id, "actor_is": actor_is, "action": action, "item": item},
        before=before,
        following=rows[_PAGE - 1].seq if len(rows) > _PAGE else None,
        signed_in=actor,
        here=request.url.remove_query_params(["check"]),
    )


@router.get("/trail/export.jsonl")
def trail_export(
    registry: RegistryPart, actor: Signed, after: Annotated[int, Query(ge=0, le=WIDEST_ID)] = 0
) -> Response:
    """Return the trail as JSON lines, each with its hash: whoever holds the file can prove it without the registry."""
    require(actor, Action.TRAIL)
    return StreamingResponse(
        _lines(registry, after),
        media_type="application/jsonl",
        headers={"Content-Disposition": 'attachment; filename="trail.jsonl"'},
    )


def _lines(registry: Registry, after: int) -> Iterator[str]:
    with registry.database.read() as session:
        for line in export_lines(session, after):
            yield line + "\n"
