"""`eduaudit traffic`: capture live, replay saved captures, make and check device profiles, deliver the spool."""

from __future__ import annotations

import os
import re
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyzer.render.forms import TRAFFIC_FORM_NAMES
from analyzer.render.language import default_lang

if TYPE_CHECKING:
    from analyzer.catalogue import Catalogue
    from analyzer.model import Report, TrafficFacts

    from .spool import Spool

FILE = click.Path(path_type=Path)
PACKAGE = re.compile(r"[A-Za-z][\w]*(\.[A-Za-z_][\w]*)+\Z")
SEVERITIES = ("critical", "high", "medium", "low", "never")


def package_name(_: click.Context, __: click.Parameter, value: str) -> str:
    """Check an Android package name."""
    if not PACKAGE.match(value):
        raise click.BadParameter(f"不是应用包名 / not a package name: {value!r}")
    return value


app_option = click.option("--app", required=True, metavar="PKG", callback=package_name, help="应用包名 / package name")
registry_option = click.option(
    "--registry", metavar="URL", envvar="EDUAUDIT_REGISTRY", help="登记平台地址 / the registry"
)
key_option = click.option("--key", metavar="KEY", envvar="EDUAUDIT_KEY", help="API 密钥 / API key ($EDUAUDIT_KEY)")
spool_option = click.option(
    "--spool", "spool_folder", type=FILE, metavar="DIR", help="待发目录 / spool folder ($EDUAUDIT_SPOOL)"
)
lang_option = click.option(
    "--lang", type=click.Choice(["zh", "en"]), default=None, help="缺省取自 locale / defaults to the locale"
)


@click.group(help="抓包与流量分析 / live capture and traffic analysis.")
def traffic() -> None:  # noqa: D103  # the help text is the documentation
    pass


@traffic.command(help="启动代理并录制 / start the proxy and record.")
@app_option
@click.option(
    "--profile",
    type=FILE,
    metavar="FILE",
    help="设备档案；没有则只按格式识别 / device profile; without it patterns only",
)
@click.option(
    "--listen",
    default="127.0.0.1:8080",
    show_default=True,
    metavar="[ADDRESS:]PORT",
    help="监听地址 / address to listen on",
)
@click.option("--out", type=FILE, default=Path(), metavar="DIR", help="录制目录 / folder for the capture")
@click.option(
    "--duration", type=click.FloatRange(min=0), metavar="S", help="秒数，到时结束 / seconds after which it ends"
)
@click.option(
    "--proxy-option", "options", multiple=True, metavar="NAME=VALUE", help="mitmproxy 选项 / an option of mitmproxy"
)
@registry_option
@key_option
@spool_option
@lang_option
def capture(  # noqa: D103  # the help text is the documentation
    app: str,
    profile: Path | None,
    listen: str,
    out: Path,
    duration: float | None,
    options: tuple[str, ...],
    registry: str | None,
    key: str | None,
    spool_folder: Path | None,
    lang: str | None,
) -> int:
    from analyzer.catalogue import load_catalogue
    from analyzer.model import UnreadableInputError

    from .capture import Proxy, check_port, parse_listen
    from .delivery import Sender
    from .replay import load_profile
    from .session import Session
    from .spool import checked_url
    from .summary import instructions, ticker, totals

    lang = lang or default_lang()
    need_key(registry, key)
    if registry:
        checked_url(registry)
    host, port = parse_listen(listen)
    catalogue = load_catalogue()
    known = load_profile(profile, catalogue)
    warn(*(known.warnings if known else ()))
    check_port(host, port)
    try:
        out.mkdir(parents=True, exist_ok=True)
        stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
        flow_file = new_file(out.resolve(), f"{app}-{stamp}")
    except OSError as error:
        raise UnreadableInputError(out, f"不能写入 / cannot be written: {error.strerror}") from error
    session = Session(flow_file, catalogue, known, app)
    with session.interruptible():
        proxy = Proxy(flow_file, host, port, options)
        try:
            host, port = proxy.wait_ready()
            click.echo(instructions(host, port, app, lang, keys=sys.stdin.isatty()), err=True)
            store = open_spool(spool_folder) if registry else None
            with Sender(store, registry, key), ticker() as tick:
                facts = session.run(proxy, lambda counts, marks: tick(totals(counts, marks, lang)), duration)
        finally:
            proxy.end()
    click.echo(f"{'录制文件' if lang == 'zh' else 'capture'}: {flow_file}", err=True)
    print_facts(facts, catalogue, lang)
    deliver(facts, app, registry, key, spool_folder)
    return 0


@traffic.command(help="分析已录制的 .flow 或 HAR / analyse saved captures.")
@click.argument("captures", nargs=-1, required=True, type=FILE, metavar="CAPTURE...")
@app_option
@click.option("--profile", type=FILE, metavar="FILE", help="设备档案 / device profile")
@click.option(
    "--marks", type=FILE, metavar="FILE", help="操作标记；缺省用录制文件旁的 / marks; default: those beside the capture"
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

    from .replay import load_profile, read_captures

    lang = lang or default_lang()
    check_form(form, output)
    need_key(registry, key)
    clock = time.perf_counter()
    started = datetime.now(UTC)
    catalogue = load_catalogue()
    known = load_profile(profile, catalogue)
    warn(*(known.warnings if known else ()))
    facts = read_captures(captures, known, marks, app)
    warn(*(row.detail for row in facts.not_analysed if row.code == "capture_truncated"))
    seconds = {"traffic": round(time.perf_counter() - clock, 3)}
    report = judged(facts, catalogue, started.isoformat(timespec="seconds"), seconds)
    write_report(report, form, lang, output)
    deliver(facts, app, registry, key, spool_folder)
    if reaches(report, fail_on):
        return 1
    return 3 if strict and facts.not_analysed else 0


@traffic.group(help="设备档案 / device profiles.")
def profile() -> None:  # noqa: D103  # the help text is the documentation
    pass


@profile.command("new", help="新建设备档案 / make a profile.")
@click.argument("file", type=FILE)
@click.option("--name", default="test-phone", show_default=True, help="名称 / name")
def profile_new(file: Path, name: str) -> int:  # noqa: D103  # the help text is the documentation
    from analyzer.model import UnreadableInputError

    from .testvalues import new_profile

    if '"' in name or "\\" in name or not name.isprintable() or not name.strip():
        raise click.BadParameter("名称不可用 / unusable name", param_hint="--name")
    try:
        with file.open("x", encoding="utf-8") as target:
            target.write(new_profile(name))
    except OSError as error:
        raise UnreadableInputError(file, f"不能新建 / cannot be made: {error.strerror}") from error
    click.echo(str(file))
    return 0


@profile.command("check", help="检查设备档案 / check a profile.")
@click.argument("file", type=FILE)
def profile_check(file: Path) -> int:  # noqa: D103  # the help text is the documentation
    from analyzer.catalogue import load_catalogue

    from .profile import read_profile
    from .redaction import redact

    catalogue = load_catalogue()
    known = read_profile(file, frozenset(catalogue.personal_data))
    for data, values in known.values.items():
        click.echo(f"{data}: {', '.join(redact(data, value) for value in values)}")
    warn(*known.warnings)
    return 0


@traffic.group(help="待发送的分析结果 / facts that wait for the registry.")
def spool() -> None:  # noqa: D103  # the help text is the documentation
    pass


@spool.command("list", help="列出待发和被拒 / what waits and what was rejected.")
@spool_option
def spool_list(spool_folder: Path | None) -> int:  # noqa: D103  # the help text is the documentation
    store = open_spool(spool_folder)
    for entry in store.entries():
        click.echo(f"{entry.key[:16]}  {entry.package}  {entry.registry}  {len(entry.body)} B")
    for path in store.rejected():
        click.echo(f"{path.stem[:16]}  rejected  {path}")
    return 0


@spool.command("send", help="发送待发内容 / deliver what waits.")
@click.option(
    "--registry", metavar="URL", envvar="EDUAUDIT_REGISTRY", help="只发往该平台 / only what is for this registry"
)
@click.option("--key", metavar="KEY", envvar="EDUAUDIT_KEY", required=True, help="API 密钥 / API key ($EDUAUDIT_KEY)")
@click.option(
    "--patience", type=click.FloatRange(min=0), default=0, metavar="S", help="重试的秒数 / seconds to keep trying"
)
@spool_option
def spool_send(registry: str | None, key: str, patience: float, spool_folder: Path | None) -> int:  # noqa: D103  # the help text is the documentation
    from .spool import summary

    deliveries = list(open_spool(spool_folder).send_all(key, registry=registry, patience=patience))
    for one in deliveries:
        if one.outcome != "sent":
            warn(f"{one.outcome}: {one.entry.package}: {one.answer}")
    counts = summary(deliveries)
    click.echo("  ".join(f"{outcome} {count}" for outcome, count in counts.items()))
    return 0 if counts["kept"] == counts["rejected"] == 0 else 1


def warn(*lines: str) -> None:
    """Say lines on standard error."""
    for line in lines:
        click.echo(line, err=True)


def need_key(registry: str | None, key: str | None) -> None:
    """Refuse a registry without a key before any work is done."""
    if registry and not key:
        raise click.UsageError("--registry 需要 --key / needs --key")


def new_file(folder: Path, stem: str) -> Path:
    """Make a new, empty `.flow` file that overwrites nothing."""
    for number in range(1000):
        path = folder / (f"{stem}-{number}.flow" if number else f"{stem}.flow")
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))  # holds personal data
        except FileExistsError:
            continue
        return path
    raise click.ClickException(f"{folder}: 录制文件太多 / too many captures of one second")


def open_spool(folder: Path | None) -> Spool:
    """Return the spool in ``folder``, or in its usual place."""
    from .spool import Spool, default_folder

    return Spool(folder or default_folder())


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


def print_facts(facts: TrafficFacts, catalogue: Catalogue, lang: str) -> None:
    """Print the summary table of a capture, and what was not analysed."""
    from rich.console import Console

    from .summary import facts_table, missed_lines

    def title(data: str) -> str:
        row = catalogue.personal_data.get(data)
        return row.title.pick(lang) if row else data

    Console().print(facts_table(facts, title, lang))
    warn(*missed_lines(facts))


def deliver(facts: TrafficFacts, app: str, registry: str | None, key: str | None, folder: Path | None) -> None:
    """Spool the facts, then try to send everything that waits for this registry."""
    if not registry or not key:
        return
    store = open_spool(folder)
    store.put(facts, registry, app)
    for one in store.send_all(key, registry=registry):
        words = {
            "sent": "已送达 / delivered",
            "kept": "暂存待重试 / kept, will be tried again",
            "rejected": "被拒绝 / rejected",
        }
        warn(f"{words[one.outcome]}: {one.entry.package}: {one.answer}")
