"""Cells of an xlsx file from anyone: the archive is measured before anything is parsed, formulas are never read."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from analyzer.model import UnreadableInputError

_PARTS = 2_000
_INFLATED = 256 * 1024 * 1024
_STRINGS = 64 * 1024 * 1024
"""The shared texts are held in memory, the sheet is streamed."""
_RATIO = 300
_COLUMNS = 201
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
_CHUNK = 1024 * 1024


def read_workbook(path: Path) -> Iterator[tuple[int, list[str] | str]]:
    """Yield (row number, texts of the cells, or what is wrong with the row) of the first sheet.

    Raises `UnreadableInputError` when the file is no workbook, or larger inside than any list of filings would be.
    """
    from openpyxl import load_workbook  # noqa: PLC0415 - heavy
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415 - as above

    # Both XML parsers that openpyxl may use call a broken text a SyntaxError.
    broken = (InvalidFileException, SyntaxError, zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError)
    _measure(path)
    try:
        book = load_workbook(path, read_only=True, keep_links=False)
    except (*broken, EOFError, NotImplementedError, IndexError, zlib.error) as error:
        raise UnreadableInputError(path, f"is not a workbook: {error}") from error
    number = 0
    try:
        sheet = book.worksheets[0]
        # The size that the sheet declares may be a lie: it would pad every row to it.
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(max_col=_COLUMNS), 1):
            wrong = next((cell for cell in row if cell.data_type in {"f", "e"}), None)
            if wrong is not None:
                what = "a formula; write its value instead" if wrong.data_type == "f" else f"the error {wrong.value}"
                yield number, f"{wrong.coordinate}: holds {what}"
                continue
            yield number, [_text(cell.value) for cell in row]
    except (*broken, IndexError, OverflowError, EOFError, zlib.error) as error:
        if not number:
            raise UnreadableInputError(path, f"is not a workbook: {error}") from error
        yield number + 1, f"the sheet cannot be read further: {error}; nothing after row {number} was read"
    finally:
        book.close()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _measure(path: Path) -> None:
    """Refuse what would cost too much to read, and what declares entities."""
    try:
        with zipfile.ZipFile(path) as archive:
            why = _too_much(archive.infolist()) or next(
                (wrong for part in archive.infolist() if (wrong := _declarations(archive, part))), None
            )
    except OSError as error:
        raise UnreadableInputError(path, error.strerror or "cannot be read") from error
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise UnreadableInputError(path, f"is not a workbook: {error}") from error
    if why:
        raise UnreadableInputError(path, why)


def _too_much(parts: list[zipfile.ZipInfo]) -> str | None:
    if len(parts) > _PARTS or sum(part.file_size for part in parts) > _INFLATED:
        return f"is larger inside than {_INFLATED // 1024 // 1024} MiB"
    for part in parts:
        if part.file_size > _CHUNK and part.file_size > _RATIO * max(part.compress_size, 1):
            return f"{part.filename} is packed more than {_RATIO} times: a zip bomb"
        if part.filename.lower().endswith("sharedstrings.xml") and part.file_size > _STRINGS:
            return f"holds more than {_STRINGS // 1024 // 1024} MiB of texts"
    return None


def _declarations(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> str | None:
    if not part.filename.lower().endswith((".xml", ".rels")):
        return None
    with archive.open(part) as file:
        before = b""
        while chunk := file.read(_CHUNK):
            # UTF-16 would hide the words from this search; Excel writes UTF-8.
            if not before and (chunk[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in chunk[:200]):
                return f"{part.filename} is not UTF-8"
            if any(word in before + chunk for word in _DECLARATIONS):
                return f"{part.filename} declares entities"
            before = chunk[-16:]
    return None
