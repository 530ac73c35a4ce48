"""The memory of this process: its peak, and giving back what is free."""

from __future__ import annotations

import contextlib
import gc
import platform
import resource
import sys
from pathlib import Path

_PEAK_UNIT = 1 if platform.system() == "Darwin" else 1024
_STATUS = Path("/proc/self/status")


def peak_memory() -> int:
    """Return the largest resident size of this process, in bytes.

    Not `ru_maxrss` where Linux tells better: a child begins as a copy of its parent and keeps that size as its own
    peak, so that an audit started by a large server would seem to have needed the server's memory.
    """
    try:
        for line in _STATUS.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _PEAK_UNIT


def settle_memory() -> None:
    """Make a copy of this process cheap: freed memory goes back, and what lives is not looked through for rings again.

    Looking writes to every page, and each page that is written to is no longer common to both.
    """
    gc.freeze()
    give_back()


def give_back() -> None:
    """Give freed memory back to the system; takes a millisecond or two."""
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415  # numpy brings it anyway

        with contextlib.suppress(AttributeError, OSError):  # another C library than GNU's
            ctypes.CDLL(None).malloc_trim(0)
