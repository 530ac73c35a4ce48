"""Notices: what runs, what is overdue, and the sweep."""

from __future__ import annotations

import json
from pathlib import Path

import click

from registry_api.commands.group import data_option, existing, operator, registry
from registry_api.console import say


@registry.group()
def notices() -> None:
    """整改、约谈、通报、下架文书 / notices to providers."""


@notices.command()
@data_option
def sweep(data: Path | None) -> None:
    """逾期升级，暂定期限重算 / escalate what is overdue, count provisional terms anew; a worker does it by itself."""
    from registry_api.notices.service import sweep_notices

    made = existing(data)
    try:
        recounted, escalated = sweep_notices(made)
    finally:
        made.close()
    say(f"{escalated} escalated, {recounted} recounted")


@notices.command("list")
@data_option
@click.option("--overdue", is_flag=True, help="仅逾期 / only those that are overdue")
@click.option("--json", "as_json", is_flag=True, help="每行一个 JSON / JSON lines")
def list_(data: Path | None, *, overdue: bool, as_json: bool) -> None:
    """列出进行中的文书 / list the notices that have not ended, the earliest due first."""
    from sqlmodel import col

    from registry_api.accounts.access import scoped
    from registry_api.notices.endpoints import show_notices
    from registry_api.notices.models import Notice

    made, actor = existing(data), operator()
    try:
        with made.database.read() as session:
            statement = scoped(Notice, actor).where(col(Notice.ended_at).is_(None)).order_by(col(Notice.due_on))
            items = show_notices(session, list(session.exec(statement).all()), actor)
    finally:
        made.close()
    for item in items:
        if overdue and not item["overdue"]:
            continue
        if as_json:
            say(json.dumps(item, ensure_ascii=False))
            continue
        due = (item["due_on"] or "–") + ("?" if item["due_provisional"] else "") + (" !" if item["overdue"] else "")
        say(
            f"{item['id']:>6}  {item['state']:<10} {due:<14} {item['number'] or item['title']['zh']}  {item['package']}"
        )
