"""API keys, on the machine of the record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyzer.model import EduauditError
from registry_api.commands.group import data_option, existing, registry
from registry_api.console import say

if TYPE_CHECKING:
    from sqlmodel import Session


@registry.command()
@click.argument("name")
@data_option
@click.option("--role", type=click.Choice(["vendor", "reviewer", "supervisor", "auditor", "admin"]), required=True)
@click.option("--province", help="省份代码，如 31 / two digits")
@click.option("--organization", metavar="USCC", help="所属单位的统一社会信用代码 / unit that a vendor's key files for")
@click.option("--days", type=click.IntRange(min=1), help="有效天数 / days until it expires")
@click.option("--link", is_flag=True, help="另给一次性登录链接 / also print a one-time sign-in path")
def key(
    name: str,
    data: Path | None,
    role: str,
    province: str | None,
    organization: str | None,
    days: int | None,
    *,
    link: bool,
) -> None:
    """签发访问密钥 / issue an API key on this machine."""
    from datetime import timedelta

    from registry_api.accounts.access import Role
    from registry_api.accounts.keys import issue
    from registry_api.accounts.sessions import one_time_token
    from registry_api.db import now

    made = existing(data)
    try:
        with made.database.write() as session:
            row, text = issue(
                session,
                name=name,
                role=Role(role),
                province=province,
                organization_id=_organization_id(session, organization) if organization else None,
                expires_at=now() + timedelta(days=days) if days else None,
            )
            token = one_time_token(session, row.id) if link else None
    finally:
        made.close()
    say(text)
    if token:
        say(f"/login?token={token}")


def _organization_id(session: Session, uscc: str) -> int | None:
    from sqlmodel import select

    from registry_api.organizations.models import Organization

    found = session.exec(select(Organization.id).where(Organization.uscc == uscc.strip().upper())).first()
    if found is None:
        raise EduauditError(f"--organization: no organisation with {uscc} is on record")
    return found
