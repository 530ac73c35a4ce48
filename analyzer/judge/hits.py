"""What a check returns, and the list of all checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field

from analyzer.model import Bilingual, FindingEvidence, HumanCheck, Severity, Status
from analyzer.model.record import dataclass

from .case import Case

Value = str | int | Bilingual


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found by a check; becomes a `Finding` with the words of the check's rule."""

    subject: str
    """A data id, permission, SDK id, host …; part of the finding's fingerprint."""
    status: Status
    """`proven` only when the channel proves it; a rule marked unsure makes it `suspected` all the same."""
    evidence: tuple[FindingEvidence, ...]
    values: Mapping[str, Value] = field(default_factory=dict)
    """For the placeholders of the rule's texts; ``{subject}`` and ``{count}`` are always there."""
    severity: Severity | None = None
    """Where it differs from the rule's."""
    clauses: tuple[str, ...] = ()
    """Beside or instead of the rule's, where they depend on what was found."""


Outcome = Hit | HumanCheck
Check = Callable[[Case], Iterable[Outcome]]

CHECKS: dict[str, Check] = {}
"""All checks, by id."""


def check(identity: str) -> Callable[[Check], Check]:
    """Register a check under the id that its rule has in `rules/checks/`."""

    def register(function: Check) -> Check:
        if identity in CHECKS:
            raise ValueError(f"check {identity} is registered twice")
        CHECKS[identity] = function
        return function

    return register
