"""Where the channels contradict each other: what a regulator looks at first."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from analyzer.model.report import channels_of

if TYPE_CHECKING:
    from analyzer.model import Finding, LedgerRow, Report

_FAMILIES = ("FILING.", "DISCLOSURE.", "POLICY.OTHER")


class Mismatches(NamedTuple):
    """What one channel says and another denies."""

    undeclared: tuple[LedgerRow, ...]
    """Seen in traffic or code, and neither policy nor filing names it."""
    unseen: tuple[LedgerRow, ...]
    """Declared, and examined channels that could show it do not: perhaps declared too widely."""
    findings: tuple[Finding, ...]
    """Findings in which evidence of two channels meets, and those of the filing."""


def mismatches(report: Report) -> Mismatches:
    """Return the contradictions in the report's order; what was not examined contradicts nothing."""
    rows = report.ledger
    return Mismatches(
        undeclared=tuple(row for row in rows if row.declared is False and (row.observed or row.present)),
        unseen=tuple(row for row in rows if row.declared and row.present is False and row.observed is not True),
        findings=tuple(
            finding
            for finding in report.findings
            if finding.waived is None
            and (finding.rule.startswith(_FAMILIES) or len(channels_of(item.kind for item in finding.evidence)) > 1)
        ),
    )
