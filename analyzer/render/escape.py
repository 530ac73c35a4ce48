"""Makes text that an app controls safe to show: control and bidirectional characters become visible escapes."""

from __future__ import annotations

import unicodedata
from typing import Any

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def visible(text: str) -> str:
    r"""Return ``text`` with every control, format, surrogate, line-separator and non-character as ``\\uXXXX``.

    A package name with a right-to-left override, a label with a newline or an escape sequence can so neither
    reorder nor forge what a reviewer reads.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(char) if _is_hidden(char) else char for char in text)


def _is_hidden(char: str) -> bool:
    # The last two code points of each plane are no characters: XML refuses them.
    return unicodedata.category(char) in _HIDDEN or ord(char) & 0xFFFE == 0xFFFE


def _escape(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


class Lines(str):
    """A text whose line breaks are ours: made by `lines` alone."""

    __slots__ = ()


def lines(*parts: str) -> Lines:
    """Join texts by line breaks, each made `visible` first."""
    return Lines("\n".join(map(visible, parts)))


def inert(value: Any) -> Any:
    """Return JSON data with every text, keys too, made `visible`; for documents that other programs show to people."""
    if isinstance(value, Lines):
        return str(value)
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {visible(key): inert(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [inert(item) for item in value]
    return value
