"""A capture session: the proxy records, this process follows the file, examines, takes marks, and ends in order."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from analyzer.model import EduauditError, TrafficFacts

from .attribute.phase import Timeline
from .capture import Proxy
from .keyboard import KEYS, keyboard
from .marks import Mark, append_mark, read_marks
from .pipeline import Examination
from .replay import add_failures
from .sources.capture import beside, open_capture
from .sources.flowfile import follow_flow_file

if TYPE_CHECKING:
    from analyzer.catalogue import Catalogue

    from .profile import Profile

Show = Callable[[dict[str, int], tuple[Mark, ...]], None]
"""Shows running totals and the marks so far."""


class Session:
    """One capture of one app into ``flow_file``."""

    def __init__(self, flow_file: Path, catalogue: Catalogue, profile: Profile | None, app: str) -> None:
        self.flow_file = flow_file
        self._marks_file = beside(flow_file, "marks")
        self._examination = Examination(catalogue, profile, app=app)
        self._stop = False

    def stop(self, *_: int | FrameType | None) -> None:
        """End the session as soon as what was recorded is examined (also a signal handler)."""
        self._stop = True

    @contextlib.contextmanager
    def interruptible(self) -> Iterator[None]:
        """Make Ctrl-C and SIGTERM a request to end in order; entered before anything invites the user to press it."""
        before = {sign: signal.signal(sign, self.stop) for sign in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for sign, handler in before.items():
                signal.signal(sign, handler)

    def run(self, proxy: Proxy, show: Show, duration: float | None = None) -> TrafficFacts:
        """Follow ``proxy`` until `stop`, ``duration`` seconds or its own end; returns all facts.

        Raises `EduauditError` when the proxy ended by itself; what was recorded stays on the disk.
        """
        end = time.monotonic() + duration if duration is not None else float("inf")
        unasked = False
        try:
            with keyboard() as keys, self.flow_file.open("rb") as file:
                for batch in follow_flow_file(file, lambda: not proxy.alive()):
                    self._examination.add(batch, str(self.flow_file))
                    if keys is not None:
                        self._take(keys.pressed())
                    self._timeline()
                    show(self._examination.counts, self.marks())
                    if self._stop or time.monotonic() >= end:
                        proxy.end()
                    elif not proxy.alive():
                        unasked = True
        finally:
            words = proxy.words() if unasked else ""
            proxy.end()
        if unasked:
            raise EduauditError(
                f"{self.flow_file}: 代理意外结束，已录内容可回放 / the proxy ended, replay what it recorded: {words}"
            )
        return self._finish()

    def marks(self) -> tuple[Mark, ...]:
        """Return the marks so far."""
        return read_marks(self._marks_file, may_be_cut=True) if self._marks_file.exists() else ()

    def _take(self, pressed: str) -> None:
        for key in pressed.lower():
            if key in KEYS:
                append_mark(self._marks_file, Mark(time.time(), KEYS[key]))
            elif key in {"q", "\x04"}:
                self.stop()

    def _timeline(self) -> None:
        self._examination.mark(str(self.flow_file), Timeline(self.marks()))

    def _finish(self) -> TrafficFacts:
        self._timeline()
        add_failures(self._examination, self.flow_file)
        captures = [open_capture(self.flow_file).sha256] if self.flow_file.stat().st_size else []
        return self._examination.facts(captures)
