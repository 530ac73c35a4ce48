"""What the entries of a package show: game engines, packages inside it, and private keys lying about."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING, Protocol

from analyzer.container import EntryUnreadableError, LimitReachedError
from analyzer.container.records import LOCAL
from analyzer.container.text import shown
from analyzer.model import SecurityFact

from .secrets import KIND, private_key, private_key_der

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from analyzer.catalogue import Catalogue
    from analyzer.container.package import Package

_KEY_NAMES = (".pem", ".key", ".p8", ".pk8", ".der")
_KEY_BYTES = 64 << 10


class HasClasses(Protocol):
    """What is asked of the index over the code."""

    def has_class_below(self, prefix: str) -> bool:
        """Whether a class lies below a slash prefix."""


def find_engines(names: Iterable[str], index: HasClasses | None, catalogue: Catalogue) -> tuple[SecurityFact, ...]:
    """Return the game engines of which an entry or a class is there, by name."""
    entries = [name for name in names if name.startswith(("lib/", "assets/"))]
    rows = []
    for key, rule in sorted(catalogue.engines.items()):
        entry = next((found for mark in rule.files if (found := _entry(mark, entries))), None)
        named = (
            entry
            if entry is not None or index is None
            else next((prefix for prefix in rule.classes if index.has_class_below(prefix)), None)
        )
        if named is not None:
            actor = f"sdk:{rule.sdk}" if rule.sdk else "app"
            rows.append(SecurityFact(kind="engine.game", detail=key, file=shown(named, 400), actor=actor))
    return tuple(rows)


def _entry(mark: str, entries: list[str]) -> str | None:
    if "*" in mark:
        tail = mark.rpartition("*")[2]
        return next((name for name in entries if name.endswith(tail) and fnmatch.fnmatchcase(name, mark)), None)
    return mark if mark in entries else None


def find_nested_packages(package: Package) -> tuple[SecurityFact, ...]:
    """Return the Android packages that lie in the package; their code is another app's."""
    rows = []
    for part in package.parts:
        for name, entry in part.archive.by_name.items():
            if name.lower().endswith(".apk") and entry.size and part.archive.head(entry, 4) == LOCAL:
                where = f"{part.name}!{name}" if part.name else name
                rows.append(
                    SecurityFact(
                        kind="install.nested_package",
                        detail=f"{entry.size:,} bytes",
                        certainty="proven",
                        file=shown(where, 400),
                    )
                )
    return tuple(sorted(rows, key=lambda row: row.file))


def find_key_files(package: Package) -> Iterator[SecurityFact]:
    """Yield private keys in files of their own, as PEM or DER."""
    for part in package.parts:
        for name, entry in sorted(part.archive.by_name.items()):
            if not name.lower().endswith(_KEY_NAMES) or not 0 < entry.size <= _KEY_BYTES:
                continue
            try:
                raw = bytes(part.archive.read(entry))
            except (EntryUnreadableError, LimitReachedError):
                continue  # the file as a whole is told of by who reads its texts
            found = private_key_der(raw) if raw[:1] == b"0" else None
            if found is None and b"PRIVATE KEY-----" in raw:
                found = private_key(raw.decode("latin-1"))
            if found is not None:
                where = f"{part.name}!{name}" if part.name else name
                yield SecurityFact(
                    kind=KIND + "private_key_pem", detail=found, certainty="proven", file=shown(where, 400)
                )
