"""Blocks as text of a terminal's width."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterable
from typing import Any

from rich.console import Console, RenderableType

from .prose import Text

NARROWEST = 60
"""Columns below which nothing is laid out."""


class _Console(Console):
    """Breaks the lines of plain strings, those in cells of tables too, as Chinese is set."""

    def render_str(self, text: str, **style: Any) -> Text:
        """Return a plain string as text; nothing in a report is markup."""
        return Text(text, **{key: style[key] for key in ("style", "justify", "overflow") if style.get(key)})


def as_text(blocks: Iterable[RenderableType], *, color: bool = False, width: int | None = None) -> str:
    """Return blocks as text of ``width`` columns (the terminal's when `None`), with ANSI colours on demand."""
    columns = width or shutil.get_terminal_size((100, 40)).columns
    sink = io.StringIO()
    console = _Console(
        file=sink,
        width=max(columns, NARROWEST),
        force_terminal=color,
        color_system="standard" if color else None,
        highlight=False,
        emoji=False,
        markup=False,
    )
    for block in blocks:
        console.print(block)
    return "\n".join(line.rstrip() for line in sink.getvalue().splitlines()) + "\n"
