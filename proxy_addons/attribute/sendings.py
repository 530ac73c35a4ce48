"""How often one kind of data goes to one recipient, whatever its dress: counts and intervals over all places."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from analyzer.model.channels import Phase, Sending

from .frequency import interval


class Sent(NamedTuple):
    """One time that one kind of data was seen on its way."""

    data: str
    recipient: str | None
    host: str
    phase: Phase
    foreground: bool | None
    encrypted: bool
    time: float
    """Epoch seconds; 0 is unknown."""
    message: tuple[str, str]
    """Capture and flow: a message that holds it twice is sent once."""
    since_start_s: float | None


def sendings(sent: Iterable[Sent]) -> tuple[Sending, ...]:
    """Add up, one row for each (data, recipient, phase, foreground); unknown hosts are their own recipients."""
    groups: dict[tuple[str, str, Phase, bool | None], list[Sent]] = {}
    for one in sent:
        groups.setdefault((one.data, one.recipient or one.host, one.phase, one.foreground), []).append(one)
    ordered = sorted(groups.items(), key=lambda pair: (*pair[0][:3], str(pair[0][3])))
    return tuple(_sending(rows) for _, rows in ordered)


def _sending(rows: list[Sent]) -> Sending:
    first = rows[0]
    times = [time for time, _ in {(row.time, row.message) for row in rows}]
    known = sorted(time for time in times if time > 0)
    gaps = [later - earlier for earlier, later in pairwise(known)]
    starts = [row.since_start_s for row in rows if row.since_start_s is not None]
    return Sending(
        data=first.data,
        recipient=first.recipient,
        hosts=tuple(sorted({row.host for row in rows})),
        phase=first.phase,
        foreground=first.foreground,
        encrypted=all(row.encrypted for row in rows),
        count=len(times),
        interval_s=interval(times),
        shortest_s=round(min(gaps), 3) if gaps else None,
        since_start_s=min(starts, default=None),
    )
