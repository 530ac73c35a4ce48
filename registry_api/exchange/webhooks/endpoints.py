"""Routes of webhooks."""

from __future__ import annotations

from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field as Limits
from pydantic import StringConstraints
from sqlmodel import Session, col, select

from registry_api.accounts.access import Actor, Role
from registry_api.db import now
from registry_api.errors import RegistryError
from registry_api.exchange.webhooks.guard import check_target
from registry_api.exchange.webhooks.models import WebhookDelivery, WebhookEndpoint
from registry_api.exchange.webhooks.sealing import seal
from registry_api.exchange.webhooks.sending import new_secret
from registry_api.kit.paging import After, Limit, page
from registry_api.kit.requests import Hooking, RegistryPart
from registry_api.kit.schemas import Body, PathId
from registry_api.kit.strict import StrictRoute
from registry_api.trail.chain import Act, append
from registry_api.trail.models import TrailEntry

router = APIRouter(route_class=StrictRoute)

_MOST = 10

Event = Annotated[str, StringConstraints(pattern=r"^(\*|[a-z_]{1,30}\.(\*|[a-z_]{1,40}))$")]


class WebhookBody(Body):
    """An address to be told."""

    url: Annotated[str, StringConstraints(max_length=2000, strip_whitespace=True)]
    events: Annotated[list[Event], Limits(min_length=1, max_length=50)]
    """Actions of the trail: ``filing.approve``, ``filing.*`` or ``*``."""


def show_webhook(item: WebhookEndpoint) -> dict[str, Any]:
    """Return an endpoint as the API shows it, without its secret."""
    return {
        "id": item.id,
        "url": item.url,
        "events": item.events,
        "state": item.state,
        "failures": item.failures,
        "failing_since": item.failing_since.isoformat(timespec="seconds") if item.failing_since else None,
        "cursor": item.cursor,
        "created_at": item.created_at.isoformat(timespec="seconds"),
    }


def _mine(actor: Actor) -> sa.ColumnElement[bool]:
    return sa.true() if actor.role == Role.ADMIN else col(WebhookEndpoint.created_by) == actor.key_id


def _find(session: Session, actor: Actor, webhook_id: int) -> WebhookEndpoint:
    found = session.exec(select(WebhookEndpoint).where(WebhookEndpoint.id == webhook_id, _mine(actor))).first()
    if found is None:
        raise RegistryError("not-found", f"there is no webhook {webhook_id}")
    return found


def _act(actor: Actor, verb: str, item: WebhookEndpoint) -> Act:
    return Act(
        actor.label,
        actor.role.value,
        f"webhook.{verb}",
        "webhook",
        str(item.id),
        province=item.province,
        payload={"url": item.url, "events": item.events},
    )


@router.post("/webhooks", operation_id="createWebhook", status_code=201)
def create_webhook(body: WebhookBody, registry: RegistryPart, actor: Hooking) -> JSONResponse:
    """Register an address. The secret that signs is shown this once, so no Idempotency-Key keeps the answer.

    Only acts about apps within this key's reach are told, from now on. Deliveries are signed as Standard Webhooks:
    `webhook-id`, `webhook-timestamp`, `webhook-signature`.
    """
    check_target(body.url, registry.settings.webhook_networks)
    with registry.database.write() as session:
        mine = session.exec(select(WebhookEndpoint.id).where(WebhookEndpoint.created_by == actor.key_id)).all()
        if len(mine) >= _MOST:
            raise RegistryError("conflict", f"a key has {_MOST} webhooks at most")
        secret = new_secret()
        item = WebhookEndpoint(
            url=body.url,
            events=list(body.events),
            secret=seal(registry.settings.data, secret),
            cursor=session.scalar(sa.select(sa.func.max(TrailEntry.seq))) or 0,
            created_by=actor.key_id,
            role=actor.role.value,
            province=actor.province,
            organization_id=actor.organization_id,
            created_at=now(),
        )
        session.add(item)
        session.flush()
        append(session, _act(actor, "create", item))
        shown = {**show_webhook(item), "secret": secret}
    return JSONResponse(shown, 201, {"Cache-Control": "no-store", "Location": f"/api/v1/webhooks/{item.id}"})


@router.get("/webhooks", operation_id="listWebhooks")
def list_webhooks(
    request: Request,
    response: Response,
    registry: RegistryPart,
    actor: Hooking,
    after: After = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    """List this key's webhooks; an administrator's list has all."""
    with registry.database.read() as session:
        return page(
            session,
            select(WebhookEndpoint).where(_mine(actor)),
            WebhookEndpoint.id,
            after,
            limit,
            lambda rows: [show_webhook(row) for row in rows],
            request,
            response,
        )


@router.get("/webhooks/{webhook_id}/deliveries", operation_id="listDeliveries")
def list_deliveries(
    webhook_id: PathId,
    request: Request,
    response: Response,
    registry: RegistryPart,
    actor: Hooking,
    after: After = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    """List what was, or is to be, told to a webhook, newest first."""
    with registry.database.read() as session:
        item = _find(session, actor, webhook_id)
        return page(
            session,
            select(WebhookDelivery).where(WebhookDelivery.endpoint_id == item.id),
            WebhookDelivery.id,
            after,
            limit,
            lambda rows: [
                {
                    "id": row.id,
                    "seq": row.seq,
                    "state": row.state,
                    "attempt": row.attempt,
                    "status": row.status,
                    "error": row.error,
                    "next_at": row.next_at.isoformat(timespec="seconds") if row.state == "pending" else None,
                    "delivered_at": row.delivered_at.isoformat(timespec="seconds") if row.delivered_at else None,
                }
                for row in rows
            ],
            request,
            response,
            newest_first=True,
        )


@router.post("/webhooks/{webhook_id}/enable", operation_id="enableWebhook")
def enable_webhook(webhook_id: PathId, registry: RegistryPart, actor: Hooking) -> dict[str, Any]:
    """Switch a suspended or disabled webhook on again; what is waiting for it is sent."""
    with registry.database.write() as session:
        item = _find(session, actor, webhook_id)
        check_target(item.url, registry.settings.webhook_networks)
        item.state, item.failures, item.failing_since, item.next_try_at = "active", 0, None, None
        session.execute(
            sa.update(WebhookDelivery)
            .where(col(WebhookDelivery.endpoint_id) == item.id, col(WebhookDelivery.state) == "pending")
            .values(next_at=now())
        )
        append(session, _act(actor, "enable", item))
        return show_webhook(item)


@router.delete("/webhooks/{webhook_id}", operation_id="deleteWebhook")
def delete_webhook(webhook_id: PathId, registry: RegistryPart, actor: Hooking) -> dict[str, Any]:
    """Remove a webhook and what was waiting for it; the trail keeps that it was there."""
    with registry.database.write() as session:
        item = _find(session, actor, webhook_id)
        shown = show_webhook(item)
        append(session, _act(actor, "delete", item))
        session.execute(sa.delete(WebhookDelivery).where(col(WebhookDelivery.endpoint_id) == item.id))
        session.delete(item)
        return shown
