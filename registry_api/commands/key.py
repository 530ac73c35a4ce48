"""API keys, on the machine of the record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyzer.model import EduauditError
from registry_api.commands.group import data_option, existing, operator, registry
from registry_api.console import say

if TYPE_CHECKING:
    from sqlmodel import Session

ROLES = ("vendor", "vendor_admin", "school", "reviewer", "lead_reviewer", "supervisor", "auditor", "admin")
role_option = click.option("--role", type=click.Choice(ROLES), help="角色 / role")
province_option = click.option("--province", help="省份代码，如 31 / two digits")
organization_option = click.option("--organization", metavar="USCC", help="所属单位的统一社会信用代码 / its unit")


@registry.group()
def key() -> None:
    """访问密钥 / API keys."""


@key.command()
@click.argument("name")
@data_option
@role_option
@province_option
@organization_option
@click.option("--user", metavar="LOGIN", help="归属账户，权限不超过该账户 / belongs to this account")
@click.option("--scope", "scopes", multiple=True, help="权限范围，可重复 / what it may be used for; may be repeated")
@click.option("--days", type=click.IntRange(1, 3650), help="有效天数 / days until it expires")
@click.option("--link", is_flag=True, help="另给一次性登录链接 / also print a one-time sign-in path")
def issue(
    name: str,
    data: Path | None,
    role: str | None,
    province: str | None,
    organization: str | None,
    user: str | None,
    scopes: tuple[str, ...],
    days: int | None,
    *,
    link: bool,
) -> None:
    """签发访问密钥 / issue an API key; it is shown this once."""
    from datetime import timedelta

    from registry_api.accounts.access import Role
    from registry_api.accounts.keys import issue as make
    from registry_api.accounts.sessions import one_time_token
    from registry_api.accounts.users import find_user
    from registry_api.db import now

    if (role is None) == (user is None):
        raise EduauditError("give either --role or --user")
    made = existing(data)
    try:
        with made.database.write() as session:
            unit = organization_id(session, organization) if organization else None
            account = None
            if user is not None:
                account, own = find_user(session, user)
                role, province, unit = own.role, own.province, own.organization_id
            row, text = make(
                session,
                name=name,
                role=Role(role or ""),
                province=province,
                organization_id=unit,
                scopes=list(scopes) or None,
                expires_at=now() + timedelta(days=days) if days else None,
                account=account,
            )
            token = one_time_token(session, row.id) if link else None
    finally:
        made.close()
    say(text)
    if token:
        say(f"/login?token={token}")


@key.command("list")
@data_option
def list_(data: Path | None) -> None:
    """列出密钥 / list the keys without their secrets."""
    from sqlmodel import col, select

    from registry_api.accounts.models import ApiKey
    from registry_api.accounts.users import NO_SECRET

    made = existing(data)
    try:
        with made.database.read() as session:
            rows = session.exec(
                select(ApiKey).where(ApiKey.secret_hash != NO_SECRET).order_by(col(ApiKey.created_at))
            ).all()
    finally:
        made.close()
    for row in rows:
        until = "revoked" if row.revoked_at else f"until {row.expires_at:%Y-%m-%d}" if row.expires_at else "no end"
        used = f"used {row.last_used_at:%Y-%m-%d %H:%M}Z" if row.last_used_at else "never used"
        reach = row.role + (f" {row.province}" if row.province else "")
        say(f"{row.id}  {reach:<18} {until:<16} {used:<24} {row.name}  [{', '.join(row.scopes)}]")


@key.command()
@click.argument("key_id")
@data_option
def revoke(key_id: str, data: Path | None) -> None:
    """吊销密钥 / revoke a key by its id."""
    from registry_api.accounts.keys import revoke as end

    made = existing(data)
    try:
        with made.database.write() as session:
            end(session, key_id, operator())
    finally:
        made.close()
    say(f"{key_id}: revoked")


# scope: a command on the machine of the record sees all
def organization_id(session: Session, uscc: str) -> int | None:
    """Return the id of a unit on record. Raises `EduauditError` when there is none."""
    from sqlmodel import select

    from registry_api.organizations.models import Organization

    found = session.exec(select(Organization.id).where(Organization.uscc == uscc.strip().upper())).first()
    if found is None:
        raise EduauditError(f"--organization: no organisation with {uscc} is on record")
    return found
