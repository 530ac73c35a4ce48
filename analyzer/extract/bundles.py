"""Personal data read by scripts: the bundles of uni-app, mini programs, Cordova, React Native, and Flutter's binary.

A bundle is text (or byte code that keeps its names), so what is found is the interface's name as a whole word, not a
proven call. Names that are too short or too ordinary to be told apart are not in the rules.
"""

from __future__ import annotations

import re
from functools import lru_cache

from analyzer.catalogue import Catalogue
from analyzer.model import Access

_FLUTTER = "flutter:"
_SCRIPTS = (".js", ".jsbundle", ".bundle", ".html", ".htm", ".wxs", ".hbc")


def is_bundle(entry: str) -> bool:
    """Whether an archive entry may hold scripts of a hybrid framework."""
    name = entry.lower()
    inside = name.startswith(("assets/", "base/assets/", "res/raw/")) or "/assets/" in name
    return (inside and name.endswith(_SCRIPTS)) or name.endswith("/libapp.so")


def find_script_accesses(entry: str, data: bytes, catalogue: Catalogue) -> tuple[Access, ...]:
    """Return the accesses that a bundle names, sorted; ``caller`` is ``entry:line``, or ``entry`` for a binary."""
    flutter = entry.lower().endswith("/libapp.so")
    names = tuple(sorted(name for name in catalogue.apis.js if name.startswith(_FLUTTER) == flutter))
    binary = b"\0" in data[:4096]
    first: dict[str, tuple[int, int]] = {}
    for match in _expression(names).finditer(data):
        name = _key(match[0], flutter)
        place, count = first.get(name, (match.start(), 0))
        first[name] = place, count + 1
    rows = []
    for name, (place, count) in first.items():
        caller = entry if binary else f"{entry}:{data.count(b'\n', 0, place) + 1}"
        rows += [
            Access(
                data=rule.data,
                api=rule.api,
                caller=caller,
                actor="app",
                level="present",
                chain=(),
                sites=count,
                dex=entry,
                sure=rule.sure.value,
                weak=rule.weak,
            )
            for rule in catalogue.apis.js.get(name, ())
            if rule.is_access
        ]
    return tuple(sorted(rows, key=lambda row: (row.data, row.api, row.caller)))


def _key(found: bytes, flutter: bool) -> str:
    text = found.decode("ascii", "replace")
    return _FLUTTER + text if flutter else text


@lru_cache(maxsize=4)
def _expression(names: tuple[str, ...]) -> re.Pattern[bytes]:
    """Match any of the names as a whole: not inside a longer identifier, longest first."""
    bare = sorted((name.removeprefix(_FLUTTER) for name in names), key=lambda name: (-len(name), name))
    if not bare:
        return re.compile(rb"(?!)")
    return re.compile(rb"(?<![\w$.])(?:" + "|".join(re.escape(name) for name in bare).encode() + rb")(?![\w$/])")
