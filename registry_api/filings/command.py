"""`eduaudit registry transitions`."""

from __future__ import annotations

import click


@click.command()
@click.option("--markdown", is_flag=True, help="以 Markdown 输出 / as the page of the documentation holds it")
def transitions(*, markdown: bool) -> None:
    """输出状态迁移表 / print the tables of legal steps."""
    from registry_api.filings import printing  # noqa: PLC0415 - the database's modules are heavy

    click.echo(printing.markdown().rstrip() if markdown else "\n".join(printing.lines()))
