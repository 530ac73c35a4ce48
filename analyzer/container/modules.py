"""Libraries and app bundles: archives whose parts stand in folders or inner archives of their own.

An AAR holds ``classes.jar`` and ``libs/*.jar``, an AAB one folder for each module. Each becomes a part under the names
that its files bear in the APK that is built of it, so that everything behind reads it as it reads an APK.
"""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING

from analyzer.model import UnreadableInputError

from .archive import Archive
from .limits import EntryUnreadableError, LimitReachedError, Limits
from .notes import Notes
from .package import MANIFEST, Package, Part
from .textxml import is_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CLASS = ".class"
_JARS = re.compile(r"classes\.jar|libs/[^/]+\.jar")
_MODULE = re.compile(r"([^/]+)/(?:manifest/AndroidManifest\.xml|dex/classes\d*\.dex)")
_MOVED = {"manifest": re.compile(r"manifest/(AndroidManifest\.xml)"), "dex": re.compile(r"dex/(classes\d*\.dex)")}
BASE = "base"


def renamed(archive: Archive, rename: Callable[[str], str | None]) -> Archive:
    """Return a view of an archive with other names; entries for which ``rename`` gives `None` are not in it."""
    view = copy.copy(archive)
    view.entries, view.notes, view.damaged = [], Notes(), None
    for entry in archive.entries:
        name = rename(entry.name)
        if name is not None:
            one = copy.copy(entry)
            one.name = name
            view.entries.append(one)
    view.by_name = {}
    for entry in view.entries:
        view.by_name.setdefault(entry.name, entry)
    return view


def is_library(archive: Archive) -> bool:
    """Whether an archive is an AAR."""
    return MANIFEST in archive.by_name and "classes.jar" in archive.by_name and "resources.arsc" not in archive.by_name


def has_text_manifest(archive: Archive) -> bool:
    """Whether the manifest is text, as beside code that was taken out of its package."""
    entry = archive.by_name.get(MANIFEST)
    return entry is not None and is_text(archive.head(entry, 64))


def open_library(archive: Archive, limits: Limits) -> Package:
    """Open an AAR: itself, and as further parts the JARs whose classes go into an app. Native code is in ``jni``."""
    whole = renamed(archive, lambda name: f"lib/{name[4:]}" if name.startswith("jni/") else name)
    whole.notes, whole.damaged = archive.notes, archive.damaged
    package = Package("aar", [Part("", whole)])
    for name in sorted(name for name in archive.by_name if _JARS.fullmatch(name)):
        if limits.depth < 2:
            raise LimitReachedError(f"archives in archives, limit {limits.depth}")
        try:
            inner = Archive(bytes(archive.read(archive.by_name[name])), limits, Notes())
            package.parts.append(Part(name, inner))
        except LimitReachedError as error:
            package.reason("limit_reached", str(error))
        except (EntryUnreadableError, ValueError) as error:
            package.reason("entry_unreadable", f"{name}: {error}")
    return package


def class_entries(part: Part) -> Iterator[str]:
    """Yield the class files of a part that a dexer for Android takes, in their order.

    Those below ``META-INF/`` are for other Java versions (multi-release) and never reach a phone.
    """
    return (
        entry.name
        for entry in part.archive.entries
        if entry.name.endswith(CLASS) and not entry.name.startswith("META-INF/")
    )


def is_bundle(archive: Archive) -> bool:
    """Whether an archive is an AAB."""
    return "BundleConfig.pb" in archive.by_name or f"{BASE}/manifest/{MANIFEST}" in archive.by_name


def open_bundle(path: Path, archive: Archive) -> Package:
    """Open an AAB: its modules as parts, the base first. Raises `UnreadableInputError` for one without modules."""
    modules = [match[1] for name in archive.by_name if (match := _MODULE.fullmatch(name))]
    if not modules:
        raise UnreadableInputError(path, "an app bundle without modules")
    package = Package("aab", notes=archive.notes, entries=tuple(sorted(archive.by_name)))
    package.outer = archive
    if f"{BASE}/manifest/{MANIFEST}" not in archive.by_name:
        package.reason("manifest_unreadable", f"the bundle has no {BASE} module with a manifest")
    for module in sorted(set(modules), key=lambda name: (name != BASE, name)):
        view = renamed(archive, _in_module(module))
        package.parts.append(Part("" if module == BASE else module, view))
    if archive.damaged:
        package.reason("archive_damaged", archive.damaged)
    return package


def _in_module(module: str) -> Callable[[str], str | None]:
    start = f"{module}/"

    def rename(name: str) -> str | None:
        if not name.startswith(start):
            return None
        inner = name[len(start) :]
        for pattern in _MOVED.values():
            if match := pattern.fullmatch(inner):
                return match[1]
        return inner.removeprefix("root/")

    return rename
