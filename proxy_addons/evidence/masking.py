"""Texts with tags in the place of values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from proxy_addons.decode.tree import Leaf
    from proxy_addons.redaction import Tags

    from .places import Sight

BORDER = re.compile(r"[.\[$&/]")
"""Where one step of a path ends and the next begins."""
Word = Callable[["Sight"], str]
"""What stands for a value."""


class Piece(NamedTuple):
    """A part of a text: as it is, or what stands for the value of a sight."""

    text: str
    sight: Sight | None


def tag(tags: Tags) -> Word:
    """Return the tag of a value: kind, ends of the value, number by which equal ones are known, layers inside."""

    def word(sight: Sight) -> str:
        layers = "".join(f" {layer}" for layer in sight.hit.layers)
        return f"[{sight.hit.data} {tags.redacted(sight.hit.data, sight.hit.value, sight.hit.known)}{layers}]"

    return word


def plainly(sight: Sight) -> str:
    """Return kind and value as they are: for the screen of a person who holds the capture anyway."""
    return "".join((f"{sight.hit.data}: {sight.hit.value}", *(f" {layer}" for layer in sight.hit.layers)))


def pieces(text: str, sights: Iterable[Sight], word: Word) -> list[Piece]:
    """Cut ``text`` at its sights. Where two overlap, the first stands for both, and nothing of either is shown."""
    parts: list[Piece] = []
    at = 0
    shown: Sight | None = None
    for sight in sorted(sights, key=lambda one: (one.start, -one.end)):
        if shown is not None and sight.start < at:
            at = max(at, sight.end)
            continue
        if sight.start > at:
            parts.append(Piece(text[at : sight.start], None))
        parts.append(Piece(word(sight), sight))
        shown, at = sight, max(at, sight.end)
    if at < len(text):
        parts.append(Piece(text[at:], None))
    return parts


def masked(text: str, sights: Iterable[Sight], word: Word) -> str:
    """Return ``text`` with ``word`` in the place of every sight."""
    return "".join(part.text for part in pieces(text, sights, word))


def opened_below(leaves: Sequence[Leaf]) -> frozenset[int]:
    """Return the leaves that are only the wrapping of others: what they hold is shown below them, decoded.

    Their text would show in code what is masked there.
    """
    deepest: dict[str, int] = {}
    for leaf in leaves:
        if leaf.layers:
            for border in BORDER.finditer(leaf.path):
                head = leaf.path[: border.start()]
                deepest[head] = max(deepest.get(head, 0), len(leaf.layers))
    return frozenset(
        index for index, leaf in enumerate(leaves) if deepest.get(leaf.path, 0) > len(leaf.layers) and leaf.path
    )
