"""`eduaudit traffic replay`: saved captures → a report."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyzer.render.forms import TRAFFIC_FORM_NAMES
from analyzer.render.language import default_lang

from .delivering import deliver
from .options import FILE, app_option, key_option, lang_option, need_key, registry_option, spool_option, warn

if TYPE_CHECKING:
    from analyzer.catalogue import Catalogue
    from analyzer.model import Report, TrafficFacts

SEVERITIES = ("critical", "high", "medium", "low", "never")


@click.command(help="分析已录制的 .flow、HAR、PCAP、ReCon JSON / analyse saved captures.")
@click.argument("captures", nargs=-1, required=True, type=FILE, metavar="CAPTURE...")
@app_option
@click.option("--profile", type=FILE, metavar="FILE", help="设备档案 / device profile")
@click.option(
    "--marks", type=FILE, metavar="FILE", help="操作标记；缺省用录制文件旁的 / marks; default: those beside the capture"
)
@click.option(
    "--keylog",
    type=FILE,
    metavar="FILE",
    help="PCAP 的 TLS 密钥（SSLKEYLOGFILE）；缺省用旁边的 .keylog / TLS secrets of a PCAP; default: beside it",
)
@click.option(
    "--jobs", type=click.IntRange(min=1), metavar="N", help="进程数；缺省为处理器数 / processes; default: all"
)
@click.option(
    "--images",
    is_flag=True,
    help="用本机模型查看响应中的图片（需 eduaudit[vision]）/ local model on pictures in responses",
)
@click.option("--format", "form", type=click.Choice(TRAFFIC_FORM_NAMES), default="terminal", show_default=True)
@click.option("--output", type=FILE, metavar="PATH", help="写入文件 / write to a file")
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    default="high",
    show_default=True,
    help="达到该级别退出码为 1 / exit 1 at or above",
)
@click.option("--strict", is_flag=True, help="有未分析内容时退出码为 3 / exit 3 when something was not analysed")
@registry_option
@key_option
@spool_option
@lang_option
def replay(  # noqa: D103  # the help text is the documentation
    captures: tuple[Path, ...],
    app: str,
    profile: Path | None,
    marks: Path | None,
    keylog: Path | None,
    jobs: int | None,
    images: bool,
    form: str,
    output: Path | None,
    fail_on: str,
    strict: bool,
    registry: str | None,
    key: str | None,
    spool_folder: Path | None,
    lang: str | None,
) -> int:
    from analyzer.catalogue import load_catalogue
    from analyzer.render.output import check_form, reaches, write_report
    from proxy_addons.replay import load_profile, read_captures

    lang = lang or default_lang()
    check_form(form, output)
    need_key(registry, key)
    clock = time.perf_counter()
    started = datetime.now(UTC)
    catalogue = load_catalogue()
    known = load_profile(profile, catalogue)
    warn(*(known.warnings if known else ()))
    facts = read_captures(captures, known, marks, app, checked_keylog(keylog), jobs)
    warn(*(row.detail for row in facts.not_analysed if row.code == "capture_truncated"))
    if images:
        from proxy_addons.pictures import look_at_pictures

        facts = replace(facts, images=look_at_pictures(captures, app, keylog))
    seconds = {"traffic": round(time.perf_counter() - clock, 3)}
    report = judged(facts, catalogue, started.isoformat(timespec="seconds"), seconds)
    write_report(report, form, lang, output)
    deliver(facts, app, registry, key, spool_folder)
    if reaches(report, fail_on):
        return 1
    return 3 if strict and facts.not_analysed else 0


def checked_keylog(path: Path | None) -> Path | None:
    """Return the path. Raise `UnreadableInputError` when nobody can read it: tshark would keep quiet about it."""
    from analyzer.model import UnreadableInputError

    if path is not None:
        try:
            path.open("rb").close()
        except OSError as error:
            raise UnreadableInputError(path, f"不能读取 / cannot be read: {error.strerror}") from error
    return path


def judged(facts: TrafficFacts, catalogue: Catalogue, started: str, seconds: dict[str, float]) -> Report:
    """Judge the facts of the traffic channel alone."""
    from analyzer import __version__
    from analyzer.judge import build_report
    from analyzer.model import Facts, Run

    run = Run(
        tool=__version__,
        rules=catalogue.rules_version,
        engine=facts.engine,
        started=started,
        seconds=seconds,
        peak_memory=None,
    )
    return build_report(Facts(traffic=facts), catalogue, run, ())
