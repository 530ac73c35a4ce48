"""A booklet on A4 sheets: the figures first, then each table, with what a reader must know before they are believed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry_api.certificates.sheet import Sheet, build
from registry_api.exchange.booklet import cell_of

if TYPE_CHECKING:
    from reportlab.platypus import Flowable

    from registry_api.exchange.booklet import Booklet, Section

_MOST = 1000
"""Rows of one table on paper; the workbook holds all."""
_TEXT = 600


def print_booklet(booklet: Booklet) -> bytes:
    """Return the PDF."""
    zh = booklet.lang == "zh"
    sheet = Sheet()
    story: list[Flowable] = [sheet.text(booklet.title, "title")]
    story += [sheet.text(line, "small") for line in booklet.lines]
    story += [sheet.text(("注意：" if zh else "Note: ") + line, "flush") for line in booklet.warnings]
    tiles = [(tile.label, f"{tile.value}", tile.more) for tile in booklet.tiles]
    if tiles:
        story.append(sheet.table(tiles, (30, 14, 70)))
    for section in booklet.sections:
        story += _section(sheet, section, zh=zh)
    return build(story, title=booklet.title, font=sheet.font, foot=booklet.title)


def _section(sheet: Sheet, section: Section, *, zh: bool) -> list[Flowable]:
    story: list[Flowable] = [sheet.text(section.title, "heading")]
    if section.rows:
        rows = [[_cell(value) for value in row] for row in section.rows[:_MOST]]
        story.append(sheet.table(rows, _shares(section, rows), section.columns))
        left = len(section.rows) - _MOST
        if left > 0:
            story.append(
                sheet.text(f"另有 {left} 行，见工作簿。" if zh else f"{left} more rows: see the workbook.", "small")
            )
    else:
        story.append(sheet.text(section.empty or "—", "flush"))
    if section.note:
        story.append(sheet.text(section.note, "small"))
    return story


def _cell(value: object) -> str:
    text = cell_of(value).text  # type: ignore[arg-type]  # of a row of a section
    return "—" if text is None else str(text)[:_TEXT]


def _shares(section: Section, rows: list[list[str]]) -> list[float]:
    """Return the width of each column by its texts; no column is so narrow that its words break everywhere."""
    found: list[float] = []
    for column, name in enumerate(section.columns):
        texts = [name, *(row[column] for row in rows[:200])]
        longest = max(sum(2 if ord(char) > 0x2E7F else 1 for char in text) for text in texts)
        found.append(min(max(longest + 2, 7), 34))
    return found
