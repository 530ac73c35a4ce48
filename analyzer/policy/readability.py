"""How hard a policy is to read, in plain counts."""

from __future__ import annotations

import re

from analyzer.model import Readability

from .layout import Line

_UNITS = re.compile(r"[\u3400-\u9fff]+|[A-Za-z0-9]+")
_LONG = 100
_PER_MINUTE = 400


def measure(text: str, lines: list[Line]) -> Readability:
    """Count sentences, their length, and headings. Rows of tables and headings are no sentences."""
    lengths = []
    for line in lines:
        if not line.heading and "\t" not in line.text:
            lengths += [_units(line.text, s.start, s.end) for s in line.sentences]
    lengths = [length for length in lengths if length]
    units = _units(text, 0, len(text))
    return Readability(
        sentences=len(lengths),
        characters_per_sentence=round(sum(lengths) / len(lengths), 1) if lengths else 0.0,
        long_sentences=sum(length > _LONG for length in lengths),
        headings=sum(line.heading for line in lines),
        minutes=max(1, round(units / _PER_MINUTE)),
    )


def _units(text: str, low: int, high: int) -> int:
    """Count Chinese characters and Latin words."""
    return sum(1 if run.isascii() else len(run) for run in _UNITS.findall(text, low, high))
