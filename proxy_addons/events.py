"""What only a live proxy sees and no `.flow` keeps, one JSON object a line beside the capture."""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

EVENT_LINE = "eduaudit-event "
"""Begins a line of the proxy's standard output that carries an event which the disk did not take."""


def append_event(path: Path, event: str, **fields: Any) -> None:
    """Append one event with the time, in one write."""
    line = json.dumps({"event": event, "time": round(time.time(), 3), **fields}, ensure_ascii=True, default=str) + "\n"
    append_line(path, line)


def append_line(path: Path, line: str) -> None:
    """Append a line in one `write` on an append-only descriptor: two processes never mix their lines.

    Raises `OSError` when it was not written whole, and takes the part back. What a crash left of an earlier line is
    ended first.
    """
    data = line.encode()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            data = b"\n" + data
        written = 0
        try:
            written = os.write(descriptor, data)
        finally:
            if written != len(data):
                os.ftruncate(descriptor, size)
        if written != len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        os.fsync(descriptor)
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
