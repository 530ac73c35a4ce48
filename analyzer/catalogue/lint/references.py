"""References between families, and sources, of everything that is a flat row."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from typing import Any

from analyzer.catalogue.checks import PLACEHOLDER
from analyzer.catalogue.coverage import missing_clauses

from . import Problem

# (family, key of the row, family that is referred to)
_REFERENCES = (
    ("app_types", "necessary", "personal_data"),
    ("permissions", "data", "personal_data"),
    ("permissions", "group", "permission_groups"),
    ("permissions", "functions", "functions"),
    ("identifiers", "data", "personal_data"),
    ("policy_points", "clauses", "clauses"),
    ("vocabularies", "clauses", "clauses"),
    ("checks", "clauses", "clauses"),
    ("clauses", "text", "texts"),
    ("security", "check", "checks"),
)
_SOURCE_KEY = re.compile(r"\b[SLR]\d+\b")
_SIMPLE_FAMILIES = (
    "texts", "clauses", "app_types", "personal_data", "permission_groups", "functions", "permissions", "identifiers",
    "policy_points", "policy_brands", "policy_services", "vocabularies", "packers", "envelopes", "frameworks",
    "filing_codes",
    "checks", "security", "secrets", "engines",
)  # fmt: skip


def examine(plain: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the problems of flat families. A family missing from ``plain`` could not be parsed and is passed over."""
    for family, key, target in _REFERENCES:
        if family not in plain or target not in plain:
            continue
        for row_id, row in plain[family].items():
            yield from unknown_ids(f"{family} {row_id}: {key}", row.get(key), plain[target])
    for family in _SIMPLE_FAMILIES:
        for row_id, row in plain.get(family, {}).items():
            yield from _origin(f"{family} {row_id}", row, plain.get("sources"))
            yield from empty_texts(f"{family} {row_id}", row)
    yield from _actions(plain.get("security", {}))
    yield from _engines(plain)
    yield from _vendors(plain)
    yield from _checks(plain)


def _engines(plain: Mapping[str, Any]) -> Iterator[Problem]:
    for row_id, row in plain.get("engines", {}).items() if "sdks" in plain else ():
        yield from unknown_ids(f"engines {row_id}: sdk", row.get("sdk"), plain["sdks"]["rows"])


def _vendors(plain: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the short names and purposes of policies that stand for no vendor and no category of any SDK."""
    if "sdks" not in plain:
        return
    sdks = plain["sdks"]["rows"].values()
    vendors, categories = {row["vendor"]["zh"] for row in sdks}, {row["category"] for row in sdks}
    for row_id, row in plain.get("policy_brands", {}).items():
        yield from unknown_ids(f"policy_brands {row_id}: vendors", row["vendors"], vendors)
    for row_id in plain.get("policy_services", {}):
        yield from unknown_ids("policy_services", row_id, categories)


def _checks(plain: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong between checks, the points of a policy and clauses."""
    for row_id, row in plain.get("policy_points", {}).items() if "checks" in plain else ():
        for group in row["groups"]:
            yield from unknown_ids(f"policy_points {row_id}: groups: check", group.get("check"), plain["checks"])
    known = {**plain.get("clauses", {}), **plain.get("texts", {})}
    for row_id, row in plain.get("checks", {}).items():
        yield from _placeholders(row_id, row)
        yield from unknown_ids(f"checks {row_id}: adds", row.get("adds"), known) if known else ()
    if {"clauses", "checks", "policy_points"} <= plain.keys():
        for clause in missing_clauses(plain):
            yield Problem(f"clauses {clause}", "nobody looks at it: no check cites it, and it has no check, no basis")


def _actions(rows: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the broadcasts that two kinds of security facts claim: each names one."""
    known: dict[str, str] = {}
    for row_id, row in rows.items():
        for action in row["actions"]:
            if known.setdefault(action, row_id) != row_id:
                yield Problem(f"security {row_id}: actions", f"{action} is already one of {known[action]}")


def unknown_ids(where: str, value: Any, known: Container[str]) -> Iterator[Problem]:
    """Yield a problem for each id in ``value`` (one, a list or `None`) that is not in ``known``."""
    for item in [value] if isinstance(value, str) else value or ():
        if str(item) not in known:
            yield Problem(where, f"{item} is not known")


def _origin(where: str, row: Mapping[str, Any], sources: Mapping[str, Any] | None) -> Iterator[Problem]:
    source = row.get("source")
    if not isinstance(source, str) or not source.strip():
        yield Problem(where, "has no source")
    elif sources is not None:
        yield from unknown_ids(f"{where}: source", _SOURCE_KEY.findall(source), sources)
    if row.get("sure") not in ("V", "1", "K", "?"):
        yield Problem(where, "has no sureness")


def empty_texts(where: str, value: Any) -> Iterator[Problem]:
    """Yield a problem for each bilingual text, however deep, of which a language is empty."""
    if isinstance(value, Mapping):
        if set(value) == {"zh", "en"} and all(isinstance(text, str) for text in value.values()):
            for lang in ("zh", "en"):
                if not value[lang].strip():
                    yield Problem(where, f"a text has no {lang}")
        for key, item in value.items():
            yield from empty_texts(f"{where}: {key}", item)
    elif isinstance(value, list):
        for item in value:
            yield from empty_texts(where, item)


def _placeholders(row_id: str, row: Mapping[str, Any]) -> Iterator[Problem]:
    if not row["clauses"]:
        yield Problem(f"checks {row_id}", "cites no clause")
    for key in ("explanation", "advice"):
        zh, en = (set(PLACEHOLDER.findall(row[key][lang])) for lang in ("zh", "en"))
        if zh != en:
            yield Problem(f"checks {row_id}: {key}", f"placeholders differ: {sorted(zh)} in zh, {sorted(en)} in en")
        if bad := sorted(name for name in zh | en if not re.fullmatch(r"[a-z][a-z0-9_]*", name)):
            yield Problem(f"checks {row_id}: {key}", f"bad placeholders {bad}")
