"""Lengths of periods: from the rules, unless an installation sets its own for reviews."""

from __future__ import annotations

import re

from sqlmodel import Session

import analyzer
from analyzer.model import EduauditError

_REVIEWS = frozenset({"filing", "change", "reaudit", "user_filing"})
_OWN = re.compile(r"(?:([1-9]\d)=)?(\d{1,3})")


def length_of(session: Session, kind: str, province: str) -> int:
    """Return the length of a period: working days, or months for ``ban_months``."""
    own = review_days(getattr(session.info.get("settings"), "review_days", ""))
    if kind in _REVIEWS and own:
        days = own.get(province, own.get(""))
        if days is not None:
            return days
    row = analyzer.filing_codes()["terms"].code(kind)
    if row is None or row.length is None:
        raise EduauditError(f"rules/filing/terms.yaml: there is no period {kind!r}")
    return int(row.length)


def review_days(text: str) -> dict[str, int]:
    """Read ``12,31=15``: working days by province, under an empty key for all others. Raises `EduauditError`."""
    days = {}
    for part in filter(None, (item.strip() for item in text.split(","))):
        match = _OWN.fullmatch(part)
        if match is None or int(match[2]) == 0:
            raise EduauditError(f"EDUAUDIT_REVIEW_DAYS: {part!r} is neither days such as 12 nor province=days: 31=15")
        days[match[1] or ""] = int(match[2])
    return days
