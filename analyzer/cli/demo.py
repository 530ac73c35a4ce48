"""`eduaudit demo`: the whole story, told by running the product's own commands as processes."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analyzer.model.errors import EduauditError
from analyzer.model.record import dataclass
from analyzer.render.language import default_lang

from .foreign import Foreign, fetch_foreign

if TYPE_CHECKING:
    from collections.abc import Iterator

STORY = ("reader", "homework", "campus", "packed")
"""Sample folders, in the order in which they are told."""

TEXT = {
    "start": ("启动登记平台（临时数据目录）…", "starting the registry (temporary data folder) …"),
    "submit": ("提交备案与安装包，等待审计：{}", "filing with its package, waiting for the audit: {}"),
    "replay": ("回放抓包，结果进入该应用的档案：{}", "replaying its capture, findings go to its record: {}"),
    "fetch": ("下载一个真实的第三方应用（{}）…", "fetching a real third-party app ({}) …"),
    "offline": ("没有取到真实应用，继续用样例：{}", "no real app to be had, going on with the samples: {}"),
    "weekly": ("每周复查全部应用…", "the weekly audit of every registered app …"),
    "record": ("档案页面（链接只能登录一次）：{}", "the record (the link signs in once): {}"),
    "over": (
        "演示结束，平台已停止。make demo SERVE=1 可让它继续运行。",
        "The demo is over and the registry has stopped. make demo SERVE=1 leaves it up.",
    ),
    "serving": ("平台继续运行，按 Ctrl-C 结束。", "The registry stays up; Ctrl-C ends it."),
    "table": ("各应用的结论", "What was found"),
    "app": ("应用", "App"),
    "verdict": ("结论", "Verdict"),
    "traffic": ("流量：同意前 / 明文", "On the wire: before consent / cleartext"),
    "complete": ("代码读全", "All code read"),
    "proven": ("已证实", "Proven"),
}


@dataclass
class Registry:
    """A running `eduaudit registry serve`."""

    process: subprocess.Popen[str]
    url: str
    key: str
    login: str


@dataclass
class Told:
    """What the story found out about one app."""

    package: str
    label: str
    report: dict[str, Any]


@click.command(help="用自带样例和一个真实应用走完全过程 / the whole story on the samples and a real app.")
@click.option("--serve", is_flag=True, help="结束后让平台继续运行 / leave the registry up")
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="数据目录，缺省为临时目录 / data folder")
@click.option("--offline", is_flag=True, help="不下载真实应用 / fetch no real app")
@click.option("--lang", type=click.Choice(["zh", "en"]), default=None)
def demo(serve: bool, data: Path | None, offline: bool, lang: str | None) -> int:  # noqa: D103  # the help text is the documentation
    lang = lang or default_lang()
    # A request to end is an interruption: the registry that was started must not outlive its story.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="eduaudit-demo-")))
        say("start", lang)
        registry = stack.enter_context(running(data or work / "record"))
        told = [tell(folder, registry, lang, work) for folder in sample_folders()]
        if (foreign := None if offline else foreign_app(work, lang)) is not None:
            told.append(tell_foreign(foreign, registry, lang, work))
        say("weekly", lang)
        run(
            "registry",
            "weekly",
            "--url",
            registry.url,
            "--fail-on",
            "never",
            env={"EDUAUDIT_KEY": registry.key},
            show=True,
        )
        click.echo(table(told, lang))
        say("record", lang, f"{registry.login}&next=/apps/{told[1].package}")
        if serve:
            say("serving", lang)
            with contextlib.suppress(KeyboardInterrupt):
                registry.process.wait()
        else:
            say("over", lang)
    return 0


def say(key: str, lang: str, *values: object) -> None:
    """Print one line of the story at once."""
    click.echo("▸ " + TEXT[key][lang == "en"].format(*values))
    sys.stdout.flush()


def sample_folders() -> list[Path]:
    """Return the sample folders: inside the wheel, or beside the package in a checkout."""
    here = Path(__file__).parents[1]
    for root in (here / "_samples", here.parent / "samples"):
        if (root / STORY[0]).is_dir():
            return [root / name for name in STORY]
    raise EduauditError("the samples are not part of this installation")


def run(*args: str, env: dict[str, str] | None = None, accept: tuple[int, ...] = (0, 1), show: bool = False) -> str:
    """Run an eduaudit command; returns its standard output. Raises `EduauditError` with its message on failure."""
    done = subprocess.run(
        [sys.executable, "-m", "analyzer", *args],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, **(env or {})},
    )
    if done.returncode not in accept:
        raise EduauditError(
            f"eduaudit {' '.join(args[:2])} → {done.returncode}: {done.stderr.strip() or done.stdout.strip()}"
        )
    if show:
        click.echo(done.stdout.rstrip())
    return done.stdout


@contextlib.contextmanager
def running(data: Path) -> Iterator[Registry]:
    """Start the registry on a free port of the loopback interface and stop it at the end."""
    data.mkdir(parents=True, exist_ok=True)
    log = data / "server.log"
    # The log goes to a file: nobody reads a pipe while the story goes on, and a full pipe would stop the server.
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "analyzer", "registry", "serve", "--data", str(data), "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            encoding="utf-8",
        )
    try:
        yield ready(process, log)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()


def ready(process: subprocess.Popen[str], log: Path) -> Registry:
    """Read the key and the address that the server prints on its first start."""
    assert process.stdout is not None  # noqa: S101  # opened as a pipe above
    key = ""
    for line in process.stdout:
        if found := re.search(r"edr_\S+", line):
            key = found.group()
        if found := re.search(r"http://\S+", line):
            login = found.group()
            return Registry(process, login.split("/login")[0].rstrip("/"), key, login)
    raise EduauditError(f"the registry did not start: {log.read_text(encoding='utf-8').strip()[-500:]}")


def tell(folder: Path, registry: Registry, lang: str, work: Path) -> Told:
    """File one sample, audit it and replay its capture."""
    package = folder / f"{folder.name}.apk"
    policy = next(folder.glob("policy.*"))
    document = json.loads((folder / "filing.json").read_text(encoding="utf-8"))
    name = document["app"]["package"]
    access = {"EDUAUDIT_KEY": registry.key}
    say("submit", lang, document["app"]["name"])
    run(
        "registry",
        "submit",
        str(package),
        "--filing",
        str(folder / "filing.json"),
        "--policy",
        str(policy),
        "--url",
        registry.url,
        "--wait",
        env=access,
    )
    say("replay", lang, document["app"]["name"])
    capture, phone = str(folder / "capture.flow"), ["--profile", str(folder / "profile.yaml")]
    phone += ["--marks", str(folder / "marks.jsonl")]
    spool = ["--spool", str(work / "spool")]
    run("traffic", "replay", capture, "--app", name, *phone, "--registry", registry.url, *spool, env=access)
    # The same four channels as on the record, judged again without any server: the table shows what the record shows.
    filed = ["--policy", str(policy), "--filing", str(folder / "filing.json")]
    report = run("audit", str(package), *filed, "--traffic", capture, *phone, "--format", "json")
    return Told(name, document["app"]["name"], json.loads(report))


def foreign_app(work: Path, lang: str) -> Foreign | None:
    """Fetch a real app, or say why there is none."""
    say("fetch", lang, Foreign.SOURCE)
    try:
        return fetch_foreign(work)
    except EduauditError as error:
        say("offline", lang, error)
        return None


def tell_foreign(foreign: Foreign, registry: Registry, lang: str, work: Path) -> Told:
    """File a real app as a demonstration: the filing's app fields are what its own manifest says."""
    report = json.loads(run("audit", str(foreign.path), "--format", "json"))
    sample = json.loads((sample_folders()[0] / "filing.json").read_text(encoding="utf-8"))
    app = report["app"]
    label = app["label"] or app["package"]
    sample["app"] |= {
        "name": f"演示：{label}",
        "package": app["package"],
        "version_name": app["version_name"],
        "signer_md5": app["signers"][0]["md5"] if app["signers"] else None,
        "sdks": [],
        "permissions": [],
    }
    filing = work / "foreign.json"
    filing.write_text(json.dumps(sample, ensure_ascii=False), encoding="utf-8")
    say("submit", lang, f"{label} ({foreign.path.stat().st_size:,} B)")
    run(
        "registry",
        "submit",
        str(foreign.path),
        "--filing",
        str(filing),
        "--url",
        registry.url,
        "--wait",
        env={"EDUAUDIT_KEY": registry.key},
    )
    return Told(app["package"], label, report)


def table(told: list[Told], lang: str) -> str:
    """Return the closing table as text."""
    import io

    from rich.console import Console
    from rich.table import Table

    from analyzer.render.words import word

    english = lang == "en"
    grid = Table(title=TEXT["table"][english], title_justify="left")
    for key in ("app", "verdict", "complete"):
        grid.add_column(TEXT[key][english])
    for level in ("critical", "high", "medium", "low"):
        grid.add_column(word(level, lang), justify="right")
    grid.add_column(TEXT["proven"][english], justify="right")
    grid.add_column(TEXT["traffic"][english], justify="right")
    for one in told:
        grid.add_row(*_row(one, lang))
    sink = io.StringIO()
    Console(file=sink, width=130 if not sys.stdout.isatty() else None, markup=False, highlight=False).print(grid)
    return sink.getvalue().rstrip()


def _row(one: Told, lang: str) -> list[str]:
    from analyzer.render.words import word

    summary, sent = one.report["summary"], one.report["transmissions"]
    verdict = "verdict.incomplete" if summary["verdict"] == "incomplete" else summary["verdict"]
    counts = [str(summary["findings"][level] or "–") for level in ("critical", "high", "medium", "low")]
    proven = sum(item["status"] == "proven" for item in one.report["findings"])
    early, clear = sum(row["phase"] == "before_consent" for row in sent), sum(not row["encrypted"] for row in sent)
    wire = f"{early} / {clear}" if summary["channels"]["traffic"] else "–"
    complete = "●" if one.report["coverage"]["complete"] else "○"
    return [
        f"{one.label}\n{one.package}",
        word(verdict, lang),
        complete,
        *counts,
        str(proven or "–"),
        wire,
    ]
