"""Tables of access: only digests of secrets are kept."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from registry_api.db import UtcDateTime


class Account(SQLModel, table=True):
    """A person who signs in. Role, province, organisation and scopes stand in the `ApiKey` row of the same id."""

    id: str = Field(primary_key=True, max_length=16)
    login: str = Field(max_length=60, unique=True)
    name: str = Field(max_length=200)
    password_hash: str | None = Field(default=None, max_length=200)
    """argon2id; empty for who signs in elsewhere (OIDC) only."""
    oidc_subject: str | None = Field(default=None, max_length=400, unique=True)
    """Issuer and subject."""
    must_change: bool = False
    """The password was given by another: nothing else can be done before it is changed."""
    failures: int = 0
    """Wrong passwords since the last right one."""
    locked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_sign_in_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ApiKey(SQLModel, table=True):
    """A key ``edr_<id>_<secret>``: who holds it, how far it reaches, until when."""

    __tablename__ = "api_key"

    id: str = Field(primary_key=True, max_length=16)
    secret_hash: str = Field(max_length=64)
    """SHA-256 of the secret; the secret has 256 random bits, so no slow hash is needed."""
    name: str = Field(max_length=200)
    role: str = Field(max_length=20)
    province: str | None = Field(default=None, max_length=2)
    organization_id: int | None = Field(default=None, foreign_key="organization.id")
    scopes: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: str | None = Field(default=None, max_length=16)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    user_id: str | None = Field(default=None, max_length=16, index=True)
    """The account that the key belongs to; accounts are never deleted.

    The row whose id is the account's own stands for its sessions."""


class WebSession(SQLModel, table=True):
    """A signed-in browser (``session``), one that must change its password first (``change``), or a one-time link."""

    __tablename__ = "web_session"

    token_hash: str = Field(primary_key=True, max_length=64)
    kind: str = Field(max_length=10)
    key_id: str = Field(foreign_key="api_key.id", max_length=16, index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Last use, to the minute: an idle session ends."""


class IdempotentReply(SQLModel, table=True):
    """The reply to a request with ``Idempotency-Key``, stored in the transaction of its effect."""

    __tablename__ = "idempotent_reply"

    key_id: str = Field(primary_key=True, max_length=16)
    idempotency_key: str = Field(primary_key=True, max_length=200)
    route: str = Field(max_length=300)
    request_hash: str = Field(max_length=64)
    status: int
    headers: dict[str, str] = Field(default_factory=dict, sa_type=sa.JSON)
    body: dict[str, object] = Field(default_factory=dict, sa_type=sa.JSON)
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)
