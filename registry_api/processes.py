"""Several server processes under one parent: two cores answer, and whoever dies is replaced.

The parent opens a socket for each, with ``SO_REUSEPORT``: the kernel spreads the clients, where on one shared socket
the process that wakes first would take them all. It makes no thread and keeps no connection, so that it can fork at
any time. Audits run in a process of their own beside the servers, once.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import socket
import time
from collections.abc import Callable, Sequence
from types import FrameType

from analyzer.model import EduauditError

_PR_SET_PDEATHSIG = 1
_BREATH_SECONDS = 1.0
"""Who dies again and again is not started more often."""
_GRACE_SECONDS = 30.0

_log = logging.getLogger(__name__)


def listen_many(host: str, port: int, number: int) -> list[socket.socket]:
    """Return sockets that listen at one address. Raises `EduauditError` when somebody else already does."""
    if number == 1:
        return [_listen(host, port, shared=False)]
    # A port of ours that is already served by ours would be shared with it: the first, unshared look says so.
    first = _listen(host, port, shared=False)
    port = first.getsockname()[1]
    first.close()
    return [_listen(host, port, shared=True) for _ in range(number)]


def _listen(host: str, port: int, *, shared: bool) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise EduauditError(f"{host}:{port}: {error.strerror or error}; choose another with --port") from None
    return listener


class Family:
    """Processes that live as long as the parent, each with one piece of work."""

    def __init__(self, works: Sequence[Callable[[], None]]) -> None:
        self._works = list(works)
        self._born: dict[int, tuple[int, float]] = {}
        """Process id → (number of its work, when it began)."""
        self._ending = False

    def run(self, ready: Callable[[], None]) -> None:
        """Start all, tell that they are there, and stay until SIGTERM or SIGINT; replace whoever ends before."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._end)
        for number in range(len(self._works)):
            self._bear(number)
        ready()
        while self._born:
            try:
                child, status = os.waitpid(-1, 0)
            except ChildProcessError:
                break
            number, begun = self._born.pop(child, (-1, 0.0))
            if number < 0 or self._ending:
                continue
            _log.error("process %d ended (%s); another takes its place", child, os.waitstatus_to_exitcode(status))
            time.sleep(max(0.0, _BREATH_SECONDS - (time.monotonic() - begun)))
            if not self._ending:
                self._bear(number)

    def _bear(self, number: int) -> None:
        parent = os.getpid()
        child = os.fork()
        if child:
            self._born[child] = number, time.monotonic()
            if self._ending:
                os.kill(child, signal.SIGTERM)
            return
        code = 1
        try:
            for name in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
                signal.signal(name, signal.SIG_DFL)
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
            if os.getppid() == parent:
                self._works[number]()
                code = 0
        except KeyboardInterrupt:
            code = 0
        except BaseException:  # noqa: BLE001 - nothing of the parent may run on in the child
            _log.exception("a server process fails")
        finally:
            os._exit(code)

    def _end(self, _signal: int, _frame: FrameType | None) -> None:
        """Ask all to end, and make those that do not."""
        if not self._ending:
            self._ending = True
            signal.signal(signal.SIGALRM, self._kill)
            signal.setitimer(signal.ITIMER_REAL, _GRACE_SECONDS)
        self._tell(signal.SIGTERM)

    def _kill(self, _signal: int, _frame: FrameType | None) -> None:
        self._tell(signal.SIGKILL)

    def _tell(self, name: signal.Signals) -> None:
        for child in list(self._born):
            try:
                os.kill(child, name)
            except ProcessLookupError:
                continue
