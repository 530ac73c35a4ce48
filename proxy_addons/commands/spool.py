"""`eduaudit traffic spool`: facts that wait for the registry."""

from __future__ import annotations

from pathlib import Path

import click

from .options import open_spool, spool_option, warn


@click.group(help="待发送的分析结果 / facts that wait for the registry.")
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
    from proxy_addons.spool import summary

    deliveries = []
    for one in open_spool(spool_folder).send_all(key, registry=registry, patience=patience):
        deliveries.append(one)
        if one.outcome != "sent":
            warn(f"{one.outcome}: {one.entry.package}: {one.answer}")
    counts = summary(deliveries)
    click.echo("  ".join(f"{outcome} {count}" for outcome, count in counts.items()))
    return 0 if counts["kept"] == counts["rejected"] == 0 else 1
