"""Runs the stages of an extraction: times each, and turns what goes wrong into a reason instead of a crash."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from analyzer.container import EntryUnreadableError, LimitReachedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analyzer.container.package import Package


class Stages:
    """Seconds by stage, and the guard around each."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextlib.contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Time a stage; errors pass."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] = round(self.seconds.get(stage, 0.0) + time.perf_counter() - start, 4)

    @contextlib.contextmanager
    def guarded(self, stage: str, package: Package) -> Iterator[None]:
        """Time a stage; whatever a hostile file makes it raise becomes a coverage reason.

        Lack of memory passes: the child process ends with it and its parent says so.
        """
        with self.timed(stage):
            try:
                yield
            except MemoryError:
                raise
            except LimitReachedError as error:
                package.reason("limit_reached", str(error))
            except EntryUnreadableError as error:
                package.reason("entry_unreadable", str(error))
            except Exception as error:  # noqa: BLE001  # any defect of ours must not hide the other facts
                package.reason("analyser_crashed", f"{stage}: {type(error).__name__}: {error}")
