"""The child process: imports what it needs, takes one request, limits itself, extracts, writes the facts as JSON.

Started by the parent only, often before it knows what is asked: the imports take longer than reading a small package.
Nothing from outside is looked at before the limits are set.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
from typing import TYPE_CHECKING

from .protocol import Exit, read_request

if TYPE_CHECKING:
    from pathlib import Path

    from analyzer.container.limits import Limits

SCRATCH_BYTES = 64 << 20
"""Largest file that the child may write: byte code and rule caches."""
FIRST_OWN_FILE = 3
"""Descriptors below are the standard streams; nothing else is inherited on purpose."""
COLLECT_AFTER = 200_000
"""Objects made between two collections of garbage: a short life leaves little, and looking for it costs 5 %."""


def main() -> int:
    """Answer one request from standard input; returns the exit code."""
    parent = os.getppid()
    gc.set_threshold(COLLECT_AFTER, 50, 100)
    gc.freeze()
    try:
        from analyzer.extract import run  # noqa: F401, PLC0415  # the dear imports, while the parent makes the request
    except MemoryError:
        return Exit.MEMORY
    line = sys.stdin.buffer.readline()
    if not line:
        return Exit.OK  # nothing was asked after all
    path, limits = read_request(line)
    _confine(path, limits, parent)
    try:
        code, data = _extract(path, limits)
    except MemoryError:
        return Exit.MEMORY
    if len(data) > limits.result_bytes:
        return Exit.TOO_LARGE
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
    return code


def _extract(path: Path, limits: Limits) -> tuple[Exit, bytes]:
    from analyzer.catalogue import load_catalogue  # noqa: PLC0415  # after the limits are set
    from analyzer.extract.run import extract  # noqa: PLC0415  # same
    from analyzer.model import RuleDataError, UnreadableInputError, record_json  # noqa: PLC0415  # same

    try:
        facts = extract(path, load_catalogue(), limits, fork=True)
    except UnreadableInputError as error:
        return Exit.UNREADABLE, json.dumps({"why": error.why}).encode()
    except RuleDataError as error:
        return Exit.RULES, json.dumps({"why": str(error)}).encode()
    return Exit.OK, record_json(facts)


def _confine(path: Path, limits: Limits, parent: int) -> None:
    """Limit this process: memory, CPU, files; die with the parent (Linux)."""
    from analyzer.extract.forked import die_with  # noqa: PLC0415  # after the request

    os.chdir(os.environ.get("TMPDIR", "/"))
    os.closerange(FIRST_OWN_FILE, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    try:
        mapped = path.stat().st_size
    except OSError:
        mapped = 0
    _limit(resource.RLIMIT_AS, limits.memory_bytes + min(mapped, limits.archive_bytes))
    _limit(resource.RLIMIT_CPU, limits.cpu_seconds)
    _limit(resource.RLIMIT_FSIZE, SCRATCH_BYTES)
    _limit(resource.RLIMIT_NOFILE, limits.open_files)
    _limit(resource.RLIMIT_CORE, 0)
    die_with(parent)


def _limit(what: int, value: int) -> None:
    """Lower a limit; a system that does not know it, or allows less already, is left as it is."""
    _, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    try:
        resource.setrlimit(what, (value, value))
    except (ValueError, OSError):
        return


def run() -> None:
    """Run `main` and end at once: what it leaves behind needs no tidying, and a forked copy has ended by then."""
    code = main()
    sys.stdout.flush()
    os._exit(code)
