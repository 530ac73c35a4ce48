"""API keys ``edr_<id>_<secret>``: issue, recognise, revoke."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections import namedtuple
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from registry_api.accounts.access import MEMBERS, PROVINCIAL, Actor, Role, default_scopes
from registry_api.accounts.models import Account, ApiKey
from registry_api.db import Database, now
from registry_api.errors import FieldError, RegistryError
from registry_api.organizations.models import Organization
from registry_api.trail.chain import Act, append

PREFIX = "edr"
_TOUCH_EVERY = timedelta(minutes=1)


def hash_secret(secret: str) -> str:
    """Return what is stored of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def issue(
    session: Session,
    *,
    name: str,
    role: Role,
    province: str | None = None,
    organization_id: int | None = None,
    scopes: list[str] | None = None,
    expires_at: datetime | None = None,
    by: Actor | None = None,
    account: Account | None = None,
) -> tuple[ApiKey, str]:
    """Create a key in the caller's transaction; return the row and the full key, which is shown this once.

    A key of an ``account`` never reaches further than the account does.
    """
    province, allowed = check_reach(session, role, province, organization_id, scopes)
    secret = secrets.token_hex(32)
    key = ApiKey(
        id=secrets.token_hex(4),
        secret_hash=hash_secret(secret),
        name=name,
        role=role.value,
        province=province,
        organization_id=organization_id,
        scopes=scopes or allowed,
        created_at=now(),
        created_by=by.key_id if by else None,
        expires_at=expires_at,
        user_id=account.id if account else None,
    )
    session.add(key)
    session.flush()
    append(
        session,
        Act(
            actor=by.label if by else "system",
            role=by.role.value if by else "system",
            action="key.issue",
            object_kind="key",
            object_id=key.id,
            province=province,
            payload={"name": name, "role": role.value, "scopes": key.scopes, "account": key.user_id},
        ),
    )
    return key, f"{PREFIX}_{key.id}_{secret}"


def check_reach(
    session: Session, role: Role, province: str | None, organization_id: int | None, scopes: list[str] | None = None
) -> tuple[str | None, list[str]]:
    """Return (province, every scope of the role), or raise ``invalid`` for a reach that the role cannot have."""
    errors = []
    if organization_id is not None:
        organization = session.get(Organization, organization_id)
        if role not in MEMBERS:
            errors.append(
                FieldError(
                    "/organization_id", "not_allowed", "only the key of a vendor or school belongs to an organisation"
                )
            )
        elif organization is None:
            errors.append(FieldError("/organization_id", "unknown", f"there is no organisation {organization_id}"))
        else:
            province = organization.province
    if role in PROVINCIAL and not province:
        errors.append(FieldError("/province", "required", "a reviewer's key needs a province", "such as 31"))
    allowed = default_scopes(role)
    errors += [
        FieldError(
            "/scopes", "not_allowed", f"{scope!r} is no scope of role {role.value}", "one of " + ", ".join(allowed)
        )
        for scope in scopes or []
        if scope not in allowed
    ]
    if errors:
        raise RegistryError("invalid", "; ".join(item.message for item in errors), errors)
    return province, allowed


def first_key(session: Session) -> str | None:
    """Issue the administrator's key when there is none at all; return it, or `None`."""
    if session.exec(select(func.count()).select_from(ApiKey)).one():
        return None
    return issue(session, name="administrator", role=Role.ADMIN)[1]


def actor_of(key: ApiKey, own: ApiKey | None = None) -> Actor:
    """Return the actor that a key stands for; ``own`` is the row of the account that the key belongs to.

    A key of a person acts as that person, with what both the person and the key may do.
    """
    held = own or key
    scopes = frozenset(key.scopes) & frozenset(held.scopes)
    return Actor(
        held.id,
        held.name,
        Role(held.role),
        held.province,
        held.organization_id,
        scopes,
        key.expires_at,
        via=key.id,
        personal=key.user_id is not None,
    )


def usable(key: ApiKey | None) -> bool:
    """Tell whether a key exists, is not revoked and has not expired."""
    return key is not None and key.revoked_at is None and (key.expires_at is None or key.expires_at > now())


_COLUMNS = ApiKey.__table__.c  # type: ignore[attr-defined]  # every table model has it
_HOLDER = ApiKey.__table__.alias("holder")  # type: ignore[attr-defined]  # as above
_PRESENTED = (
    sa.select(*_COLUMNS, *(column.label(f"holder_{column.key}") for column in _HOLDER.c))
    .select_from(sa.outerjoin(ApiKey.__table__, _HOLDER, _HOLDER.c.id == _COLUMNS.user_id))  # type: ignore[attr-defined]  # as above
    .where(_COLUMNS.id == sa.bindparam("presented"))
)


_Presented = namedtuple("_Presented", _COLUMNS.keys())  # type: ignore[misc]  # noqa: PYI024 - the fields of the table's row
"""What `ApiKey` has, without a session behind it."""


def _find_key(database: Database, key_id: str) -> tuple[Any, Any]:
    """Return a key and, where it is one of a person's, the row of the person's account.

    Every request begins with it: one question, and two plain rows instead of a session with its models.
    """
    with database.reader.connect() as connection:
        row = connection.execute(_PRESENTED, {"presented": key_id}).first()
    if row is None:
        return None, None
    size = len(_COLUMNS)
    key: Any = _Presented(*row[:size])
    return key, None if key.user_id in {None, key.id} or row[size] is None else _Presented(*row[size:])


def read_key(database: Database, text: str) -> tuple[ApiKey | None, Actor | None, str]:
    """Return (the row that a presented key names, its actor when it is right, why not)."""
    parts = _parts(text)
    if parts is None:
        return None, None, "the API key has not the form edr_<id>_<secret>"
    key, own = _find_key(database, parts[0])
    return _judge(key, own, parts[1])


def _parts(text: str) -> tuple[str, str] | None:
    parts = text.strip().split("_")
    return (parts[1], parts[2]) if len(parts) == 3 and parts[0] == PREFIX else None


def _judge(key: Any, own: Any, secret: str) -> tuple[ApiKey | None, Actor | None, str]:
    # The comparison is made even without a row, so that the time says nothing about which ids exist.
    right = hmac.compare_digest(key.secret_hash if key else "0" * 64, hash_secret(secret))
    if key is None or not right:
        return key, None, "the API key is not known"
    # The account's own row is revoked while the account is disabled.
    if not usable(key) or (own is not None and not usable(own)):
        return key, None, "the API key has expired or was revoked"
    return key, actor_of(key, own), ""


def recognise(database: Database, text: str) -> Actor:
    """Return the actor of a presented key; raises ``unauthenticated`` with a reason that tells nothing about others."""
    key, actor, why = read_key(database, text)
    if key is None or actor is None:
        raise RegistryError("unauthenticated", why)
    if _stale_use(key):
        with database.write() as session:
            row = session.get(ApiKey, key.id)
            if row is not None:
                row.last_used_at = now()
    return actor


def _stale_use(key: ApiKey) -> bool:
    return key.last_used_at is None or now() - key.last_used_at > _TOUCH_EVERY


_GLANCE = (
    f"SELECT {', '.join(f'k.{column.key}' for column in _COLUMNS)}, "  # noqa: S608 - names of our own columns
    f"{', '.join(f'h.{column.key}' for column in _COLUMNS)} "
    "FROM api_key k LEFT JOIN api_key h ON h.id = k.user_id WHERE k.id = ?"
)
_MOMENTS = frozenset({"created_at", "expires_at", "last_used_at", "revoked_at"})


def recognise_at_once(database: Database, text: str) -> Actor | None:
    """Return the actor of a right key that was used within the last minute, without a thread; `None`: ask `recognise`.

    It refuses nothing and writes nothing: whatever is not plain is left to the long way.
    """
    parts = _parts(text)
    if parts is None:
        return None
    try:
        row = database.glance(_GLANCE, parts[0])
    except LookupError:
        return None
    if row is None:
        return None
    key, own = _read_glance(row)
    _, actor, _ = _judge(key, own, parts[1])
    return None if actor is None or _stale_use(key) else actor


@lru_cache(maxsize=256)
def _read_glance(row: tuple[Any, ...]) -> tuple[Any, Any]:
    """Return what `_find_key` does, from values as SQLite keeps them."""
    size = len(_COLUMNS)
    key = _read_plain(row[:size])
    return key, None if key.user_id in {None, key.id} or row[size] is None else _read_plain(row[size:])


def _read_plain(values: tuple[Any, ...]) -> Any:
    read = dict(zip(_COLUMNS.keys(), values, strict=True))
    for name in _MOMENTS:
        if read[name] is not None:
            read[name] = datetime.fromisoformat(read[name]).replace(tzinfo=UTC)
    read["scopes"] = tuple(json.loads(read["scopes"]))
    return _Presented(**read)


def revoke(session: Session, key_id: str, by: Actor) -> ApiKey:
    """Revoke a key; the last usable administrator's key stays."""
    key = session.get(ApiKey, key_id)
    if key is None or key.id == key.user_id:  # an account is disabled, not revoked
        raise RegistryError("not-found", f"there is no key {key_id}")
    if key.role == Role.ADMIN:
        others = session.exec(
            select(func.count())
            .select_from(ApiKey)
            .where(
                ApiKey.role == Role.ADMIN.value,
                col(ApiKey.revoked_at).is_(None),
                ApiKey.id != key_id,
            )
        ).one()
        if not others:
            raise RegistryError("conflict", "this is the last administrator's key")
    if key.revoked_at is None:
        key.revoked_at = now()
        append(session, Act(by.label, by.role.value, "key.revoke", "key", key.id, province=key.province))
    return key
