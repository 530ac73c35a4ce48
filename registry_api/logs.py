"""Logs as JSON, a line each, without personal data.

What is logged are ids, routes, codes and times; values of requests and of the database are not. A text that slips in
by an exception is cleaned of whatever looks like a number of a person, an address or a key.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any, TextIO

Message = MutableMapping[str, Any]
App = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]

_PERSONAL = (
    (re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)"), "<id>"),
    (re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"), "<phone>"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "<mail>"),
    (re.compile(r"(?i)\b(bearer\s+|edr_)[\w.~+/=-]+"), r"\1<key>"),
    (re.compile(r"(?<=://)[^/@\s:]+:[^/@\s]+@"), "<password>@"),
)
_log = logging.getLogger("registry_api.requests")


def clean(text: str) -> str:
    """Return a text without what looks like personal data or a secret."""
    for pattern, instead in _PERSONAL:
        text = pattern.sub(instead, text)
    return text


class JsonLines(logging.Formatter):
    """One JSON object a line: ``at``, ``level``, ``logger``, ``message``, and the fields of ``extra={"fields": …}``."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": clean(record.getMessage()),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            kind, error, trace = record.exc_info
            line["error"] = kind.__name__
            line["why"] = clean(str(error).splitlines()[0][:500] if str(error) else "")
            # Where, not with which values: the lines of code, never the variables.
            line["where"] = [f"{item.filename}:{item.lineno}" for item in traceback.extract_tb(trace)[-8:]]
        return json.dumps(line, ensure_ascii=False, default=str)


def write_json(stream: TextIO | None = None) -> None:
    """Let everything that the registry, the server and the job engine log go out as JSON, from *info* on."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    for name in ("registry_api", "uvicorn", "dbos"):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.propagate = False
        logger.setLevel(logging.INFO if name == "registry_api" else logging.WARNING)


class Requests:
    """Around the application: a line for each request with route, status and time; no path, query, key or address."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Answer, and log that."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            route = getattr(scope.get("route"), "path", None) or "none"
            fields = {
                "method": scope["method"],
                "route": route,
                "status": status,
                "ms": round((time.perf_counter() - began) * 1000, 1),
            }
            _log.info("request", extra={"fields": fields})
