"""Collects anomalies, so that ten thousand odd entries become one fact with examples and a count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.model import Anomaly

from .text import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

EXAMPLES = 3


class Notes:
    """Anomalies by code: the first few details and how many there were."""

    def __init__(self) -> None:
        self._details: dict[str, list[str]] = {}
        self._counts: dict[str, int] = {}

    def __contains__(self, code: str) -> bool:
        return code in self._counts

    def add(self, code: str, detail: str) -> None:
        """Note one occurrence of ``code``; the detail is made safe to show."""
        count = self._counts.get(code, 0)
        self._counts[code] = count + 1
        if count < EXAMPLES:
            self._details.setdefault(code, []).append(shown(detail, 400))

    def merge(self, other: Notes, where: str) -> None:
        """Take over the anomalies of an inner archive, each with the name of that archive."""
        for code, details in other._details.items():  # same class
            prefix = f"{shown(where)}: " if where else ""
            kept = self._details.setdefault(code, [])
            kept.extend(prefix + detail for detail in details[: EXAMPLES - len(kept)])
            self._counts[code] = self._counts.get(code, 0) + other._counts[code]  # same class

    def rows(self) -> list[tuple[str, list[str], int]]:
        """Return code, details and count of each code, in order of their first occurrence."""
        return [(code, self._details[code], count) for code, count in self._counts.items()]

    def add_row(self, code: str, details: Iterable[str], count: int) -> None:
        """Take over what another process noted: see `rows`."""
        kept = self._details.setdefault(code, [])
        kept.extend(list(details)[: EXAMPLES - len(kept)])
        self._counts[code] = self._counts.get(code, 0) + count

    def facts(self) -> tuple[Anomaly, ...]:
        """Return one `Anomaly` a code, sorted by code."""
        return tuple(Anomaly(code=code, detail=self._text(code)) for code in sorted(self._counts))

    def _text(self, code: str) -> str:
        count, text = self._counts[code], "; ".join(self._details[code])
        return text if count <= EXAMPLES else f"{text}; … ({count} in all)"
