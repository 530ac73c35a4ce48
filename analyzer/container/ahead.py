"""Inflates every second one of some entries on another core, ahead of whoever reads them in their order.

Inflating lets go of the interpreter's lock, and is a tenth of the time of a large package. What is inflated ahead is
only taken for what it says it is: one sound stream of just the stated size. Everything else is read, and complained of,
as if there were no thread.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Self

from .inflate import inflate
from .records import DEFLATED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .archive import Archive
    from .records import Entry

WORTH = 1 << 19
"""Bytes of an entry from which on it is worth while."""
MOST = 16 << 20
"""Bytes of an entry above which it is left to the reader: those ahead are kept besides the one that is read."""


class Ahead:
    """Entries of one archive inflated ahead. The thread has ended when the block has; use it in a ``with``."""

    def __init__(self, archive: Archive, entries: Sequence[Entry]) -> None:
        """Take the entries in the order in which they will be read."""
        limits = archive.limits
        honest = [
            entry
            for entry in entries
            if entry.method == DEFLATED
            and WORTH <= entry.size <= min(MOST, limits.entry_bytes)
            and entry.size <= limits.ratio * max(entry.compressed, 1)
        ]
        self._archive, self._mine = archive, honest[1::2]
        self._place = {id(entry): place for place, entry in enumerate(self._mine)}
        self._done: dict[int, bytes | None] = {}
        self._read = 0
        """How many of its entries the reader has passed: the thread is at most two ahead."""
        self._news = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._work, daemon=True) if self._mine else None

    def __enter__(self) -> Self:
        """Start."""
        if self._thread is not None:
            try:
                self._thread.start()
            except RuntimeError:  # no more threads
                self._thread = None
        return self

    def __exit__(self, *_: object) -> None:
        """Wait until the thread has ended."""
        with self._news:
            self._ended = True
            self._news.notify_all()
        if self._thread is not None:
            self._thread.join()

    def take(self, entry: Entry) -> bytes | None:
        """Return an entry's content, waiting for it if it is under way; `None`: it has to be inflated by the reader."""
        place = self._place.get(id(entry))
        if self._thread is None or place is None or place < self._read:
            return None
        with self._news:
            self._pass(place)  # of those before, some may never have been asked for
            self._news.wait_for(lambda: place in self._done)
            found = self._done[place]
            self._pass(place + 1)
        return found

    def _pass(self, place: int) -> None:
        for passed in range(self._read, place):
            self._done.pop(passed, None)
        self._read = max(self._read, place)
        self._news.notify_all()

    def _work(self) -> None:
        for place, entry in enumerate(self._mine):
            with self._news:
                self._news.wait_for(lambda place=place: self._ended or place < self._read + 2)  # type: ignore[misc]  # of each round
                if self._ended:
                    return
            found = self._inflated(entry)
            with self._news:
                if place >= self._read:
                    self._done[place] = found
                self._news.notify_all()

    def _inflated(self, entry: Entry) -> bytes | None:
        try:
            stored = self._archive.stored(entry)
            found = inflate(stored, entry.size, entry.size) if stored is not None else b""
        except Exception:  # noqa: BLE001  # whatever it is, the reader meets it, too, and waits for this thread till then
            return None
        return found if len(found) == entry.size else None
