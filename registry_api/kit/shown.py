"""Columns as an answer shows them: a moment is a text in the database and in the answer, so is a document.

Making a datetime of each only to write it again, and a tree of each document, was half the work of a long list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import UserDefinedType


class _ShownTime(UserDefinedType[str]):
    """A moment as ``2026-11-22T08:00:00+00:00``."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], str | None]:  # noqa: ARG002 - the interface
        """Return what makes the text, of SQLite's text or of PostgreSQL's moment."""
        return _of_text if dialect.name == "sqlite" else show_time


class _Document(UserDefinedType[Any]):
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Document | None]:  # noqa: ARG002 - the interface
        """Return what wraps the text."""
        return lambda value: None if value is None else Document(value)


class Document(Mapping[str, Any]):
    """A JSON object of the database, which is read only when somebody looks into it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._read: dict[str, Any] | None = None

    def read(self) -> dict[str, Any]:
        """Return it as a plain dictionary."""
        if self._read is None:
            self._read = orjson.loads(self.text)
        return self._read

    def __getitem__(self, key: str) -> Any:
        return self.read()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.read())

    def __len__(self) -> int:
        return len(self.read())


def as_shown(column: Any) -> Any:
    """Return a column of moments as texts, under its own name."""
    return sa.type_coerce(column, _ShownTime()).label(column.key)


def as_written(column: Any) -> Any:
    """Return a column of JSON objects as `Document`, under its own name."""
    return sa.type_coerce(sa.cast(column, sa.Text), _Document()).label(column.key)


def plain(value: Any) -> Any:
    """Return a `Document` as a dictionary, and everything else as it is."""
    return value.read() if isinstance(value, Document) else value


def show_time(value: datetime | str | None) -> str | None:
    """Return a moment as an answer shows it: to the second, in UTC; a text is one already."""
    if value is None or isinstance(value, str):
        return value
    return value.astimezone(UTC).isoformat(timespec="seconds")


def _of_text(value: str | None) -> str | None:
    return None if value is None else f"{value[:10]}T{value[11:19]}+00:00"
