"""One side of a comparison: a report, what it was made of, and what its silence is worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from analyzer.model import Access, Bilingual, Report, Side

_WITH_MANIFEST = frozenset({"apk", "apks", "xapk", "aab", "aar"})
UNNAMED = "unnamed"
"""The actor under which all code is gathered whose owner no rule knows: its names change with every build."""


def everything_tells(_: Access) -> bool:
    """Return `False`: without rules, no read is held to be the code of a library that collects nothing."""
    return False


@dataclass(frozen=True)
class Version:
    """A report, and how it came about."""

    report: Report
    source: Literal["package", "facts", "report", "filing"]
    facts_rules: str
    """Hash of the rules with which the facts were named; those of the findings are in the report."""
    titles: Mapping[str, Bilingual] = field(default_factory=dict)
    """Kind of personal data → its name, for kinds that stand in no ledger."""
    quiet: Callable[[Access], bool] = field(default=everything_tells)
    """Tells of a read whether it is code of a library that collects nothing, which tells little."""

    @property
    def side(self) -> Side:
        """Return what the document says of this side."""
        report = self.report
        return Side(
            source=self.source,
            artifact=report.artifact,
            app=report.app,
            coverage=report.coverage,
            channels=dict(sorted(report.summary.channels.items())),
            engine=report.run.engine,
            facts_rules=self.facts_rules,
            judged_rules=report.run.rules,
        )

    @cached_property
    def static(self) -> bool:
        """Whether a package was examined."""
        return self.report.artifact.sha256 is not None

    @cached_property
    def manifest(self) -> bool:
        """Whether a manifest was read."""
        reasons = {reason.code for reason in self.report.coverage.reasons}
        return self.static and self.report.artifact.format in _WITH_MANIFEST and "manifest_unreadable" not in reasons

    @cached_property
    def code(self) -> bool:
        """Whether everything executable was read: only then is silence an absence."""
        return self.static and self.report.coverage.complete

    @cached_property
    def chains(self) -> bool:
        """Whether the lack of a call chain means something."""
        return self.code and self.report.coverage.entries is not None

    @cached_property
    def hides_names(self) -> bool:
        """Whether there is code whose owner its names do not tell."""
        return "unknown" in {
            *(row.actor for row in self.report.accesses),
            *(row.actor for row in self.report.permission_requests),
        }


def gathered(actor: str) -> str:
    """Return the actor by which reads are compared: ``app``, ``sdk:<id>``, or `UNNAMED` for all other code."""
    return actor if actor == "app" or actor.startswith("sdk:") else UNNAMED
