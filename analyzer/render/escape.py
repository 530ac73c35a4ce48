"""Makes text that an app controls safe to show: control and bidirectional characters become visible escapes."""

from __future__ import annotations

import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def visible(text: str) -> str:
    r"""Return ``text`` with every control, format, surrogate and line-separator character as ``\\uXXXX``.

    A package name with a right-to-left override, a label with a newline or an escape sequence can so neither
    reorder nor forge what a reviewer reads.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(char) if unicodedata.category(char) in _HIDDEN else char for char in text)


def _escape(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
