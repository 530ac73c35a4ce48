"""Browser sessions: an opaque token in a cookie, its hash in the database, revocable, with an idle and a last end."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlmodel import Session

from registry_api.accounts.access import Actor
from registry_api.accounts.keys import actor_of, hash_secret, usable
from registry_api.accounts.models import ApiKey, WebSession
from registry_api.accounts.throttle import over_https
from registry_api.db import Database, now
from registry_api.errors import RegistryError

if TYPE_CHECKING:
    from fastapi import Request, Response

COOKIE = "eduaudit_session"
SECURE_COOKIE = "__Host-eduaudit_session"
"""Under TLS: the browser itself sees to it that no other host and no plain page set it."""
TOKEN_LIFE = timedelta(hours=1)
CHANGE_LIFE = timedelta(minutes=15)
"""For setting a new password after signing in with a one-time one."""
_SEEN_EVERY = timedelta(minutes=1)


def open_session(session: Session, key_id: str, hours: int, *, change: bool = False) -> str:
    """Start a browser session; return the cookie's value. With ``change`` it serves to set a password and no more."""
    return (
        _store(session, key_id, "change", CHANGE_LIFE)
        if change
        else _store(session, key_id, "session", timedelta(hours=hours))
    )


def one_time_token(session: Session, key_id: str) -> str:
    """Make a link's token that signs one browser in, once, within the hour."""
    return _store(session, key_id, "token", TOKEN_LIFE)


def _store(session: Session, key_id: str, kind: str, life: timedelta) -> str:
    token, moment = secrets.token_urlsafe(32), now()
    session.add(
        WebSession(
            token_hash=hash_secret(token),
            kind=kind,
            key_id=key_id,
            created_at=moment,
            expires_at=moment + life,
            seen_at=moment,
        )
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


def session_actor(database: Database, token: str, *, kind: str = "session") -> Actor | None:
    """Return who is signed in with a cookie's value; `None` when nobody is any more."""
    if not token:
        return None
    moment = now()
    with database.read() as session:
        row = session.get(WebSession, hash_secret(token))
        if row is None or row.kind != kind or row.expires_at <= moment:
            return None
        seen = row.seen_at or row.created_at
        if moment - seen > timedelta(minutes=database.settings.session_idle_minutes):
            return None
        key = session.get(ApiKey, row.key_id)
        own = session.get(ApiKey, key.user_id) if key is not None and key.user_id not in {None, key.id} else None
        if key is None or not usable(key) or (own is not None and not usable(own)):
            return None
        actor = actor_of(key, own)
    if moment - seen > _SEEN_EVERY:
        with database.write() as session:
            mine = session.get(WebSession, hash_secret(token))
            if mine is not None:
                mine.seen_at = moment
    return _with_token(actor, token)


def _with_token(actor: Actor, token: str) -> Actor:
    from dataclasses import replace  # noqa: PLC0415 - one use

    return replace(actor, csrf=csrf_token(token))


def close_session(session: Session, token: str) -> None:
    """End a browser session."""
    row = session.get(WebSession, hash_secret(token))
    if row is not None:
        session.delete(row)


def csrf_token(token: str) -> str:
    """Return what forms of a session carry: another site can send the cookie along, but cannot know this."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


def read_cookie(request: Request, proxies: str) -> str:
    """Return the session's cookie; under TLS only the one that no other host could have set."""
    return request.cookies.get(SECURE_COOKIE if over_https(request, proxies) else COOKIE, "")


def set_cookie(response: Response, request: Request, proxies: str, value: str, seconds: int) -> None:
    """Set the session's cookie, with the name that fits the connection."""
    secure = over_https(request, proxies)
    response.set_cookie(
        SECURE_COOKIE if secure else COOKIE,
        value,
        max_age=seconds,
        path="/",
        httponly=True,
        samesite="lax",
        secure=secure,
    )


def drop_cookie(response: Response, request: Request, proxies: str) -> None:
    """Take the session's cookie back."""
    secure = over_https(request, proxies)
    response.delete_cookie(SECURE_COOKIE if secure else COOKIE, path="/", secure=secure, httponly=True, samesite="lax")


def require_same_site(request: Request) -> None:
    """Refuse with ``forbidden`` what another site sent."""
    site = request.headers.get("sec-fetch-site")
    if site is None:  # an older browser, or plain HTTP to another machine
        origin = request.headers.get("origin")
        site = "same-origin" if not origin or urlsplit(origin).netloc == request.headers.get("host") else "cross-site"
    if site not in {"same-origin", "none"}:
        raise RegistryError("forbidden", "the form came from another site")


def require_token(actor: Actor, given: str) -> None:
    """Refuse with ``forbidden`` a form that does not carry its session's token."""
    if not actor.csrf or not hmac.compare_digest(actor.csrf.encode(), given.encode()):
        raise RegistryError("forbidden", "the form does not carry the token of this session; load the page again")
