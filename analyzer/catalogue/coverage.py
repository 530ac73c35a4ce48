"""Which check covers which clause, through which channel; and what is left to a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from analyzer.model import Bilingual, Clause
from analyzer.model.record import dataclass

from . import Catalogue

MACHINE = ("static", "traffic", "policy", "filing")
"""Channels that checks read."""
POINT_CHECK = "POLICY.POINT_MISSING"
"""The check that cites the points of a policy, each with its clauses."""


@dataclass(frozen=True, slots=True)
class Covered:
    """One clause."""

    clause: Clause
    checks: Mapping[str, tuple[str, ...]]
    """Channel → ids of the checks that read it and may cite the clause."""

    @property
    def look_at(self) -> tuple[Bilingual, ...]:
        """What the human checklist says of it."""
        return tuple(text for text in (self.clause.check, self.clause.unseen) if text is not None)

    @property
    def missing(self) -> bool:
        """Whether nobody looks: no check, no line of the human checklist, no place where a definition is applied."""
        return not self.checks and not self.look_at and self.clause.basis is None


def coverage(catalogue: Catalogue) -> tuple[Covered, ...]:
    """Return every clause in force, in the order of the rules."""
    cited = _cited(catalogue)
    return tuple(
        Covered(
            clause,
            {
                channel: checks
                for channel in MACHINE
                if (checks := tuple(sorted(name for name, reads in cited.get(key, {}).items() if channel in reads)))
            },
        )
        for key, clause in catalogue.clauses.items()
    )


def missing_clauses(plain: Mapping[str, Any]) -> Iterator[str]:
    """Yield the clauses that nobody looks at, from plain records of the families."""
    texts: dict[str, list[str]] = {}
    for key, row in plain["clauses"].items():
        texts.setdefault(row["text"], []).append(key)
    cited = {clause for point in plain["policy_points"] for clause in plain["policy_points"][point]["clauses"]}
    cited.update(plain["policy_points"])
    for row in plain["checks"].values():
        for clause in (*row["clauses"], *(row.get("adds") or ())):
            cited.update(texts.get(clause, ()), (clause,))
    for key, row in plain["clauses"].items():
        if key not in cited and not any(row.get(name) for name in ("check", "unseen", "basis")):
            yield key


def _cited(catalogue: Catalogue) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return clause → checks that may cite it → channels that each reads."""
    texts: dict[str, list[str]] = {}
    for key, clause in catalogue.clauses.items():
        texts.setdefault(clause.text, []).append(key)
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for name, rule in catalogue.checks.items():
        wanted = [*rule.clauses]
        for one in rule.adds:
            wanted += [one] if one in catalogue.clauses and one not in texts else texts[one]
        if name == POINT_CHECK:
            wanted += [one for key, point in catalogue.policy_points.items() for one in (key, *point.clauses)]
        for one in wanted:
            found.setdefault(one, {})[name] = rule.channels
    return found
