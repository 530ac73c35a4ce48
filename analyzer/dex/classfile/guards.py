"""Exception tables: rows that may overlap, the first that fits counts → ranges that follow each other."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from .emit import Guarded
from .problem import UntranslatableError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .bytecode import Instruction
    from .reading import Guard

MOST = 100_000
"""Handlers of all ranges of one method together."""
MOST_UNITS = 0xFFFF
MOST_RANGES = 0xFFFF
MOST_LISTED = 7000
"""Handlers of all lists: each takes at most nine bytes, and offsets within the lists have 16 bits."""


def guard_ranges(
    guards: Sequence[Guard],
    code: Sequence[Instruction],
    where: Mapping[int, int],
    end: int,
    handlers: Mapping[int, int],
) -> tuple[Guarded, ...]:
    """Return the guarded ranges in units. ``where`` gives the unit of each byte offset that runs, ``end`` the last.

    Raises `UntranslatableError` for tables that no compiler writes.
    """
    if not guards:
        return ()
    places = [one.at for one in code if one.at in where]
    units = [where[at] for at in places] + [end]
    events: dict[int, list[tuple[int, bool]]] = {}
    for row, guard in enumerate(guards):
        if guard.handler not in handlers:
            continue
        first, last = units[bisect_left(places, guard.start)], units[bisect_left(places, guard.end)]
        if first < last:
            events.setdefault(first, []).append((row, True))
            events.setdefault(last, []).append((row, False))
    found: list[Guarded] = []
    active: set[int] = set()
    spent, borders = 0, sorted(events)
    for border, after in zip(borders, [*borders[1:], end], strict=True):
        for row, begins in events[border]:
            (active.add if begins else active.discard)(row)
        spent += len(active)
        if spent > MOST:
            raise UntranslatableError(f"more than {MOST:,} exception handlers")
        if active and border < after:
            chosen = _handlers(guards, sorted(active), handlers)
            if (
                found
                and found[-1].end == border
                and found[-1].handlers == chosen
                and after - found[-1].start <= MOST_UNITS
            ):
                found[-1] = Guarded(found[-1].start, after, chosen)
            else:
                found += (
                    Guarded(start, min(start + MOST_UNITS, after), chosen) for start in range(border, after, MOST_UNITS)
                )
    lists = {one.handlers for one in found}
    if len(found) > MOST_RANGES or sum(map(len, lists)) > MOST_LISTED:
        raise UntranslatableError("more exception handlers than a DEX file has room for")
    return tuple(found)


def _handlers(
    guards: Sequence[Guard], rows: Sequence[int], handlers: Mapping[int, int]
) -> tuple[tuple[bytes | None, int], ...]:
    chosen: dict[bytes | None, int] = {}
    for row in rows:
        guard = guards[row]
        chosen.setdefault(guard.kind, handlers[guard.handler])
        if guard.kind is None:
            break
    return tuple(chosen.items())
