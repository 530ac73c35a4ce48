"""The counts, the verdict in one word, and what a person still has to check."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Literal

from analyzer.model import Clause, Finding, HumanCheck, Severity, Status, Summary

from .case import Case

_MACHINE = ("static", "traffic", "policy", "filing")
_LISTED = frozenset({"191", "292", "EDU", "POL", "MINOR-LAW", "MINOR-REG"})
_LISTED_FOR_MINORS = frozenset({"CHILD-REG"})
"""Texts whose open clauses a reviewer of one app works through first. 337 and 164 repeat the 191 in other words, laws
and standards stand above it: they follow, marked as general."""
_PARTS = re.compile(r"\d+|\D+")


def summarise(case: Case, findings: tuple[Finding, ...], human: Iterable[HumanCheck]) -> Summary:
    """Count what is not waived, and give the verdict by the first line that fits.

    ``violations_proven``: a finding of medium gravity or more is proven · ``suspected``: there are other findings ·
    ``nothing_found``: none, and the package was examined with complete coverage · ``incomplete``: none, but the package
    was not examined, or not in full. Findings of gravity info inform only.
    """
    effective = [row for row in findings if row.waived is None]
    counted = [row for row in effective if row.severity is not Severity.INFO]
    verdict: Literal["violations_proven", "suspected", "nothing_found", "incomplete"]
    if any(row.status is Status.PROVEN and row.severity.at_least(Severity.MEDIUM) for row in counted):
        verdict = "violations_proven"
    elif counted:
        verdict = "suspected"
    else:
        verdict = "nothing_found" if case.complete else "incomplete"
    return Summary(
        findings={level.value: sum(row.severity is level for row in effective) for level in Severity},
        verdict=verdict,
        channels={name: getattr(case.facts, name) is not None for name in _MACHINE},
        human=_checklist(case, human),
    )


def _checklist(case: Case, human: Iterable[HumanCheck]) -> tuple[HumanCheck, ...]:
    """List what the checks left over, the clauses that no examined channel can prove, and what no channel sees."""
    examined = {name for name in _MACHINE if getattr(case.facts, name) is not None}
    first = _LISTED if case.for_minors is False else _LISTED | _LISTED_FOR_MINORS
    rows = sorted(human, key=lambda row: (_natural(row.clause), row.look_at.en))
    later: list[HumanCheck] = []
    for identity, clause in _in_order(case.catalogue.clauses):
        if not _concerns(case, clause):
            continue
        general = clause.text not in first
        if clause.check is not None and not examined.intersection(clause.channels):
            (later if general else rows).append(HumanCheck(clause=identity, look_at=clause.check, general=general))
        if clause.unseen is not None:
            (later if general else rows).append(HumanCheck(clause=identity, look_at=clause.unseen, general=general))
    # By texts, not by the records: their hashes are reckoned anew each time.
    once = {(row.clause, row.look_at.zh, row.look_at.en, row.general): row for row in (*rows, *later)}
    return tuple(once.values())


_ORDERED: list[tuple[Mapping[str, Clause], list[tuple[str, Clause]]]] = []
"""The clauses of the catalogue that was asked for last, and those of them that leave something to a person."""


def _in_order(clauses: Mapping[str, Clause]) -> list[tuple[str, Clause]]:
    for known, ordered in _ORDERED:
        if known is clauses:
            return ordered
    wanted = [(key, row) for key, row in clauses.items() if row.check is not None or row.unseen is not None]
    ordered = sorted(wanted, key=lambda item: _natural(item[0]))
    _ORDERED[:] = [(clauses, ordered)]
    return ordered


def _concerns(case: Case, clause: Clause) -> bool:
    """Whether a clause can concern this app: not another type's necessary data, nor children where there are none."""
    if clause.text == "14":
        return clause.id == "14" or int(clause.id.partition("-")[2]) in case.app_types
    return clause.text not in _LISTED_FOR_MINORS or case.for_minors is not False


@cache
def _natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Order ``191-1.10`` after ``191-1.9``."""
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in _PARTS.findall(text))
