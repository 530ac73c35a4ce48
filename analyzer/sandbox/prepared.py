"""The child's command and environment, and a child that waits for its request."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .process import Process

if TYPE_CHECKING:
    from collections.abc import Sequence

PACKAGE_ROOT = Path(__file__).resolve().parents[2]
KEPT_ENVIRONMENT = (
    "PATH",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LD_LIBRARY_PATH",
    "SYSTEMROOT",
    "PYTHONPYCACHEPREFIX",
    "PYTHONDONTWRITEBYTECODE",
    "XDG_CACHE_HOME",
    "HOME",
    "EDUAUDIT_NATIVE",
)
"""Nothing else reaches the child: no proxies, no credentials."""
CHILD = ("-S", "-s", "-P", "-c", "from analyzer.sandbox.child import run; run()")

_waiting: list[Process] = []


def prepare() -> None:
    """Start a child before its request is known: it loads what it needs meanwhile. It ends if nothing is asked."""
    _waiting.append(start(CHILD))


def take() -> Process:
    """Return the child that waits, or a new one."""
    return _waiting.pop() if _waiting else start(CHILD)


def dismiss() -> None:
    """End the child that waits, if there is one."""
    while _waiting:
        _waiting.pop().end()


def start(command: Sequence[str]) -> Process:
    """Start Python with the arguments ``command`` in the child's environment."""
    return Process(command, _environment())


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join([str(PACKAGE_ROOT), *_libraries()]),
        "PYTHONHASHSEED": "0",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "NO_PROXY": "*",
    }


def _libraries() -> list[str]:
    """Return the folders of installed packages: the child does not look for them, and runs no one's start-up code."""
    return [path for path in sys.path if path.endswith(("site-packages", "dist-packages")) and os.pathsep not in path]
