"""Which classes ``META-INF/services`` lists for an interface, as `java.util.ServiceLoader` finds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from analyzer.container.limits import EntryUnreadableError, LimitReachedError
from analyzer.container.screens import descriptor_of

if TYPE_CHECKING:
    from analyzer.container.package import Package

FOLDER = "META-INF/services/"
MOST_BYTES, MOST_FILES = 1 << 16, 2_000
"""Larger files, and more of them, are no lists of services."""


def find_services(package: Package) -> Mapping[str, tuple[str, ...]]:
    """Return interface → classes (descriptors, in their order); files that cannot be read are left out."""
    found: dict[str, dict[str, None]] = {}
    for interface, text in _files(package):
        names = (descriptor_of(line.partition("#")[0].strip()) for line in text.splitlines())
        found.setdefault(interface, {}).update((name, None) for name in names if name is not None)
    return {interface: tuple(names) for interface, names in sorted(found.items())}


def _files(package: Package) -> Iterator[tuple[str, str]]:
    """Yield (interface, text) of each file."""
    left = MOST_FILES
    for part in package.parts:
        for name, entry in part.archive.by_name.items():
            interface = descriptor_of(name.removeprefix(FOLDER)) if name.startswith(FOLDER) else None
            if interface is None or entry.size > MOST_BYTES or not left:
                continue
            left -= 1
            try:
                yield interface, bytes(part.archive.read(entry)).decode("utf-8", "replace")
            except (EntryUnreadableError, LimitReachedError):
                continue
