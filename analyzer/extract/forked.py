"""Runs one piece of work in a copy of this process, on another core; only the sandbox's child does so."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MEMORY, CRASHED = 21, 22
READ_BLOCK = 1 << 20
PR_SET_PDEATHSIG = 1


class ForkedError(Exception):
    """The copy gave no answer; the message says why."""


class ForkedMemoryError(ForkedError):
    """The copy ran out of memory."""


class Forked:
    """Work under way in a copy of this process, under its limits; call `answer` exactly once, or `cancel`.

    The process must have one thread only: another one's locks would stay locked in the copy.
    """

    def __init__(self, work: Callable[[], bytes], most: int) -> None:
        """Start ``work``, of whose answer at most ``most`` bytes are taken. Raises `OSError` where there is no fork."""
        self._most = most
        self._output, into = os.pipe()
        parent = os.getpid()
        self._pid = os.fork()
        if self._pid == 0:
            os._exit(_work(work, into, self._output, parent))
        os.close(into)

    def answer(self) -> bytes:
        """Wait for the answer. Raises `ForkedError`."""
        chunks, size = [], 0
        while chunk := os.read(self._output, READ_BLOCK):
            size += len(chunk)
            if size > self._most:
                self.cancel()
                raise ForkedError(f"more than {self._most:,} bytes")
            chunks.append(chunk)
        code = self._end()
        if code == MEMORY:
            raise ForkedMemoryError("out of memory")
        if code:
            raise ForkedError(f"ended by signal {-code}" if code < 0 else f"ended with exit code {code}")
        return b"".join(chunks)

    def cancel(self) -> None:
        """End the work and forget its answer."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        self._end()

    def _end(self) -> int:
        os.close(self._output)
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])


def _work(work: Callable[[], bytes], into: int, other_end: int, parent: int) -> int:
    """Do the work in the copy; returns its exit code. Nothing of it may reach the code that follows the fork."""
    try:
        os.close(other_end)
        with open(os.devnull, "w", encoding="ascii") as nothing:  # noqa: PTH123  # the parent's pipe is not ours
            os.dup2(nothing.fileno(), 1)
        die_with(parent)
        answer = memoryview(work())
        while answer:
            answer = answer[os.write(into, answer) :]
    except MemoryError:
        return MEMORY
    except BaseException:  # noqa: BLE001  # the first process says so
        return CRASHED
    return 0


def die_with(parent: int) -> None:
    """Let the system end this process when the process ``parent`` ends (Linux); end it now if that has happened."""
    if sys.platform != "linux":
        return
    import ctypes  # noqa: PLC0415  # numpy brings it anyway

    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(CRASHED)
