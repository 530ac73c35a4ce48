"""The class files of a JAR or AAR as DEX files, so that a library is read as the app that is built with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.container import EntryUnreadableError, LimitReachedError
from analyzer.container.modules import class_entries
from analyzer.container.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analyzer.container import Limits
    from analyzer.container.package import Package

FORMATS = frozenset({"jar", "aar"})
PROBLEMS = 20
"""Classes and methods that are named; of more only the number is told."""
JAR = "classes.jar"


def has_classes(package: Package) -> bool:
    """Whether any part holds a class file."""
    return any(any(class_entries(part)) for part in package.parts)


def translate_classes(package: Package, limits: Limits) -> list[tuple[str, bytes]]:
    """Return name and bytes of DEX files with the code of all class files; what is not in them becomes a reason."""
    if not has_classes(package):
        return []
    from analyzer.dex.classfile import dex_of_classes  # noqa: PLC0415  # apps hold no class files

    made = dex_of_classes(_class_files(package, limits), JAR)
    for problem in made.problems[:PROBLEMS]:
        package.reason("dex_unreadable", problem)
    if len(made.problems) > PROBLEMS:
        package.reason("dex_unreadable", f"{len(made.problems) - PROBLEMS} more classes or methods")
    return list(made.files)


def _class_files(package: Package, limits: Limits) -> Iterator[tuple[str, bytes]]:
    total = 0
    for part in package.parts:
        prefix = f"{shown(part.name)}!" if part.name else ""
        for name in class_entries(part):
            entry = part.archive.by_name[name]
            try:
                data = bytes(part.archive.read(entry))
            except LimitReachedError as error:
                package.reason("limit_reached", prefix + str(error))
                continue
            except EntryUnreadableError as error:
                package.reason("dex_unreadable", prefix + str(error))
                continue
            total += len(data)
            if total > limits.dex_bytes:
                package.reason("limit_reached", f"more than {limits.dex_bytes:,} bytes of class files")
                return
            yield prefix + shown(name), data
