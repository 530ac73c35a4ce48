"""Rates that several server processes count together, in a piece of memory that they share.

Each client has a slot: how often it came in each of the last sixteen parts of time, of which fifteen make its window.
A hit is counted as long as its part touches the window, so no client ever passes more than its rate; it may wait a
fifteenth of the window longer than one process alone, which remembers every moment, would make it.
"""

from __future__ import annotations

import math
import mmap
import multiprocessing
import struct
import time
from hashlib import blake2b
from typing import TYPE_CHECKING

from registry_api.accounts.throttle import Throttle, amounts

if TYPE_CHECKING:
    from multiprocessing.synchronize import Lock

PARTS = 16
_SLOT = struct.Struct(f"<QQQ{PARTS}I")
"""Digest of the client (0: empty), number of the newest part, microseconds of a part, counts by part number."""
_TRIES = 8
SLOTS = 16384
"""Clients that are remembered; past it the one that has been away for longest is forgotten."""


class SharedThrottle(Throttle):
    """A throttle made before the processes part: all of them see the same counts."""

    def __init__(self, slots: int = SLOTS) -> None:
        super().__init__()
        self._slots = slots
        self._memory = mmap.mmap(-1, slots * _SLOT.size)
        self._together: Lock = multiprocessing.get_context("fork").Lock()

    def wait(self, rate: str, what: str, who: str) -> int:
        """Return the seconds until one more would be within the rate, at least 1."""
        limit, seconds = amounts(rate)
        part = _part(seconds)
        with self._together:
            moment = _microseconds()
            counts = self._counts(self._find(_digest(rate, what, who)), moment // part)
        left, leaves = sum(counts.values()), moment
        for number in sorted(counts):
            if left < limit:
                break
            left -= counts[number]
            leaves = (number + PARTS) * part
        return max(1, math.ceil((leaves - moment) / 1_000_000))

    def _within(self, rate: str, what: str, who: str, *, count: bool) -> bool:
        limit, seconds = amounts(rate)
        digest = _digest(rate, what, who)
        part = _part(seconds)
        with self._together:
            present = _microseconds() // part
            offset = self._find(digest)
            counts = self._counts(offset, present)
            if sum(counts.values()) >= limit:
                return False
            if count:
                counts[present] = counts.get(present, 0) + 1
                ring = [0] * PARTS
                for number, hits in sorted(counts.items()):
                    ring[number % PARTS] += hits
                _SLOT.pack_into(self._memory, offset, digest, present, part, *ring)
            return True

    def _find(self, digest: int) -> int:
        """Return the place of a client's slot, or of the one that it may take."""
        oldest, place = None, 0
        for step in range(_TRIES):
            offset = (digest + step) % self._slots * _SLOT.size
            found, newest, part, *_ = _SLOT.unpack_from(self._memory, offset)
            if found == digest:
                return offset
            if oldest is None or newest * part < oldest:
                oldest, place = newest * part, offset
        _SLOT.pack_into(self._memory, place, digest, 0, 0, *[0] * PARTS)
        return place

    def _counts(self, offset: int, present: int) -> dict[int, int]:
        """Return part number → hits that a window ending now touches."""
        _, newest, _, *ring = _SLOT.unpack_from(self._memory, offset)
        return {
            number: ring[number % PARTS]
            for number in range(max(newest, present) - PARTS + 1, newest + 1)
            if ring[number % PARTS]
        }


def _part(seconds: int) -> int:
    """Return the microseconds of one part of a window."""
    return -(-seconds * 1_000_000 // (PARTS - 1))


def _microseconds() -> int:
    return time.monotonic_ns() // 1000


def _digest(rate: str, what: str, who: str) -> int:
    text = f"{rate}\0{what}\0{who}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "little") | 1
