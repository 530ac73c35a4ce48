"""Facts of packages that were audited before, in the user's cache folder: an unchanged package costs nothing again.

The parent alone reads and writes here, under a hash that it took itself: a child that a hostile package has taken over
can lie about that package, as it can without a cache, and about no other. An entry is plain JSON behind its own hash;
one that is cut, altered or of another version is not believed but made anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import zlib
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.catalogue.store import private_folder, rule_paths
from analyzer.container.text import shown
from analyzer.extract.engine import ENGINE
from analyzer.model import StaticFacts, read_record, record_json

if TYPE_CHECKING:
    from analyzer.container.limits import Limits
    from analyzer.model import CoverageReason

MOST_BYTES = 256 << 20
"""Of all entries together; the ones that were not asked for the longest go first."""
LARGEST = 64 << 20
"""Bytes of one entry, unpacked."""
READ_BLOCK = 1 << 20
SHORT_OF = ("bytes of memory", "seconds", "seconds of CPU time")
"""How a limit ends that another run may not reach; those of sizes and counts are reached every time."""
_CODE = Path(__file__).parents[1]


class FactsCache:
    """The kept facts of one package under one version of code, rules and limits. Nothing here is ever an error."""

    def __init__(self, path: Path, rules: str, limits: Limits) -> None:
        """Take the hash of the package. Raises `OSError` when it cannot be read."""
        self._path = path
        self._folder = private_folder("facts")
        self.sha256 = _hash(path)
        # The kind of package is told from the ending too; the clock is no property of the package.
        parts = [
            self.sha256,
            _hash_beside(path),
            path.suffix.lower(),
            ENGINE,
            _code_version(),
            rules,
            json.dumps(asdict(limits)),
        ]
        self._key = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()

    def find(self) -> StaticFacts | None:
        """Return the kept facts under the name that the package has now; `None` where there are none to be trusted."""
        if self._folder is None:
            return None
        entry = self._folder / self._key
        try:
            head, _, packed = entry.read_bytes().partition(b"\n")
            if head.decode("ascii") != hashlib.sha256(packed).hexdigest():
                return None
            body = zlib.decompressobj()
            facts = read_record(StaticFacts, body.decompress(packed, LARGEST))
            os.utime(entry)
        except (OSError, ValueError, zlib.error):
            return None
        if facts.artifact.sha256 != self.sha256:
            return None
        return replace(facts, artifact=replace(facts.artifact, name=shown(self._path.name)), seconds={"cached": 0.0})

    def keep(self, facts: StaticFacts) -> None:
        """Keep facts of this package; those of another one, or that another run might better, are left out."""
        passing = any(_may_pass(reason) for reason in facts.coverage.reasons)
        if self._folder is None or passing or facts.artifact.sha256 != self.sha256:
            return
        packed = zlib.compress(record_json(facts), 1)
        part = self._folder / f".{self._key}.{os.getpid()}"
        with contextlib.suppress(OSError):
            try:
                part.write_bytes(hashlib.sha256(packed).hexdigest().encode() + b"\n" + packed)
                part.replace(self._folder / self._key)
            except OSError:
                part.unlink(missing_ok=True)
                raise
            _prune(self._folder, MOST_BYTES)


def _may_pass(reason: CoverageReason) -> bool:
    """Tell whether facts that are incomplete for this reason might be whole tomorrow: such are never kept."""
    return reason.code == "analyser_crashed" or (reason.code == "limit_reached" and reason.detail.endswith(SHORT_OF))


def _hash(path: Path) -> str:
    hashed = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(READ_BLOCK):
            hashed.update(block)
    return hashed.hexdigest()


def _hash_beside(path: Path) -> str:
    """Return the hash of the v4 signature file beside a package; empty where there is none that can be read."""
    try:
        return _hash(path.with_name(path.name + ".idsig"))
    except OSError:
        return ""


def _code_version() -> str:
    """Return a hash over sizes and times of our own code: whoever works on it is never shown yesterday's facts."""
    files = [(path, status) for path, status in rule_paths(_CODE) if path.endswith(".py")]
    text = "\n".join(f"{path}\0{status.st_size}\0{status.st_mtime_ns}" for path, status in files)
    return hashlib.sha256(text.encode()).hexdigest()


def _prune(folder: Path, most: int) -> None:
    """Remove the entries that were not used for the longest time until the rest fits into ``most`` bytes."""
    with os.scandir(folder) as found:
        entries = [(entry.stat().st_mtime_ns, entry.stat().st_size, entry.path) for entry in found]
    total = sum(size for _, size, _ in entries)
    for _, size, path in sorted(entries):
        if total <= most:
            break
        with contextlib.suppress(OSError):
            os.unlink(path)  # noqa: PTH108  # a text is at hand
            total -= size
