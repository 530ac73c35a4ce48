"""Pydantic's view of the records: for rule files, whose errors list every key, and for JSON Schemas."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

_READERS: dict[type, TypeAdapter[Any]] = {}


def reader(kind: type) -> TypeAdapter[Any]:
    """Return pydantic's adapter of one kind of record, built once."""
    known = _READERS.get(kind)
    if known is None:
        known = _READERS[kind] = TypeAdapter(kind)
    return known
