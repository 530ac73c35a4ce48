"""`eduaudit registry webhooks …`."""

from __future__ import annotations

from pathlib import Path

import click

from registry_api.console import say


@click.group()
def webhooks() -> None:
    """事件推送 / webhooks."""


@webhooks.command()
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="数据目录 / folder of the record")
def deliver(data: Path | None) -> None:
    """立即推送待发事件 / send what is due now, once; a running worker does it by itself."""
    from registry_api.exchange.webhooks.relay import relay
    from registry_api.registry import Registry
    from registry_api.settings import read_settings

    made = Registry(read_settings(data=data))
    try:
        say(f"{relay(made)} delivered")
    finally:
        made.close()


@webhooks.command()
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="数据目录 / folder of the record")
def reseal(data: Path | None) -> None:
    """更换封存密钥 / make a new key for the secrets on record and seal them all with it; addresses notice nothing."""
    from registry_api.commands.group import existing
    from registry_api.exchange.webhooks.sealing import forget_old_keys
    from registry_api.exchange.webhooks.sealing import reseal as seal_anew

    made = existing(data)
    try:
        with made.database.write() as session:
            count = seal_anew(session.connection(), made.settings.data)
        forget_old_keys(made.settings.data)
        say(f"{count} sealed anew")
    finally:
        made.close()
