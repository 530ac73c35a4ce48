"""What could not be read, and why: absence is only concluded from a file without problems."""

from __future__ import annotations

from analyzer.model.record import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """A DEX file, or some of its methods, that could not be read."""

    dex: str
    """Name of the file, such as ``classes2.dex``."""
    where: str
    """``file``, ``class_data``, ``code`` or ``static_values``."""
    why: str
    """One sentence in English."""
    methods: int = 0
    """Methods that were not read because of it; 0 for a whole file, whose methods cannot be counted."""


class DamagedError(Exception):
    """A structure of a DEX file breaks the format; caught inside this package and turned into a `Problem`."""
