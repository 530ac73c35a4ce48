"""Accounts of people: create, change role, disable, reset, and sign in with a password."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from registry_api.accounts.access import Actor, Role
from registry_api.accounts.keys import check_reach
from registry_api.accounts.models import Account, ApiKey, WebSession
from registry_api.accounts.passwords import (
    hash_password,
    one_time_password,
    outdated,
    password_problem,
    right_password,
)
from registry_api.db import now
from registry_api.errors import FieldError, RegistryError
from registry_api.trail.chain import Act, append

LOCK_AFTER = 5
"""Wrong passwords in a row that lock an account."""
LOCK_FOR = timedelta(minutes=15)
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,59}")
NO_SECRET = "-"  # noqa: S105 - the mark of there being none
"""In place of a digest: the row of an account itself has no key that could be presented."""


def add_user(
    session: Session,
    *,
    login: str,
    name: str,
    role: Role,
    province: str | None = None,
    organization_id: int | None = None,
    by: Actor | None = None,
    oidc_subject: str | None = None,
) -> tuple[Account, str | None]:
    """Create an account in the caller's transaction; return it and its one-time password.

    The password must be changed at the first sign-in. An account of another issuer (``oidc_subject``) has none.
    """
    login = login.strip().casefold()
    if not _LOGIN.fullmatch(login):
        raise RegistryError(
            "invalid",
            f"login: {login[:60]!r}",
            [FieldError("/login", "format", "2 to 60 of a-z 0-9 . _ @ -", "such as zhang.san")],
        )
    if session.exec(select(Account.id).where(Account.login == login)).first() is not None:
        raise RegistryError("conflict", f"there is an account {login}", [FieldError("/login", "taken", login)])
    province, scopes = check_reach(session, role, province, organization_id)
    password = one_time_password() if oidc_subject is None else None
    moment = now()
    account = Account(
        id=secrets.token_hex(4),
        login=login,
        name=name.strip()[:200] or login,
        password_hash=hash_password(password) if password else None,
        oidc_subject=oidc_subject,
        must_change=password is not None,
        created_at=moment,
    )
    session.add(account)
    session.flush()
    session.add(
        ApiKey(
            id=account.id,
            secret_hash=NO_SECRET,
            name=account.name,
            role=role.value,
            province=province,
            organization_id=organization_id,
            scopes=scopes,
            created_at=moment,
            created_by=by.key_id if by else None,
            user_id=account.id,
        )
    )
    session.flush()
    _tell(session, "account.create", account, by, {"login": login, "role": role.value}, province)
    return account, password


def first_administrator(session: Session) -> tuple[str, str] | None:
    """Create the administrator when there is no account at all; return (login, one-time password), or `None`."""
    if session.exec(select(func.count()).select_from(Account)).one():
        return None
    account, password = add_user(session, login="admin", name="管理员", role=Role.ADMIN)
    return account.login, password or ""


def find_user(session: Session, login: str) -> tuple[Account, ApiKey]:
    """Return an account and the row of its reach, or raise ``not-found``."""
    found = session.exec(
        select(Account, ApiKey)
        .join(ApiKey, col(ApiKey.id) == Account.id)
        .where(sa.or_(col(Account.login) == login.strip().casefold(), col(Account.id) == login))
    ).first()
    if found is None:
        raise RegistryError("not-found", f"there is no account {login}")
    return found


def list_users(session: Session) -> list[tuple[Account, ApiKey]]:
    """Return all accounts with their reach, by login."""
    return list(
        session.exec(
            select(Account, ApiKey).join(ApiKey, col(ApiKey.id) == Account.id).order_by(col(Account.login))
        ).all()
    )


def change_role(
    session: Session, login: str, role: Role, province: str | None, organization_id: int | None, by: Actor | None
) -> Account:
    """Give an account another role and reach; it must sign in anew."""
    account, own = find_user(session, login)
    if own.role == Role.ADMIN and role != Role.ADMIN:
        _keep_an_administrator(session, account)
    own.province, own.scopes = check_reach(session, role, province, organization_id)
    own.role, own.organization_id = role.value, organization_id
    end_sessions(session, account.id)
    session.flush()
    _tell(session, "account.role", account, by, {"role": role.value}, own.province)
    return account


def disable_user(session: Session, login: str, by: Actor | None) -> Account:
    """Disable an account: its sessions end, its keys are refused. The last administrator stays."""
    account, own = find_user(session, login)
    if account.disabled_at is None:
        if own.role == Role.ADMIN:
            _keep_an_administrator(session, account)
        account.disabled_at = own.revoked_at = now()
        end_sessions(session, account.id)
        session.flush()
        _tell(session, "account.disable", account, by, {}, own.province)
    return account


def reset_user(session: Session, login: str, by: Actor | None) -> str:
    """Give an account a new one-time password, unlocked and enabled; return it."""
    account, own = find_user(session, login)
    if account.oidc_subject is not None:
        raise RegistryError("conflict", f"{account.login} signs in elsewhere and has no password here")
    password = one_time_password()
    account.password_hash, account.must_change = hash_password(password), True
    account.failures, account.locked_until, account.disabled_at, own.revoked_at = 0, None, None, None
    end_sessions(session, account.id)
    session.flush()
    _tell(session, "account.reset", account, by, {}, own.province)
    return password


def _keep_an_administrator(session: Session, account: Account) -> None:
    others = session.exec(
        select(func.count())
        .select_from(ApiKey)
        .where(ApiKey.role == Role.ADMIN.value, col(ApiKey.revoked_at).is_(None), ApiKey.id != account.id)
    ).one()
    if not others:
        raise RegistryError("conflict", "this is the last administrator")


def end_sessions(session: Session, key_id: str) -> None:
    """End all browser sessions and unused links of a key or account."""
    session.execute(sa.delete(WebSession).where(col(WebSession.key_id) == key_id))


def change_password(session: Session, account: Account, old: str, new: str, again: str) -> None:
    """Set a new password after the old one was given once more; all sessions end. Raises ``invalid``."""
    if not right_password(account.password_hash, old):
        raise RegistryError("invalid", "old", [FieldError("/old", "wrong", "原口令有误 / the old password is wrong")])
    problem = password_problem(new, account.login)
    if new != again:
        problem = FieldError("/again", "differs", "两次输入的新口令不一致 / the new passwords differ")
    if problem is None and old == new:
        problem = FieldError("/password", "weak", "不得与原口令相同 / the same as the old one")
    if problem is not None:
        raise RegistryError("invalid", problem.message, [problem])
    account.password_hash, account.must_change = hash_password(new), False
    end_sessions(session, account.id)
    session.add(account)
    session.flush()
    _tell(session, "account.password", account, None, {}, None, actor=f"user:{account.id}")


@dataclass(frozen=True)
class SignIn:
    """Outcome of an attempt to sign in; the caller's transaction commits it whatever it is."""

    account: Account | None
    """`None`: refused. Nobody is told whether login or password was wrong, or the account locked or disabled."""
    must_change: bool = False


def sign_in(session: Session, login: str, password: str, client: str) -> SignIn:
    """Try a password. Failures are counted, and lock the account for a while; each outcome goes into the trail."""
    account = session.exec(select(Account).where(Account.login == login.strip().casefold()).with_for_update()).first()
    right = right_password(account.password_hash if account else None, password)
    if account is None:
        # What was typed as a login may have been a password: it is not kept.
        _auth(session, "auth.refused", "unknown", client, {"why": "unknown login"})
        return SignIn(None)
    moment = now()
    if account.disabled_at is not None or (account.locked_until is not None and account.locked_until > moment):
        why = "disabled" if account.disabled_at is not None else "locked"
        _auth(session, "auth.refused", account.id, client, {"why": why})
        return SignIn(None)
    if not right:
        account.failures += 1
        _auth(session, "auth.refused", account.id, client, {"why": "wrong password", "failures": account.failures})
        if account.failures >= LOCK_AFTER:
            account.locked_until, account.failures = moment + LOCK_FOR, 0
            _auth(session, "auth.locked", account.id, client, {"until": account.locked_until.isoformat()})
        return SignIn(None)
    account.failures, account.locked_until, account.last_sign_in_at = 0, None, moment
    if account.password_hash is not None and outdated(account.password_hash):
        account.password_hash = hash_password(password)
    session.add(account)
    _auth(session, "auth.sign_in", account.id, client, {"how": "password"}, actor=f"user:{account.id}")
    return SignIn(account, account.must_change)


def _auth(
    session: Session, action: str, who: str, client: str, payload: dict[str, Any], actor: str = "anonymous"
) -> None:
    append(session, Act(actor, "anonymous", action, "account", who, payload={**payload, "client": client}))


def note_auth(session: Session, action: str, kind: str, who: str, client: str, actor: str = "anonymous") -> None:
    """Write an event of signing in, out, or of a refused key into the trail."""
    append(session, Act(actor, "anonymous", action, kind, who, payload={"client": client}))


def _tell(
    session: Session,
    action: str,
    account: Account,
    by: Actor | None,
    payload: dict[str, Any],
    province: str | None,
    actor: str = "system",
) -> None:
    append(
        session,
        Act(
            actor=by.label if by else actor,
            role=by.role.value if by else "system",
            action=action,
            object_kind="account",
            object_id=account.id,
            province=province,
            payload=payload,
        ),
    )
