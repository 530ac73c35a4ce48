"""The parent's side: starts the child, waits no longer than allowed, turns whatever happens to it into facts."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.container.limits import Limits
from analyzer.model import RuleDataError, UnreadableInputError

from .protocol import Exit, request

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analyzer.model import StaticFacts

PACKAGE_ROOT = Path(__file__).resolve().parents[2]
GRACE_SECONDS = 2.0
"""Between the request to end and the end."""
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
)
"""Nothing else reaches the child: no proxies, no credentials."""
READ_BLOCK = 1 << 20
CHILD = ("-s", "-P", "-m", "analyzer.sandbox.child")


def run_extraction(path: Path, limits: Limits | None = None) -> StaticFacts:
    """Extract the facts of one package in a child process under limits.

    A crash, lack of memory or a time-out gives facts with incomplete coverage and the file's identity. Raises
    `UnreadableInputError` when the file is no package, `RuleDataError` when the rules are not in order.
    """
    return start_extraction(path, limits).result()


def start_extraction(path: Path, limits: Limits | None = None) -> Extraction:
    """Start the child and return at once: the parent can load what it needs for judging meanwhile.

    Raises `UnreadableInputError` when the file cannot be opened.
    """
    return Extraction(path, limits or Limits())


class Extraction:
    """A running extraction; call `result` exactly once, or `cancel`."""

    def __init__(self, path: Path, limits: Limits, command: Sequence[str] = CHILD) -> None:
        self.path, self.limits = path, limits
        _check_readable(path)
        self._started = time.monotonic()
        self._scratch = tempfile.TemporaryDirectory(prefix="eduaudit-", ignore_cleanup_errors=True)
        self._chunks: list[bytes] = []
        self._size = 0
        self._process = subprocess.Popen(
            [sys.executable, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._scratch.name,
            env=_environment(self._scratch.name),
            start_new_session=True,
            close_fds=True,
        )
        assert self._process.stdin is not None  # noqa: S101  # for the type checker: a pipe
        with contextlib.suppress(OSError):
            self._process.stdin.write(request(path, limits))
            self._process.stdin.close()
        self._reader = threading.Thread(target=self._read, name="eduaudit-child-output", daemon=True)
        self._reader.start()

    def result(self) -> StaticFacts:
        """Wait for the child and return its facts; see `run_extraction`."""
        left = self.limits.wall_seconds - (time.monotonic() - self._started)
        try:
            self._process.wait(max(0.0, left))
        except subprocess.TimeoutExpired:
            self._end()
            return self._incomplete("limit_reached", f"analysis took longer than {self.limits.wall_seconds:g} seconds")
        except BaseException:
            self.cancel()
            raise
        self._close()
        return self._answer()

    def cancel(self) -> None:
        """End the child and forget its result."""
        self._end()

    def _answer(self) -> StaticFacts:
        code, limits = self._process.returncode, self.limits
        if self._size > limits.result_bytes or code == Exit.TOO_LARGE:
            return self._incomplete("limit_reached", f"facts larger than {limits.result_bytes:,} bytes")
        if code == Exit.MEMORY:
            return self._incomplete(
                "limit_reached", f"analysis needed more than {limits.memory_bytes:,} bytes of memory"
            )
        if code in (-signal.SIGXCPU, -signal.SIGKILL) and self._used_cpu():
            return self._incomplete(
                "limit_reached", f"analysis took more than {limits.cpu_seconds} seconds of CPU time"
            )
        if code == Exit.UNREADABLE:
            raise UnreadableInputError(self.path, self._why())
        if code == Exit.RULES:
            raise RuleDataError(self._why())
        if code != Exit.OK:
            return self._incomplete("analyser_crashed", _crash(code))
        from analyzer.model import StaticFacts  # noqa: PLC0415  # pydantic is loaded while the child works

        try:
            return StaticFacts.model_validate_json(b"".join(self._chunks))
        except ValueError:
            return self._incomplete("analyser_crashed", "the analysis gave no valid facts")

    def _why(self) -> str:
        try:
            return str(json.loads(b"".join(self._chunks))["why"])
        except (ValueError, KeyError, TypeError):
            return "cannot be read"

    def _used_cpu(self) -> bool:
        return time.monotonic() - self._started >= self.limits.cpu_seconds / 2

    def _incomplete(self, code: str, detail: str) -> StaticFacts:
        """Return facts that hold the file's identity and the reason alone."""
        from analyzer.catalogue import load_catalogue  # noqa: PLC0415  # only on this path
        from analyzer.container.package import hash_file  # noqa: PLC0415  # same
        from analyzer.container.text import shown  # noqa: PLC0415  # same
        from analyzer.extract import ENGINE  # noqa: PLC0415  # same
        from analyzer.model import App, Artifact, Coverage, CoverageReason, StaticFacts  # noqa: PLC0415  # same

        sha256, size = hash_file(self.path)
        return StaticFacts(
            engine=ENGINE,
            rules=load_catalogue().rules_version,
            artifact=Artifact(format=_guess_format(self.path), sha256=sha256, size=size, name=shown(self.path.name)),
            app=App(),
            coverage=Coverage(complete=False, reasons=(CoverageReason(code=code, detail=detail),)),
            seconds={"wall": round(time.monotonic() - self._started, 4)},
        )

    def _read(self) -> None:
        """Take the child's output as it comes, and no more than allowed: a full pipe would block it."""
        stream = self._process.stdout
        assert stream is not None  # noqa: S101  # for the type checker: a pipe
        while chunk := stream.read1(READ_BLOCK):  # type: ignore[attr-defined]  # a buffered reader
            self._size += len(chunk)
            if self._size <= self.limits.result_bytes:
                self._chunks.append(chunk)

    def _end(self) -> None:
        """Ask the child's process group to end, then make it."""
        for number, patience in ((signal.SIGTERM, GRACE_SECONDS), (signal.SIGKILL, None)):
            if self._process.poll() is not None:
                break
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(patience)
        self._close()

    def _close(self) -> None:
        self._reader.join(GRACE_SECONDS)
        if self._process.stdout is not None and not self._reader.is_alive():
            self._process.stdout.close()
        self._scratch.cleanup()


def _check_readable(path: Path) -> None:
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        raise UnreadableInputError(path, error.strerror or str(error)) from error


def _environment(scratch: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": str(PACKAGE_ROOT),
        "PYTHONHASHSEED": "0",
        "TMPDIR": scratch,
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "NO_PROXY": "*",
    }


def _crash(code: int) -> str:
    if code < 0:
        try:
            return f"analysis ended by {signal.Signals(-code).name}"
        except ValueError:
            return f"analysis ended by signal {-code}"
    return f"analysis ended with exit code {code}"


def _guess_format(path: Path) -> str:
    suffix = path.suffix.lower().lstrip(".")
    return suffix if suffix in ("apk", "apks", "xapk", "aab", "dex", "aar", "jar") else "apk"
