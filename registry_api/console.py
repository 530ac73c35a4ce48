"""What the commands print: a run's findings, a week's changes, the outcome of a check."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import click

from registry_api.web.words import word

if TYPE_CHECKING:
    from collections.abc import Callable

    from registry_api.client import Client

POLL_SECONDS = 0.3
_STANDING = frozenset({"open", "confirmed", "notified", "reopened"})
_SHOWN = 15
_CHANGES_PRINTED = 200


def say(text: str) -> None:
    """Print one line at once: another program may be reading."""
    click.echo(text)
    sys.stdout.flush()


def print_run(client: Client, run: dict[str, Any], lang: str) -> None:
    """Print the standing findings after a finished run, the gravest first."""
    if run["state"] != "succeeded":
        return
    from rich.console import Console  # noqa: PLC0415 - heavy, and most commands print plain lines
    from rich.table import Table  # noqa: PLC0415 - heavy, and most commands print plain lines

    def t(zh: str, en: str) -> str:
        return en if lang == "en" else zh

    counts = run["summary"]["findings"]
    verdict = word("verdict." + run["summary"]["verdict"], lang)
    numbers = " · ".join(f"{word(level, lang)} {number}" for level, number in counts.items() if number)
    table = Table(title=" · ".join(filter(None, (run["package"], verdict, numbers))), title_justify="left")
    for name in (t("级别", "severity"), t("把握", "sureness"), t("问题", "finding"), t("对象", "subject")):
        table.add_column(name, overflow="fold")
    order = list(counts)
    items = client.every(f"/apps/{run['package']}/findings")
    standing = [item for item in items if item["record_status"] in _STANDING]
    for item in sorted(standing, key=lambda one: (order.index(one["severity"]), one["rule"]))[:_SHOWN]:
        table.add_row(
            word(item["severity"], lang),
            word(item["status"], lang),
            item["title"][lang],
            item["subject"],
            end_section=False,
        )
    console = Console()
    console.print(table if standing else table.title, markup=False)
    if len(standing) > _SHOWN:
        console.print(t(f"另有 {len(standing) - _SHOWN} 项", f"… {len(standing) - _SHOWN} more"), markup=False)
    if not run["summary"]["complete"]:
        console.print(
            t("检查不完整：未发现不等于不存在", "incomplete: nothing found is not nothing there"), markup=False
        )


def progress(look: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Show how far a round is until it has ended; return its last state. Nothing is shown where nobody looks."""
    from rich.console import Console  # noqa: PLC0415 - heavy, and most commands print plain lines
    from rich.progress import (  # noqa: PLC0415 - as above
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(elapsed_when_finished=True),
        console=console,
        disable=not console.is_terminal,
    ) as bar:
        state = look()
        begun, before = time.monotonic(), state["done"]
        task = bar.add_task(state["week"], total=state["total"], rate="")
        while state["done"] < state["total"]:
            spent = time.monotonic() - begun
            rate = (state["done"] - before) / spent if spent > 1 else 0
            bar.update(task, completed=state["done"], rate=f"{rate:.1f}/s" if rate else "")
            time.sleep(POLL_SECONDS)
            state = look()
        bar.update(task, completed=state["done"])
    return state


def print_week(result: dict[str, Any], lang: str) -> None:
    """Print what a week's round did and found."""
    states = result["states"]
    done, failed, cancelled = (states.get(name, 0) for name in ("succeeded", "failed", "cancelled"))
    anew = done - result["extracted"]
    if lang == "en":
        line = (
            f"{result['week']}: {result['total']} apps, {done} audited ({result['extracted']} extracted, "
            f"{anew} judged anew), {failed} failed" + (f", {cancelled} cancelled" if cancelled else "")
        )
    else:
        line = (
            f"{result['week']}：{result['total']} 个应用，完成 {done}（重新提取 {result['extracted']}，"
            f"事实未变仅重新判定 {anew}），失败 {failed}" + (f"，取消 {cancelled}" if cancelled else "")
        )
    say(line)
    _print_counts(result, lang)
    for item in result["changes"][:_CHANGES_PRINTED]:
        cause = "" if item["cause"] == "input" else (" [rules changed]" if lang == "en" else " [规则变化]")
        title = item["title"].get(lang, item["rule"])
        say(
            f"  {word(item['outcome'], lang)}  {word(item['severity'], lang)}  {item['package']}  "
            f"{title} ({item['subject']}){cause}"
        )
    more = result["more_changes"] + max(0, len(result["changes"]) - _CHANGES_PRINTED)
    if more:
        say(f"  … {more} " + ("more changes" if lang == "en" else "项变化未列出"))
    for item in result["failures"]:
        say(f"  {word('failed', lang)}  {item['package']}  {item['code']}: {item['detail']}")
    if not result["changes"] and (done or not failed):  # where nothing was examined, nothing is known to be the same
        say("  nothing changed" if lang == "en" else "  与上次相比没有变化")


def _print_counts(result: dict[str, Any], lang: str) -> None:
    """Print how much changed, where there is too much to read line by line."""
    counts: dict[str, int] = {}
    for item in result["changes"]:
        kind = (
            item["outcome"] if item["outcome"] != "gone" else "retracted" if item["cause"] == "rules" else "rectified"
        )
        counts[kind] = counts.get(kind, 0) + 1
    if counts:
        say("  " + " · ".join(f"{word(kind, lang)} {number}" for kind, number in counts.items()))


def print_verification(place: str, result: Any) -> None:
    """Print the outcome of a check; exit 1 when something is not whole."""
    say(f"{place}: {result.entries} trail entries, head {result.head[:16]}, {result.blobs} files")
    for line in result.problems:
        click.echo(line, err=True)
    if result.problems:
        sys.exit(1)
    say("完好 / intact")
