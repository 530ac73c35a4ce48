"""`eduaudit traffic profile`: make and check device profiles."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from analyzer.render.language import default_lang

from .options import FILE, lang_option, warn


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
@click.option("--strict", is_flag=True, help="有提示时退出码为 1 / exit 1 on any remark")
def profile_check(file: Path, strict: bool) -> int:  # noqa: D103  # the help text is the documentation
    from analyzer.catalogue import load_catalogue
    from proxy_addons.collisions import by_chance
    from proxy_addons.profile import read_profile
    from proxy_addons.redaction import redact

    catalogue = load_catalogue()
    known = read_profile(file, frozenset(catalogue.personal_data))
    odd = list(known.warnings)
    for data, values in known.values.items():
        click.echo(f"{data}: {', '.join(redact(data, value) for value in values)}")
        odd += [f"{file}: {data}: {why}" for value in values if (why := by_chance(data, value))]
    warn(*odd)
    count = sum(map(len, known.values.values()))
    click.echo(f"{known.name}: {count} 个值 / values, {len(odd)} 项提示 / remarks")
    return 1 if strict and odd else 0


@profile.command("plant", help="把档案中的值放进手机：adb 命令和二维码 / put the values onto the phone: adb, QR codes.")
@click.argument("file", type=FILE)
@click.option("--codes", type=FILE, metavar="DIR", help="二维码写成 SVG / write the QR codes as SVG")
@lang_option
def profile_plant(file: Path, codes: Path | None, lang: str | None) -> int:  # noqa: D103  # the help text is the documentation
    from analyzer.catalogue import load_catalogue
    from analyzer.model import EduauditError, UnreadableInputError
    from proxy_addons.planting import save_codes, steps, terminal_code
    from proxy_addons.profile import read_profile

    at = 0 if (lang or default_lang()) == "zh" else 1
    catalogue = load_catalogue()
    known = read_profile(file, frozenset(catalogue.personal_data))
    found = list(steps(known.values))
    if not found:
        raise EduauditError(
            f"{file}: 没有可植入的值，其余须从手机读取 / nothing to plant: the rest is read off the phone"
        )
    for step in found:
        title = catalogue.personal_data[step.data].title
        click.echo(f"# {title.zh if at == 0 else title.en} ({step.data}): {step.how[at]}")
        for command in step.commands:
            click.echo(f"  {command}")
        if step.code is not None and codes is None:
            click.echo(terminal_code(step.code) if sys.stdout.isatty() else f"  {step.value}")
    if codes is not None:
        try:
            written = save_codes(found, codes)
        except OSError as error:
            raise UnreadableInputError(codes, f"不能写入 / cannot be written: {error.strerror}") from error
        click.echo(f"{codes}: {len(written)} × SVG", err=True)
    return 0
