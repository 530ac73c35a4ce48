"""Bars for the page: plain numbers that the template draws as inline SVG, no script, no library."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from analyzer.model import Severity

from .words import word

if TYPE_CHECKING:
    from analyzer.model import Report

WIDTH = 360
"""Units of the longest bar."""


class Segment(NamedTuple):
    """A stretch of a bar."""

    style: str
    start: int
    width: int
    number: int
    about: str


class Bar(NamedTuple):
    """One bar with its label and its sum."""

    label: str
    segments: tuple[Segment, ...]
    total: int


def severity_bars(report: Report, lang: str) -> list[Bar]:
    """Return findings by severity, proven and suspected apart; waived ones do not count."""
    rows = [finding for finding in report.findings if finding.waived is None]
    parts = []
    for level in Severity:
        found = [finding for finding in rows if finding.severity is level]
        if found:
            proven = sum(finding.status == "proven" for finding in found)
            parts.append(
                (
                    word(level, lang),
                    [
                        (level.value, proven, word("proven", lang)),
                        (f"{level.value} half", len(found) - proven, word("status.suspected", lang)),
                    ],
                )
            )
    return _scaled(parts)


def ledger_bars(report: Report, lang: str) -> list[Bar]:
    """Return how many kinds of personal data each channel knows, declared and undeclared apart."""
    parts = []
    for key in ("permitted", "present", "before_consent", "observed", "observed_before_consent"):
        rows = [row for row in report.ledger if getattr(row, key)]
        if rows:
            hidden = sum(row.declared is False for row in rows)
            parts.append(
                (
                    word(key, lang),
                    [
                        ("good", len(rows) - hidden, word("chart.others", lang)),
                        ("high", hidden, word("chart.undeclared", lang)),
                    ],
                )
            )
    return _scaled(parts)


def _scaled(parts: list[tuple[str, list[tuple[str, int, str]]]]) -> list[Bar]:
    most = max((sum(number for _, number, _ in row) for _, row in parts), default=0)
    bars = []
    for label, row in parts:
        segments, at, total = [], 0, 0
        for style, number, about in row:
            total += number
            end = round(WIDTH * total / most)
            if number:
                segments.append(Segment(style, at, end - at, number, about))
            at = end
        bars.append(Bar(label, tuple(segments), total))
    return bars
