"""Facts of one package: opens the container, runs every extractor, and says what could not be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .engine import ENGINE

if TYPE_CHECKING:
    from pathlib import Path

    from analyzer.container import Limits
    from analyzer.model import StaticFacts

__all__ = ["ENGINE", "extract_facts"]


def extract_facts(path: Path, catalogue: Any, limits: Limits | None = None) -> StaticFacts:
    """Extract all facts of the package at ``path`` in this process; deterministic for equal bytes and rules.

    Raises `analyzer.model.UnreadableInputError` when the file is no package at all. Everything else that goes wrong is
    a reason in ``coverage`` of the result.
    """
    from .run import extract  # noqa: PLC0415  # numpy and the extractors load on use: the parent process needs neither

    return extract(path, catalogue, limits)
