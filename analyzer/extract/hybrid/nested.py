"""Archives in the package that hold a bundle: opened in memory, one level deep, within the limits."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from dataclasses import replace

from analyzer.container import EntryUnreadableError, LimitReachedError, Limits
from analyzer.container.archive import Archive
from analyzer.container.notes import Notes
from analyzer.container.text import shown

from .wxapkg import PackageError, is_wxapkg, read_wxapkg

ZIP = b"PK\x03\x04"
ENDINGS = (".wgt", ".wgtu", ".wxapkg", ".rpk", ".amr", ".zip")
WANTED = (".js", ".html", ".htm", ".wxs", ".json", ".hbc", ".bundle", ".jsbundle", ".xml")
MOST_ARCHIVES = 200
MOST_FILES = 5000


class NestedError(ValueError):
    """An archive cannot be read at all; the message says why."""


def open_nested(data: bytes, limits: Limits) -> Iterator[tuple[str, bytes | str]]:
    """Yield (name, content) of the scripts and manifests inside; for what cannot be read, the reason as text.

    Raises `NestedError`, and `LimitReachedError` when more is inside than may be read.
    """
    try:
        if is_wxapkg(data[:14]):
            found: Iterator[tuple[str, bytes | str]] = iter(list(read_wxapkg(data)))
        elif data[:4] == ZIP:
            found = _zip_files(data, limits)
        else:
            raise NestedError("neither a ZIP archive nor a mini-program package: encrypted, or of an unknown format")
    except PackageError as error:
        raise NestedError(str(error)) from error
    total = 0
    for count, (name, content) in enumerate(found):
        if not name.lower().endswith(WANTED):
            continue
        total += len(content)
        if count >= MOST_FILES or total > limits.script_bytes:
            raise LimitReachedError(f"more than {limits.script_bytes:,} bytes or {MOST_FILES:,} files inside")
        yield shown(name, 200), content


def _zip_files(data: bytes, limits: Limits) -> Iterator[tuple[str, bytes | str]]:
    inner = replace(limits, entry_bytes=limits.script_bytes, total_bytes=limits.script_bytes)
    try:
        archive = Archive(data, inner, Notes())
    except ValueError as error:
        raise NestedError(str(error)) from error
    for entry in sorted(archive.entries, key=lambda one: one.name):
        tar = entry.name.lower().endswith(".tar")
        if not entry.size or not (tar or entry.name.lower().endswith(WANTED)):
            continue
        if entry.flags & 1:
            yield entry.name, "encrypted with a password"
            continue
        try:
            content = bytes(archive.read(entry))
        except EntryUnreadableError as error:
            yield entry.name, str(error)
            continue
        if tar:
            yield from _tar_files(entry.name, content)
        else:
            yield entry.name, content


def _tar_files(name: str, data: bytes) -> Iterator[tuple[str, bytes | str]]:
    """Yield the files of a tar inside (mPaaS); links and devices are no files."""
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as tar:
            for member in tar:
                handle = tar.extractfile(member) if member.isfile() else None
                if handle is not None:
                    yield member.name, handle.read()
    except (tarfile.TarError, ValueError, OSError) as error:
        yield f"{name}.js", f"broken tar archive: {error}"
