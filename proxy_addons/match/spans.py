"""Sets of places in a text, asked for overlaps."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable


class Spans:
    """Intervals ``start:end`` that do not overlap each other; a look-up costs a binary search."""

    def __init__(self, spans: Iterable[tuple[int, int]] = ()) -> None:
        self._spans: list[tuple[int, int]] = []
        for start, end in sorted(spans):
            if self._spans and start < self._spans[-1][1]:
                self._spans[-1] = (self._spans[-1][0], max(end, self._spans[-1][1]))
            else:
                self._spans.append((start, end))

    def touches(self, start: int, end: int) -> bool:
        """Tell whether ``start:end`` overlaps any interval of the set."""
        at = bisect_left(self._spans, (start, start))
        inside = at < len(self._spans) and self._spans[at][0] < end
        return inside or (at > 0 and self._spans[at - 1][1] > start)

    def holds(self, start: int, end: int) -> bool:
        """Tell whether one interval covers all of ``start:end``."""
        at = bisect_right(self._spans, (start, 1 << 60)) - 1
        return at >= 0 and self._spans[at][0] <= start and end <= self._spans[at][1]

    def claim(self, start: int, end: int) -> bool:
        """Add ``start:end`` unless it overlaps; tell whether it was added."""
        if self.touches(start, end):
            return False
        insort(self._spans, (start, end))
        return True

    def covers(self, position: int) -> bool:
        """Tell whether ``position`` lies in an interval."""
        at = bisect_right(self._spans, (position, 1 << 60)) - 1
        return at >= 0 and self._spans[at][0] <= position < self._spans[at][1]
