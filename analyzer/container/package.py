"""What was handed in: its format, and the archives that together make up one app."""

from __future__ import annotations

import hashlib
import re
from dataclasses import field
from typing import TYPE_CHECKING

from analyzer.model import CoverageReason, UnreadableInputError
from analyzer.model.record import dataclass

from .ahead import Ahead
from .archive import DEX_MAGIC, Archive, map_file
from .inflate import adler32
from .limits import EntryUnreadableError, LimitReachedError, Limits
from .notes import Notes
from .records import LOCAL, STORED
from .text import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from analyzer.model.facts import ArtifactFormat

MANIFEST = "AndroidManifest.xml"
DEX_NAME = re.compile(r"classes(\d*)\.dex")
NESTED_NAMES = (".dex", ".apk", ".jar", ".aar", ".odex", ".vdex", ".oat", ".apks", ".xapk")
PEEKED = ("assets/", "res/raw/", "lib/", "META-INF/", "root/", "unknown/")
"""Folders in which code is hidden under other names; compiled resources are left alone."""
SMALLEST_DEX = 0x70
DEX_MAGICS = (DEX_MAGIC, b"cdex", b"dey\n")
PACKAGES = (".apk", ".apks", ".xapk", ".apkm")
BASE_MASTER = re.compile(r"base-master(_\d+)?\.apk")
HASH_BLOCK = 1 << 22
CONTAINER_MAGIC = b"dex\n041\0"


@dataclass(slots=True)
class Part:
    """One APK of the app: the base (empty name) or a split."""

    name: str
    archive: Archive
    idsig: bytes | None = None
    """The v4 signature file beside it, inside of an outer archive."""


@dataclass(slots=True)
class Package:
    """A package opened for reading.

    ``parts`` is empty for a bare DEX file, whose bytes are in ``dex``. ``reasons`` say what cannot be looked at.
    """

    format: ArtifactFormat
    parts: list[Part] = field(default_factory=list)
    dex: bytes = b""
    notes: Notes = field(default_factory=Notes)
    reasons: list[CoverageReason] = field(default_factory=list)
    entries: tuple[str, ...] = ()
    """Names in an outer archive (APKS, XAPK) beside its packages."""
    outer: Archive | None = None
    """The archive around the parts that is signed as a whole (AAB)."""

    def reason(self, code: str, detail: str) -> None:
        """Note why something was not looked at; equal reasons are kept once."""
        one = CoverageReason(code=code, detail=shown(detail, 400))
        if one not in self.reasons:
            self.reasons.append(one)

    @property
    def base(self) -> Archive | None:
        """Return the archive that holds the manifest."""
        return self.parts[0].archive if self.parts else None

    def names(self) -> list[str]:
        """Return the entry names of all parts, sorted, each once."""
        return sorted({name for part in self.parts for name in part.archive.by_name})

    def head_of(self, name: str, count: int) -> bytes:
        """Return the first bytes of the entry of this name in the first part that has one; empty when not to be had."""
        entries = ((part, part.archive.by_name.get(name)) for part in self.parts)
        return next((part.archive.head(entry, count) for part, entry in entries if entry is not None), b"")

    def dex_files(self, limits: Limits, *, threads: bool = False) -> Iterator[tuple[str, bytes]]:
        """Yield name and bytes of each DEX file that the platform would load; what cannot be read becomes a reason.

        With ``threads`` another thread inflates some of them meanwhile; it has ended when the last one is there.
        """
        if self.dex:
            self._check_sum("classes.dex", self.dex)
            yield "classes.dex", self.dex
        count = total = 0
        for part in self.parts:
            prefix = f"{shown(part.name)}!" if part.name else ""
            loaded = loaded_names(part.archive)
            self._check_numbers(prefix, part.archive, len(loaded))
            order = {name: place for place, name in enumerate(loaded)}
            found = [entry for entry in part.archive.entries if entry.name in order]
            found.sort(key=lambda entry: order[entry.name])
            with Ahead(part.archive, found if threads else ()) as ahead:
                for entry in found:
                    count += 1
                    if count > limits.dex_files:
                        self.reason("limit_reached", f"more than {limits.dex_files} DEX files")
                        return
                    try:
                        data = part.archive.read(entry, ahead)
                    except LimitReachedError as error:
                        self.reason("limit_reached", prefix + str(error))
                        continue
                    except EntryUnreadableError as error:
                        self.reason("dex_unreadable", prefix + str(error))
                        continue
                    total += len(data)
                    if total > limits.dex_bytes:
                        self.reason("limit_reached", f"more than {limits.dex_bytes:,} bytes of DEX")
                        return
                    part.archive.hold(entry, data)  # its signature is checked against it
                    content = data if isinstance(data, bytes) else bytes(data)
                    if len(content) < SMALLEST_DEX or content[:4] not in DEX_MAGICS:
                        part.archive.notes.add("fake_dex", f"{entry.name}: no DEX file; phones pass over it")
                    self._check_sum(prefix + entry.name, content)
                    yield prefix + entry.name, content

    def _check_sum(self, name: str, data: bytes) -> None:
        """Compare a DEX file's own checksum: a phone refuses a file that was changed after it was built.

        Container files (version 041) hold several and are left to the DEX reader.
        """
        if data[:4] != DEX_MAGIC or data[:8] >= CONTAINER_MAGIC:
            return
        size = int.from_bytes(data[32:36], "little")
        if not 0x70 <= size <= len(data) or adler32(memoryview(data)[12:size]) != int.from_bytes(data[8:12], "little"):
            self.reason(
                "dex_unreadable", f"{name}: its checksum does not match: damaged, or changed after it was built"
            )

    def _check_numbers(self, prefix: str, archive: Archive, count: int) -> None:
        """Say which file is missing before others: what stands behind it is not loaded, so the app cannot be whole."""
        behind = sum(bool(DEX_NAME.fullmatch(name)) for name in archive.by_name) - count
        if behind:
            missing = _dex_name(count + 1)
            self.notes.add("dex_gap", f"{prefix}DEX files are not numbered without gaps: {count + 1} is missing")
            self.reason("dex_unreadable", f"{prefix}{missing} is missing: {behind} DEX files behind it are not loaded")

    def facts_notes(self) -> Notes:
        """Return the anomalies of the package and all its parts."""
        notes = Notes()
        notes.merge(self.notes, "")
        for part in self.parts:
            notes.merge(part.archive.notes, part.name)
        return notes


def loaded_names(archive: Archive) -> list[str]:
    """Return the names of the DEX files that the platform loads, in its order: it stops at the first gap."""
    names: list[str] = []
    while (name := _dex_name(len(names) + 1)) in archive.by_name:
        names.append(name)
    return names


def _dex_name(number: int) -> str:
    return f"classes{number}.dex" if number > 1 else "classes.dex"


def hash_file(path: Path) -> tuple[str, int]:
    """Return SHA-256 (hex) and size of a file, read in blocks. Raises `UnreadableInputError`."""
    hashed, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            while block := file.read(HASH_BLOCK):
                hashed.update(block)
                size += len(block)
    except OSError as error:
        raise UnreadableInputError(path, error.strerror or str(error)) from error
    return hashed.hexdigest(), size


def open_package(path: Path, limits: Limits) -> Package:
    """Recognise and open a package.

    Raises `UnreadableInputError` when it is no package of any known format, `LimitReachedError` when it is too large to
    be opened at all.
    """
    buffer = map_file(path, limits)
    head = buffer[:8]
    if head[:4] == DEX_MAGIC and not _is_archive(buffer, limits):
        return Package("dex", dex=buffer[:])
    try:
        archive = Archive(buffer, limits)
    except ValueError as error:
        raise UnreadableInputError(path, str(error)) from error
    return _recognise(path, archive, limits)


def _recognise(path: Path, archive: Archive, limits: Limits) -> Package:
    names, suffix = archive.by_name, path.suffix.lower()
    has_dex = any(DEX_NAME.fullmatch(name) for name in names)
    packages = [name for name in names if name.lower().endswith(".apk")]
    from . import modules  # noqa: PLC0415  # which needs this module; and most packages are none of these

    if modules.is_library(archive):
        package = modules.open_library(archive, limits)
    elif has_dex and suffix not in PACKAGES and modules.has_text_manifest(archive):
        package = Package("dex", [Part("", archive)])
    elif MANIFEST in names or (has_dex and suffix != ".jar"):
        package = Package("apk", [Part("", archive)])
    elif modules.is_bundle(archive):
        package = modules.open_bundle(path, archive)
    elif packages and not has_dex:
        package = _bundle(path, archive, packages, limits)
    elif has_dex or any(name.endswith(modules.CLASS) for name in names):
        package = Package("jar", [Part("", archive)])
    else:
        raise UnreadableInputError(path, "a ZIP archive, but no Android package: neither a manifest nor code")
    return package


def _is_archive(buffer: object, limits: Limits) -> bool:
    """Tell whether a file that begins as a DEX goes on as an archive (the Janus trick)."""
    try:
        return bool(Archive(buffer, limits).entries)  # type: ignore[arg-type]  # an mmap
    except (ValueError, LimitReachedError):
        return False


def _bundle(path: Path, outer: Archive, names: list[str], limits: Limits) -> Package:
    """Open an APKS or XAPK: base and splits as one app."""
    kind: ArtifactFormat = "xapk" if "manifest.json" in outer.by_name or path.suffix.lower() == ".xapk" else "apks"
    package = Package(kind, notes=outer.notes, entries=tuple(sorted(outer.by_name)))
    if limits.depth < 2:
        raise LimitReachedError(f"archives in archives, limit {limits.depth}")
    from .variants import choose_packages, name_other_code  # noqa: PLC0415  # which needs this module; few packages are sets

    chosen = choose_packages(outer, names)
    for name in chosen:
        try:
            content = outer.read(outer.by_name[name])
            package.parts.append(Part(name, Archive(bytes(content), limits, Notes()), _idsig(outer, name)))
        except LimitReachedError as error:
            package.reason("limit_reached", str(error))
        except (EntryUnreadableError, ValueError) as error:
            package.reason("split_unreadable", f"{name}: {error}")
    if not package.parts:
        raise UnreadableInputError(path, "none of the packages inside can be read")
    name_other_code(package, outer, sorted(set(names) - set(chosen)), limits)
    package.parts.sort(key=_rank)
    package.parts[0].name = ""
    return package


def _idsig(outer: Archive, name: str) -> bytes | None:
    """Return the v4 signature file of one inner package; an unreadable one gives empty bytes, which do not verify."""
    entry = outer.by_name.get(f"{name}.idsig")
    if entry is None:
        return None
    try:
        return bytes(outer.read(entry))
    except (LimitReachedError, EntryUnreadableError):
        return b""


def _rank(part: Part) -> tuple[int, str]:
    """Sort the base first: it is the one with a manifest, code or the name for it."""
    base = part.name.rsplit("/", 1)[-1].lower()
    named = base == "base.apk" or bool(BASE_MASTER.fullmatch(base))
    config = base.startswith(("config.", "split_config.")) or "/config." in part.name
    code = "classes.dex" in part.archive.by_name
    return (0 if named else 1 if code and not config else 2 if not config else 3), part.name


WITH_CODE, UNOPENED = "archive with code", "archive in an archive"


def find_nested_code(archive: Archive, known: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Return (entry, what it is) for code that does not stand where the platform loads it from, sorted.

    ``known`` are inner archives that are read as parts.
    """
    found = []
    loaded = {*loaded_names(archive), *known}
    for name, entry in archive.by_name.items():
        if name in loaded or not entry.size:
            continue
        if name.lower().endswith(NESTED_NAMES):
            head = archive.head(entry, 8)
            if head[:4] in (DEX_MAGIC, LOCAL, b"cdex", b"vdex", b"oat\n", b"dey\n") or head[:4] == b"\x7fELF":
                found.append((name, name.rsplit(".", 1)[-1].lower()))
        elif name.startswith(PEEKED) or "/" not in name:
            head = archive.head(entry, 8)
            if head[:4] in (DEX_MAGIC, b"cdex", b"dey\n"):
                found.append((name, "dex"))
            elif head[:4] == LOCAL and (kind := _inner_kind(archive, name)):
                found.append((name, kind))
    return sorted(found)


def _inner_kind(archive: Archive, name: str) -> str | None:
    """Say what an inner archive holds that may be code, by its directory alone: it is opened no deeper."""
    entry = archive.by_name[name]
    if entry.method != STORED and entry.size > archive.limits.ratio_from:
        return WITH_CODE
    try:
        inner = Archive(bytes(archive.read(entry)), archive.limits)
    except (ValueError, LimitReachedError, EntryUnreadableError):
        return None
    if any(one.endswith((".dex", ".jar", ".apk")) or one == MANIFEST for one in inner.by_name):
        return WITH_CODE
    return UNOPENED if any(one.endswith(".zip") for one in inner.by_name) else None
