"""The peak memory of this process."""

from __future__ import annotations

import platform
import resource
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
