"""Rows of an import file: CSV, JSON lines or xlsx, each bounded: no file takes memory or time without end."""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from fastapi import HTTPException

from analyzer.model import UnreadableInputError
from registry_api.kit.strict import read_json

Row = tuple[int, "dict[str, Any] | str"]
"""(row number, document or what is wrong with the row); row 1 is the first line of the file."""

ROW_LIMIT = 1_000_000
LINE_LIMIT = 1024 * 1024
"""Characters of one line."""
CELL_LIMIT = 32_767
"""Characters of one cell, as in Excel."""
COLUMN_LIMIT = 200
_LISTS = frozenset(
    {
        "domains",
        "ips",
        "functions",
        "stages",
        "user_groups",
        "contains",
        "app_types",
        "personal_data",
        "permissions",
        "sdks",
    }
)
"""Columns that hold several values, separated by ``;``."""
_NUMBERS = frozenset({"mlps_level", "user_scale", "app_types"})
_BOOLEANS = frozenset({"charges", "collects_minors_data"})
_TRUE, _FALSE = frozenset({"true", "1", "是", "yes"}), frozenset({"false", "0", "否", "no"})


def read_rows(path: Path, name: str | None = None) -> Iterator[Row]:
    """Yield the rows of a file; ``name`` says what kind it is when ``path`` does not.

    CSV and xlsx have the columns of the filing as ``unit.legal_name``, ``app.package`` …; JSON lines has one document
    a line. Raises `UnreadableInputError` when nothing can be read; a file that is broken further on ends with a row
    that says so.
    """
    suffix = Path(name or path.name).suffix.lower()
    if suffix == ".xlsx":
        from registry_api.exchange.workbook import read_workbook  # noqa: PLC0415 - openpyxl is heavy

        yield from _documents(path, read_workbook(path))
        return
    if suffix not in {".csv", ".jsonl", ".ndjson"}:
        raise UnreadableInputError(path, "is neither .csv nor .xlsx nor .jsonl")
    last = 0
    try:
        if suffix != ".csv":
            with path.open("rb") as lines:
                for last, row in _json_rows(lines):
                    yield last, row
            return
        with path.open(encoding="utf-8-sig", newline="") as file:
            for last, row in _documents(path, _csv_rows(file)):
                yield last, row
    except OSError as error:
        raise UnreadableInputError(path, error.strerror or "cannot be read") from error
    except (UnicodeDecodeError, csv.Error) as error:
        why = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else f"is not CSV: {error}"
        if not last:
            raise UnreadableInputError(path, why) from error
        yield last + 1, f"the file {why}; nothing after row {last} was read"


def _lines(file: TextIO) -> Iterator[str]:
    while line := file.readline(LINE_LIMIT):
        if len(line) == LINE_LIMIT and not line.endswith("\n"):
            raise csv.Error(f"a line is longer than {LINE_LIMIT} characters")
        yield line


def _json_rows(file: BinaryIO) -> Iterator[Row]:
    number = 0
    while line := file.readline(LINE_LIMIT):
        number += 1
        if number > ROW_LIMIT:
            yield number, f"more than {ROW_LIMIT} rows; the rest was not read"
            return
        if len(line) == LINE_LIMIT and not line.endswith(b"\n"):
            while (more := file.readline(LINE_LIMIT)) and not more.endswith(b"\n"):
                pass
            yield number, f"longer than {LINE_LIMIT} bytes"
            continue
        line = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        if not line.strip():
            continue
        try:
            document = read_json(line)
        except (json.JSONDecodeError, RecursionError) as error:
            yield number, f"not JSON: {error}"
        except UnicodeDecodeError:
            yield number, "not UTF-8 text"
        except HTTPException as error:
            yield number, str(error.detail)
        else:
            yield number, document if isinstance(document, dict) else "not a JSON object"


def _csv_rows(file: TextIO) -> Iterator[tuple[int, list[str] | str]]:
    reader = csv.reader(_lines(file))
    for row in reader:
        yield reader.line_num, row


def _documents(path: Path, rows: Iterable[tuple[int, list[str] | str]]) -> Iterator[Row]:
    """Turn rows of cells into documents; the first row names the columns."""
    names: list[str] | None = None
    count = 0
    for number, row in rows:
        if isinstance(row, str):
            yield number, row
            continue
        if names is None:
            names = [cell.strip() for cell in row]
            while names and not names[-1]:
                names.pop()
            if not any("." in name for name in names):
                raise UnreadableInputError(
                    path, "the first line must name columns such as unit.legal_name, app.package"
                )
            if len(names) > COLUMN_LIMIT or len(set(names)) < len(names):
                raise UnreadableInputError(path, f"has more than {COLUMN_LIMIT} columns, or one of them twice")
            continue
        if not any(cell.strip() for cell in row):
            continue
        count += 1
        if count > ROW_LIMIT:
            yield number, f"more than {ROW_LIMIT} rows; the rest was not read"
            return
        yield number, _document(names, row)
    if names is None:
        raise UnreadableInputError(path, "the first line must name columns such as unit.legal_name, app.package")


def _document(names: list[str], row: list[str]) -> dict[str, Any] | str:
    if any(cell.strip() for cell in row[len(names) :]):
        return "more cells than columns"
    document: dict[str, Any] = {}
    for name, cell in zip(names, row, strict=False):
        text = cell.strip()
        if not text:
            continue
        if len(text) > CELL_LIMIT:
            return f"{name}: longer than {CELL_LIMIT} characters"
        if text[0] == "=":
            return f"{name}: holds a formula; write its value instead"
        if text[0] == "'" and text[1:2] in {"=", "+", "-", "@"}:
            text = text[1:]  # as our own export wrote it
        if "\0" in text:
            return f"{name}: holds a NUL character"
        block, _, key = name.partition(".")
        if key:
            document.setdefault(block, {})[key] = _value(key, text)
        else:
            document[block] = _value(key, text)
    return document


def _value(key: str, text: str) -> Any:
    def one(part: str) -> Any:
        # A cell that is no number or truth stays text: the validation then names the field.
        if key in _NUMBERS and part.isascii() and part.isdigit() and len(part) < 19:
            return int(part)
        if key in _BOOLEANS and part.lower() in _TRUE | _FALSE:
            return part.lower() in _TRUE
        return part

    return [one(part.strip()) for part in text.split(";") if part.strip()] if key in _LISTS else one(text)
