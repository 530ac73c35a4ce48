"""The group itself, the options that commands share, and how they reach the record."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analyzer.model import EduauditError

if TYPE_CHECKING:
    from registry_api.accounts.access import Actor
    from registry_api.client import Client
    from registry_api.registry import Registry


data_option = click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path), help="数据目录 / folder of the record"
)
url_option = click.option("--url", envvar="EDUAUDIT_URL", help="平台地址 / address of the registry")
lang_option = click.option(
    "--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="语言 / language"
)
key_option = click.option("--key", envvar="EDUAUDIT_KEY", help="访问密钥 / API key")


class Group(click.Group):
    """A group whose commands say in one line that the database does not answer."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an error of the database becomes one line."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            # Only a command that has used the database has loaded the class.
            driver = sys.modules.get("sqlalchemy.exc")
            if driver is None or not isinstance(error, driver.OperationalError):
                raise
            why = " ".join(str(error.orig).split())
            raise EduauditError(f"数据库无法使用 / the database does not answer: {why}") from error


@click.group(cls=Group)
def registry() -> None:
    """备案登记平台 / the registry of educational apps."""


def open_registry(data: Path | None, **given: Any) -> Registry:
    """Return the registry in the folder, which may be empty yet."""
    from registry_api.registry import Registry
    from registry_api.settings import read_settings

    return Registry(read_settings(data=data, **given))


def existing(data: Path | None, **given: Any) -> Registry:
    """Return the registry that is in the folder already."""
    made = open_registry(data, **given)
    if made.settings.sqlite and not (made.settings.data / "registry.sqlite3").exists():
        made.close()
        raise EduauditError(f"{made.settings.data}: no registry there; start one with: eduaudit registry serve")
    return made


def place_of(made: Registry) -> str:
    """Return where the record is, as a command names it."""
    return str(made.settings.data) if made.settings.sqlite else made.settings.url.rsplit("@", 1)[-1]


def connect(url: str | None, key: str | None) -> Client:
    """Return the client of a registry elsewhere; address and key are needed."""
    from registry_api.client import Client

    if not url or not key:
        raise EduauditError("--url and --key are needed (or EDUAUDIT_URL and EDUAUDIT_KEY)")
    return Client(url, key)


def operator() -> Actor:
    """Return the actor of a command on this machine: whoever may read the folder is its administrator."""
    from registry_api.accounts.access import Actor, Role, default_scopes

    return Actor("console", "console", Role.ADMIN, scopes=frozenset(default_scopes(Role.ADMIN)))
