"""What a search finds: one piece of personal data at one place of one message."""

from __future__ import annotations

from typing import Literal, NamedTuple

Sure = Literal["V", "1", "K", "?"]
Proof = Literal["known_value", "pattern"]


class Hit(NamedTuple):
    """One hit. ``start`` and ``end`` count characters of the haystack."""

    start: int
    end: int
    data: str
    value: str
    """Plain value: of the profile for a known one, as written for a pattern."""
    known: int | None
    """Ordinal of the value among the profile's values of this data id, from 1; `None` for a pattern."""
    layers: tuple[str, ...]
    """Layers inside those of the leaf, outermost first: ``("base64",)``, ``("sha256", "md5")``."""
    key: str | None
    proof: Proof
    sure: Sure
