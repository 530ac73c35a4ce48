"""`eduaudit registry …`. Nothing heavy is imported before the command that needs it runs."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analyzer.model import EduauditError
from registry_api.commands.webhooks import webhooks
from registry_api.console import POLL_SECONDS, print_run, print_verification, print_week, progress, say

if TYPE_CHECKING:
    from sqlmodel import Session

    from registry_api.accounts.access import Actor
    from registry_api.client import Client
    from registry_api.registry import Registry

_SEVERITIES = ("critical", "high", "medium", "low", "never")

data_option = click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path), help="数据目录 / folder of the record"
)
url_option = click.option("--url", envvar="EDUAUDIT_URL", help="平台地址 / address of the registry")
lang_option = click.option(
    "--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="语言 / language"
)
key_option = click.option("--key", envvar="EDUAUDIT_KEY", help="访问密钥 / API key")


class _Group(click.Group):
    """A group whose commands say in one line that the database does not answer."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            # Only a command that has used the database has loaded the class.
            driver = sys.modules.get("sqlalchemy.exc")
            if driver is None or not isinstance(error, driver.OperationalError):
                raise
            why = " ".join(str(error.orig).split())
            raise EduauditError(f"数据库无法使用 / the database does not answer: {why}") from error


@click.group(cls=_Group)
def registry() -> None:
    """备案登记平台 / the registry of educational apps."""


registry.add_command(webhooks)


def _registry(data: Path | None, **given: Any) -> Registry:
    from registry_api.registry import Registry
    from registry_api.settings import read_settings

    return Registry(read_settings(data=data, **given))


def _existing(data: Path | None) -> Registry:
    made = _registry(data)
    if made.settings.sqlite and not (made.settings.data / "registry.sqlite3").exists():
        made.close()
        raise EduauditError(f"{made.settings.data}: no registry there; start one with: eduaudit registry serve")
    return made


@registry.command()
@data_option
@click.option("--host", help="监听地址 / address to listen on")
@click.option("--port", type=click.IntRange(0, 65535), help="端口，0 为任选 / port, 0 for any")
@click.option("--no-worker", is_flag=True, help="不在本进程执行检测 / run no audits in this process")
def serve(data: Path | None, host: str | None, port: int | None, *, no_worker: bool) -> None:
    """启动平台 / start the registry: migrate, listen, audit."""
    from registry_api.serving import serve as run

    run(_registry(data, host=host, port=port), worker=not no_worker, say=say)


@registry.command()
@data_option
def worker(data: Path | None) -> None:
    """单独执行检测 / run audits in a process of its own."""
    import signal
    import threading

    from registry_api.jobs.worker import work
    from registry_api.migrations import migrate as upgrade

    made = _registry(data)
    upgrade(made.settings)
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    work(made, stop, lambda: say("worker ready"))
    made.close()


@registry.command()
@data_option
def migrate(data: Path | None) -> None:
    """升级数据库 / bring the database up to date."""
    from registry_api.migrations import migrate as upgrade

    made = _registry(data)
    upgrade(made.settings)
    say(f"{_place(made)}: up to date")


def _place(made: Registry) -> str:
    return str(made.settings.data) if made.settings.sqlite else made.settings.url.rsplit("@", 1)[-1]


@registry.command()
@click.argument("app", type=click.Path(path_type=Path))
@click.option("--filing", required=True, type=click.Path(path_type=Path), help="备案材料（JSON）/ the filing")
@click.option("--policy", type=click.Path(path_type=Path), help="隐私政策 / the privacy policy")
@url_option
@key_option
@lang_option
@click.option("--wait", is_flag=True, help="等待检测完成并列出问题 / wait for the audit and list the findings")
def submit(
    app: Path, filing: Path, policy: Path | None, url: str | None, key: str | None, lang: str, *, wait: bool
) -> None:
    """提交备案与应用包 / hand in a filing with its package.

    退回补正后，修改材料再次提交即可。/ After a return for correction: mend the files and submit again.
    """
    from registry_api.submission import submit as hand_in

    with _client(url, key) as client:
        result = hand_in(client, app, filing, policy, note=lambda text: click.echo(text, err=True))
        if wait:
            run = _wait_for(client, result.run_id)
            print_run(client, run, lang)
        say(f"{client.url}/apps/{result.package}")
        if wait and run["state"] != "succeeded":
            raise EduauditError(f"{app}: audit {run['state']}: {(run['error'] or {}).get('detail', '')}")


def _client(url: str | None, key: str | None) -> Client:
    from registry_api.client import Client

    if not url or not key:
        raise EduauditError("--url and --key are needed (or EDUAUDIT_URL and EDUAUDIT_KEY)")
    return Client(url, key)


def _wait_for(client: Client, run_id: str) -> dict[str, Any]:
    while True:
        run: dict[str, Any] = client.call("GET", f"/audits/{run_id}").json()
        if run["state"] in {"succeeded", "failed", "cancelled"}:
            return run
        time.sleep(POLL_SECONDS)


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
        with _client(url, key) as client:
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
    made = _existing(data)
    upgrade(made.settings)
    actor = _operator()
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


def _operator() -> Actor:
    """Return the actor of a command on this machine: whoever may read the folder is its administrator."""
    from registry_api.accounts.access import Actor, Role, default_scopes

    return Actor("console", "console", Role.ADMIN, scopes=frozenset(default_scopes(Role.ADMIN)))


@registry.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@data_option
@click.option("--dry-run", is_flag=True, help="只检查，不写入 / check every row and change nothing")
def import_(file: Path, data: Path | None, *, dry_run: bool) -> None:
    """批量导入备案（CSV、XLSX 或 JSONL）/ import filings as drafts."""
    from registry_api.exchange.filings import import_filings, read_rows
    from registry_api.migrations import migrate as upgrade

    made = _registry(data)
    upgrade(made.settings)
    try:
        result = import_filings(made, _operator(), read_rows(file), dry_run=dry_run)
    finally:
        made.close()
    for number, why in result.errors[:50]:
        click.echo(f"{file}: row {number}: {why}", err=True)
    if result.failed > 50:
        click.echo(f"{file}: {result.failed - 50} more rows with errors", err=True)
    done = "would be imported (dry run: nothing was written)" if dry_run else "imported"
    say(f"{result.imported} {done}, {result.known} known before, {result.failed} with errors")
    if result.errors:
        sys.exit(1)


@registry.command()
@click.argument("name", type=click.Choice(["filing", "report", "diff", "transitions"]))
def schema(name: str) -> None:
    """输出数据格式 / print the JSON Schema of a filing, report or comparison, or the table of transitions."""
    if name == "transitions":
        from registry_api.filings.transitions import TRANSITIONS

        for item in TRANSITIONS:
            roles = ", ".join(sorted(item.roles))
            say(f"{item.source.value:<24} {item.event.value:<16} → {item.target.value:<24} {roles}")
        return
    if name == "report":
        from analyzer.model import json_schema

        made = json_schema()
    elif name == "diff":
        from analyzer.model import diff_schema

        made = diff_schema()
    else:
        import analyzer

        made = analyzer.filing_schema()
    say(json.dumps(made, ensure_ascii=False, indent=2, sort_keys=True))


@registry.command()
@click.argument("name")
@data_option
@click.option("--role", type=click.Choice(["vendor", "reviewer", "supervisor", "auditor", "admin"]), required=True)
@click.option("--province", help="省份代码，如 31 / two digits")
@click.option("--organization", metavar="USCC", help="所属单位的统一社会信用代码 / unit that a vendor's key files for")
@click.option("--days", type=click.IntRange(min=1), help="有效天数 / days until it expires")
@click.option("--link", is_flag=True, help="另给一次性登录链接 / also print a one-time sign-in path")
def key(
    name: str,
    data: Path | None,
    role: str,
    province: str | None,
    organization: str | None,
    days: int | None,
    *,
    link: bool,
) -> None:
    """签发访问密钥 / issue an API key on this machine."""
    from datetime import timedelta

    from registry_api.accounts.access import Role
    from registry_api.accounts.keys import issue
    from registry_api.accounts.sessions import one_time_token
    from registry_api.db import now

    made = _existing(data)
    try:
        with made.database.write() as session:
            row, text = issue(
                session,
                name=name,
                role=Role(role),
                province=province,
                organization_id=_organization_id(session, organization) if organization else None,
                expires_at=now() + timedelta(days=days) if days else None,
            )
            token = one_time_token(session, row.id) if link else None
    finally:
        made.close()
    say(text)
    if token:
        say(f"/login?token={token}")


def _organization_id(session: Session, uscc: str) -> int | None:
    from sqlmodel import select

    from registry_api.organizations.models import Organization

    found = session.exec(select(Organization.id).where(Organization.uscc == uscc.strip().upper())).first()
    if found is None:
        raise EduauditError(f"--organization: no organisation with {uscc} is on record")
    return found


@registry.command()
@click.argument("target", type=click.Path(file_okay=False, path_type=Path))
@data_option
def backup(target: Path, data: Path | None) -> None:
    """在线备份并核验 / back up while running, and verify the copy."""
    from registry_api.exchange.backup import backup as copy

    made = _existing(data)
    try:
        print_verification(str(target), copy(made, target))
    finally:
        made.close()


@registry.command()
@click.argument("source", type=click.Path(exists=True, file_okay=False, path_type=Path))
@data_option
def restore(source: Path, data: Path | None) -> None:
    """由备份恢复到新目录 / make a new data folder from a backup; nothing is overwritten.

    恢复后以 serve --data 指向新目录启动。/ Start it with: serve --data on the new folder.
    """
    from registry_api.exchange.backup import restore as bring_back
    from registry_api.settings import read_settings

    settings = read_settings(data=data)
    if not settings.sqlite:
        raise EduauditError("use pg_restore for PostgreSQL, and copy the folder of blobs back")
    print_verification(str(settings.data), bring_back(source, settings.data))


@registry.command()
@data_option
def verify(data: Path | None) -> None:
    """核验办理记录与文件 / prove that trail and files are whole; exit 1 when not."""
    from registry_api.exchange.backup import verify as check

    made = _existing(data)
    try:
        print_verification(_place(made), check(made.database, made.blobs))
    finally:
        made.close()
