"""Picks the strings of a DEX file that hold Chinese text, without decoding the other ten thousands.

A regular expression with the words of interest costs 130 ns a byte of the pool (1.2 s on 24 MB of DEX, measured), one
for Chinese characters 10 ns; comparing all bytes at once with those with which Chinese characters begin costs 2 ns.
"""

from __future__ import annotations

import numpy as np

FIRST_LEAD, LAST_LEAD = 0xE3, 0xE9
"""First bytes of U+3000 to U+9FFF in UTF-8: punctuation, kana and Chinese characters."""
HEADER = 0x70
MOST_BYTES = 1 << 16
"""Of one string that are looked at."""


def chinese_strings(data: bytes) -> list[str] | None:
    """Return the strings with a Chinese character, in order of the file.

    `None` when the file is no ordinary DEX (container version, damaged table): then it must be searched otherwise.
    """
    if len(data) < HEADER or int.from_bytes(data[36:40], "little") != HEADER:
        return None
    count, table = (int.from_bytes(data[at : at + 4], "little") for at in (0x38, 0x3C))
    if not count or table + 4 * count > len(data):
        return [] if not count else None
    starts = np.sort(np.frombuffer(data, "<u4", count, table))
    first, last = int(starts[0]), int(starts[-1])
    end = data.find(b"\0", last)
    if end < 0 or last >= len(data):
        return None
    region = np.frombuffer(data, np.uint8, end - first, first)
    places = np.flatnonzero(region >= FIRST_LEAD)
    places = places[region[places] <= LAST_LEAD]
    owners = np.searchsorted(starts, places + first, "right") - 1  # in order, as the places are
    owners = owners[np.concatenate(([True], owners[1:] != owners[:-1]))] if len(owners) else owners
    return [_text(data, int(starts[owner])) for owner in owners]


def _text(data: bytes, start: int) -> str:
    while start < len(data) and data[start] & 0x80:  # the length in UTF-16 units, ULEB128
        start += 1
    start += 1
    end = data.find(b"\0", start, start + MOST_BYTES)
    return data[start : end if end >= 0 else start + MOST_BYTES].decode("utf-8", "replace")
