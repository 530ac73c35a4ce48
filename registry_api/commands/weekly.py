"""The weekly round."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from registry_api.commands.group import (
    connect,
    data_option,
    existing,
    key_option,
    lang_option,
    operator,
    registry,
    url_option,
)
from registry_api.console import print_week, progress, say

if TYPE_CHECKING:
    from datetime import datetime

    from registry_api.audits.weekly import Part
    from registry_api.client import Client

_LEVELS = ("critical", "high", "medium", "low")
NOT_EXAMINED = 3
"""Exit code when nothing grave is new but some apps came to no conclusion."""


@registry.command()
@data_option
@url_option
@key_option
@click.option("--province", help="只审计一省（两位代码，如 61）/ one province, such as 61")
@click.option("--campaign", type=click.IntRange(1), help="只审计某专项治理的应用 / the apps of one campaign")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="只审计此日以来有变化的应用 / only apps to which something came in since this day",
)
@click.option("--jobs", type=click.IntRange(1, 64), help="同时检测的应用数 / audits at the same time (with --data)")
@click.option("--resume", is_flag=True, help="只完成已开始的 / only finish what was begun")
@click.option(
    "--report",
    "reports",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="报告文件（.html、.xlsx、.pdf、.json，可多次）/ write the report there; may be given several times",
)
@click.option(
    "--draft-notices",
    type=click.Choice(_LEVELS),
    help="为此级别以上已证实的新问题拟稿，不签发 / draft notices for proven new findings this grave; none is issued",
)
@click.option(
    "--fail-on",
    type=click.Choice((*_LEVELS, "never")),
    default="high",
    show_default=True,
    help="有此级别以上的新问题时退出码为 1，有检测失败的应用时为 3 / exit 1 when something new is this grave, "
    "3 when audits failed; never: 0",
)
@click.option("--week", hidden=True, help="ISO week, such as 2026-W47")
@lang_option
def weekly(
    data: Path | None,
    url: str | None,
    key: str | None,
    province: str | None,
    campaign: int | None,
    since: datetime | None,
    jobs: int | None,
    reports: tuple[Path, ...],
    draft_notices: str | None,
    fail_on: str,
    week: str | None,
    lang: str,
    *,
    resume: bool,
) -> None:
    """每周审计全部应用 / audit every app under supervision, once a week; starting it again is harmless."""
    from analyzer.model import EduauditError, Severity
    from registry_api.audits.weekly import Part, iso_week, week_before, worst_new
    from registry_api.exchange.booklet import form_of
    from registry_api.web.words import provinces

    for path in reports:
        form_of(path)  # before anything is done
        if not path.absolute().parent.is_dir():
            raise EduauditError(f"{path}: 目录不存在 / there is no such folder")
    if province and province not in provinces():
        raise EduauditError(f"--province {province}: 未知省份代码 / no such province; such as 61")
    week = week or iso_week()
    try:
        week_before(week)
    except ValueError:
        raise EduauditError(f"--week {week}: 没有这一周 / no such week; such as 2026-W47") from None
    part = Part(province, campaign, since.date() if since else None)
    if url and data is None:
        if jobs:
            raise EduauditError(
                "--jobs: 仅用于 --data / only with --data; a server has its own setting EDUAUDIT_WORKERS"
            )
        with connect(url, key) as client:
            result, files, drafted = _weekly_there(client, week, part, reports, draft_notices, lang, resume=resume)
    else:
        result, files, drafted = _weekly_here(data, week, part, jobs, reports, draft_notices, lang, resume=resume)
    print_week(result, lang)
    if drafted is not None:
        say(f"{drafted} notices drafted, none issued" if lang == "en" else f"拟稿文书 {drafted} 件，均未签发")
    _write(files)
    worst = worst_new(result["changes"])
    if fail_on == "never":
        return
    if worst is not None and worst.at_least(Severity(fail_on)):
        sys.exit(1)
    if result["states"].get("failed"):
        sys.exit(NOT_EXAMINED)


def _write(files: dict[Path, bytes]) -> None:
    from registry_api.exchange.booklet import replace_file

    for path, content in files.items():
        replace_file(path, content)
        say(str(path))


def _weekly_there(
    client: Client,
    week: str,
    part: Part,
    reports: tuple[Path, ...],
    level: str | None,
    lang: str,
    *,
    resume: bool,
) -> tuple[dict[str, Any], dict[Path, bytes], int | None]:
    from registry_api.exchange.booklet import form_of

    given = {name: value for name, value in part.plain().items() if value is not None}
    if not resume:
        client.call("POST", "/weekly", json={"week": week, **given}, once=True)
    path = f"/weekly/{week}"
    progress(lambda: client.call("GET", path, params={**given, "brief": True}).json())
    result = client.call("GET", path, params=given).json()
    drafted = None
    if level:
        drafted = client.call("POST", path + "/notices", json={"level": level, **given}).json()["drafted"]
    files = {
        file: client.call("GET", path + "/report", params={**given, "format": form_of(file), "lang": lang}).content
        for file in reports
    }
    return result, files, drafted


def _weekly_here(
    data: Path | None,
    week: str,
    part: Part,
    jobs: int | None,
    reports: tuple[Path, ...],
    level: str | None,
    lang: str,
    *,
    resume: bool,
) -> tuple[dict[str, Any], dict[Path, bytes], int | None]:
    import logging

    from analyzer.model import Severity
    from registry_api.audits import weekly as rounds
    from registry_api.audits.round_notices import draft_for_round
    from registry_api.audits.rounds import compile_round
    from registry_api.campaigns.service import find_campaign
    from registry_api.jobs.processes import WorkerProcesses
    from registry_api.jobs.worker import BackgroundWorker
    from registry_api.migrations import migrate as upgrade

    # A failed audit is told in the summary; its traceback belongs into a server's log.
    logging.getLogger("registry_api").addHandler(logging.NullHandler())
    made = existing(data, workers=jobs)
    upgrade(made.settings)
    actor = operator()

    def look() -> dict[str, Any]:
        with made.database.read() as session:
            return rounds.tally(session, actor, week, part)

    try:
        if part.campaign is not None:
            with made.database.read() as session:
                find_campaign(session, actor, part.campaign)
        if not resume:
            rounds.start(made, actor, week, part)
        state = look()
        if state["done"] < state["total"]:
            more = _more_processes(made.settings.workers, state["total"] - state["done"])
            with BackgroundWorker(made), WorkerProcesses(made.settings, more):
                progress(look)
        drafted = draft_for_round(made, actor, week, Severity(level), part) if level else None
        with made.database.read() as session:
            result = rounds.status(session, actor, week, part)
            report = compile_round(session, actor, week, part) if reports else {}
        return result, render(report, reports, lang), drafted
    except KeyboardInterrupt:
        click.echo(
            "已完成的已记录，再次运行 weekly 即从中断处继续 / what is done is on record: run weekly again to go on",
            err=True,
        )
        raise
    finally:
        made.close()


def _more_processes(jobs: int, left: int) -> int:
    """Return how many processes to start beside this one: no more than cores, and none for a handful of apps."""
    import os

    from registry_api.audits.runs import BUNDLE

    return max(0, min(jobs, os.cpu_count() or 1, left // (2 * BUNDLE)) - 1)


def render(report: dict[str, Any], files: tuple[Path, ...], lang: str) -> dict[Path, bytes]:
    """Return file → content of a weekly report in the kind that the file's name asks for."""
    from registry_api.audits.round_booklet import weekly_booklet
    from registry_api.exchange.booklet import WRITERS, form_of

    made: dict[Path, bytes] = {}
    for path in files:
        form = form_of(path)
        if form == "json":
            made[path] = json.dumps(report, ensure_ascii=False, indent=1).encode()
        else:
            made[path] = WRITERS[form](weekly_booklet(report, lang))
    return made
