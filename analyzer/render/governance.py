"""Governance facts as rows of text, the same for terminal and page."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .words import word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analyzer.model import Report

STYLE = {"wrong": "high", "missing": "medium", "attention": "medium", "good": "good"}
"""State → the class of the page; the others are plain."""


class GovernanceRow(NamedTuple):
    """One fact in the reader's language."""

    title: str
    value: str
    state: str
    """In words."""
    style: str
    says: str
    clauses: tuple[str, ...]


def governance_rows(report: Report, lang: str) -> Iterator[GovernanceRow]:
    """Yield the facts in the report's order."""
    for row in report.governance:
        yield GovernanceRow(
            title=row.title.pick(lang),
            value=row.value or "–",
            state=word(f"governance.{row.state}", lang),
            style=STYLE.get(row.state, "info"),
            says=row.says.pick(lang),
            clauses=row.clauses,
        )
