"""Import, backup, restore, verify."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from registry_api.commands.group import data_option, existing, open_registry, operator, place_of, registry
from registry_api.console import print_verification, say


@registry.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@data_option
@click.option("--dry-run", is_flag=True, help="只检查，不写入 / check every row and change nothing")
def import_(file: Path, data: Path | None, *, dry_run: bool) -> None:
    """批量导入备案（CSV、XLSX 或 JSONL）/ import filings as drafts."""
    from registry_api.exchange.filings import import_filings, read_rows
    from registry_api.migrations import migrate as upgrade

    made = open_registry(data)
    upgrade(made.settings)
    try:
        result = import_filings(made, operator(), read_rows(file), dry_run=dry_run)
    finally:
        made.close()
    for number, why in result.errors[:50]:
        click.echo(f"{file}: row {number}: {why}", err=True)
    if result.failed > 50:
        click.echo(f"{file}: {result.failed - 50} more rows with errors", err=True)
    done = "would be imported (dry run: nothing was written)" if dry_run else "imported"
    say(f"{result.imported} {done}, {result.known} known before, {result.failed} with errors")
    if result.errors:
        sys.exit(1)


@registry.command()
@click.argument("target", type=click.Path(file_okay=False, path_type=Path))
@data_option
def backup(target: Path, data: Path | None) -> None:
    """在线备份并核验 / back up while running, and verify the copy."""
    from registry_api.exchange.backup import backup as copy
    from registry_api.exchange.postgres_backup import back_up

    made = existing(data)
    try:
        print_verification(str(target), copy(made, target) if made.settings.sqlite else back_up(made, target))
    finally:
        made.close()


@registry.command()
@click.argument("source", type=click.Path(exists=True, file_okay=False, path_type=Path))
@data_option
def restore(source: Path, data: Path | None) -> None:
    """由备份恢复到新目录或空数据库 / make a new data folder, or fill an empty database; nothing is overwritten.

    恢复后以 serve --data 指向新目录启动。/ Start it with: serve --data on the new folder.
    """
    from registry_api.exchange.backup import restore as bring_back
    from registry_api.settings import read_settings

    settings = read_settings(data=data)
    if not settings.sqlite:
        from registry_api.exchange.postgres_backup import bring_back as into_postgres

        print_verification(settings.url.rsplit("@", 1)[-1], into_postgres(source, settings))
        return
    print_verification(str(settings.data), bring_back(source, settings.data))


@registry.command()
@data_option
def verify(data: Path | None) -> None:
    """核验办理记录与文件 / prove that trail and files are whole; exit 1 when not."""
    from registry_api.exchange.backup import verify as check

    made = existing(data)
    try:
        print_verification(place_of(made), check(made.database, made.blobs))
    finally:
        made.close()


@registry.command()
@data_option
@click.option("--days", type=click.IntRange(1), help="保存天数，缺省为设置值 / days; else EDUAUDIT_CAPTURE_DAYS")
@click.option("--dry-run", is_flag=True, help="只计数 / only count them")
def retention(data: Path | None, days: int | None, *, dry_run: bool) -> None:
    """清除过期的流量抓取（仅非当前版本）/ give up captures older than the rule, of versions no longer current."""
    from registry_api.audits.retention import give_up_captures

    made = existing(data)
    actor = operator()
    try:
        kept = days or made.settings.capture_days
        if not kept:
            raise click.UsageError("--days, or EDUAUDIT_CAPTURE_DAYS: without a rule nothing is given up")
        found = give_up_captures(made, kept, actor=(actor.label, actor.role.value), dry_run=dry_run)
    finally:
        made.close()
    done = "would be given up (dry run)" if dry_run else "given up"
    say(f"{found.captures} captures of {found.apps} apps {done}")
