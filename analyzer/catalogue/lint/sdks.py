"""Prefixes, owners, values and references in `rules/sdks`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from analyzer.catalogue.sdk_index import plain_values

from . import Problem
from .apis import sources
from .recipients import is_host
from .references import empty_texts, unknown_ids

_SEGMENTS = re.compile(r"[A-Za-z_][\w$]*(?:/[A-Za-z_][\w$]*)*")
_SHAPES = {
    "prefixes": _SEGMENTS,
    "components": re.compile(r"(?:\*\.)?[A-Za-z_][\w$]*(?:\.[\w$]+)*"),
    "native_libs": re.compile(r"lib[\w.+\-*\[\]]+\.so"),
    "metadata_keys": re.compile(r"[\w.\-]+"),
    "assets": re.compile(r"[\w.\-/]+"),
}
_VERSION_FIELD = re.compile(r"[\w$/]+->\w+")


def examine(plain: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the problems of the SDK rows and connectors."""
    if "sdks" not in plain:
        return
    rows = plain["sdks"]["rows"]
    for sdk, row in rows.items():
        where = f"sdks/{sdk}"
        yield from _values(where, row)
        yield from sources(where, row.get("sources"), plain)
        yield from empty_texts(where, row)
        for key in ("within", "comes_with"):
            yield from unknown_ids(f"{where}: {key}", row.get(key), rows)
        if "personal_data" in plain:
            yield from unknown_ids(
                f"{where}: collects", [value for value, _ in plain_values(row, "collects")], plain["personal_data"]
            )
    yield from _single(rows)
    yield from _overlaps(rows)
    for connector in plain["sdks"]["connectors"]:
        where = f"sdks/connectors.yaml: {connector['pattern']}"
        yield from unknown_ids(f"{where}: of", connector["of"], rows)
        yield from unknown_ids(f"{where}: reaches", connector.get("reaches"), rows)


def _values(where: str, row: Mapping[str, Any]) -> Iterator[Problem]:
    for key, shape in _SHAPES.items():
        for value, _ in plain_values(row, key):
            if not shape.fullmatch(value):
                yield Problem(f"{where}: {key}", f"{value} is malformed")
    for value, _ in plain_values(row, "hosts"):
        if not is_host(value):
            yield Problem(f"{where}: hosts", f"{value} is no host name")
    for key in ("prefixes", "components", "native_libs", "metadata_keys", "assets", "hosts", "collects"):
        values = [value for value, _ in plain_values(row, key)]
        for value in sorted({value for value in values if values.count(value) > 1}):
            yield Problem(f"{where}: {key}", f"{value} is given twice")
    if not any(row.get(key) for key in ("prefixes", "components", "native_libs")):
        yield Problem(where, "has neither prefix nor component nor library")
    field = row.get("version_field")
    if field is not None and not _VERSION_FIELD.fullmatch(field):
        yield Problem(f"{where}: version_field", f"{field} is malformed")


def _single(rows: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield values that stand in two rows: their owner would be a matter of chance."""
    for key in ("prefixes", "components", "native_libs"):
        seen: dict[str, str] = {}
        for sdk, row in rows.items():
            for value, weak in plain_values(row, key):
                if key == "native_libs" and weak:
                    continue
                if value in seen and seen[value] != sdk:
                    yield Problem(f"sdks/{sdk}: {key}", f"{value} is in sdks/{seen[value]} as well")
                seen.setdefault(value, sdk)


def _overlaps(rows: Mapping[str, Any]) -> Iterator[Problem]:
    owners = {value: sdk for sdk, row in rows.items() for value, _ in plain_values(row, "prefixes")}
    for sdk, row in rows.items():
        around = {}
        for value, _ in plain_values(row, "prefixes"):
            outer = _outer(value, owners)
            if outer is not None and owners[outer] != sdk:
                around[owners[outer]] = (value, outer)
        stated = set(row.get("within", ()))
        for other in sorted(set(around) - stated):
            value, outer = around[other]
            yield Problem(f"sdks/{sdk}: prefixes", f"{value} lies in {outer} of {other}: state it under within")
        for other in sorted(stated - set(around)):
            if other in rows:
                yield Problem(f"sdks/{sdk}: within", f"no prefix lies directly in one of {other}")
        for excluded in row.get("exclusions", ()):
            if excluded in owners:
                yield Problem(f"sdks/{sdk}: exclusions", f"{excluded} is a prefix of {owners[excluded]}")
            elif owners.get(_outer(excluded, owners) or "") != sdk:
                yield Problem(f"sdks/{sdk}: exclusions", f"{excluded} lies in no prefix of this row")


def _outer(prefix: str, owners: Mapping[str, str]) -> str | None:
    while "/" in prefix:
        prefix = prefix.rpartition("/")[0]
        if prefix in owners:
            return prefix
    return None
