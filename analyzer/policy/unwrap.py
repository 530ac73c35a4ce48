"""Lines that text recognition or an e-mail program broke at a fixed width, put together again."""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

_WIDEST = 120
"""Columns; longer lines are paragraphs. A Chinese character takes two."""
_SLACK = 5
"""Columns that a line may fall short of the width, since a sign may not begin a line and a word is not parted."""
_ENDS = re.compile(r"[。！？；：:;!?…|>]\s*$")
_BEGINS = re.compile(
    r"\s*(?:[-*•·▪●#|]|第[一二三四五六七八九十\d]+[章节条]|[（(]?[一二三四五六七八九十\d]{1,3}[)）、.．])"
)


_WIDE = re.compile("[\u2e80-\U0010ffff]")


def columns(line: str) -> int:
    """Return the width of a line in print: a character of more than Latin takes two columns."""
    return len(line) + len(_WIDE.findall(line))


def joints(text: str) -> list[int]:
    """Return the offsets of the line ends that break a sentence; none where the lines have no common width."""
    rows, start = [], 0
    for line in text.split("\n"):
        rows.append((start, line))
        start += len(line) + 1
    if len(rows) < 8 or len(text) > len(rows) * _WIDEST:
        return []
    lengths = sorted(columns(line) for _, line in rows if line.strip())
    width = lengths[len(lengths) * 9 // 10] if lengths else 0
    full = sum(width - _SLACK <= length for length in lengths)
    if not 20 <= width <= _WIDEST or full * 5 < len(lengths) * 2:
        return []
    return [
        begin + len(line)
        for (begin, line), (_, following) in itertools.pairwise(rows)
        if columns(line) >= width - _SLACK
        and following.strip()
        and "\t" not in line + following
        and not _ENDS.search(line)
        and not _BEGINS.match(following)
    ]


def unwrap(text: str) -> tuple[str, Callable[[Any], Any]]:
    """Return the text without these line ends, and what sets the `offset` of a fact back to that text."""
    ends = joints(text)
    if not ends:
        return text, lambda fact: fact
    flat = "".join(
        text[low:high] for low, high in zip([0, *(end + 1 for end in ends)], [*ends, len(text)], strict=True)
    )
    shortened = [end - number for number, end in enumerate(ends)]

    def back(fact: Any) -> Any:
        if fact.offset is None:
            return fact
        return replace(fact, offset=fact.offset + bisect.bisect_right(shortened, fact.offset))

    return flat, back
