"""SDKs that are known to encrypt what they send: `rules/envelopes.yaml`."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from pathlib import Path

from analyzer.model.record import dataclass

from .reading import read_mapping
from .rows import Row, build_rows, check_patterns


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeRule(Row):
    """One shape of request, and whose encryption it carries. Patterns are searched; what is empty is not asked."""

    id: str
    maker: str
    """As a report names it."""
    hosts: str = ""
    path: str = ""
    query: str = ""
    content_type: str = ""
    names: tuple[tuple[str, ...], ...] = ()
    """Sets of key names of which one must stand in the request as a whole."""

    def __post_init__(self) -> None:
        check_patterns((self.hosts, self.path, self.query, self.content_type))
        if not (self.hosts or self.content_type or self.names or (self.path and self.query)):
            raise ValueError("hosts: no host, content type or names, and not path and query: it would fit anything")

    def fits(self, host: str, target: str, content_type: str, names: AbstractSet[str]) -> bool:
        """Tell whether a request has this shape; ``target`` is its path with its query."""
        path, _, query = target.partition("?")
        asked = ((self.hosts, host), (self.path, path), (self.query, query), (self.content_type, content_type))
        if not all(re.search(pattern, text) for pattern, text in asked if pattern):
            return False
        return not self.names or any(names >= frozenset(group) for group in self.names)


def parse_envelopes(root: Path) -> dict[str, EnvelopeRule]:
    """Read the shapes, by id, in the order in which they are tried."""
    path = root / "envelopes.yaml"
    return build_rows(EnvelopeRule, path, read_mapping(path))
