"""Routes of the trail."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from registry_api.accounts.access import scoped_trail
from registry_api.kit.paging import After, Limit, page
from registry_api.kit.requests import RegistryPart, TrailReader
from registry_api.kit.strict import StrictRoute
from registry_api.trail.chain import verify
from registry_api.trail.models import TrailEntry

router = APIRouter(route_class=StrictRoute)


def supervision_of(entry: TrailEntry) -> dict[str, Any] | None:
    """Return the supervisory part of an entry, `None` where there is none."""
    if entry.item is None:
        return None
    return {
        "item": entry.item,
        "organ": entry.organ,
        "subject": entry.subject,
        "result": entry.result,
        "basis": entry.basis,
    }


def show_entry(entry: TrailEntry) -> dict[str, Any]:
    """Return an entry as the API shows it."""
    return {
        "seq": entry.seq,
        "at": entry.at.isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "role": entry.role,
        "action": entry.action,
        "object": {"kind": entry.object_kind, "id": entry.object_id},
        "province": entry.province,
        "reason": entry.reason,
        "payload": entry.payload,
        "supervision": supervision_of(entry),
        "prev_hash": entry.prev_hash,
        "hash": entry.hash,
    }


@router.get("/trail", operation_id="listTrail")
def list_trail(
    request: Request,
    response: Response,
    registry: RegistryPart,
    actor: TrailReader,
    after: After = None,
    limit: Limit = 50,
    object_id: Annotated[str | None, Query(max_length=60)] = None,
    item: Annotated[str | None, Query(max_length=40, description="supervisory item")] = None,
    action: Annotated[str | None, Query(max_length=60)] = None,
) -> dict[str, Any]:
    """List the trail in its order."""
    statement = scoped_trail(actor)
    if object_id:
        statement = statement.where(TrailEntry.object_id == object_id)
    if item:
        statement = statement.where(TrailEntry.item == item)
    if action:
        statement = statement.where(TrailEntry.action == action)
    with registry.database.read() as session:
        return page(
            session,
            statement,
            TrailEntry.seq,
            after,
            limit,
            lambda rows: [show_entry(row) for row in rows],
            request,
            response,
        )


@router.get("/trail/verification", operation_id="verifyTrail")
def verify_trail(registry: RegistryPart, _actor: TrailReader) -> dict[str, Any]:
    """Walk the whole chain."""
    with registry.database.read() as session:
        result = verify(session)
        return {
            "intact": result.broken_at is None,
            "entries": result.entries,
            "head": result.head,
            "broken_at": result.broken_at,
            "why": result.why,
        }
