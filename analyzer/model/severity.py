"""How grave a finding is and how sure: the two words that decide the exit status and the tone."""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """Gravity of a finding, gravest first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """Return 0 for the gravest."""
        return _ORDER.index(self)

    def at_least(self, other: Severity) -> bool:
        """Tell whether this is as grave as ``other`` or graver."""
        return self.rank <= other.rank


_ORDER = list(Severity)


class Status(StrEnum):
    """Whether the channel proves the behaviour or only suggests it (疑似)."""

    PROVEN = "proven"
    SUSPECTED = "suspected"


class Sureness(StrEnum):
    """How sure a fact carried in `rules/` is."""

    VERIFIED = "V"
    """Seen in real code or at least two independent sources."""
    ONE_SOURCE = "1"
    """Seen in one source."""
    KNOWLEDGE = "K"
    """Own knowledge, no source named."""
    UNSURE = "?"
    """Unsure: may only ever lead to `suspected`."""
