"""What a decision about a finding rests on: how grave and sure it is, and on evidence of which kinds."""

from __future__ import annotations

import hashlib

from analyzer.model import Finding


def gist_of(finding: Finding) -> str:
    """Return a digest that is equal as long as a decision about the finding may stand.

    Names of classes, offsets, flows and counts stay out: they change with every build and capture. Severity,
    sureness, clauses, kinds of evidence and how far code is reached stay in: a waiver for code that nothing calls is
    none for the same code run before consent, or seen in traffic.
    """
    kinds = sorted({item.kind for item in finding.evidence})
    levels = sorted({item.path.level for item in finding.evidence if item.path is not None})
    parts = (finding.severity.value, finding.status.value, *sorted(finding.clauses), "", *kinds, "", *levels)
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
