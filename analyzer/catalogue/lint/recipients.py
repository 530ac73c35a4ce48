"""Host syntax, public suffixes and references in `rules/recipients`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from analyzer.catalogue.recipient_table import is_address
from analyzer.catalogue.suffixes import hosting_suffix, registry_suffix

from . import Problem
from .references import empty_texts, unknown_ids

_LABEL = r"[a-z0-9_](?:[a-z0-9_\-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)+(?:[a-z]{{2,63}}|xn--[a-z0-9\-]+)")
_PATH_SHAPE = re.compile(r"\*/[\w./*\-]+(?:\?[\w.\-]+=)?")


def is_host(name: str) -> bool:
    """Whether a name is a well-formed host name (lower case, at least two labels) or an IPv4 address."""
    if is_address(name):
        return all(int(part) <= 255 for part in name.split(".")) if ":" not in name else False
    return len(name) <= 253 and _HOST.fullmatch(name) is not None


def examine(plain: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the problems of the recipients."""
    if "recipients" not in plain:
        return
    from .apis import sources  # noqa: PLC0415  # the two modules use each other

    table = plain["recipients"]
    rows = plain["sdks"]["rows"] if "sdks" in plain else None
    used: set[str] = set()
    for pattern, row in [*table["hosts"].items(), *table["shapes"].items()]:
        where = f"recipients: {pattern}"
        yield from _pattern(where, pattern, row, pattern in table["shapes"])
        yield from sources(where, row.get("source"), plain, marks=True)
        if "personal_data" in plain:
            yield from unknown_ids(f"{where}: receives", row.get("receives"), plain["personal_data"])
        if sdk := row.get("sdk"):
            used.add(sdk)
            if rows is not None and sdk not in rows and sdk not in table["external"]:
                yield Problem(f"{where}: sdk", f"{sdk} has no row and is not declared in external_sdks.yaml")
    for sdk in table["external"]:
        if rows is not None and sdk in rows:
            yield Problem(f"recipients/external_sdks.yaml: {sdk}", "has a row in rules/sdks")
        if sdk not in used:
            yield Problem(f"recipients/external_sdks.yaml: {sdk}", "no host names it")
    companies = {row.get("company") for row in table["hosts"].values()}
    for key, company in table["companies"].items():
        yield from empty_texts(f"recipients {key}", company)
        if key not in companies:
            yield Problem(f"recipients {key}", "has no host")
        if not re.fullmatch(r"[A-Z]{2}", company["country"]):
            yield Problem(f"recipients {key}: country", f"{company['country']} is no ISO 3166 code")


def _pattern(where: str, pattern: str, row: Mapping[str, Any], shape: bool) -> Iterator[Problem]:
    if shape:
        if not _PATH_SHAPE.fullmatch(pattern):
            yield Problem(where, "is no path shape")
        return
    name = pattern.removeprefix("*.")
    if not is_host(name) or (is_address(name) and name != pattern):
        yield Problem(where, "is no host name")
    elif name != pattern and registry_suffix(name):
        yield Problem(where, "is a public suffix: everyone has names below it")
    elif name != pattern and not row.get("shared") and hosting_suffix(name):
        yield Problem(where, "holds the sites of customers: mark it shared")
