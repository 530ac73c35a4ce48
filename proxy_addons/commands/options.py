"""Options that several commands of `eduaudit traffic` have, and what they do alike."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from proxy_addons.spool import Spool

FILE = click.Path(path_type=Path)
PACKAGE = re.compile(r"[A-Za-z][\w]*(\.[A-Za-z_][\w]*)+\Z")


def package_name(_: click.Context, __: click.Parameter, value: str) -> str:
    """Check an Android package name."""
    if not PACKAGE.match(value):
        raise click.BadParameter(f"不是应用包名 / not a package name: {value!r}")
    return value


app_option = click.option("--app", required=True, metavar="PKG", callback=package_name, help="应用包名 / package name")
registry_option = click.option(
    "--registry", metavar="URL", envvar="EDUAUDIT_REGISTRY", help="登记平台地址 / the registry"
)
key_option = click.option("--key", metavar="KEY", envvar="EDUAUDIT_KEY", help="API 密钥 / API key ($EDUAUDIT_KEY)")
spool_option = click.option(
    "--spool", "spool_folder", type=FILE, metavar="DIR", help="待发目录 / spool folder ($EDUAUDIT_SPOOL)"
)
lang_option = click.option(
    "--lang", type=click.Choice(["zh", "en"]), default=None, help="缺省取自 locale / defaults to the locale"
)


def warn(*lines: str) -> None:
    """Say lines on standard error."""
    for line in lines:
        click.echo(line, err=True)


def need_key(registry: str | None, key: str | None) -> None:
    """Refuse a registry without a key before any work is done."""
    if registry and not key:
        raise click.UsageError("--registry 需要 --key / needs --key")


def open_spool(folder: Path | None) -> Spool:
    """Return the spool in ``folder``, or in its usual place."""
    from proxy_addons.spool import Spool, default_folder

    return Spool(folder or default_folder())
