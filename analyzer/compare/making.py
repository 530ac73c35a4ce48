"""How a difference is made: what it is called when a side was not read in full, and what its two sides had."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from analyzer.model import Bilingual, Change, Difference, Severity, record_json
from analyzer.model.difference import Area, Because, DifferenceKind

MOST_EVIDENCE = 8
"""Places that are kept of each side of a difference; the reports hold all of them."""


def told(value: Any) -> str | None:
    """Return a value of a field as text; `None` stays."""
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def change(field: str, old: Any, new: Any) -> Change:
    """Return one changed field."""
    return Change(field=field, old=told(old), new=told(new))


def kind_of(*, in_old: bool, in_new: bool, read_old: bool, read_new: bool) -> DifferenceKind:
    """Name a difference; ``read_old`` and ``read_new`` tell whether the silence of a side means absence."""
    if in_old and in_new:
        return "changed"
    if in_new:
        return "new" if read_old else "first_seen"
    return "gone" if read_new else "not_seen"


def places(found: Iterable[str]) -> tuple[str, ...]:
    """Return the first few places in order, each once."""
    return tuple(sorted({place for place in found if place})[:MOST_EVIDENCE])


def because(*reasons: tuple[Because, bool]) -> tuple[Because, ...]:
    """Return the reasons that hold."""
    return tuple(reason for reason, holds in reasons if holds)


def one_sided(
    area: Area,
    subject: str,
    *,
    in_new: bool,
    read: tuple[bool, bool],
    weight: Severity,
    title: Bilingual | None = None,
    evidence: Iterable[str] = (),
    why: Because = "coverage",
) -> Difference:
    """Make the difference of something that one side has; ``read``: whether silence of OLD, of NEW means absence."""
    kind = kind_of(in_old=not in_new, in_new=in_new, read_old=read[0], read_new=read[1])
    shown = places(evidence)
    return Difference(
        area=area,
        kind=kind,
        weight=weight,
        subject=subject,
        title=title,
        because=(why,) if kind in {"first_seen", "not_seen"} else (),
        old=() if in_new else shown,
        new=shown if in_new else (),
    )


def ordered[R](rows: Iterable[R]) -> list[R]:
    """Return rows in the order of their content, each once: the order in which they came says nothing."""
    return [found for _, found in sorted({record_json(row): row for row in rows}.items())]
