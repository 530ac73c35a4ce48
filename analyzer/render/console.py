"""Blocks as text of a terminal's width."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterable

from rich.console import Console, RenderableType

NARROWEST = 60
"""Columns below which nothing is laid out."""


def as_text(blocks: Iterable[RenderableType], *, color: bool = False, width: int | None = None) -> str:
    """Return blocks as text of ``width`` columns (the terminal's when `None`), with ANSI colours on demand."""
    columns = width or shutil.get_terminal_size((100, 40)).columns
    sink = io.StringIO()
    console = Console(
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
