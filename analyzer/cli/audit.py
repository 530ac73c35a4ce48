"""`eduaudit audit`: one app, every channel that is at hand, one report."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyzer.render.language import default_lang

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analyzer.model import Report, TrafficFacts

READERS = "eduaudit.traffic_reader"
FORMATS = ("terminal", "json", "html")
SEVERITIES = ("critical", "high", "medium", "low", "never")
INCOMPLETE = 3
NO_CACHE = "EDUAUDIT_NO_CACHE"
"""Environment variable that, set to anything, has the effect of ``--no-cache``."""

EXISTING = click.Path(path_type=Path)


@click.command(help="审计一个应用 / audit one app: APP 是 APK、APKS、XAPK、AAR、JAR 或 DEX 文件。")
@click.argument("app", type=EXISTING)
@click.option("--policy", type=EXISTING, metavar="FILE", help="隐私政策（HTML、PDF、DOCX、文本）/ privacy policy")
@click.option("--filing", type=EXISTING, metavar="FILE", help="备案材料 JSON / the filing")
@click.option(
    "--traffic", type=EXISTING, multiple=True, metavar="FILE", help="抓包文件（.flow、HAR），可多次 / captures"
)
@click.option("--profile", type=EXISTING, metavar="FILE", help="设备档案，配合 --traffic / device profile")
@click.option("--marks", type=EXISTING, metavar="FILE", help="操作标记，配合 --traffic / operator's marks")
@click.option("--format", "form", type=click.Choice(FORMATS), default="terminal", show_default=True)
@click.option("--output", type=EXISTING, metavar="PATH", help="写入文件而不是标准输出 / write to a file")
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    default="high",
    show_default=True,
    help="达到该级别时退出码为 1 / exit 1 at or above",
)
@click.option("--lang", type=click.Choice(["zh", "en"]), default=None, help="缺省取自 locale / defaults to the locale")
@click.option("--waivers", type=EXISTING, metavar="FILE", help="豁免清单 YAML / waivers")
@click.option("--no-cache", is_flag=True, help="不用以前分析的结果 / analyse anew, keep nothing")
@click.option("--strict", is_flag=True, help="分析不完整时退出码为 3 / exit 3 when the analysis is incomplete")
def audit(  # noqa: D103  # the help text is the documentation
    app: Path,
    policy: Path | None,
    filing: Path | None,
    traffic: tuple[Path, ...],
    profile: Path | None,
    marks: Path | None,
    form: str,
    output: Path | None,
    fail_on: str,
    lang: str | None,
    waivers: Path | None,
    no_cache: bool,
    strict: bool,
) -> int:
    from analyzer import audit as run
    from analyzer.render.output import write_report

    lang = lang or default_lang()
    for given, option in ((profile, "--profile"), (marks, "--marks")):
        if given and not traffic:
            raise click.UsageError(f"{option} 需要 --traffic / needs --traffic")
    with working(f"{app.name} …"):
        observed = read_traffic(traffic, profile, marks) if traffic else None
        cached = not no_cache and not os.environ.get(NO_CACHE)
        report = run(app, policy=policy, filing=filing, traffic=observed, waivers=waivers, cached=cached)
    write_report(report, form, lang, output)
    return exit_status(report, fail_on, strict=strict)


def read_traffic(paths: tuple[Path, ...], profile: Path | None, marks: Path | None) -> TrafficFacts:
    """Read captures with the reader that another package registers; the analyzer itself knows no proxy."""
    from importlib.metadata import entry_points

    readers = list(entry_points(group=READERS))
    if not readers:
        raise click.UsageError(
            "--traffic: 未安装抓包组件 / the capture readers are not installed: pip install 'eduaudit[proxy]'"
        )
    try:
        reader = readers[0].load()
    except ModuleNotFoundError as error:
        raise click.UsageError(f"--traffic: 缺少 / missing {error.name}: pip install 'eduaudit[proxy]'") from error
    facts: TrafficFacts = reader(paths, profile=profile, marks=marks, app=None)
    return facts


def exit_status(report: Report, fail_on: str, *, strict: bool = False) -> int:
    """Return 1 when an effective finding is at or above ``fail_on``, 3 for an incomplete strict run, else 0."""
    from analyzer.render.output import reaches

    if reaches(report, fail_on):
        return 1
    return INCOMPLETE if strict and not report.coverage.complete else 0


@contextlib.contextmanager
def working(text: str) -> Iterator[None]:
    """Show a spinner on standard error while the work runs; nothing in a pipe."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(text):
        yield
