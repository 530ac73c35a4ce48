"""Delivery in the background while a capture runs, with back-off."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from analyzer.model import EduauditError

from .spool import FIRST_WAIT, LONGEST_WAIT, Spool


class Sender:
    """Delivers what waits for ``registry`` until left; waits 1, 2, 4 … 60 s between tries. Without a spool it rests.

    What it cannot deliver stays in the spool: this thread only makes it sooner.
    """

    def __init__(self, spool: Spool | None, registry: str | None, key: str | None) -> None:
        self._spool = spool
        self._registry = registry
        self._key = key or ""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="spool", daemon=True)

    def __enter__(self) -> Self:
        if self._spool is not None:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()

    def _work(self) -> None:
        wait = FIRST_WAIT
        while not self._over.is_set():
            if self._once():
                return
            self._over.wait(wait)
            wait = min(wait * 2, LONGEST_WAIT)

    def _once(self) -> bool:
        """Try everything once; tell whether nothing is left to try."""
        if self._spool is None:
            return True
        try:
            return all(one.outcome != "kept" for one in self._spool.send_all(self._key, registry=self._registry))
        except (EduauditError, OSError):
            return True  # a broken entry is told where a person asks for the spool
