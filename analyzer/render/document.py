"""JSON: the contract. Both languages are in it, so the language asked for changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analyzer.model import Report


def write(report: Report, lang: str, *, color: bool = False, width: int | None = None) -> str:  # noqa: ARG001  # one interface
    """Return the canonical JSON text of the report."""
    return report.dump()
