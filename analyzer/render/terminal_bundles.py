"""Hybrid frameworks in the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table

from .bundles import rows_of
from .escape import visible
from .prose import Text

if TYPE_CHECKING:
    from rich.console import RenderableType

    from analyzer.model import Report


def bundle_tables(report: Report, lang: str) -> Iterator[RenderableType]:
    """Yield the name of each bundle and a table of what there is to say of it."""
    for bundle in report.bundles:
        table = Table.grid(padding=(0, 2))
        table.add_column(style="dim", no_wrap=True)
        table.add_column(overflow="fold")
        for label, text in rows_of(bundle, lang):
            table.add_row(label, visible(text))
        yield Padding(Text(visible(bundle.name), style="bold"), (0, 1))
        yield Padding(table, (0, 3))
