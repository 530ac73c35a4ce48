"""`eduaudit traffic profile`: make and check device profiles."""

from __future__ import annotations

from pathlib import Path

import click

from .options import FILE, warn


@click.group(help="设备档案 / device profiles.")
def profile() -> None:  # noqa: D103  # the help text is the documentation
    pass


@profile.command("new", help="新建设备档案 / make a profile.")
@click.argument("file", type=FILE)
@click.option("--name", default="test-phone", show_default=True, help="名称 / name")
def profile_new(file: Path, name: str) -> int:  # noqa: D103  # the help text is the documentation
    from analyzer.model import UnreadableInputError
    from proxy_addons.testvalues import new_profile

    if '"' in name or "\\" in name or not name.isprintable() or not name.strip():
        raise click.BadParameter("名称不可用 / unusable name", param_hint="--name")
    try:
        with file.open("x", encoding="utf-8") as target:
            target.write(new_profile(name))
    except OSError as error:
        raise UnreadableInputError(file, f"不能新建 / cannot be made: {error.strerror}") from error
    click.echo(str(file))
    return 0


@profile.command("check", help="检查设备档案 / check a profile.")
@click.argument("file", type=FILE)
def profile_check(file: Path) -> int:  # noqa: D103  # the help text is the documentation
    from analyzer.catalogue import load_catalogue
    from proxy_addons.profile import read_profile
    from proxy_addons.redaction import redact

    catalogue = load_catalogue()
    known = read_profile(file, frozenset(catalogue.personal_data))
    for data, values in known.values.items():
        click.echo(f"{data}: {', '.join(redact(data, value) for value in values)}")
    warn(*known.warnings)
    return 0
