"""Browser sessions: an opaque token in a cookie, its hash in the database, revocable and with an end."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlmodel import Session

from registry_api.accounts.access import Actor
from registry_api.accounts.keys import actor_of, hash_secret, usable
from registry_api.accounts.models import ApiKey, WebSession
from registry_api.db import Database, now

COOKIE = "eduaudit_session"
TOKEN_LIFE = timedelta(hours=1)


def open_session(session: Session, key_id: str, hours: int) -> str:
    """Start a browser session; return the cookie's value."""
    return _store(session, key_id, "session", timedelta(hours=hours))


def one_time_token(session: Session, key_id: str) -> str:
    """Make a link's token that signs one browser in, once, within the hour."""
    return _store(session, key_id, "token", TOKEN_LIFE)


def _store(session: Session, key_id: str, kind: str, life: timedelta) -> str:
    token = secrets.token_urlsafe(32)
    session.add(
        WebSession(token_hash=hash_secret(token), kind=kind, key_id=key_id, created_at=now(), expires_at=now() + life)
    )
    session.flush()
    return token


def redeem(session: Session, token: str) -> str | None:
    """Use up a one-time token; return the key's id, or `None` when it is unknown, used or too old."""
    row = session.get(WebSession, hash_secret(token))
    if row is None or row.kind != "token":
        return None
    session.delete(row)
    session.flush()
    return row.key_id if row.expires_at > now() else None


def session_actor(database: Database, token: str) -> Actor | None:
    """Return who is signed in with a cookie's value; `None` when nobody is any more."""
    with database.read() as session:
        row = session.get(WebSession, hash_secret(token))
        if row is None or row.kind != "session" or row.expires_at <= now():
            return None
        key = session.get(ApiKey, row.key_id)
        return actor_of(key) if key is not None and usable(key) else None


def close_session(session: Session, token: str) -> None:
    """End a browser session."""
    row = session.get(WebSession, hash_secret(token))
    if row is not None:
        session.delete(row)
