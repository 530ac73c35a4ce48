"""Special campaigns, alerts about SDKs, duplicates."""

from __future__ import annotations

import json
from contextlib import contextmanager
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
from registry_api.console import say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from registry_api.client import Client
    from registry_api.registry import Registry


@contextmanager
def _opened(data: Path | None) -> Iterator[Registry]:
    from registry_api.migrations import migrate

    made = existing(data)
    try:
        migrate(made.settings)
        yield made
    finally:
        made.close()


def place_options(command: Any) -> Any:
    """Add the options that say where the record is: a folder on this machine, or a server and a key."""
    return data_option(url_option(key_option(command)))


def _elsewhere(data: Path | None, url: str | None, key: str | None) -> Client | None:
    """Return the client of a server, when one is named and no folder is."""
    return connect(url, key) if url and data is None else None


def _all(client: Client, path: str) -> Iterator[dict[str, Any]]:
    """Yield the items of all pages of a list."""
    after: Any = None
    while True:
        page = client.call("GET", path, params={"limit": 200, **({"after": after} if after is not None else {})}).json()
        yield from page["items"]
        after = page["next"]
        if after is None:
            return


def _line(row: dict[str, Any]) -> str:
    return f"{row['id']}  {row['state']}  {row['name']}"


@registry.group()
def campaign() -> None:
    """专项治理 / special campaigns over provinces, categories, modes of use, stages."""


@campaign.command()
@place_options
@click.argument("name")
@click.option("--basis", default="", help="依据 / legal basis")
@click.option("--province", "provinces", multiple=True, help="省份代码，可多次 / two digits, several times")
@click.option("--category", "categories", multiple=True, help="类别 / category")
@click.option("--use-mode", "use_modes", multiple=True, help="使用方式 / required, recommended, free")
@click.option("--stage", "stages", multiple=True, help="学段 / stage")
@click.option("--due", type=click.DateTime(["%Y-%m-%d"]), help="期限 / day on which it is to be done")
def new(
    data: Path | None,
    url: str | None,
    key: str | None,
    name: str,
    basis: str,
    provinces: tuple[str, ...],
    categories: tuple[str, ...],
    use_modes: tuple[str, ...],
    stages: tuple[str, ...],
    due: datetime | None,
) -> None:
    """新建（尚不启动）/ plan one; nothing is audited before it starts."""
    from dataclasses import asdict

    from registry_api.campaigns.endpoints import show_campaign
    from registry_api.campaigns.service import Plan, plan_campaign

    plan = Plan(name, basis, provinces, categories, use_modes, stages, due.date() if due else None)
    if (client := _elsewhere(data, url, key)) is not None:
        with client:
            due_on = plan.due_on.isoformat() if plan.due_on else None
            say(_line(client.call("POST", "/campaigns", json={**asdict(plan), "due_on": due_on}, once=True).json()))
        return
    with _opened(data) as made, made.database.write() as session:
        row = plan_campaign(session, operator(), plan)
        say(_line(show_campaign(row)))


@campaign.command("list")
@place_options
def list_(data: Path | None, url: str | None, key: str | None) -> None:
    """列出 / list all, newest first."""
    from sqlmodel import col

    from registry_api.accounts.access import scoped
    from registry_api.campaigns.endpoints import show_campaign
    from registry_api.campaigns.models import Campaign

    if (client := _elsewhere(data, url, key)) is not None:
        with client:
            rows = list(_all(client, "/campaigns"))
    else:
        with _opened(data) as made, made.database.read() as session:
            found = session.exec(scoped(Campaign, operator()).order_by(col(Campaign.id).desc())).all()
            rows = [show_campaign(row) for row in found]
    for row in rows:
        say(
            f"{row['id']:>4}  {row['state']:<9}  {row['due_on'] or '–':<10}  {row['province'] or '全国'}  {row['name']}"
        )


@campaign.command()
@place_options
@click.argument("number", type=click.IntRange(1))
def start(data: Path | None, url: str | None, key: str | None, number: int) -> None:
    """启动：固定范围，安排检测 / freeze the scope and request the audits; again: go on where it was interrupted."""
    from registry_api.campaigns.service import find_campaign, move_campaign, request_runs
    from registry_api.campaigns.states import CampaignEvent, CampaignState

    if (client := _elsewhere(data, url, key)) is not None:
        with client:
            # One that is running already goes on by itself: the sweep of a worker requests what is missing.
            if client.call("GET", f"/campaigns/{number}").json()["state"] != CampaignState.RUNNING:
                _step(client, number, "start")
            count = client.call("GET", f"/campaigns/{number}").json()["progress"]["apps"]
        say(f"{count} 个应用已纳入，检测由 worker 执行 / apps taken in; a worker audits them")
        return
    with _opened(data) as made:
        with made.database.write() as session:
            row = find_campaign(session, operator(), number, lock=True)
            if row.state != CampaignState.RUNNING:
                move_campaign(session, operator(), row, CampaignEvent.START)
        count = request_runs(made, number)
        say(f"{count} 个检测已安排，由 worker 执行 / audits requested; a worker performs them")


@campaign.command()
@place_options
@click.argument("number", type=click.IntRange(1))
@click.option(
    "--report",
    "reports",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="报告文件（.html、.xlsx、.json）/ write the report there",
)
@lang_option
def show(
    data: Path | None, url: str | None, key: str | None, number: int, reports: tuple[Path, ...], lang: str
) -> None:
    """进度或总结 / how far it is, or how it ended."""
    from registry_api.campaigns.booklet import campaign_booklet
    from registry_api.campaigns.endpoints import report_of
    from registry_api.campaigns.service import find_campaign
    from registry_api.exchange.booklet import WRITERS, form_of, replace_file

    for path in reports:
        form_of(path)
    if (client := _elsewhere(data, url, key)) is not None:
        with client:
            report = client.call("GET", f"/campaigns/{number}/report").json()
    else:
        with _opened(data) as made, made.database.read() as session:
            report = report_of(session, operator(), find_campaign(session, operator(), number))
    book = campaign_booklet(report, lang)
    say(book.title)
    for line in (*book.lines, *book.warnings):
        say("  " + line)
    say("  " + " · ".join(f"{tile.label} {tile.value}" for tile in book.tiles))
    for row in book.sections[0].rows:
        say("  " + "  ".join(str(value) for value in row))
    for path in reports:
        form = form_of(path)
        plain = json.dumps(report, ensure_ascii=False, indent=1).encode()
        replace_file(path, plain if form == "json" else WRITERS[form](book))
        say(str(path))


@campaign.command()
@place_options
@click.argument("number", type=click.IntRange(1))
def close(data: Path | None, url: str | None, key: str | None, number: int) -> None:
    """结束并固定数字 / close it; the figures of this moment are kept."""
    from registry_api.campaigns.endpoints import show_campaign
    from registry_api.campaigns.service import find_campaign, move_campaign
    from registry_api.campaigns.states import CampaignEvent

    if (client := _elsewhere(data, url, key)) is not None:
        with client:
            say(_line(_step(client, number, "close")))
        return
    with _opened(data) as made, made.database.write() as session:
        row = move_campaign(
            session, operator(), find_campaign(session, operator(), number, lock=True), CampaignEvent.CLOSE
        )
        say(_line(show_campaign(row)))


def _step(client: Client, number: int, event: str) -> dict[str, Any]:
    path = f"/campaigns/{number}"
    etag = client.call("GET", path).headers["etag"]
    answer: dict[str, Any] = client.call(
        "POST", f"{path}/transitions", json={"event": event}, etag=etag, once=True
    ).json()
    return answer


@registry.command()
@place_options
@click.argument("sdk")
@click.option("--at-most", help="受影响的最高版本 / highest version that is affected")
@click.option("--at-least", help="受影响的最低版本 / lowest version that is affected")
@click.option("--known-only", is_flag=True, help="不含版本未识别的 / leave out apps whose version of it is not known")
@click.option("--reason", default="", help="问题说明 / what is wrong with it")
@click.option("--basis", default="", help="依据 / legal basis")
@click.option("--batch", default="", help="批次号 / batch number; the same batch tells no app twice")
@click.option("--dry-run", is_flag=True, help="只列出 / only list them")
def alert(
    data: Path | None, url: str | None, key: str | None, sdk: str, *, known_only: bool, dry_run: bool, **given: Any
) -> None:
    """为集成某 SDK 的全部应用拟稿通知 / draft a notice for every app that ships an SDK; others sign and issue."""
    from urllib.parse import quote

    from registry_api.audits.alerts import SdkAlert, notify_shippers

    if (client := _elsewhere(data, url, key)) is not None:
        body = {**given, "unknown": not known_only, "dry_run": dry_run}
        with client:
            rows = client.call("POST", f"/sdks/{quote(sdk, safe='')}/notices", json=body).json()["items"]
        _tell_alert(sdk, rows)
        return
    with _opened(data) as made:
        rows = notify_shippers(made, operator(), SdkAlert(sdk, unknown=not known_only, **given), dry_run=dry_run)
    _tell_alert(sdk, rows)


def _tell_alert(sdk: str, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        number = row["notice"] or "–"
        shipped = row["sdk_version"] or "?"
        say(f"{row['outcome']:<11} {number!s:>6}  {row['package']}  {shipped}  {row['detail']}".rstrip())
    say(f"{len(rows)} 个应用集成 {sdk} / apps ship it")


@registry.command()
@place_options
def duplicates(data: Path | None, url: str | None, key: str | None) -> None:
    """列出同一单位为同一功能使用的多个应用 / apps of one category and type that one institution uses."""
    from registry_api.audits.alerts import duplicates as look

    def show(item: dict[str, Any]) -> None:
        names = "; ".join(f"{app['app']} ({app['package']}, {app['use_mode']})" for app in item["apps"])
        say(f"{item['institution']}  {item['category']}/{item['app_type']}: {names}")

    if (client := _elsewhere(data, url, key)) is not None:
        with client:
            for item in _all(client, "/duplicates"):
                show(item)
        return
    with _opened(data) as made, made.database.read() as session:
        after: int | None = 0
        while after is not None:
            items, after = look(session, operator(), after, 200)
            for item in items:
                show(item)
