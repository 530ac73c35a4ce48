"""Findings over time: one row for each fingerprint of an app, one observation for each run, nothing deleted.

A finding has ended only when the run looked where it was seen last and did not see it again. When engine or rules
changed and the input did not, it is *retracted* by us, never *rectified* by the vendor. What a person decided (a
waiver, a false positive) stands until its evidence grows or its time is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analyzer.model import channels_of
from registry_api.audits.standing import DECIDED, ENDED, STANDING, FindingEvent

OPEN = tuple(sorted(item.value for item in STANDING))
"""Statuses of findings that stand."""


@dataclass(frozen=True)
class Examined:
    """What a run looked at."""

    channels: dict[str, bool]
    complete: bool
    """The package was read in full."""
    same_facts: frozenset[str] = frozenset()
    """Earlier runs that judged the very same facts of the package: what they saw is there to be seen again."""


def absence_counts(document: dict[str, Any], last_run: str, examined: Examined) -> bool:
    """Tell whether not seeing again a finding that ``last_run`` saw last means that it is gone."""
    channels = channels_of(str(item["kind"]) for item in document.get("evidence", ()))
    if not all(examined.channels.get(channel, False) for channel in channels):
        return False
    return "static" not in channels or examined.complete or last_run in examined.same_facts


def outcome_of(status: str | None, *, seen: bool, counts: bool) -> str:
    """Return what one run saw of a finding: the whole table of outcomes."""
    ended = status in ENDED
    if seen:
        if status is None:
            return "new"
        return "reopened" if ended else "open"
    if ended:
        return "gone"
    return "gone" if counts else "not_examined"


def event_of(status: str, outcome: str, cause: str, *, same_gist: bool) -> FindingEvent | None:
    """Return what an outcome means for the status; `None`: nothing changes."""
    if outcome == "gone":
        return FindingEvent.OVERRULED if cause == "rules" else FindingEvent.MISSED
    if outcome == "reopened":
        return FindingEvent.SEEN
    if outcome == "open" and status in DECIDED and not same_gist:
        return FindingEvent.GREW
    return None
