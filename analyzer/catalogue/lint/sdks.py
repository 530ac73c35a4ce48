"""Prefixes, owners, values and references in `rules/sdks`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from analyzer.catalogue.evidence import source_key
from analyzer.catalogue.sdk_index import plain_values
from analyzer.catalogue.sdks import VALUE_LISTS, VERSION_KEYS

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
    "files": re.compile(r"(?!assets/|lib/)[\w.\-/]+"),
    "strings": re.compile(r".{6,}", re.DOTALL),
}
_IN_CODE = frozenset({"field", "getter", "method", "string"})
"""Keys of a version of which only the code can tell whether they are it; files and libraries say it by their names."""
_MEMBER = re.compile(r"[\w$/]+->(?:<clinit>|<init>|[\w$]+)")
_CLASS = re.compile(r"[A-Za-z_][\w$]*(?:\.[\w$]+)+")
_FIRST_HAND = frozenset({"bin", "npm", "gh", "vendor"})
"""Sources of which one alone verifies: the code itself, or its vendor."""
_INDEPENDENT = 2


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
        yield from _claims(where, row, plain)
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
    for key in VALUE_LISTS:
        values = [value for value, _ in plain_values(row, key)]
        for value in sorted({value for value in values if values.count(value) > 1}):
            yield Problem(f"{where}: {key}", f"{value} is given twice")
    if not any(row.get(key) for key in ("prefixes", "components", "native_libs")):
        yield Problem(where, "has neither prefix nor component nor library")
    for value in row.get("starters", ()):
        if not _CLASS.fullmatch(value):
            yield Problem(f"{where}: starters", f"{value} is no class name")
    seen = {value for values in row.get("seen", {}).values() for value in values}
    yield from _version(f"{where}: version", row.get("version", ()), seen)


def _version(where: str, places: Iterable[Mapping[str, str]], seen: Collection[str]) -> Iterator[Problem]:
    for place in places:
        stated = [key for key in VERSION_KEYS if place.get(key) is not None]
        if len(stated) != 1:
            yield Problem(where, f"exactly one of {', '.join(VERSION_KEYS)} is expected, not {stated}")
            continue
        value, pattern = place[stated[0]], place.get("pattern")
        if stated[0] in _IN_CODE and value not in seen and place.get("sure") is None:
            yield Problem(where, f"{value}: seen in no binary, so its sureness must be stated")
        if stated[0] in {"field", "getter", "method"} and not _MEMBER.fullmatch(value):
            yield Problem(where, f"{value} is malformed")
        if stated[0] == "method" and pattern is None:
            yield Problem(where, f"{value}: a pattern must say which of the strings is the version")
        if stated[0] == "native" and value.count("*") != 1:
            yield Problem(where, f"{value}: one star must stand for the version")
        try:
            re.compile(pattern or "")
        except re.error as error:
            yield Problem(where, f"{pattern} is no expression: {error}")


def _claims(where: str, row: Mapping[str, Any], plain: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield claims that the stated sources do not bear, and rows that say no more than a list of names."""
    if sum(bool(row.get(key)) for key in ("collects", "collects_nothing", "collects_unknown")) != 1:
        yield Problem(where, "must say what it collects, or that it collects nothing, or that this is unknown")
    for kind in ("init", "manifest_switch"):
        for claim in row.get(kind, ()):
            yield from sources(f"{where}: {kind}", claim["source"], plain)
    own = {value for key in (*_SHAPES, "hosts") for value, _ in plain_values(row, key)}
    own |= {value for place in row.get("version", ()) for key, value in place.items() if key != "sure"}
    own |= {call["call"] for call in row.get("init", ())} | set(row.get("starters", ()))
    for source, values in row.get("seen", {}).items():
        if source not in row.get("sources", ()):
            yield Problem(f"{where}: seen", f"{source} is not among the sources")
        for value in values:
            if value not in own:
                yield Problem(f"{where}: seen", f"{value} is no value of the row")
    if "evidence" not in plain:
        return
    keys = {source_key(source) for source in row.get("sources", ())}
    counted = {key for key in keys if key in plain["evidence"] and plain["evidence"][key]["counts"]}
    strong = [value for key in _SHAPES for value, weak in plain_values(row, key) if not weak and key != "metadata_keys"]
    if not counted and strong:
        yield Problem(where, f"{strong[0]} is strong, but no source bears it")
    if row["sure"] == "V" and len(counted) < _INDEPENDENT and not counted & _FIRST_HAND:
        yield Problem(where, f"sure: V needs two independent sources or the code itself, not {sorted(counted)}")
    if row["sure"] == "1" and not counted:
        yield Problem(where, "sure: 1 needs a source")


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
