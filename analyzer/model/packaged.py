"""Policies that a package itself holds."""

from __future__ import annotations

from .base import Record, Sha256
from .record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagedPolicy(Record):
    """A text in the package that calls itself a privacy policy."""

    path: str
    """Archive entry; ``split!entry`` in a split."""
    sha256: Sha256
    size: int
    """Bytes."""
    source: str = ""
    """The file's text as it stands; empty once it was looked at."""
    state: str = "found"
    """``used`` in the place of a policy that nobody handed in; else why not: ``not_needed`` (one was handed in),
    ``several`` (more than one fits), ``other_app``, ``unnamed``, ``sdk``, ``short``, ``few_points``, ``not_chinese``,
    ``unreadable``; ``found``: not looked at."""
