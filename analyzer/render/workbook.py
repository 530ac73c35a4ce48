"""The workbook that a bureau files: one sheet for each table, with columns for what a person verified.

XlsxWriter rather than openpyxl: it writes only, has no requirements of its own, gives archive members a fixed time,
and writes a text as text whatever it begins with.
"""

from __future__ import annotations

import io
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from xlsxwriter import Workbook

from .escape import visible
from .overview import overview
from .tables import (
    Cell,
    Names,
    Table,
    accesses_table,
    bundles_table,
    cited_table,
    findings_table,
    governance_table,
    ledger_table,
    permissions_table,
    sdks_table,
    transmissions_table,
    unexamined_table,
)

if TYPE_CHECKING:
    from analyzer.model import Report

MADE = datetime(1980, 1, 1)  # noqa: DTZ001  # the format has no zone; equal input gives equal bytes
MOST_TEXT = 32_000
"""Characters of a cell; Excel refuses a file with more than 32,767."""
MOST_HEADER = 60
"""Characters of the app's name in the page header; the format allows 255 with its codes."""
_SHEET = re.compile(r"[\[\]:*?/\\]")
A4 = 9
FILL = {"critical": "#F4C7C3", "high": "#FCE0DC", "medium": "#FFF2CC", "low": "#E3EEFA"}


def write(report: Report, lang: str, *, color: bool = False, width: int | None = None) -> bytes:  # noqa: ARG001  # one interface
    """Return the workbook; byte-identical for equal reports."""
    from analyzer.catalogue import load_catalogue  # noqa: PLC0415  # only some formats show clause texts

    names = Names(report, load_catalogue(), lang)
    sink = io.BytesIO()
    book = Workbook(sink, {"in_memory": True})
    book.set_properties({"title": names.word("title"), "created": MADE, "author": "eduaudit"})
    sheets = _Sheets(book, names)
    sheets.overview()
    sheets.table(ledger_table(names))
    sheets.table(findings_table(names), verified=True)
    if report.governance:
        sheets.table(governance_table(names), verified=True)
    if report.bundles:
        sheets.table(bundles_table(names))
    for make in (permissions_table, sdks_table, transmissions_table, accesses_table):
        sheets.table(make(names))
    sheets.table(unexamined_table(names), verified=True)
    sheets.table(cited_table(names))
    book.close()
    return sink.getvalue()


class _Sheets:
    """Writes the sheets of one workbook."""

    def __init__(self, book: Workbook, names: Names) -> None:
        self.book = book
        self.names = names
        # The mark of a text keeps a formula in a cell a text even when the cell is edited or exported.
        base = {
            "font_name": "Microsoft YaHei",
            "font_size": 10,
            "valign": "top",
            "text_wrap": True,
            "quote_prefix": True,
        }
        self.body = book.add_format({**base, "border": 1, "border_color": "#BFC7D1"})
        self.number = book.add_format({**base, "border": 1, "border_color": "#BFC7D1", "quote_prefix": False})
        self.head = book.add_format(
            {
                **base,
                "bold": True,
                "border": 1,
                "border_color": "#BFC7D1",
                "bg_color": "#1F3A5F",
                "font_color": "#FFFFFF",
            }
        )
        self.title = book.add_format({**base, "bold": True, "font_size": 16, "text_wrap": False})
        self.label = book.add_format({**base, "bold": True, "font_color": "#44546A"})
        self.plain = book.add_format(base)
        self.fills = {
            names.word(level): book.add_format({"bg_color": fill, "bold": True}) for level, fill in FILL.items()
        }

    def _sheet(self, title: str) -> Any:
        sheet = self.book.add_worksheet(_SHEET.sub(" ", title)[:31])
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.set_margins(0.4, 0.4, 0.7, 0.6)
        sheet.fit_to_pages(1, 0)
        report = self.names.report
        app = visible(report.app.label or report.app.package or report.artifact.name or "")[:MOST_HEADER]
        sheet.set_header(f"&L{app.replace('&', '&&')}&R{title}")
        sheet.set_footer(f"&L{self.names.word('rules_version')} {report.run.rules[:16]}&R&P / &N")
        return sheet

    def overview(self) -> None:
        """Write what was examined, the verdict, and how to read the rest."""
        sheet = self._sheet(self.names.word("overview"))
        sheet.set_column(0, 0, 22)
        sheet.set_column(1, 1, 96)
        sheet.write_string(0, 0, self.names.word("title"), self.title)
        for line, (label, value) in enumerate(overview(self.names), 2):
            sheet.write_string(line, 0, label, self.label)
            sheet.write_string(line, 1, value[:MOST_TEXT], self.plain)

    def table(self, table: Table, *, verified: bool = False) -> None:
        """Write one table; ``verified`` adds empty columns for what a person found."""
        sheet = self._sheet(table.title)
        columns = list(table.columns)
        printed = len(columns) - table.unprinted
        blanks = [(self.names.word("verified_by"), 9), (self.names.word("remark"), 11)] if verified else []
        columns[printed:printed] = blanks
        for number, (head, wide) in enumerate(columns):
            sheet.set_column(number, number, wide)
            sheet.write_string(0, number, head, self.head)
        for line, row in enumerate(table.rows, 1):
            for number, cell in enumerate((*row[:printed], *[""] * len(blanks), *row[printed:])):
                self._cell(sheet, line, number, cell)
        last = max(len(table.rows), 1)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, last, len(columns) - 1)
        sheet.repeat_rows(0)
        sheet.print_area(0, 0, last, printed + len(blanks) - 1)
        for word, fill in self.fills.items():
            rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": fill}
            if table.title == self.names.word("findings"):
                sheet.conditional_format(1, 1, last, 1, rule)
        if verified:
            choices = self.names.word("verified_by.choices").split(",")
            sheet.data_validation(1, printed, last, printed, {"validate": "list", "source": choices})

    def _cell(self, sheet: Any, line: int, number: int, cell: Cell) -> None:
        if isinstance(cell, int):
            sheet.write_number(line, number, cell, self.number)
        elif cell:
            shown = cell if len(cell) <= MOST_TEXT else cell[:MOST_TEXT] + " …"
            sheet.write_string(line, number, shown, self.body)
        else:
            sheet.write_blank(line, number, None, self.body)
