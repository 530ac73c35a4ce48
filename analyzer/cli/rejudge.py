"""`eduaudit rules judge`: stored facts of many apps judged again, in long-lived processes that load the rules once."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from .options import EXISTING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

BATCH = 16
"""Files handed to a process at once: a file takes some 10 ms, so that a batch outweighs the message."""
UNREADABLE = 2


class Judged(NamedTuple):
    """What the rules in force say of one file of facts."""

    path: Path
    package: str | None
    verdict: str | None
    findings: dict[str, int]
    """Effective findings by severity."""
    fingerprints: tuple[str, ...]
    """Of all findings, gravest first: what to compare with the last time."""
    error: str | None
    """Why the file could not be judged; `None`: it was."""
    seconds: float
    """CPU of reading, judging and writing."""


def judge_again(
    paths: Sequence[Path], *, workers: int = 2, output: Path | None = None, today: date | None = None
) -> Iterator[Judged]:
    """Judge stored facts with the rules in force, in the order of ``paths``; a file that is not in order is said so.

    ``output`` is a folder for the whole reports (JSON). One worker: in this process.
    """
    if workers <= 1:
        _load()
        yield from (_judge(path, output, today) for path in paths)
        return
    from concurrent.futures import ProcessPoolExecutor
    from itertools import repeat
    from multiprocessing import get_context

    context = get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(paths)) or 1, mp_context=context, initializer=_load) as pool:
        yield from pool.map(_judge, paths, repeat(output), repeat(today), chunksize=BATCH)


def _load() -> None:
    from analyzer import rules_version

    rules_version()


def _judge(path: Path, output: Path | None, today: date | None) -> Judged:
    from time import process_time

    from analyzer import report_of
    from analyzer.model import EduauditError

    from .stored import read_facts

    clock = process_time()
    try:
        report = report_of(read_facts(path), today=today)
        if output is not None:
            from analyzer.render.output import write_text

            write_text(report.dump(), output / f"{path.stem}.json")
    except EduauditError as error:
        return Judged(path, None, None, {}, (), str(error), process_time() - clock)
    return Judged(
        path=path,
        package=report.app.package,
        verdict=report.summary.verdict,
        findings=report.summary.findings,
        fingerprints=tuple(finding.fingerprint for finding in report.findings),
        error=None,
        seconds=process_time() - clock,
    )


@click.command(
    "judge", help="按现行规则重判一批已存事实 / judge stored facts of many apps again: 文件或文件夹，每个一行 JSON。"
)
@click.argument("paths", type=EXISTING, nargs=-1, required=True)
@click.option(
    "--workers", type=click.IntRange(1, 64), default=None, help="进程数，缺省为处理器数 / processes, one a processor"
)
@click.option("--output", type=EXISTING, metavar="FOLDER", help="完整报告写入此文件夹 / folder for the whole reports")
def judge(paths: tuple[Path, ...], workers: int | None, output: Path | None) -> int:  # noqa: D103  # the help text is the documentation
    from analyzer.model import UnreadableInputError

    files = [one for path in paths for one in (sorted(path.glob("*.json")) if path.is_dir() else [path])]
    if not files:
        raise UnreadableInputError(paths[0], "没有事实文件 / holds no facts (*.json)")
    if output is not None:
        if len({path.stem for path in files}) < len(files):
            raise click.UsageError("--output: 文件名重复 / two files have the same name")
        try:
            output.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UnreadableInputError(output, f"不能写入 / cannot be written: {error.strerror}") from error
    wrong = False
    for row in judge_again(files, workers=workers or os.cpu_count() or 1, output=output):
        wrong |= row.error is not None
        values = {key: value for key, value in row._asdict().items() if key != "seconds"}
        click.echo(json.dumps({**values, "path": str(row.path)}, ensure_ascii=False, sort_keys=True))
    return UNREADABLE if wrong else 0
