"""Messages without personal data: the texts that they unfold to, with tags in the place of values.

Tags replace the values of the profile and what has the form of personal data; equal values have equal tags. What
nobody can say to be nobody's (codes, long numbers, credentials, what could not be decoded) is dropped, and counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from proxy_addons.match.keys import KeyNames
from proxy_addons.sources.message import Message

from .exhibit import Exhibit, open_message
from .masking import pieces, tag
from .places import Paths, Sight

if TYPE_CHECKING:
    from analyzer.catalogue import Catalogue
    from proxy_addons.match.matcher import Matcher
    from proxy_addons.redaction import Tags

CREDENTIALS = re.compile(r"authorization|cookie|token|secret|session|signature|api-?key|\bkey\b|passw", re.IGNORECASE)
"""Names of headers and keys under which a value opens something: it is never shown."""
CODE = re.compile(r"(?<![\w+/=-])(?:[0-9A-Fa-f]{16,}|(?=[\w+/-]*\d)(?=[\w+/-]*[A-Za-z])[\w+/-]{24,}={0,2})(?![\w+/=-])")
"""Digests, ids and encrypted values: nobody can tell whose they are, so nobody gets them."""
LONG_NUMBER = re.compile(r"(?<!\d)\d{9,}(?!\d)")
MIME = re.compile(r"[a-z]+/[a-z0-9.+-]{1,60}\Z")
MAX_TEXT = 4000
"""Characters of one text that are written."""


@dataclass(slots=True)
class Left:
    """What did not go into the file, by reason."""

    counts: dict[str, int] = field(default_factory=dict)

    def add(self, reason: str, times: int = 1) -> None:
        """Count one more."""
        self.counts[reason] = self.counts.get(reason, 0) + times


class Redactor:
    """Redacts the messages of one capture."""

    def __init__(self, catalogue: Catalogue, matcher: Matcher, tags: Tags) -> None:
        self._matcher = matcher
        self._names = KeyNames(catalogue.identifiers.values())
        self._paths = Paths(matcher)
        self._word = tag(tags)
        self.left = Left()

    def texts(self, exhibit: Exhibit) -> list[tuple[int, str]]:
        """Return (leaf, redacted text) of every leaf that may be written."""
        by_leaf: dict[int, list[Sight]] = {}
        for sight in exhibit.sights:
            by_leaf.setdefault(sight.leaf, []).append(sight)
        rows = []
        for index, leaf in enumerate(exhibit.leaves):
            sights = by_leaf.get(index, [])
            if index in exhibit.wrappings or ("~" in exhibit.paths[index].rpartition(".")[2] and not sights):
                continue  # shown decoded; or only the name of a key, which the path shows
            if leaf.binary:
                if not sights:
                    self.left.add("binary")
                rows.append((index, "".join(map(self._word, sights)) or f"[dropped: {len(leaf.text)} binary]"))
                continue
            rows.append((index, self._text(leaf.key, leaf.text, sights)))
        return rows

    def _text(self, key: str | None, text: str, sights: list[Sight]) -> str:
        if sights:
            parts = pieces(text, sights, self._word)
            return "".join(part.text if part.sight is not None else self._coded(part.text) for part in parts)
        if key and CREDENTIALS.search(key):
            self.left.add("credential")
            return "[dropped: credential]"
        if "strong" in self._names.named(key).values() and len(text) > 1:
            self.left.add("named")
            return "[dropped: a key that names personal data]"
        return self._coded(text)

    def _coded(self, text: str) -> str:
        def drop(found: re.Match[str]) -> str:
            self.left.add("code")
            return f"[dropped: {len(found.group())} characters of code]"

        def digits(found: re.Match[str]) -> str:
            self.left.add("number")
            return f"[dropped: {len(found.group())} digits]"

        if len(text) > MAX_TEXT:
            self.left.add("long")
            text = text[:MAX_TEXT] + "[cut]"
        return LONG_NUMBER.sub(digits, CODE.sub(drop, text))

    def exhibit(self, message: Message) -> Exhibit:
        """Open a message and count what could not be decoded."""
        exhibit = open_message(message, self._matcher, self._paths)
        for gap in exhibit.gaps:
            self.left.add(gap.code)
        return exhibit
