"""Consent phase and foreground at a point in time, from the operator's marks."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from analyzer.model.channels import Phase
from proxy_addons.marks import Mark

PHASE_AFTER: dict[str, Phase] = {
    "first_start": "before_consent",
    "consent_shown": "before_consent",
    "agreed": "after_consent",
    "refused": "refused",
}
"""State after a mark. ``consent_shown`` after an agreement shows a changed policy and takes nothing back."""


class Timeline:
    """The states of one session."""

    def __init__(self, marks: Sequence[Mark]) -> None:
        self.kinds = tuple(sorted({mark.mark for mark in marks}))
        self._times: list[float] = []
        self._phases: list[Phase] = []
        self._screen_times: list[float] = []
        self._screens: list[bool] = []
        self._starts = sorted(mark.time for mark in marks if mark.mark == "first_start")
        phase: Phase = "unknown"
        for mark in sorted(marks, key=lambda mark: mark.time):
            if mark.mark in PHASE_AFTER and not (mark.mark == "consent_shown" and phase == "after_consent"):
                phase = PHASE_AFTER[mark.mark]
                self._times.append(mark.time)
                self._phases.append(phase)
            if mark.mark in {"background", "foreground", "first_start"}:
                self._screen_times.append(mark.time)
                self._screens.append(mark.mark != "background")
        # Before a first mark that is no start the app ran already, and nobody had agreed to anything yet. Before a
        # start it was not this session: nothing is known.
        started = next(
            (mark.mark for mark in sorted(marks, key=lambda mark: mark.time) if mark.mark in PHASE_AFTER), None
        )
        self._initial: Phase = "before_consent" if started in {"consent_shown", "agreed", "refused"} else "unknown"

    def phase(self, time: float) -> Phase:
        """Return the phase at ``time`` (epoch seconds; 0 is an unknown time)."""
        if time <= 0 or not self._times:
            return "unknown"
        at = bisect_right(self._times, time)
        return self._phases[at - 1] if at else self._initial

    def since_start(self, time: float) -> float | None:
        """Return the seconds from the last start before ``time``; `None` when no mark says when that was."""
        at = bisect_right(self._starts, time)
        return round(time - self._starts[at - 1], 1) if at and time > 0 else None

    def foreground(self, time: float) -> bool | None:
        """Tell whether the app was on screen; `None` when no mark says so."""
        at = bisect_right(self._screen_times, time)
        return self._screens[at - 1] if at and time > 0 else None
