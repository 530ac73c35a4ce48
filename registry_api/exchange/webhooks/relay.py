"""From the trail to the endpoints: note who is to be told, send, try again later, give up on who never answers."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from analyzer.model import EduauditError
from registry_api.accounts.access import Actor, Role, scope_of
from registry_api.accounts.keys import usable
from registry_api.accounts.models import ApiKey
from registry_api.db import now
from registry_api.exchange.webhooks.models import WebhookDelivery, WebhookEndpoint
from registry_api.exchange.webhooks.sealing import unseal
from registry_api.exchange.webhooks.sending import Outcome, send
from registry_api.organizations.models import App
from registry_api.registry import Registry
from registry_api.trail.models import TrailEntry

BACK_OFF = tuple(timedelta(seconds=item) for item in (5, 30, 120, 600, 3600, 6 * 3600, 24 * 3600))
"""Waits between the attempts of one delivery; after the last it is given up."""
SUSPEND_AFTER = 5
DISABLE_AFTER = timedelta(days=3)
_GONE = 410
_LOOK = 500
_EACH = 20
_LEASE = timedelta(seconds=60)
_THREADS = 4

Send = Callable[..., Outcome]

_log = logging.getLogger(__name__)


def relay(registry: Registry, sender: Send = send) -> int:
    """Do one round; return the deliveries that were taken."""
    _plan(registry)
    with registry.database.read() as session:
        moment = now()
        ready = sa.or_(
            col(WebhookEndpoint.state) == "active",
            sa.and_(col(WebhookEndpoint.state) == "suspended", col(WebhookEndpoint.next_try_at) <= moment),
        )
        due = session.exec(
            select(WebhookDelivery.endpoint_id)
            .join(WebhookEndpoint, col(WebhookEndpoint.id) == WebhookDelivery.endpoint_id)
            .where(WebhookDelivery.state == "pending", col(WebhookDelivery.next_at) <= moment, ready)
            .distinct()
        ).all()
    if not due:
        return 0
    with ThreadPoolExecutor(_THREADS) as pool:
        return sum(pool.map(lambda endpoint_id: _serve(registry, endpoint_id, sender), due))


def actor_of(endpoint: WebhookEndpoint) -> Actor:
    """Return whose eyes an endpoint has."""
    return Actor(
        endpoint.created_by, "webhook", Role(endpoint.role), endpoint.province, endpoint.organization_id, frozenset()
    )


def _plan(registry: Registry) -> None:
    """Note a delivery for each new entry of the trail that an endpoint wants, and move its cursor on."""
    behind = col(WebhookEndpoint.cursor) < sa.select(sa.func.coalesce(sa.func.max(TrailEntry.seq), 0)).scalar_subquery()
    wanted = select(WebhookEndpoint).where(col(WebhookEndpoint.state) != "disabled", behind)
    with registry.database.read() as session:  # a writer would keep all others waiting, mostly for nothing
        if session.exec(wanted.limit(1)).first() is None:
            return
    with registry.database.write() as session:
        for endpoint in session.exec(wanted.with_for_update()).all():
            key = session.get(ApiKey, endpoint.created_by)
            if key is not None and not usable(key):
                endpoint.state = "disabled"
                continue
            _plan_one(session, endpoint)


def _plan_one(session: Session, endpoint: WebhookEndpoint) -> None:
    head = session.exec(
        select(TrailEntry.seq).where(col(TrailEntry.seq) > endpoint.cursor).order_by(col(TrailEntry.seq)).limit(_LOOK)
    ).all()
    reach = select(App.id).where(scope_of(App, actor_of(endpoint)))
    rows = session.exec(
        select(TrailEntry.seq, TrailEntry.action).where(
            col(TrailEntry.seq) > endpoint.cursor, col(TrailEntry.seq) <= head[-1], col(TrailEntry.app_id).in_(reach)
        )
    ).all()
    session.add_all(
        WebhookDelivery(endpoint_id=endpoint.id or 0, seq=seq, next_at=now())
        for seq, action in rows
        if any(fnmatchcase(action, pattern) for pattern in endpoint.events)
    )
    endpoint.cursor = head[-1]


def body_of(session: Session, seq: int) -> bytes:
    """Return what is told of an entry: what happened to which app; names of persons are not in it."""
    entry = session.get_one(TrailEntry, seq)
    app = session.get(App, entry.app_id) if entry.app_id else None
    told: dict[str, Any] = {name: entry.payload[name] for name in ("from", "to", "number") if name in entry.payload}
    content: dict[str, Any] = {
        "type": entry.action,
        "timestamp": entry.at.isoformat(),
        "data": {
            "seq": seq,
            "object": {"kind": entry.object_kind, "id": entry.object_id},
            "package": app.package if app else None,
            "province": entry.province,
            **told,
        },
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True).encode()


def _serve(registry: Registry, endpoint_id: int, sender: Send) -> int:
    """Send what is due to one endpoint, in order; the first failure ends its turn."""
    taken = 0
    for _ in range(_EACH):
        claimed = _claim(registry, endpoint_id)
        if claimed is None:
            break
        delivery, endpoint, body = claimed
        try:
            outcome = sender(
                endpoint.url,
                unseal(registry.settings.data, endpoint.secret),
                f"evt_{endpoint_id}_{delivery.seq}",
                int(now().timestamp()),
                body,
                allowed=registry.settings.webhook_networks,
            )
        except EduauditError as error:  # nothing goes out unsigned; `registry check` says the same
            _log.error("webhook %s: %s", endpoint_id, error)
            outcome = Outcome(None, str(error)[:300])
        with registry.database.write() as session:
            _note(session, delivery.id or 0, outcome)
        if not outcome.delivered:
            break
        taken += 1
    return taken


def _claim(registry: Registry, endpoint_id: int) -> tuple[WebhookDelivery, WebhookEndpoint, bytes] | None:
    """Take the oldest due delivery for a minute: another worker leaves it alone, a crash gives it back."""
    with registry.database.write() as session:
        endpoint = session.exec(
            select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id).with_for_update()
        ).first()
        oldest = session.exec(
            select(WebhookDelivery)
            .where(WebhookDelivery.endpoint_id == endpoint_id, WebhookDelivery.state == "pending")
            .order_by(col(WebhookDelivery.seq))
            .limit(1)
        ).first()
        if endpoint is None or oldest is None or endpoint.state == "disabled" or oldest.next_at > now():
            return None
        oldest.next_at = now() + _LEASE
        return oldest, endpoint, body_of(session, oldest.seq)


def _note(session: Session, delivery_id: int, outcome: Outcome, moment: datetime | None = None) -> None:
    """Write down an attempt, and what it says about the endpoint."""
    moment = moment or now()
    delivery: Any = session.get(WebhookDelivery, delivery_id)
    if delivery is None:
        return  # the endpoint was removed meanwhile
    endpoint = session.get_one(WebhookEndpoint, delivery.endpoint_id)
    delivery.attempt += 1
    delivery.status, delivery.error = outcome.status, outcome.error
    if outcome.delivered:
        delivery.state, delivery.delivered_at = "delivered", moment
        endpoint.state = "active" if endpoint.state == "suspended" else endpoint.state
        endpoint.failures, endpoint.failing_since, endpoint.next_try_at = 0, None, None
        return
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or moment
    if delivery.attempt > len(BACK_OFF):
        delivery.state = "given_up"
    wait = BACK_OFF[min(delivery.attempt, len(BACK_OFF)) - 1]
    delivery.next_at = endpoint.next_try_at = moment + wait
    if outcome.status == _GONE or moment - endpoint.failing_since >= DISABLE_AFTER:
        endpoint.state = "disabled"
    elif endpoint.failures >= SUSPEND_AFTER:
        endpoint.state = "suspended"
