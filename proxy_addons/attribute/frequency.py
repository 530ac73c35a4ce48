"""How often: the median interval between equal transmissions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median


def interval(times: Sequence[float]) -> float | None:
    """Return the median seconds between successive ``times``, to the millisecond; `None` for fewer than two."""
    known = sorted(time for time in times if time > 0)
    if len(known) < 2:  # one interval needs two ends
        return None
    return round(median(later - earlier for earlier, later in pairwise(known)), 3)
