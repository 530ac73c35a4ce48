"""The trail as JSON lines, and the check of such a file: whoever holds one can prove it without the registry."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from sqlmodel import Session

from registry_api.trail.chain import GENESIS, ChainResult, canonical, content_of, hash_of, walk


def export_lines(session: Session, after: int = 0) -> Iterator[str]:
    """Yield one line for each entry after ``after``: all that its hash covers, and the hash."""
    for entry in walk(session, after):
        yield canonical({**content_of(entry), "hash": entry.hash})


def verify_lines(lines: Iterable[str]) -> ChainResult:
    """Check exported lines; a file that begins later than the first entry is bound to its own first line.

    The result names the first line that does not fit.
    """
    expected, prev, count = 0, GENESIS, 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        entry = _read(line)
        if entry is None:
            return ChainResult(count, prev, expected or 1, f"line {number} is no entry of a trail")
        given, seq = entry.pop("hash"), entry["seq"]
        if not expected:
            expected, prev = seq, entry["prev"] if seq > 1 else GENESIS
        if seq != expected:
            return ChainResult(count, prev, expected, f"entry {expected} is missing")
        if entry["prev"] != prev:
            return ChainResult(count, prev, seq, f"entry {seq} does not follow entry {seq - 1}")
        if hash_of(entry) != given:
            return ChainResult(count, prev, seq, f"the content of entry {seq} was changed")
        prev, expected, count = given, expected + 1, count + 1
    return ChainResult(count, prev, None, "")


def _read(line: str) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    whole = isinstance(entry, dict) and isinstance(entry.get("seq"), int) and {"prev", "hash"} <= entry.keys()
    return entry if whole else None
