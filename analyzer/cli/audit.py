"""`eduaudit audit`: one app, every channel that is at hand, one report."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from analyzer.render.forms import FORM_NAMES, VIEWED, VIEWS
from analyzer.render.language import default_lang

from .options import EXISTING, FAIL_ON, LANG, OUTPUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date, datetime

    from analyzer.model import Facts, Report, TrafficFacts
    from analyzer.render.forms import View

    Gathered = tuple[Facts, tuple[Any, ...]]
    """Facts, and the waivers."""

READERS = "eduaudit.traffic_reader"
INCOMPLETE = 3
NO_CACHE = "EDUAUDIT_NO_CACHE"
"""Environment variable that, set to anything, has the effect of ``--no-cache``."""


@click.command(help="审计一个应用 / audit one app: APP 是 APK、APKS、XAPK、AAB、AAR、JAR、DEX 文件或文件夹。")
@click.argument("app", type=EXISTING, required=False)
@click.option(
    "--facts",
    "stored",
    type=EXISTING,
    metavar="FILE",
    help="按现行规则重判已存事实，代替 APP / judge stored facts again",
)
@click.option("--save-facts", type=EXISTING, metavar="FILE", help="存下事实，供 --facts 使用 / keep the facts")
@click.option("--policy", type=EXISTING, metavar="FILE", help="隐私政策（HTML、PDF、DOCX、文本）/ privacy policy")
@click.option("--filing", type=EXISTING, metavar="FILE", help="备案材料 JSON / the filing")
@click.option(
    "--traffic", type=EXISTING, multiple=True, metavar="FILE", help="抓包文件（.flow、HAR），可多次 / captures"
)
@click.option("--profile", type=EXISTING, metavar="FILE", help="设备档案，配合 --traffic / device profile")
@click.option("--marks", type=EXISTING, metavar="FILE", help="操作标记，配合 --traffic / operator's marks")
@click.option("--format", "form", type=click.Choice(FORM_NAMES), default="terminal", show_default=True)
@click.option(
    "--view",
    type=click.Choice(VIEWS),
    default="full",
    show_default=True,
    help="终端和 HTML 的视图：vendor 整改清单，regulator 监管 / what comes first, in terminal and HTML",
)
@OUTPUT
@FAIL_ON
@LANG
@click.option("--waivers", type=EXISTING, metavar="FILE", help="豁免清单 YAML / waivers")
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="按哪一天判断期限，默认今天 / the day as of which terms are judged, otherwise today",
)
@click.option("--resolve", is_flag=True, help="联网查询自有域名是否支持 IPv6 / ask DNS for IPv6 of the app's own hosts")
@click.option("--images", is_flag=True, help="用本机模型查看图片（需 eduaudit[vision]）/ local model on pictures")
@click.option("--no-cache", is_flag=True, help="不用以前分析的结果 / analyse anew, keep nothing")
@click.option("--strict", is_flag=True, help="分析不完整时退出码为 3 / exit 3 when the analysis is incomplete")
def audit(  # noqa: D103  # the help text is the documentation
    app: Path | None,
    stored: Path | None,
    save_facts: Path | None,
    policy: Path | None,
    filing: Path | None,
    traffic: tuple[Path, ...],
    profile: Path | None,
    marks: Path | None,
    form: str,
    view: View,
    output: Path | None,
    fail_on: str,
    lang: str | None,
    waivers: Path | None,
    day: datetime | None,
    resolve: bool,
    images: bool,
    no_cache: bool,
    strict: bool,
) -> int:
    from analyzer.render.output import check_form, write_bytes, write_report

    lang = lang or default_lang()
    if (app is None) == (stored is None):
        raise click.UsageError("给出 APP 或 --facts 之一 / give either APP or --facts")
    for given, option in ((profile, "--profile"), (marks, "--marks")):
        if given and not traffic:
            raise click.UsageError(f"{option} 需要 --traffic / needs --traffic")
    if view != "full" and form not in VIEWED:
        raise click.UsageError(f"--view 只用于 / goes with: {', '.join(sorted(VIEWED))}")
    check_form(form, output)
    today = day.date() if day else None
    with working(f"{(app or stored or Path()).name} …"):
        observed = read_traffic(traffic, profile, marks) if traffic else None
        cached = not no_cache and not os.environ.get(NO_CACHE)
        (facts, waived), unread = _without_the_unreadable(
            lambda policy, waivers: (
                _again(stored, policy, filing, observed, waivers, today)
                if app is None
                else _first(app, policy, filing, observed, waivers, today, cached=cached)
            ),
            policy,
            waivers,
        )
        if images and app is not None and app.is_file():
            from dataclasses import replace

            from analyzer import images_of

            facts = replace(facts, images=images_of(app))
        if resolve:
            from analyzer import resolve_hosts

            facts = resolve_hosts(facts)
        if save_facts is not None:
            from .stored import facts_json

            write_bytes(facts_json(facts), save_facts)
        from analyzer import report_of

        report = report_of(facts, waivers=waived, today=today)
    write_report(report, form, lang, output, view)
    return 2 if unread else exit_status(report, fail_on, strict=strict)


def _without_the_unreadable(
    audit_with: Callable[[Path | None, Path | None], Gathered], policy: Path | None, waivers: Path | None
) -> tuple[Gathered, bool]:
    """Audit with policy and waivers; one that cannot be read costs one line and is left out, the app is audited.

    The flag says that something was left out: the command then ends with 2 though the report is written.
    """
    from analyzer.model import UnreadableInputError

    unread = False
    while True:
        try:
            return audit_with(policy, waivers), unread
        except UnreadableInputError as error:
            if policy is not None and error.path == str(policy):
                policy, left_out = None, "政策未审查，审计继续 / the audit goes on without the policy"
            elif waivers is not None and error.path == str(waivers):
                waivers, left_out = None, "豁免未采用，审计继续 / the audit goes on without any waiver"
            else:
                raise
            click.echo(f"eduaudit audit: {error}; {left_out}", err=True)
            unread = True


def _first(
    app: Path,
    policy: Path | None,
    filing: Path | None,
    observed: TrafficFacts | None,
    waivers: Path | None,
    today: date | None,
    *,
    cached: bool,
) -> Gathered:
    from analyzer import gather

    return gather(app, policy=policy, filing=filing, traffic=observed, waivers=waivers, today=today, cached=cached)


def _again(
    stored: Path | None,
    policy: Path | None,
    filing: Path | None,
    observed: TrafficFacts | None,
    waivers: Path | None,
    today: date | None,
) -> Gathered:
    """Return stored facts, the channels that were handed in anew in place of the stored ones, and the waivers."""
    from dataclasses import replace

    import analyzer

    from .stored import read_facts

    facts = read_facts(cast("Path", stored))
    facts = replace(
        facts,
        policy=analyzer.read_policy(policy) if policy else facts.policy,
        filing=analyzer.read_filing(filing) if filing else facts.filing,
        traffic=observed or facts.traffic,
    )
    return facts, analyzer.read_waivers(waivers, today) if waivers else ()


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
