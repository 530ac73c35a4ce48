"""Whether the installation can work just now, and its figures for a monitoring system. No personal data is in them."""

from __future__ import annotations

import hmac
import ipaddress
import time
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from registry_api.db import now
from registry_api.errors import RegistryError
from registry_api.kit.requests import RegistryPart
from registry_api.registry import Registry

router = APIRouter()

_SILENT_AFTER = timedelta(minutes=5)
"""Work that has waited so long while no audit runs means that no worker is there."""
_PROBE_SECONDS = 15.0
_COUNTED = {
    "audit_run": ("state", "audits by state"),
    "filing": ("state", "provider filings by state"),
    "finding": ("status", "findings by status"),
    "notice": ("state", "notices by state"),
}


def readiness(registry: Registry) -> dict[str, str]:
    """Return part → ``ok``, or what is wrong with it in one line: ``database``, ``blobs``, ``worker``."""
    parts = {"database": "ok", "blobs": "ok", "worker": "unknown"}
    try:
        with registry.database.read() as session:
            waiting, running = _queue(session)
        silent = waiting is not None and waiting > _SILENT_AFTER.total_seconds() and not running
        parts["worker"] = f"audits have waited for {waiting:.0f} s and none runs" if silent else "ok"
    except SQLAlchemyError as error:
        parts["database"] = type(error).__name__
    try:
        registry.blobs.probe()
    except RegistryError as error:
        parts["blobs"] = error.detail
    return parts


def _queue(session: Session) -> tuple[float | None, int]:
    """Return (seconds that the longest waiting audit has waited, audits that run under a lease)."""
    first, running = session.execute(
        sa.text(
            "SELECT (SELECT min(enqueued_at) FROM audit_run WHERE state = 'queued'),"
            " (SELECT count(*) FROM audit_run WHERE state = 'running' AND lease_until > :now)"
        ).bindparams(now=now() if session.get_bind().dialect.name == "postgresql" else now().replace(tzinfo=None)),
    ).one()
    if first is None:
        return None, running
    from datetime import UTC, datetime  # noqa: PLC0415 - SQLite gives a text back here

    moment = datetime.fromisoformat(first) if isinstance(first, str) else first
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return (now() - moment).total_seconds(), running


@router.get("/health/ready", operation_id="getReadiness")
def get_readiness(request: Request) -> JSONResponse:
    """Tell whether database, files and workers are there: 200, or 503 naming what is not."""
    state = request.app.state
    kept: tuple[float, dict[str, str]] | None = getattr(state, "readiness", None)
    if kept is None or time.monotonic() - kept[0] > _PROBE_SECONDS:  # it needs no key: it must not be made to work
        kept = state.readiness = time.monotonic(), readiness(state.registry)
    ready = all(value == "ok" for value in kept[1].values())
    shown = {name: "ok" if value == "ok" else "failing" for name, value in kept[1].items()}
    return JSONResponse({"ready": ready, "parts": shown}, 200 if ready else 503)


@router.get("/metrics", operation_id="getMetrics", response_class=PlainTextResponse)
def get_metrics(request: Request, registry: RegistryPart) -> PlainTextResponse:
    """Return counts and waiting times in Prometheus' text format, to this machine or with the token of the setting."""
    _admit(request, registry.settings.metrics_token)
    return PlainTextResponse(metrics(registry), media_type="text/plain; version=0.0.4; charset=utf-8")


def _admit(request: Request, token: str) -> None:
    given = request.headers.get("authorization", "").removeprefix("Bearer ").encode()
    if token:
        if hmac.compare_digest(given, token.encode()):
            return
    elif request.client is not None and "x-forwarded-for" not in request.headers and _loopback(request.client.host):
        return
    raise RegistryError("unauthenticated", "metrics are for this machine, or for the token EDUAUDIT_METRICS_TOKEN")


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def metrics(registry: Registry) -> str:
    """Return the figures as text, one metric after the other."""
    lines: list[str] = []

    def gauge(name: str, what: str, values: list[tuple[str, Any]]) -> None:
        lines.extend((f"# HELP eduaudit_{name} {what}", f"# TYPE eduaudit_{name} gauge"))
        lines.extend(f"eduaudit_{name}{labels} {value}" for labels, value in values)

    with registry.database.read() as session:
        for table, (column, what) in _COUNTED.items():
            rows = session.execute(
                sa.select(sa.column(column), sa.func.count()).select_from(sa.table(table)).group_by(sa.column(column))
            ).all()
            gauge(table + "s", what, [(f'{{{column}="{value}"}}', count) for value, count in sorted(rows)])
        waiting, running = _queue(session)
        entries = session.execute(sa.text("SELECT coalesce(max(seq), 0) FROM trail")).scalar_one()
    gauge("queue_wait_seconds", "how long the longest waiting audit has waited", [("", round(waiting or 0.0, 1))])
    gauge("audits_under_lease", "audits that a worker runs now", [("", running)])
    gauge("trail_entries", "entries of the trail", [("", entries)])
    parts = readiness(registry)
    gauge(
        "ready", "1 when the part works", [(f'{{part="{name}"}}', int(value == "ok")) for name, value in parts.items()]
    )
    return "\n".join(lines) + "\n"
