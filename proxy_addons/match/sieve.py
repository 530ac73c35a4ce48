"""Says of bytes, fast, that a pattern finds nothing in their text: a pattern of text costs microseconds a window."""

from __future__ import annotations

import re

HAN = re.compile(rb"[\xe3-\xe9][\x80-\xbf]{2}")
FULL_WIDTH = re.compile(rb"\xef\xbc[\x90-\x99]")
"""Full-width digits are digits to a pattern of text, not to one of bytes; full-width punctuation is on every page."""
OPTIONAL = re.compile(r"\([^()]*\)[?*]")
DIGITS = re.compile(r"\\d\{(\d+)")


BETWEEN = rb""">?\s{0,3}["']?[^"'&,;<>=:{}]{0,72}?"""
"""What may stand between the sign of a name and its value."""


class Sieve:
    """Lets through all bytes in whose text a pattern may find something."""

    def __init__(self, pattern: str) -> None:
        self._digits = b"0" * digits_in(pattern)
        self._pattern = re.compile(pattern.encode()) if pattern.isascii() else HAN

    def lets_through(self, data: bytes, shape: bytes) -> bool:
        """Tell whether the pattern may match; ``shape``: the same with a zero for every digit."""
        return self._digits in shape and self._pattern.search(data) is not None


def digits_in(pattern: str) -> int:
    """Return how many digits in a row every match of a pattern surely holds; 0 where its text does not say so."""
    counts = [int(count) for count in DIGITS.findall(OPTIONAL.sub("", pattern))]
    if not counts:
        return 0
    return min(counts) if "|" in pattern else max(counts)


def behind_name(*patterns: str) -> re.Pattern[bytes]:
    """Return what matches behind the sign of a name where one of ``patterns`` may find a value (`name_before`)."""
    values = dict.fromkeys(pattern.encode() if pattern.isascii() else HAN.pattern for pattern in patterns)
    return re.compile(BETWEEN + b"(?:" + b"|".join(map(_scoped, values)) + b")")


def _scoped(pattern: bytes) -> bytes:
    """Return a pattern that keeps its case to itself."""
    bare = pattern.replace(b"(?i)", b"")
    return (b"(?i:" if pattern.startswith(b"(?i)") else b"(?:") + bare + b")"
