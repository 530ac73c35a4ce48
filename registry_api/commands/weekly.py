"""The weekly round."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

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
from registry_api.console import print_week, progress

_SEVERITIES = ("critical", "high", "medium", "low", "never")


@registry.command()
@data_option
@url_option
@key_option
@click.option("--resume", is_flag=True, help="只完成已开始的 / only finish what was begun")
@click.option(
    "--fail-on",
    type=click.Choice(_SEVERITIES),
    default="high",
    show_default=True,
    help="有此级别以上的新问题时退出码为 1 / exit 1 when something new is this grave",
)
@click.option("--week", hidden=True, help="ISO week, such as 2026-W47")
@lang_option
def weekly(
    data: Path | None,
    url: str | None,
    key: str | None,
    fail_on: str,
    week: str | None,
    lang: str,
    *,
    resume: bool,
) -> None:
    """每周审计全部应用 / audit every app under supervision, once a week; starting it again is harmless."""
    from analyzer.model import Severity
    from registry_api.audits.weekly import iso_week, worst_new

    week = week or iso_week()
    if url and data is None:
        with connect(url, key) as client:
            if not resume:
                client.call("POST", "/weekly", json={"week": week}, once=True)
            result = progress(lambda: client.call("GET", f"/weekly/{week}").json())
    else:
        result = _weekly_here(data, week, resume=resume)
    print_week(result, lang)
    worst = worst_new(result["changes"])
    if fail_on != "never" and worst is not None and worst.at_least(Severity(fail_on)):
        sys.exit(1)


def _weekly_here(data: Path | None, week: str, *, resume: bool) -> dict[str, Any]:
    import logging

    from registry_api.audits import weekly as rounds
    from registry_api.jobs.worker import BackgroundWorker
    from registry_api.migrations import migrate as upgrade

    # A failed audit is told in the summary; its traceback belongs into a server's log.
    logging.getLogger("registry_api").addHandler(logging.NullHandler())
    made = existing(data)
    upgrade(made.settings)
    actor = operator()
    if not resume:
        rounds.start(made, actor, week)

    def look() -> dict[str, Any]:
        with made.database.read() as session:
            return rounds.status(session, actor, week)

    try:
        state = look()
        if state["done"] < state["total"]:
            with BackgroundWorker(made):
                state = progress(look)
    except KeyboardInterrupt:
        click.echo(
            "已完成的已记录，再次运行 weekly 即从中断处继续 / what is done is on record: run weekly again to go on",
            err=True,
        )
        raise
    else:
        return state
    finally:
        made.close()
