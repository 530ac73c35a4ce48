"""A capture session: the proxy records, this process follows the file, examines, takes marks, and ends in order."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from analyzer.model import EduauditError, TrafficFacts

from .attribute.phase import Timeline
from .capture import Proxy
from .events import read_events
from .incidents import warnings_now
from .keyboard import keyboard
from .liveview import Draw, Scene
from .marks import Mark, read_marks
from .pipeline import Examination
from .pressing import Operator
from .replay import add_failures
from .sources.capture import beside, open_capture
from .sources.flowfile import follow_flow_file

if TYPE_CHECKING:
    from analyzer.catalogue import Catalogue

    from .profile import Profile

REDRAW = 0.2
"""Seconds between two looks at the keyboard and the files, at most."""
NICENESS = 10
"""Analysis gives way to the proxy: a phone must not wait for us, and the capture waits on the disk."""


class Session:
    """One capture of one app into ``flow_file``."""

    def __init__(self, flow_file: Path, catalogue: Catalogue, profile: Profile | None, app: str) -> None:
        self.flow_file = flow_file
        self._marks_file = beside(flow_file, "marks")
        self._examination = Examination(catalogue, profile, app=app)
        self._operator = Operator(self._marks_file)
        self._started = time.time()
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

    def run(self, proxy: Proxy, draw: Draw, lang: str, duration: float | None = None) -> TrafficFacts:
        """Follow ``proxy`` until `stop`, ``duration`` seconds or its own end; returns all facts.

        Raises `EduauditError` when the proxy ended by itself; what was recorded stays on the disk.
        """
        end = time.monotonic() + duration if duration is not None else float("inf")
        unasked = False
        with contextlib.suppress(OSError):
            os.nice(NICENESS)
        try:
            with keyboard() as keys, self.flow_file.open("rb") as file:
                for batch in follow_flow_file(file, lambda: not proxy.alive(), REDRAW, self.flow_file):
                    self._examination.add(batch, str(self.flow_file))
                    if keys is not None:
                        self._operator.press(keys.pressed())
                    self._timeline()
                    draw(self._scene(proxy, lang))
                    if self._stop or self._operator.ended or time.monotonic() >= end:
                        proxy.end()
                    elif not proxy.alive():
                        unasked = True
                self._operator.leave()
        finally:
            words = proxy.words() if unasked else ""
            proxy.end()
        if unasked:
            raise EduauditError(
                f"{self.flow_file}: 代理意外结束，已录内容可回放 / the proxy ended, replay what it recorded: {words}"
            )
        return self._finish(proxy)

    def _scene(self, proxy: Proxy, lang: str) -> Scene:
        events = [*read_events(beside(self.flow_file, "events")), *proxy.unwritten]
        troubles = [*warnings_now(events, lang), *filter(None, (proxy.words(), self._operator.trouble))]
        return Scene(
            self._examination.counts,
            self.marks(),
            self._examination.latest,
            troubles,
            self._operator.typed,
            self._started,
        )

    def marks(self) -> tuple[Mark, ...]:
        """Return the marks so far."""
        written = read_marks(self._marks_file, may_be_cut=True) if self._marks_file.exists() else ()
        return tuple(sorted((*written, *self._operator.unwritten), key=lambda mark: mark.time))

    def _timeline(self) -> None:
        self._examination.mark(str(self.flow_file), Timeline(self.marks()))

    def _finish(self, proxy: Proxy) -> TrafficFacts:
        self._timeline()
        add_failures(self._examination, self.flow_file, proxy.unwritten)
        captures = [open_capture(self.flow_file).sha256] if self.flow_file.stat().st_size else []
        return self._examination.facts(captures)
