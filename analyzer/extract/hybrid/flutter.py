"""Flutter: which engine and Dart it is, which packages are compiled in, which channels the code names.

``libapp.so`` holds compiled Dart: machine code, and the strings that the code uses. A snapshot begins with the magic
F5 F5 DC DC, length and kind (eight bytes each), 32 hex digits that stand for the Dart version, and its features.
"""

from __future__ import annotations

import re

from analyzer.model.record import dataclass

_SNAPSHOT = re.compile(rb"\xf5\xf5\xdc\xdc.{16}([0-9a-f]{32})", re.DOTALL)
_PACKAGE = re.compile(rb"package:([a-z][a-z0-9_]{0,63})/")
_DART = re.compile(rb"(\d+\.\d+\.\d+[0-9A-Za-z.-]*) \((stable|beta|dev|main|be)\)[^\0]{0,80}? on \"android_")
_ENGINE = re.compile(rb"\0([0-9a-f]{40})\0")


@dataclass(frozen=True, slots=True)
class DartCode:
    """What a library of compiled Dart says."""

    snapshot: str | None
    """Hash of the Dart version that made it."""
    packages: tuple[str, ...]
    """Dart packages, sorted; the framework itself is left out."""


def read_dart(data: bytes) -> DartCode:
    """Read ``libapp.so``, or the kernel file of a debug build."""
    found = _SNAPSHOT.search(data)
    names = {name.decode() for name in set(_PACKAGE.findall(data))}
    return DartCode(
        snapshot=found[1].decode() if found else None,
        packages=tuple(sorted(names - {"flutter", "dart"})),
    )


def engine_version(data: bytes) -> str | None:
    """Return what ``libflutter.so`` says of itself: Dart version and, if there is just one, the engine's revision."""
    dart = _DART.search(data)
    engines = {one.decode() for one in _ENGINE.findall(data)} if dart else set()
    parts = [f"Dart {dart[1].decode()} ({dart[2].decode()})"] if dart else []
    parts += [f"engine {one[:10]}" for one in engines if len(engines) == 1]
    return ", ".join(parts) or None
