"""Accounts of people, on the machine of the record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from registry_api.commands.group import data_option, existing, operator, registry
from registry_api.commands.key import ROLES, organization_id, organization_option, province_option
from registry_api.console import say

if TYPE_CHECKING:
    from sqlmodel import Session


@registry.group()
def user() -> None:
    """账户 / accounts of people."""


@contextmanager
def _writing(data: Path | None) -> Iterator[Session]:
    made = existing(data)
    try:
        with made.database.write() as session:
            yield session
    finally:
        made.close()


@user.command()
@click.argument("login")
@click.option("--name", default="", help="姓名 / name")
@click.option("--role", type=click.Choice(ROLES), required=True, help="角色 / role")
@province_option
@organization_option
@data_option
def add(login: str, name: str, role: str, province: str | None, organization: str | None, data: Path | None) -> None:
    """新建账户，打印一次性口令 / create an account and print its one-time password."""
    from registry_api.accounts.access import Role
    from registry_api.accounts.users import add_user

    with _writing(data) as session:
        unit = organization_id(session, organization) if organization else None
        account, password = add_user(
            session,
            login=login,
            name=name,
            role=Role(role),
            province=province,
            organization_id=unit,
            by=operator(),
        )
    say(f"{account.login}: {password}")


@user.command("list")
@data_option
def list_(data: Path | None) -> None:
    """列出账户 / list the accounts."""
    from registry_api.accounts.users import list_users
    from registry_api.db import now

    made = existing(data)
    try:
        with made.database.read() as session:
            rows = list_users(session)
    finally:
        made.close()
    for account, own in rows:
        locked = account.locked_until is not None and account.locked_until > now()
        state = (
            "disabled" if account.disabled_at else "locked" if locked else "new" if account.must_change else "active"
        )
        seen = f"{account.last_sign_in_at:%Y-%m-%d %H:%M}Z" if account.last_sign_in_at else "–"
        reach = own.role + (f" {own.province}" if own.province else "")
        say(f"{account.id}  {account.login:<24} {reach:<18} {state:<9} {seen:<18} {account.name}")


@user.command()
@click.argument("login")
@data_option
def disable(login: str, data: Path | None) -> None:
    """停用账户 / disable an account, its sessions and keys."""
    from registry_api.accounts.users import disable_user

    with _writing(data) as session:
        disable_user(session, login, operator())
    say(f"{login}: disabled")


@user.command()
@click.argument("login")
@data_option
def reset(login: str, data: Path | None) -> None:
    """重置口令并解锁、启用 / print a new one-time password; unlocks and enables."""
    from registry_api.accounts.users import reset_user

    with _writing(data) as session:
        password = reset_user(session, login, operator())
    say(f"{login}: {password}")


@user.command("role")
@click.argument("login")
@click.argument("role", type=click.Choice(ROLES))
@province_option
@organization_option
@data_option
def change(login: str, role: str, province: str | None, organization: str | None, data: Path | None) -> None:
    """变更角色 / give an account another role and reach."""
    from registry_api.accounts.access import Role
    from registry_api.accounts.users import change_role

    with _writing(data) as session:
        unit = organization_id(session, organization) if organization else None
        change_role(session, login, Role(role), province, unit, operator())
    say(f"{login}: {role}" + (f" {province}" if province else ""))
