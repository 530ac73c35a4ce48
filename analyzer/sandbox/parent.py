"""The parent's side: starts the child, waits no longer than allowed, turns whatever happens to it into facts."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.container.limits import Limits
from analyzer.model.errors import RuleDataError, UnreadableInputError

from .prepared import CHILD, start, take
from .process import TookTooLongError
from .protocol import Exit, request

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from analyzer.model import StaticFacts
    from analyzer.model.facts import ArtifactFormat


def run_extraction(path: Path, limits: Limits | None = None, ended: Callable[[], bool] | None = None) -> StaticFacts:
    """Extract the facts of one package in a child process under limits; it is ended when ``ended`` says so.

    A crash, lack of memory or a time-out gives facts with incomplete coverage and the file's identity. Raises
    `UnreadableInputError` when the file is no package, `RuleDataError` when the rules are not in order.
    """
    return start_extraction(path, limits).result(ended)


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
        self._chunks: list[bytes] = []
        self._size = 0
        self._process = take() if command is CHILD else start(command)
        self._process.send(request(path, limits))

    def result(self, ended: Callable[[], bool] | None = None) -> StaticFacts:
        """Wait for the child and return its facts; see `run_extraction`. Raises `EndedError` when ``ended``."""
        try:
            self._process.read(self._take, self.limits.wall_seconds - (time.monotonic() - self._started), ended)
        except TookTooLongError:
            self._process.end()
            return self._incomplete("limit_reached", f"analysis took longer than {self.limits.wall_seconds:g} seconds")
        except BaseException:
            self.cancel()
            raise
        self._process.close()
        return self._answer()

    def cancel(self) -> None:
        """End the child and forget its result."""
        self._process.end()

    def _take(self, chunk: bytes) -> None:
        """Keep the child's output as it comes, and no more than allowed; the rest is read so that it does not block."""
        self._size += len(chunk)
        if self._size <= self.limits.result_bytes:
            self._chunks.append(chunk)

    def _answer(self) -> StaticFacts:
        code, limits = self._process.returncode or 0, self.limits
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
        from analyzer.model import StaticFacts, read_record  # noqa: PLC0415  # loaded while the child works

        try:
            return read_record(StaticFacts, b"".join(self._chunks))
        except ValueError:
            return self._incomplete("analyser_crashed", "the analysis gave no valid facts")

    def _why(self) -> str:
        try:
            return str(json.loads(b"".join(self._chunks))["why"])
        except (ValueError, KeyError, TypeError, RecursionError):
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


def _check_readable(path: Path) -> None:
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        raise UnreadableInputError(path, error.strerror or str(error)) from error


def _crash(code: int) -> str:
    if code < 0:
        try:
            return f"analysis ended by {signal.Signals(-code).name}"
        except ValueError:
            return f"analysis ended by signal {-code}"
    return f"analysis ended with exit code {code}"


def _guess_format(path: Path) -> ArtifactFormat:
    formats: tuple[ArtifactFormat, ...] = ("apk", "apks", "xapk", "aab", "dex", "aar", "jar")
    suffix = path.suffix.lower().lstrip(".")
    return next((one for one in formats if one == suffix), "apk")
