"""The version of an SDK, where its own files state one: never guessed, never the version of something else.

Names of classes do not survive shrinking; strings, archive entries, manifest keys and file names do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from fnmatch import translate
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from analyzer.container.text import shown
from analyzer.model import Sureness
from analyzer.model.sdk_words import UNCONFIRMED

if TYPE_CHECKING:
    from analyzer.catalogue.sdks import SdkRule, VersionPlace
    from analyzer.dex import DexIndex

Read = Callable[[str, int], bytes]
"""Returns the first bytes of an archive entry, by name and number; empty when they cannot be had."""
_VERSION = re.compile(r"(?i)v?\d[\w.+-]{0,40}")
_STATED = re.compile(rb"(?m)^\s*version\s*[=:]\s*(\S+)\s*$")
_MOST_BYTES = 4096
"""Of a version file; an ordinary one has 5 to 100."""
_MOST_SHOWN = 200
_UNDERSCORED = re.compile(r"\d+(?:_\d+)+")


class VersionReader:
    """Reads versions out of one package."""

    def __init__(
        self, index: DexIndex, entries: Iterable[str] = (), metadata: Mapping[str, str] | None = None,
        read: Read | None = None,
    ) -> None:  # fmt: skip
        """Take the code, the names of the archive's entries, the manifest's meta-data, and how an entry is read."""
        self._index, self._metadata, self._read = index, metadata or {}, read
        self._entries = frozenset(entries)
        self._libraries = sorted({PurePosixPath(name).name for name in self._entries if name.endswith(".so")})

    def version(self, rule: SdkRule) -> tuple[str, str] | None:
        """Return the version of an SDK and where it stands."""
        for place in rule.version:
            found = {one: where for text, where in self._texts(place) if (one := _pick(text, place.pattern))}
            if len(found) == 1:  # two different ones: nobody knows which is in force
                version, where = next(iter(found.items()))
                unseen = place.sure is not None and place.sure is not Sureness.VERIFIED
                return version, shown(where, _MOST_SHOWN) + (UNCONFIRMED if unseen else "")
        return None

    def _texts(self, place: VersionPlace) -> Iterable[tuple[str, str]]:
        """Yield the texts that may hold the version, with the place of each."""
        index = self._index
        for member, look in (
            (place.field, lambda owner, name: [index.static_string(owner, name)]),
            (place.getter, lambda owner, name: [index.constant_return(owner, name)]),
            (place.method, index.loaded_strings),
        ):
            if member is not None:
                owner, _, name = member.partition("->")
                yield from ((text, member) for text in look(f"L{owner};", name) if text is not None)
        if place.string is not None:
            start = 0 if place.pattern else len(place.string)
            for text in index.strings_beginning([place.string]):
                yield text[start:], f'"{text}"'
        if place.file is not None and place.file in self._entries:
            yield self._file(place.file), place.file
        if place.metadata is not None and place.metadata in self._metadata:
            yield self._metadata[place.metadata], f"{place.metadata}={self._metadata[place.metadata]}"
        if place.native is not None:
            shape = re.compile(translate(place.native).replace(".*", "(.*)", 1))
            for name in self._libraries:
                match = shape.match(name)
                if match and match.groups():
                    yield match[1], name

    def _file(self, name: str) -> str:
        content = self._read(name, _MOST_BYTES) if self._read else b""
        stated = _STATED.search(content)
        return (stated[1] if stated else content.strip()).decode("utf-8", "replace")


def _pick(text: str, pattern: str | None) -> str | None:
    if pattern is not None:
        match = re.search(pattern, text)
        text = (match[1] if match.groups() else match[0]) if match else ""
    if _UNDERSCORED.fullmatch(text):
        text = text.replace("_", ".")
    return text if _VERSION.fullmatch(text) else None
