"""A process started with pipes for its input and output, in a process group and an empty folder of its own.

Own code because the standard library's modules for it cost 50 ms to load, before the child has even started.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

READ_BLOCK = 1 << 20
GRACE_SECONDS = 2.0
"""Between the request to end and the end."""
SHORTEST_NAP, LONGEST_NAP = 0.0005, 0.02
LOOK_SECONDS = 0.25
"""How often is asked whether the answer is still wanted."""
_STANDARD = 3


class TookTooLongError(Exception):
    """The process has not ended in time."""


class EndedError(Exception):
    """Whoever waited for the process no longer wants its answer."""


class Process:
    """A running process. `returncode` is `None` until it has ended and was waited for; a signal's is negative."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start Python with the arguments ``command``; its folder is added to the environment as ``TMPDIR``."""
        self.returncode: int | None = None
        self.scratch = _make_folder()
        in_read, self._input = _pipe()
        self._output, out_write = _pipe()
        try:
            self.pid = os.posix_spawn(
                sys.executable,
                [sys.executable, *command],
                {**environment, "TMPDIR": self.scratch},
                file_actions=[
                    (os.POSIX_SPAWN_DUP2, in_read, 0),
                    (os.POSIX_SPAWN_DUP2, out_write, 1),
                    (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
                ],
                setpgroup=0,
                setsigmask=(),
                setsigdef=(signal.SIGPIPE, signal.SIGXFSZ),
            )
        except BaseException:
            os.close(self._input)
            os.close(self._output)
            self._remove_folder()
            raise
        finally:
            os.close(in_read)
            os.close(out_write)

    def send(self, line: bytes) -> None:
        """Write to its input and close it; a process that is gone already takes nothing."""
        with contextlib.suppress(OSError):
            while line:
                line = line[os.write(self._input, line) :]
        with contextlib.suppress(OSError):
            os.close(self._input)
        self._input = -1

    def read(self, take: Callable[[bytes], None], seconds: float, ended: Callable[[], bool] | None = None) -> None:
        """Hand its output to ``take`` until the process ends.

        Raises `TookTooLongError` after ``seconds``, and `EndedError` when ``ended`` says that nobody waits any longer.
        """
        deadline = time.monotonic() + seconds
        waiting = select.poll()
        waiting.register(self._output, select.POLLIN | select.POLLHUP)
        while True:
            left = max(0.0, deadline - time.monotonic())
            if not waiting.poll((left if ended is None else min(left, LOOK_SECONDS)) * 1000):
                if ended is not None and ended():
                    raise EndedError
                if time.monotonic() >= deadline:
                    raise TookTooLongError
                continue
            chunk = os.read(self._output, READ_BLOCK)
            if not chunk:
                break
            take(chunk)
        self._wait(deadline)

    def end(self) -> None:
        """Ask it and all its children to end, then make them."""
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGTERM)
            with contextlib.suppress(TookTooLongError):
                self._wait(time.monotonic() + GRACE_SECONDS)
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
            self._reap()
        self.close()

    def close(self) -> None:
        """Give back the pipes and remove the folder."""
        for number in (self._input, self._output):
            if number >= 0:
                with contextlib.suppress(OSError):
                    os.close(number)
        self._input = self._output = -1
        self._remove_folder()

    def _wait(self, deadline: float) -> None:
        nap = SHORTEST_NAP
        while not self._ended(os.WNOHANG):
            if time.monotonic() >= deadline:
                raise TookTooLongError
            time.sleep(nap)
            nap = min(2 * nap, LONGEST_NAP)
        self._reap()

    def _reap(self) -> None:
        """Wait for it, and end what is left of its group."""
        if self.returncode is None:
            self._ended(0)
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        if self.returncode is None:
            self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def _ended(self, how: int) -> bool:
        """Tell whether it has ended, without taking its status away: nobody else can have its number until then."""
        if hasattr(os, "waitid"):
            return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT | how) is not None
        found, status = os.waitpid(self.pid, how)  # an older macOS: its group may be another's now, so it is left
        if found:
            self.returncode = os.waitstatus_to_exitcode(status)
        return bool(found)

    def _remove_folder(self) -> None:
        try:
            os.rmdir(self.scratch)  # noqa: PTH106  # as `_make_folder`
        except OSError:
            import shutil  # noqa: PLC0415  # the child seldom leaves anything

            shutil.rmtree(self.scratch, ignore_errors=True)


def _make_folder() -> str:
    """Make a private folder under a name that nobody can foresee (what `tempfile` does, without loading it)."""
    for name in ("TMPDIR", "TEMP", "TMP"):
        base = os.environ.get(name, "")
        if base and os.access(base, os.W_OK | os.X_OK):
            break
    else:
        base = "/tmp" if os.access("/tmp", os.W_OK) else str(Path.cwd())  # noqa: S108  # the name in it is random
    folder = os.path.join(os.path.abspath(base), f"eduaudit-{os.urandom(12).hex()}")  # noqa: PTH100, PTH118  # text is what the system takes
    os.mkdir(folder, 0o700)  # noqa: PTH102  # same
    return folder


def _pipe() -> tuple[int, int]:
    """Make a pipe whose ends are no standard streams, not even in a process that has closed its own."""
    ends = []
    for number in os.pipe():
        if number < _STANDARD:
            import fcntl  # noqa: PLC0415  # almost never

            ends.append(fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, _STANDARD))
            os.close(number)
        else:
            ends.append(number)
    return ends[0], ends[1]
