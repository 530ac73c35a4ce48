"""Routes of keys, and who I am."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime
from sqlmodel import col, select

from registry_api.accounts.access import Role
from registry_api.accounts.keys import issue, revoke
from registry_api.accounts.models import ApiKey
from registry_api.accounts.users import NO_SECRET
from registry_api.kit.requests import Asking, KeyMaster, RegistryPart
from registry_api.kit.schemas import Body, ProvinceCode, RowId, Text
from registry_api.kit.strict import StrictRoute

router = APIRouter(route_class=StrictRoute)


class KeyBody(Body):
    """A key to issue."""

    name: Text
    role: Role
    province: ProvinceCode | None = None
    organization_id: RowId | None = None
    scopes: list[str] | None = None
    expires_at: AwareDatetime | None = None


def _time(value: datetime | None) -> str | None:
    return value.isoformat(timespec="seconds") if value else None


def _show(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "role": key.role,
        "province": key.province,
        "organization_id": key.organization_id,
        "scopes": key.scopes,
        "created_at": _time(key.created_at),
        "expires_at": _time(key.expires_at),
        "last_used_at": _time(key.last_used_at),
        "revoked_at": _time(key.revoked_at),
    }


@router.get("/me", operation_id="getMe")
def get_me(actor: Asking) -> dict[str, Any]:
    """Return who the key belongs to."""
    return {
        "key": actor.key_id,
        "name": actor.name,
        "role": actor.role.value,
        "province": actor.province,
        "organization_id": actor.organization_id,
        "scopes": sorted(actor.scopes),
        "expires_at": _time(actor.expires_at),
    }


@router.post("/keys", operation_id="createKey", status_code=201)
def create_key(body: KeyBody, registry: RegistryPart, actor: KeyMaster) -> JSONResponse:
    """Issue a key. It is shown this once, so no Idempotency-Key keeps the answer."""
    with registry.database.write() as session:
        key, text = issue(
            session,
            name=body.name,
            role=body.role,
            province=body.province,
            organization_id=body.organization_id,
            scopes=body.scopes,
            expires_at=body.expires_at,
            by=actor,
        )
        return JSONResponse({**_show(key), "secret": text}, 201, {"Cache-Control": "no-store"})


@router.get("/keys", operation_id="listKeys")
def list_keys(registry: RegistryPart, _actor: KeyMaster) -> dict[str, Any]:
    """List all keys without their secrets."""
    statement = select(ApiKey).where(ApiKey.secret_hash != NO_SECRET).order_by(col(ApiKey.created_at))
    with registry.database.read() as session:
        return {"items": [_show(key) for key in session.exec(statement).all()]}


@router.delete("/keys/{key_id}", operation_id="revokeKey")
def revoke_key(key_id: str, registry: RegistryPart, actor: KeyMaster) -> dict[str, Any]:
    """Revoke a key."""
    with registry.database.write() as session:
        return _show(revoke(session, key_id, actor))
