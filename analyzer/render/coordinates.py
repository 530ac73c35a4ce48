"""Maven coordinates that a library's own version file states: never guessed from a name.

The Android build writes ``META-INF/<group>_<artifact>.version`` for libraries of Google and AndroidX; that of Google
writes ``firebase-….properties`` and ``play-services-….properties`` at the root of the package, each with the version
alone. Sources: such files in published packages; the groups of the properties files are own knowledge.
"""

from __future__ import annotations

import re

_FILE = re.compile(
    r"META-INF/(?P<group>[a-z][a-z0-9]*(?:[.][a-z][a-z0-9-]*)+)_(?P<artifact>[a-z][a-z0-9.-]*)[.]version"
)
_GOOGLE = (
    (re.compile(r"(?P<artifact>firebase-[a-z0-9-]+)[.]properties"), "com.google.firebase"),
    (re.compile(r"(?P<artifact>play-services-[a-z0-9-]+)[.]properties"), "com.google.android.gms"),
    (re.compile(r"(?P<artifact>transport-[a-z0-9-]+)[.]properties"), "com.google.android.datatransport"),
)
_VERSION = re.compile(r"[0-9][0-9A-Za-z.+-]{0,40}")


def maven_purl(file: str | None, version: str | None) -> str | None:
    """Return the package URL of what a version file names, or `None` where the file or the version tells none."""
    if file is None or version is None or not _VERSION.fullmatch(version):
        return None
    match = _FILE.fullmatch(file)
    group = match["group"] if match else None
    if match is None:
        match, group = next(((found, of) for shape, of in _GOOGLE if (found := shape.fullmatch(file))), (None, None))
    if match is None or group is None:
        return None
    return f"pkg:maven/{group}/{match['artifact']}@{version.replace('+', '%2B')}"
