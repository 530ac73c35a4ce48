"""The files that belong to one capture, and where they lie."""

from __future__ import annotations

from pathlib import Path


def beside(capture: Path, kind: str) -> Path:
    """Return the path of the ``marks`` or ``events`` file that belongs to a capture."""
    return capture.with_name(f"{capture.stem}.{kind}.jsonl")


def body_file(capture: Path, flow: str, direction: str) -> Path:
    """Return the file in which the proxy kept a body that was too long for its flow."""
    return capture.with_name(f"{capture.stem}.bodies") / f"{flow}.{direction}"


def keylogs(capture: Path) -> tuple[Path, ...]:
    """Return where the TLS secrets of a packet capture may lie beside it."""
    return tuple(capture.with_name(f"{capture.stem}.{ending}") for ending in ("keylog", "keys", "sslkeylog"))
