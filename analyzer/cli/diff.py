"""`eduaudit diff`: what changed between two versions of an app."""

from __future__ import annotations

import os
from pathlib import Path

import click

from analyzer.cli.audit import NO_CACHE, working
from analyzer.cli.options import EXISTING, LANG, OUTPUT
from analyzer.render.language import default_lang

FORMATS = ("terminal", "json", "html")
INCOMPLETE = 3
HELP = """比较两个版本，或安装包与备案 / what changed between two versions, or a version and its filing.

OLD 和 NEW 各是一个安装包（APK、APKS、XAPK …），或 eduaudit audit --format json 存下的报告。
一侧可以是备案材料（JSON）。
/ Each is a package, or a report stored by eduaudit audit --format json; one of them may be a filing (JSON).

退出码 / exit status: 0 没有差异 / no difference; 1 有差异 / differences; 2 不能读取 / unreadable;
3 没有差异，但未能完整读取（--strict）/ none, but not all could be read."""


@click.command(help=HELP)
@click.argument("old", type=EXISTING)
@click.argument("new", type=EXISTING)
@click.option("--format", "form", type=click.Choice(FORMATS), default="terminal", show_default=True)
@OUTPUT
@LANG
@click.option("--no-cache", is_flag=True, help="不用以前分析的结果 / analyse anew, keep nothing")
@click.option(
    "--strict", is_flag=True, help="没有差异但读取不完整时退出码为 3 / exit 3 when nothing but not all was read"
)
def diff(  # noqa: D103  # the help text is the documentation
    old: Path, new: Path, form: str, output: Path | None, lang: str | None, no_cache: bool, strict: bool
) -> int:
    from analyzer.cli.versions import compare_files
    from analyzer.render.differences import render_diff
    from analyzer.render.output import is_terminal, write_text

    with working(f"{old.name} → {new.name} …"):
        found = compare_files(old, new, cached=not no_cache and not os.environ.get(NO_CACHE))
    write_text(render_diff(found, form, lang or default_lang(), color=is_terminal(output)), output)
    if found.differences:
        return 1
    return INCOMPLETE if strict and found.summary.verdict == "unsure" else 0
