"""Text that breaks as Chinese is set: between characters, with no closing sign at the start of a line.

rich breaks at spaces alone, so a sentence without one is a single long word: it begins on a line of its own and is
then cut anywhere. Here a line may end after every Chinese character, but for the signs that may not begin or end one
(GB/T 15834, 5.1); names of classes and paths that are wider than a line end it after a separator.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import rich.text
from rich.cells import cell_len
from rich.containers import Lines
from rich.measure import Measurement

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, JustifyMethod, OverflowMethod, RenderableType
    from rich.style import StyleType

NARROWEST = 8
"""Columns below which a column of Chinese is not squeezed."""
_OPEN = "（《「『【〈“‘〔"
_CLOSE = "，。、；：？！）》」』】〉”’〕…—·％"
_HAN = "⺀-〿㇀-㏿㐀-䶿一-鿿豈-﫿！-｠\U00020000-\U0003ffff"
_PIECE = re.compile(
    rf"\s*[{_OPEN}]*(?:[^\s{_HAN}{_OPEN}{_CLOSE}]+|[{_HAN}])[{_CLOSE},.;:?!)\]]*(?:[{_CLOSE}])*\s*|\s+|.\s*", re.DOTALL
)
_OPENED = re.compile(r"[\[({]+$")
"""What opens a bracket belongs to what follows."""
_SEPARATOR = re.compile(r"(?<=[/.;:$_>›|,@=&?-])(?![)\]>])")


def pieces(text: str) -> Iterator[str]:
    """Yield the parts of ``text`` between which a line may end; joined they are the text."""
    kept = ""
    for match in _PIECE.finditer(text):
        piece = kept + match.group()
        opened = _OPENED.search(piece)
        kept = opened.group() if opened and match.end() < len(text) else ""
        if piece := piece[: len(piece) - len(kept)]:
            yield piece


def break_line(text: str, width: int) -> list[int]:
    """Return the offsets at which ``text`` goes on in a new line of ``width`` columns; blanks may hang over its end."""
    offsets: list[int] = []
    start = used = 0
    for piece in pieces(text):
        solid = cell_len(piece.rstrip())
        if used and used + solid > width:
            offsets.append(start)
            used = 0
        if solid > width:
            for part in _cut(piece, width):
                if used and used + cell_len(part.rstrip()) > width:
                    offsets.append(start)
                    used = 0
                start, used = start + len(part), used + cell_len(part)
            continue
        start, used = start + len(piece), used + cell_len(piece)
    return offsets


def _cut(piece: str, width: int) -> Iterator[str]:
    """Yield parts of a piece wider than a line: after separators, and anywhere where there is none."""
    for part in _SEPARATOR.split(piece):
        rest = part
        while cell_len(rest.rstrip()) > width:
            end = len(rest)
            while cell_len(rest[:end]) > width:
                end -= 1
            end = max(end, 1)
            yield rest[:end]
            rest = rest[end:]
        if rest:
            yield rest


class ByWidth:
    """One block for wide terminals, another for narrow ones."""

    def __init__(self, columns: int, wide: RenderableType, narrow: RenderableType) -> None:
        self.columns, self.wide, self.narrow = columns, wide, narrow

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """Yield the block that suits the width."""
        yield self.wide if options.max_width >= self.columns else self.narrow


class Text(rich.text.Text):
    """Text of rich that is broken by `break_line`."""

    if TYPE_CHECKING:  # rich says that it returns its own class, and returns this one

        @classmethod
        def assemble(cls, *parts: str | rich.text.Text | tuple[str, StyleType]) -> Text:  # type: ignore[override]
            """Return one text of parts, each with its style."""

    def wrap(
        self,
        console: Console,
        width: int,
        *,
        justify: JustifyMethod | None = None,
        overflow: OverflowMethod | None = None,
        tab_size: int = 8,
        no_wrap: bool | None = None,
    ) -> Lines:
        """Return the lines of ``width`` columns."""
        kept = self.no_wrap if no_wrap is None else no_wrap
        if kept or overflow == "ignore" or (self.plain.isascii() and cell_len(self.plain) <= width):
            return super().wrap(console, width, justify=justify, overflow=overflow, tab_size=tab_size, no_wrap=no_wrap)
        whole = super().wrap(console, 10**6, overflow=overflow, tab_size=tab_size, no_wrap=no_wrap)
        lines = Lines(part for line in whole for part in line.divide(break_line(line.plain, width)))
        for line in lines:
            line.rstrip_end(width)
        if how := justify or self.justify:
            lines.justify(console, width, justify=how, overflow=overflow or "fold")
        return lines

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """Return the widest unbreakable part and the widest line."""
        whole = super().__rich_measure__(console, options)
        widest = max((cell_len(piece.strip()) for piece in pieces(self.plain)), default=0)
        return Measurement(min(whole.minimum, max(widest, NARROWEST)), whole.maximum)
