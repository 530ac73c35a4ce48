"""What a change of rules does to the findings of one case, and which changed rules each difference comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from analyzer.model import Finding
from analyzer.model.record import dataclass

if TYPE_CHECKING:
    from analyzer.catalogue.changes import Change

COMPARED = ("severity", "status", "clauses", "title", "explanation", "advice")
"""What of a finding the rules decide; evidence follows from the facts."""
_OF_SUBJECT = frozenset(
    {"personal_data", "permissions", "sdks", "policy_points", "vocabularies", "packers", "recipients"}
)


@dataclass(frozen=True, slots=True)
class Ruling:
    """One finding that the other rules judge otherwise."""

    kind: Literal["new", "gone", "changed"]
    finding: Finding
    """As the new rules judge; of one that is gone, as the old ones did."""
    fields: tuple[str, ...]
    """Of a changed one: which of `COMPARED` differ."""
    because: tuple[str, ...]
    """``table id`` of the changed rules that it rests on; empty: of others, such as those that read the facts."""


def rulings(old: Sequence[Finding], new: Sequence[Finding], changed: Sequence[Change]) -> tuple[Ruling, ...]:
    """Return the differences between two judgements of the same facts: gone, new, then changed ones."""
    before = {row.fingerprint: row for row in old}
    after = {row.fingerprint: row for row in new}
    rows = {(one.table, one.id) for one in changed}
    found = [Ruling("gone", row, (), _because(row, rows)) for key, row in before.items() if key not in after]
    found += [Ruling("new", row, (), _because(row, rows)) for key, row in after.items() if key not in before]
    for key, row in after.items():
        other = before.get(key)
        fields = tuple(name for name in COMPARED if other is not None and getattr(other, name) != getattr(row, name))
        if fields:
            found.append(Ruling("changed", row, fields, _because(row, rows)))
    return tuple(found)


def _because(finding: Finding, rows: set[tuple[str, str]]) -> tuple[str, ...]:
    parts = {finding.subject, *finding.subject.split("/"), finding.subject.removeprefix("sdk:")}
    found = [("checks", finding.rule), *(("clauses", clause) for clause in finding.clauses)]
    found += sorted((table, key) for table, key in rows if table.partition(".")[0] in _OF_SUBJECT and key in parts)
    return tuple(f"{table} {key}" for table, key in dict.fromkeys(found) if (table, key) in rows)


def counts(found: Sequence[Ruling]) -> Mapping[str, int]:
    """Return how many of each kind there are."""
    return {kind: sum(row.kind == kind for row in found) for kind in ("new", "gone", "changed")}
