"""The child process: sets its own limits, extracts, writes the facts as JSON to standard output.

Run as ``python -m analyzer.sandbox.child`` by the parent only. Heavy imports come after the limits.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from typing import TYPE_CHECKING

from .protocol import Exit, read_request

if TYPE_CHECKING:
    from pathlib import Path

    from analyzer.container.limits import Limits

PR_SET_PDEATHSIG = 1
SIGKILL = 9
SCRATCH_BYTES = 64 << 20
"""Largest file that the child may write: byte code and rule caches."""


def main() -> int:
    """Read one request from standard input and answer it; returns the exit code."""
    parent = os.getppid()
    path, limits = read_request(sys.stdin.buffer.readline())
    _confine(path, limits, parent)
    try:
        answer = _extract(path, limits)
    except MemoryError:
        return Exit.MEMORY
    code, data = answer
    if len(data) > limits.result_bytes:
        return Exit.TOO_LARGE
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
    return code


def _extract(path: Path, limits: Limits) -> tuple[Exit, bytes]:
    from analyzer.catalogue import load_catalogue  # noqa: PLC0415  # after the limits are set
    from analyzer.extract import extract_facts  # noqa: PLC0415  # same
    from analyzer.model import RuleDataError, UnreadableInputError  # noqa: PLC0415  # same

    try:
        facts = extract_facts(path, load_catalogue(), limits)
    except UnreadableInputError as error:
        return Exit.UNREADABLE, json.dumps({"why": error.why}).encode()
    except RuleDataError as error:
        return Exit.RULES, json.dumps({"why": str(error)}).encode()
    return Exit.OK, facts.model_dump_json().encode()


def _confine(path: Path, limits: Limits, parent: int) -> None:
    """Limit this process: memory, CPU, files; die with the parent (Linux)."""
    try:
        mapped = path.stat().st_size
    except OSError:
        mapped = 0
    _limit(resource.RLIMIT_AS, limits.memory_bytes + min(mapped, limits.archive_bytes))
    _limit(resource.RLIMIT_CPU, limits.cpu_seconds)
    _limit(resource.RLIMIT_FSIZE, SCRATCH_BYTES)
    _limit(resource.RLIMIT_NOFILE, limits.open_files)
    _limit(resource.RLIMIT_CORE, 0)
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415  # numpy brings it anyway

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(Exit.CRASH)


def _limit(what: int, value: int) -> None:
    """Lower a limit; a system that does not know it, or allows less already, is left as it is."""
    _, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    try:
        resource.setrlimit(what, (value, value))
    except (ValueError, OSError):
        return


if __name__ == "__main__":
    sys.exit(main())
