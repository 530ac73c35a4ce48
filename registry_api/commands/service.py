"""Serve, work, migrate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from registry_api.commands.group import data_option, open_registry, place_of, registry
from registry_api.console import say

if TYPE_CHECKING:
    from registry_api.registry import Registry


@registry.command()
@data_option
@click.option("--host", help="监听地址 / address to listen on")
@click.option("--port", type=click.IntRange(0, 65535), help="端口，0 为任选 / port, 0 for any")
@click.option("--processes", type=click.IntRange(1, 64), help="应答的进程数 / processes that answer requests")
@click.option("--no-worker", is_flag=True, help="不在本进程执行检测 / run no audits in this process")
def serve(data: Path | None, host: str | None, port: int | None, processes: int | None, *, no_worker: bool) -> None:
    """启动平台 / start the registry: migrate, listen, audit."""
    from registry_api.serving import serve as run

    made = open_registry(data, host=host, port=port, processes=processes)
    _log_as_set(made)
    run(made, worker=not no_worker, say=say)


@registry.command()
@data_option
@click.option(
    "--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="进程数 / processes, one for a core"
)
def worker(data: Path | None, processes: int) -> None:
    """单独执行检测 / run audits in a process of its own."""
    import signal
    import threading

    from registry_api.jobs.processes import WorkerProcesses
    from registry_api.jobs.worker import work
    from registry_api.migrations import migrate as upgrade

    made = open_registry(data)
    _log_as_set(made)
    upgrade(made.settings)
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    with WorkerProcesses(made.settings, processes - 1):
        work(made, stop, lambda: say("worker ready"))
    made.close()


def _log_as_set(made: Registry) -> None:
    if made.settings.log == "json":
        from registry_api.logs import write_json

        write_json()


@registry.command()
@data_option
def migrate(data: Path | None) -> None:
    """升级数据库 / bring the database up to date."""
    from registry_api.migrations import migrate as upgrade

    made = open_registry(data)
    upgrade(made.settings)
    say(f"{place_of(made)}: up to date")


@registry.command()
@data_option
def check(data: Path | None) -> None:
    """检查设置与数据 / say what is wrong with settings and data, one line each; exit 1 when anything is."""
    import os
    import sys

    from registry_api.check import problems
    from registry_api.settings import read_settings

    found = problems(read_settings(data=data), dict(os.environ))
    for line in found:
        click.echo(line, err=True)
    if found:
        sys.exit(1)
    say("正常 / nothing is wrong")
