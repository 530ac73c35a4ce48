"""What changed between two sets of rules: rows that are new, gone or changed, family by family."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from analyzer.model.record import dataclass

Tables = Mapping[str, Mapping[str, Any]]
"""Table → id → plain record, as `analyzer.catalogue.plain_tables` gives them."""


@dataclass(frozen=True, slots=True)
class Change:
    """One row that is not the same in both."""

    table: str
    id: str
    kind: Literal["new", "gone", "changed"]
    fields: tuple[tuple[str, Any, Any], ...] = ()
    """Of a changed row: (path of the field, old value, new value); `None` where one side has none."""


def changes(old: Tables, new: Tables) -> tuple[Change, ...]:
    """Return all differences, in the order of tables and ids."""
    found = []
    for table in dict.fromkeys((*old, *new)):
        before, after = old.get(table, {}), new.get(table, {})
        for key in sorted({*before, *after}):
            if key not in after:
                found.append(Change(table, key, "gone"))
            elif key not in before:
                found.append(Change(table, key, "new"))
            elif before[key] != after[key]:
                found.append(Change(table, key, "changed", _fields("", before[key], after[key])))
    return tuple(found)


def _fields(path: str, old: Any, new: Any) -> tuple[tuple[str, Any, Any], ...]:
    """Descend into mappings; a list or a plain value changes as a whole."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return ((path, old, new),)
    found: list[tuple[str, Any, Any]] = []
    for key in dict.fromkeys((*old, *new)):
        before, after = old.get(key), new.get(key)
        if before != after:
            found += _fields(f"{path}.{key}" if path else str(key), before, after)
    return tuple(found)
