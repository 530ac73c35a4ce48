"""The base of rule rows that carry their origin, and the reading of files that have sections."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from analyzer.model import Record, RuleDataError, Sureness
from analyzer.model.record import dataclass

from .reading import build, read_mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Record):
    """A row of the rule data: where it comes from and how sure it is belong to it."""

    source: str
    """Keys of `rules/sources.yaml` such as ``S22``, or ``own knowledge``; a remark may follow."""
    sure: Sureness


def check_patterns(patterns: Iterable[str]) -> None:
    """Raise `ValueError` that names the first of ``patterns`` that is no regular expression."""
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as problem:
            raise ValueError(f"pattern {pattern!r}: {problem}") from problem


def read_sections(path: Path, *names: str) -> dict[str, Any]:
    """Read a file whose top level has exactly these sections. Raise `RuleDataError` naming file and section."""
    document = read_mapping(path)
    for name in names:
        if name not in document:
            raise RuleDataError(f"{path}: {name}: missing")
    for name in document:
        if name not in names:
            raise RuleDataError(f"{path}: {name}: unknown section")
    return document


def build_rows[M](model: type[M], path: Path, section: object) -> dict[str, M]:
    """Make the rows of one section, by id. Raise `RuleDataError` naming file, id and key."""
    if not isinstance(section, Mapping):
        raise RuleDataError(f"{path}: a mapping from id to record is expected")
    rows: dict[str, M] = {}
    for key, record in section.items():
        if not isinstance(key, str):
            raise RuleDataError(f"{path}: key {key!r} must be text: put it in quotes")
        build(rows, model, path, key, record)
    return rows


def join[V](into: dict[str, V], rows: Mapping[str, V], path: Path) -> None:
    """Add the rows of one file to those of others; an id in two files is an error."""
    for key, row in rows.items():
        if key in into:
            raise RuleDataError(f"{path}: {key} is already in another file")
        into[key] = row
