"""What stands in the signing block beside signatures, and in the archive's comment: mostly the channel of a store.

No signature protects the pairs of the block, so that stores write into it after signing. Sources: Walle, VasDolly and
Packer-Ng, all three public; the ids of Google Play as published by tools that read its packages.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from analyzer.container.text import shown
from analyzer.model import SigningItem

from .block import V2, V3, V31
from .stamp import STAMP_V1, STAMP_V2

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analyzer.container.records import Entry

SIGNATURES = {V2: "v2 signature", V3: "v3 signature", V31: "v3.1 signature"}
PADDING = 0x42726577
WALLE, VASDOLLY, PACKER_NG = 0x71777777, 0x881155FF, 0x7A786B21
NAMES = {
    **SIGNATURES,
    STAMP_V1: "source stamp v1",
    STAMP_V2: "source stamp v2",
    PADDING: "padding",
    WALLE: "Walle channel",
    VASDOLLY: "VasDolly channel",
    PACKER_NG: "Packer-Ng channel",
    0x2146444E: "Google Play frosting",
    0x504B4453: "dependencies, encrypted for Google Play",
    0xFF3B5998: "zero block",
}
COMMENTS = {b"ltlovezh": "VasDolly channel (v1)", b"!ZXK!": "Packer-Ng channel (v1)"}
"""Marks at the end of a comment that holds a channel: text, its length in two bytes, the mark."""
PACKER_MAGIC = b"Packer Ng Sig V2"
MOST_TEXT = 4096
"""Bytes of a value that are looked at as text."""
MOST_ENTRIES = 20
_TEXT = re.compile(r"[^\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]+")


def describe_items(pairs: Iterable[tuple[int, bytes]]) -> tuple[SigningItem, ...]:
    """Return what the pairs of a signing block are, signatures and empty padding left out, in their order."""
    return tuple(
        SigningItem(id=f"{key:#010x}", name=NAMES.get(key, "unknown"), size=len(value), content=_content(key, value))
        for key, value in pairs
        if key not in SIGNATURES and not (key == PADDING and not any(value))
    )


def describe_entries(entries: Iterable[Entry]) -> tuple[SigningItem, ...]:
    """Return the entries that scheme v1 leaves out: the name itself is often the channel."""
    return tuple(
        SigningItem(id=shown(entry.name), name="entry that v1 does not protect", size=entry.size)
        for entry in islice(entries, MOST_ENTRIES)
    )


def describe_comment(comment: bytes, *, signed: bool) -> SigningItem | None:
    """Return what the archive's comment is; `None` when it is empty."""
    if not comment:
        return None
    name, text = "comment", comment
    for mark, known in COMMENTS.items():
        body = comment.removesuffix(mark)
        length = int.from_bytes(body[-2:], "little")
        if len(body) < len(comment) and 0 < length <= len(body) - 2:
            name, text = known, body[-2 - length : -2]
    return SigningItem(id="comment", name=name, size=len(comment), content=_text(text), signed=signed)


def _content(key: int, value: bytes) -> str | None:
    if key in (PADDING, STAMP_V1, STAMP_V2):
        return None
    if key == PACKER_NG:
        return _text(max(value.split(PACKER_MAGIC), key=len).strip(bytes(range(32))))
    return _text(value)


def _text(raw: bytes) -> str | None:
    """Return the bytes as text, made safe to show; `None` when they are no text."""
    try:
        text = raw[:MOST_TEXT].decode("utf-8", "strict" if len(raw) <= MOST_TEXT else "ignore")
    except UnicodeDecodeError:
        return None
    return shown(text, 400) if _TEXT.fullmatch(text) else None
