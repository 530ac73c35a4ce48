"""Items as csv, xlsx or JSON lines in constant memory; no cell is ever a formula."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import batched
from pathlib import Path
from typing import Any

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/jsonl",
}
_ROWS = 200
_CELL = 32_767
_SHEET_ROWS = 1_000_000
_CHUNK = 256 * 1024
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the beginning of a formula; the wide forms count in East Asian editions."""


def neutral(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return "'" + text if text.startswith(_STARTS) else text


def cell_of(item: Any, path: str) -> str | int | float | None:
    """Return the cell of a column; ``path`` such as ``filing.state`` leads into the item."""
    for part in path.split("."):
        item = item.get(part) if isinstance(item, dict) else None
    if isinstance(item, bool):
        return "true" if item else "false"
    if item is None or isinstance(item, int | float):
        return item
    if isinstance(item, list | tuple) and all(isinstance(part, str | int) for part in item):
        return neutral(";".join(map(str, item)))
    return neutral(item if isinstance(item, str) else json.dumps(item, ensure_ascii=False, sort_keys=True))


def write_csv(columns: Sequence[str], items: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """Yield the bytes of a csv file in UTF-8 with a mark, as spreadsheets need it for Chinese."""
    yield b"\xef\xbb\xbf" + _lines([list(columns)])
    for part in batched(items, _ROWS):
        yield _lines([[cell_of(item, path) for path in columns] for item in part])


def _lines(rows: list[list[Any]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode("utf-8", "replace")


def write_jsonl(_columns: Sequence[str], items: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """Yield whole items as JSON lines, as the list's own answer has them."""
    for part in batched(items, _ROWS):
        yield "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in part).encode("utf-8", "replace")


def write_xlsx(columns: Sequence[str], items: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """Yield the bytes of a workbook, written to a temporary file row by row; a million rows to a sheet."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - heavy

    with tempfile.TemporaryDirectory(prefix="eduaudit-") as folder:
        path = Path(folder) / "export.xlsx"
        book = Workbook(path, {"constant_memory": True, "tmpdir": folder})
        sheet, row = None, 0
        for item in chain_header(columns, items):
            if sheet is None or row > _SHEET_ROWS:
                sheet, row = book.add_worksheet(), 0
                if isinstance(item, dict):
                    sheet.write_row(0, 0, columns)
                    row = 1
            cells = [cell_of(item, path) for path in columns] if isinstance(item, dict) else item
            for column, value in enumerate(cells):
                if isinstance(value, str):
                    sheet.write_string(row, column, value[:_CELL])
                elif value is not None:
                    sheet.write_number(row, column, value)
            row += 1
        book.close()
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk


def chain_header(columns: Sequence[str], items: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any] | Sequence[str]]:
    """Yield the names of the columns, then the items: an empty list still has its header."""
    yield list(columns)
    yield from items
