"""A report as a few tables, written as one HTML file or one workbook: what a bureau prints, mails and files."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzer.model import EduauditError
from registry_api.exchange.sheets import neutral
from registry_api.kit.wholefile import whole_file

if TYPE_CHECKING:
    from jinja2 import Template

MEDIA_TYPES = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_MADE = datetime(1980, 1, 1)  # noqa: DTZ001 - the format has no zone; equal figures give equal bytes
_SHEET_NAME = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_CELL = 32_000
_A4 = 9
_FILL = {"critical": "#F4C7C3", "high": "#FCE0DC", "medium": "#FFF2CC", "low": "#E3EEFA"}


@dataclass(frozen=True)
class Cell:
    """A cell that is more than its text."""

    text: str | int | None
    tone: str = ""
    """A severity, ``good``, ``bad`` or ``soft``; what it means also stands in the text."""


Value = str | int | float | None | Cell


@dataclass(frozen=True)
class Section:
    """One table under a heading."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Value]]
    note: str = ""
    empty: str = ""
    """What is said instead of a table without rows."""


@dataclass(frozen=True)
class Tile:
    """One figure at the top."""

    label: str
    value: int
    more: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Booklet:
    """A whole report in one language."""

    title: str
    lines: Sequence[str]
    """Below the title: what it covers, how it was made."""
    tiles: Sequence[Tile]
    warnings: Sequence[str]
    """What a reader must know before the figures are believed."""
    sections: Sequence[Section]
    lang: str


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - only where a file is written

    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return made.get_template("booklet.html")


def cell_of(value: Value) -> Cell:
    """Return any value as a cell."""
    if isinstance(value, Cell):
        return value
    return Cell(str(value) if isinstance(value, float) else value)


def write_html(booklet: Booklet) -> bytes:
    """Return one HTML file that needs nothing beside it."""
    text = _template().render(book=booklet, cell=cell_of, is_number=lambda value: isinstance(value, int))
    return text.encode("utf-8", "replace")


def write_workbook(booklet: Booklet) -> bytes:
    """Return the workbook: an overview, then a sheet for each table; no cell is ever a formula."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - heavy

    sink = io.BytesIO()
    book = Workbook(sink, {"in_memory": True})
    book.set_properties({"title": booklet.title, "created": _MADE, "author": "eduaudit"})
    base = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "top", "text_wrap": True}
    line = {**base, "border": 1, "border_color": "#BFC7D1"}
    head = book.add_format({**line, "bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF"})
    title = book.add_format({**base, "bold": True, "font_size": 16, "text_wrap": False})
    plain, body = book.add_format(base), book.add_format(line)
    tones = {tone: book.add_format({**line, "bg_color": fill, "bold": True}) for tone, fill in _FILL.items()}

    def put(sheet: Any, row: int, column: int, value: Value, form: Any) -> None:
        cell = cell_of(value)
        if isinstance(cell.text, int):
            sheet.write_number(row, column, cell.text, form)
        else:
            text = (cell.text or "").encode("utf-8", "replace").decode()
            sheet.write_string(row, column, neutral(text)[:_CELL], tones.get(cell.tone, form))

    sheet = book.add_worksheet("总览" if booklet.lang == "zh" else "Overview")
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 14)
    sheet.set_column(2, 2, 70)
    sheet.write_string(0, 0, booklet.title, title)
    row = 1
    for text in (*booklet.lines, *booklet.warnings):
        sheet.merge_range(row, 0, row, 2, "", plain)
        put(sheet, row, 0, text, plain)
        sheet.set_row(row, 15 * (1 + len(text) // 60))
        row += 1
    for place, tile in enumerate(booklet.tiles, row + 1):
        put(sheet, place, 0, tile.label, body)
        put(sheet, place, 1, tile.value, body)
        put(sheet, place, 2, tile.more, body)
    for number, section in enumerate(booklet.sections, 1):
        sheet = book.add_worksheet(f"{number} {section.title.translate(_SHEET_NAME)}"[:31])
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.freeze_panes(1, 0)
        for column, (name, width) in enumerate(zip(section.columns, _widths(section), strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, name, head)
        for row, values in enumerate(section.rows, 1):
            for column, value in enumerate(values):
                put(sheet, row, column, value, body)
        after = len(section.rows) + 2
        if section.rows:
            sheet.autofilter(0, 0, len(section.rows), len(section.columns) - 1)
        elif section.empty:
            put(sheet, 1, 0, section.empty, plain)
        if section.note:
            sheet.merge_range(after, 0, after, max(len(section.columns) - 1, 1), "", plain)
            put(sheet, after, 0, section.note, plain)
            sheet.set_row(after, 15 * (1 + len(section.note) // 40))
    book.close()
    return sink.getvalue()


def _widths(section: Section) -> list[float]:
    """Return the width of each column by its texts; a Chinese character is as wide as two others."""
    found: list[float] = []
    for column, name in enumerate(section.columns):
        texts = [name, *(str(cell_of(row[column]).text or "") for row in section.rows[:200])]
        longest = max(sum(2 if ord(char) > 0x2E7F else 1 for char in text) for text in texts)
        found.append(min(max(longest + 3, 9), 60))
    return found


def write_pdf(booklet: Booklet) -> bytes:
    """Return the report on A4 sheets with a Chinese typeface inside."""
    from registry_api.exchange.printed import print_booklet  # noqa: PLC0415 - reportlab is heavy

    return print_booklet(booklet)


WRITERS = {"html": write_html, "xlsx": write_workbook, "pdf": write_pdf}


def form_of(path: Path) -> str:
    """Return the kind of file that a name asks for. Raises `EduauditError` for another than those of `WRITERS`."""
    form = path.suffix.lower().removeprefix(".")
    if form not in {*WRITERS, "json"}:
        raise EduauditError(
            f"{path}: 报告格式按扩展名：.html、.xlsx、.pdf、.json / a report ends in .html, .xlsx, .pdf or .json"
        )
    return form


def replace_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: whoever is interrupted leaves the old one.

    Raises `EduauditError` when it cannot be written.
    """
    with whole_file(path) as file:
        file.write(content)
