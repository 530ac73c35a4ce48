"""Well-formed signatures and resolving references in `rules/apis`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from analyzer.catalogue.evidence import source_key

from . import Problem
from .references import unknown_ids

_TYPE = r"\[*(?:[ZBCSIJFD]|L[\w$/\-]+;)"
_NAME = r"(?:<init>|<clinit>|[\w$\-]+)"
_SHAPES: dict[str, re.Pattern[str]] = {
    "method": re.compile(rf"L[\w$/\-]+;->{_NAME}\((?:{_TYPE})*\)(?:V|{_TYPE})"),
    "field": re.compile(rf"L[\w$/\-]+;->[\w$\-]+:{_TYPE}"),
    "uri": re.compile(r"content://[\w.\-]+(?:/[\w./*?=\-]*)?"),
    "settings": re.compile(r"(?:secure|system|global):\w+"),
    "prop": re.compile(r"[a-z][\w.]*"),
    "file": re.compile(r"/[\w.\-/*\[\]:]+"),
    "exec": re.compile(r"[a-z]\S*(?: \S+)*"),
    "broadcast": re.compile(r"[\w.]+"),
    "intent": re.compile(r"[\w.]+(?:/\.?[\w.]+)?"),
    "js": re.compile(r"(?:flutter:\S+|[\w.\[\]=]+)"),
    "manifest": re.compile(r"(?:uses-permission:[\w.]+|(?:service|receiver):[\w.=]+|queries:\w+)"),
}


def well_formed(kind: str, signature: str) -> bool:
    """Whether a signature has the form of its kind."""
    return _SHAPES[kind].fullmatch(signature) is not None


def examine(plain: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the problems of the API table."""
    if "apis" not in plain:
        return
    table = plain["apis"]
    for kind, signatures in table["rules"].items():
        for signature, rows in signatures.items():
            where = f"apis/{rows[0]['area']}.yaml: {signature}"
            if not well_formed(kind, signature):
                yield Problem(where, f"is no {kind} signature")
            data = [row["data"] for row in rows]
            for item in sorted({item for item in data if data.count(item) > 1}):
                yield Problem(where, f"{item} is given twice")
            for row in rows:
                yield from _row(where, row, plain)
    for signature in table["request_methods"]:
        if not well_formed("method", signature):
            yield Problem("apis: request_methods", f"{signature} is no method signature")


def _row(where: str, row: Mapping[str, Any], plain: Mapping[str, Any]) -> Iterator[Problem]:
    if "personal_data" in plain:
        yield from unknown_ids(f"{where}: data", row["data"], plain["personal_data"])
    if "weak_reasons" in plain:
        yield from unknown_ids(f"{where}: weak", row.get("weak"), plain["weak_reasons"])
    yield from sources(where, row["source"], plain)
    address = row.get("stands_for")
    if address is not None and address not in plain["apis"]["rules"]["uri"]:
        yield Problem(where, f"stands_for: {address} is not among the uris")


def sources(where: str, keys: Any, plain: Mapping[str, Any], marks: bool = False) -> Iterator[Problem]:
    """Yield problems of a list of evidence keys; ``marks``: the marks ``^`` and ``>`` of hosts are allowed."""
    if not keys:
        yield Problem(where, "has no source")
    if "evidence" not in plain:
        return
    for item in keys:
        key = source_key(item)
        known = plain["evidence"].get(key)
        if known is None or (item != item.rstrip("^>") and not marks):
            yield Problem(where, f"source {item} is not known")
        elif ":" in item and not known["detailed"]:
            yield Problem(where, f"source {item}: {key} has no parts")
