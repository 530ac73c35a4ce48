"""What only a live proxy sees and no `.flow` keeps: failed TLS handshakes, the addresses listened on."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analyzer.model import NotAnalysed

PINNED_AFTER = 2
"""Failures of one name, while other names work, that speak for certificate pinning."""


def append_event(path: Path, event: str, **fields: Any) -> None:
    """Append one event with the time, in one write."""
    line = json.dumps({"event": event, "time": round(time.time(), 3), **fields}, ensure_ascii=True, default=str) + "\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


def read_events(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the events of a file; a line cut by a crash is left out, a missing file has none."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            yield event


def tls_failures(path: Path) -> list[NotAnalysed]:
    """Return one row for each name whose handshakes with the app failed: what it sent is unknown.

    Says pinning only where other names worked; where everything failed the phone does not trust the proxy at all.
    """
    failed: dict[str, int] = {}
    worked: set[str] = set()
    for event in read_events(path):
        name = str(event.get("sni") or event.get("address") or "")
        if event.get("event") == "tls_failed_client":
            failed[name] = failed.get(name, 0) + 1
        elif event.get("event") == "tls_established_client":
            worked.add(name)
    rows = []
    for name, count in sorted(failed.items()):
        if name in worked:
            why = "some TLS handshakes of the app failed, others worked"
        elif not worked:
            why = "every TLS handshake failed: the phone does not trust the proxy's CA (set-up)"
        elif count >= PINNED_AFTER:
            why = "the app refused the proxy's certificate while other hosts accepted it: certificate pinning"
        else:
            why = "one TLS handshake failed"
        rows.append(NotAnalysed(request_id="", host=name or None, code="tls_failed", detail=f"{why} (×{count})"))
    return rows
