"""The order in which people read a report: findings gathered by rule, the ledger by weight."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analyzer.model import Finding, LedgerRow, Report


def by_rule(report: Report) -> list[list[Finding]]:
    """Return the findings in the report's order, those of one rule, gravity and sureness together.

    Sixty findings of twelve rules so read as twelve.
    """
    together: dict[tuple[str, str, str, bool], list[Finding]] = {}
    for finding in report.findings:
        key = (finding.severity, finding.rule, finding.status, bool(finding.waived))
        together.setdefault(key, []).append(finding)
    return list(together.values())


def ledger_by_weight(report: Report) -> list[LedgerRow]:
    """Return the ledger with what a person decides on first.

    Sent before consent, sent, reached before consent, in code, permitted, declared; within equal weight, what is not
    declared goes before what is, then by id.
    """
    return sorted(
        report.ledger,
        key=lambda row: (
            row.observed_before_consent is not True,
            row.observed is not True,
            row.before_consent is not True,
            row.present is not True,
            row.permitted is not True,
            row.declared is True,
            row.data,
        ),
    )
