"""The trail: prove it, hand it out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from analyzer.model import EduauditError
from registry_api.commands.group import data_option, existing, place_of, registry
from registry_api.console import say


@registry.group()
def trail() -> None:
    """办理记录 / the trail of supervisory acts."""


@trail.command()
@data_option
@click.option("--file", "file", type=click.Path(path_type=Path), help="核验导出的文件 / check an exported file instead")
def verify(data: Path | None, file: Path | None) -> None:
    """核验办理记录未被改动 / prove that no entry was changed or is missing; exit 1 when not."""
    from registry_api.trail.chain import verify as check
    from registry_api.trail.export import verify_lines

    if file is not None:
        try:
            with file.open(encoding="utf-8") as lines:
                result, place = verify_lines(lines), str(file)
        except OSError as error:
            raise EduauditError(f"{file}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise EduauditError(f"{file}: is no JSON Lines text") from None
    else:
        made = existing(data)
        try:
            with made.database.read() as session:
                result, place = check(session), place_of(made)
        finally:
            made.close()
    say(f"{place}: {result.entries} trail entries, head {result.head[:16]}")
    if result.broken_at is not None:
        click.echo(f"{place}: {result.why}", err=True)
        sys.exit(1)
    say("完好 / intact")


@trail.command()
@data_option
@click.option("--after", type=click.IntRange(min=0), default=0, help="从此序号之后 / entries after this number")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="写入文件 / write to a file")
def export(data: Path | None, after: int, output: Path | None) -> None:
    """导出为 JSON Lines / export as JSON lines, each with its hash."""
    from registry_api.kit.wholefile import whole_file
    from registry_api.trail.export import export_lines

    made = existing(data)
    try:
        with made.database.read() as session:
            if output is None:
                for line in export_lines(session, after):
                    click.echo(line)
                return
            count = 0
            # An export that was cut leaves no file that looks whole.
            with whole_file(output) as file:
                for line in export_lines(session, after):
                    file.write(line.encode() + b"\n")
                    count += 1
            say(f"{output}: {count} trail entries")
    finally:
        made.close()
