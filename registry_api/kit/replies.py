"""Replies: made once for an Idempotency-Key, refused when the ETag is stale."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from sqlmodel import Session

from analyzer.model import canonical_json
from registry_api.accounts.access import Actor
from registry_api.accounts.models import IdempotentReply
from registry_api.db import now
from registry_api.errors import FieldError, RegistryError
from registry_api.registry import Registry

_KEY_LIMIT = 200


@dataclass(frozen=True)
class Reply:
    """Status, body and headers of an answer."""

    body: dict[str, Any]
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    def response(self, **extra: str) -> JSONResponse:
        """Return the HTTP response."""
        return JSONResponse(self.body, self.status, {**self.headers, **extra})


def reply_once(
    registry: Registry,
    actor: Actor,
    request: Request,
    payload: Any,
    work: Callable[[Session], Reply],
) -> JSONResponse:
    """Run ``work`` in one transaction; with an ``Idempotency-Key`` its reply is kept in the same transaction.

    The same key with the same request gets the kept reply; with another request it is refused.
    """
    key = request.headers.get("idempotency-key")
    if key is not None and not 0 < len(key) <= _KEY_LIMIT:
        raise RegistryError("bad-request", f"Idempotency-Key must have 1 to {_KEY_LIMIT} characters")
    route = f"{request.method} {request.url.path}"
    wanted = hashlib.sha256(
        f"{route}\n{request.headers.get('if-match', '')}\n{canonical_json(payload)}".encode()
    ).hexdigest()
    with registry.database.write() as session:
        if key is not None:
            kept = session.get(IdempotentReply, (actor.key_id, key))
            if kept is not None:
                if kept.request_hash != wanted:
                    raise RegistryError(
                        "idempotency-mismatch", f"this key was used for {kept.route} with other content"
                    )
                return JSONResponse(kept.body, kept.status, {**kept.headers, "Idempotency-Replayed": "true"})
        reply = work(session)
        if key is not None:
            session.add(
                IdempotentReply(
                    key_id=actor.key_id,
                    idempotency_key=key,
                    route=route[:300],
                    request_hash=wanted,
                    status=reply.status,
                    headers=reply.headers,
                    body=reply.body,
                    created_at=now(),
                )
            )
    return reply.response()


def etag(version: int) -> str:
    """Return the ETag of a row's version."""
    return f'"{version}"'


def require_match(request: Request, version: int) -> None:
    """Refuse a change without ``If-Match`` (428) or with a stale one (412)."""
    given = request.headers.get("if-match")
    if given is None:
        raise RegistryError(
            "precondition-required",
            "send the ETag of the record in If-Match",
            [FieldError("/headers/If-Match", "required", "If-Match is missing", f"If-Match: {etag(version)}")],
        )
    if given.strip() not in {etag(version), "*"}:
        raise RegistryError("stale", f"the record is at version {version}; read it again")
