"""Which packages of a set make up one app: `bundletool` writes the whole app several times, for older and newer phones.

Source: `commands.proto` of bundletool (`BuildApksResult`, the file ``toc.pb``), field numbers as published there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .archive import Archive
from .chunks import ChunkError
from .limits import EntryUnreadableError, LimitReachedError, Limits
from .notes import Notes
from .package import loaded_names
from .wire import fields, message, number_in, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .package import Package

CONTENTS = "toc.pb"
_NUMBERED = re.compile(r"(.+)_(\d+)\.apk")
_VARIANT, _ASSET_SLICES = 1, 3
_TARGETING, _APK_SET, _NUMBER = 1, 2, 3
_SDK_RUNTIME = 6
"""Of a variant's targeting: for phones that keep advertising SDKs outside of the app, so with less code."""
_APKS, _PATH, _SPLIT = 2, 2, 3
Priority = tuple[bool, bool, int]
Code = set[tuple[str, int, int]]
"""Kind or name, size and checksum of each piece of code; assets count, because pages and scripts are among them."""


def choose_packages(outer: Archive, names: list[str]) -> list[str]:
    """Return the packages to be read as one app, sorted: those that a new phone with every feature gets."""
    listed = _listed(outer)
    chosen = sorted(listed & set(names)) if listed else []
    if chosen:
        return chosen
    in_splits = sorted(name for name in names if name.startswith(("splits/", "asset-slices/"))) or sorted(names)
    newest: dict[str, tuple[int, str]] = {}
    for name in in_splits:
        match = _NUMBERED.fullmatch(name)
        if match and f"{match[1]}.apk" in in_splits:
            key, number = f"{match[1]}.apk", int(match[2])
        else:
            key, number = name, 0
        newest[key] = max(newest.get(key, (number, name)), (number, name))
    return sorted(name for _, name in newest.values())


def _listed(outer: Archive) -> set[str]:
    """Return what the table of contents lists for the newest phones; empty where there is none or it cannot be read."""
    entry = outer.by_name.get(CONTENTS)
    if entry is None:
        return set()
    try:
        top = memoryview(bytes(outer.read(entry)))
        variants = [_variant(one) for one in _messages(top, _VARIANT)]
        slices = {_path(apk) for one in _messages(top, _ASSET_SLICES) for apk in _messages(one, _APKS)}
    except (ChunkError, EntryUnreadableError, LimitReachedError, ValueError):
        return set()
    if not variants:
        return set()
    paths = max(variants, key=lambda one: one[0])[1]
    return paths | slices if paths else set()


def _variant(data: memoryview) -> tuple[Priority, set[str]]:
    """Return how much one variant is to be preferred, and its packages: its splits, else its first package."""
    apks = [apk for one in _messages(data, _APK_SET) for apk in _messages(one, _APKS)]
    splits = {_path(apk) for apk in apks if message(apk, _SPLIT) is not None}
    targeting = message(data, _TARGETING)
    whole = targeting is None or message(targeting, _SDK_RUNTIME) is None
    return (bool(splits), whole, number_in(data, _NUMBER)), splits or {_path(apk) for apk in apks[:1]}


def _path(apk: memoryview) -> str:
    return text(message(apk, _PATH))


def _messages(data: memoryview, number: int) -> Iterator[memoryview]:
    return (value for key, value in fields(data) if key == number and isinstance(value, memoryview))


def name_other_code(package: Package, outer: Archive, left_out: Iterable[str], limits: Limits) -> None:
    """Say which packages that were left out hold code or assets that no chosen one has; equal ones were read once."""
    known: Code = set()
    for part in package.parts:
        known |= _code(part.archive)
    for name in left_out:
        try:
            other = _code(Archive(bytes(outer.read(outer.by_name[name])), limits, Notes()))
        except (EntryUnreadableError, LimitReachedError, ValueError):
            other = {(name, 0, 0)}
        if other - known:
            package.reason("nested_code", f"{name}: another variant of the app with other code, left out")


def _code(archive: Archive) -> Code:
    dex = {("dex", archive.by_name[name].size, archive.by_name[name].crc) for name in loaded_names(archive)}
    return dex | {
        (name, one.size, one.crc) for name, one in archive.by_name.items() if name.startswith(("lib/", "assets/"))
    }
