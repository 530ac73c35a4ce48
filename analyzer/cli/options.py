"""Options that several commands share, in the same words."""

from __future__ import annotations

from pathlib import Path

import click

EXISTING = click.Path(path_type=Path)
SEVERITIES = ("critical", "high", "medium", "low", "never")

OUTPUT = click.option("--output", type=EXISTING, metavar="PATH", help="写入文件而不是标准输出 / write to a file")
FAIL_ON = click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    default="high",
    show_default=True,
    help="达到该级别时退出码为 1 / exit 1 at or above",
)
LANG = click.option(
    "--lang", type=click.Choice(["zh", "en"]), default=None, help="缺省取自 locale / defaults to the locale"
)
