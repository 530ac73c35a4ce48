"""Names and strings from hostile files, made safe to show: one line, no control or direction characters."""

from __future__ import annotations

import re

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
SHOWN_LENGTH = 200


def shown(text: str, length: int = SHOWN_LENGTH) -> str:
    """Return ``text`` with control, bidirectional, invisible and surrogate characters escaped, cut at ``length``."""
    safe = _UNSAFE.sub(_escape, text[: length + 1])
    return safe[:length] + "…" if len(safe) > length else safe


def is_unsafe(text: str) -> bool:
    """Tell whether ``text`` holds a character that must not reach a terminal or a page as it is."""
    return _UNSAFE.search(text) is not None


def storable(text: str) -> str:
    """Return ``text`` without escapes but always encodable as UTF-8 (lone surrogates and NUL replaced)."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
