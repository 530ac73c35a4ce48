"""The book of findings: every finding that the twins of `test_checks` call for, written out as a person reads it.

`python tests/support/wording.py` writes `findings.txt` anew; read the difference before it is committed, for a change
there is a change in what a company is told.
"""

import sys
from datetime import date
from pathlib import Path

from analyzer.judge import judge

BOOK = Path(__file__).parents[1] / "judge" / "findings.txt"


def written(finding, silent):
    """Return the lines of one twin: the finding in both languages with its evidence, then what is found without it."""
    lines = [f"## {finding.rule} {finding.subject}"]
    lines.append(f"{finding.severity}, {finding.status}, clauses {' '.join(finding.clauses)}")
    for text in (finding.title, finding.explanation, finding.advice):
        lines += [f"  {text.zh}", f"  {text.en}"]
    for row in finding.evidence:
        lines.append(f"- {row.kind} | {row.where} | {' '.join(row.excerpt.split())}")
    lines.append("twin: " + "; ".join(f"{row.rule} {row.subject} {row.severity} {row.status}" for row in silent))
    return lines


def book(cases, build, catalogue):
    """Return the whole book as text."""
    lines = []
    for rule, subject, severity, status, calling, silent in cases:
        today = date(2026, 9, 1)
        wanted = (rule, subject, severity, status)
        for row in judge(calling(build), catalogue, today=today).findings:
            if (row.rule, row.subject, row.severity, row.status) == wanted:
                others = judge(silent(build), catalogue, today=today).findings
                lines += [*written(row, others), ""]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.path.insert(0, str(BOOK.parent))
    from conftest import Build
    from test_checks import CASES

    from analyzer.catalogue import load_catalogue

    BOOK.write_text(book(CASES, Build(), load_catalogue()), encoding="utf-8")
