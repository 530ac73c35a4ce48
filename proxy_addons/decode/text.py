"""Text layers: character sets, percent-encoding, base64 in all its alphabets, hexadecimal."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
BASE64_WHOLE = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}\Z")
BASE64_TOKEN = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}={0,2}")
HEX_WHOLE = re.compile(r"(?:[0-9a-fA-F]{2}){8,}\Z")
HEX_TOKEN = re.compile(r"(?<![0-9a-zA-Z])(?:[0-9a-fA-F]{2}){12,}(?![0-9a-zA-Z])")
WHITESPACE = re.compile(r"\s+")
ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})')
MAX_TOKENS = 500
"""Tokens tried in one text: a page of minified script holds thousands that mean nothing."""


def text_of(data: bytes, charset: str | None = None, *, gb: bool = True) -> tuple[str, bool]:
    """Return (text, clean). Bytes that are no text come as UTF-8 with surrogate escapes, so that ASCII runs remain.

    GB 18030 is tried after UTF-8 (old Chinese back ends still speak it), unless ``gb`` is false: bytes of a guessed
    layer would too easily pass as Chinese.
    """
    for name in (charset, "utf-8"):
        if name:
            try:
                return data.decode(name), _printable(data)
            except (UnicodeDecodeError, LookupError):
                continue
    if gb and _printable(data):
        try:
            return data.decode("gb18030"), True
        except UnicodeDecodeError:
            pass
    return data.decode("utf-8", "surrogateescape"), False


def _printable(data: bytes) -> bool:
    """Tell whether under 5 % of the first 4 KiB are control characters other than white space."""
    head = data[:4096]
    return sum(head.count(code) for code in _CONTROLS) * 20 <= len(head)


_CONTROLS = [bytes((code,)) for code in range(32) if code not in {9, 10, 13}] + [b"\x7f"]


def opaque(data: bytes) -> bool:
    """Tell whether bytes look encrypted or packed: few printable ASCII characters, many different values."""
    head = data[:4096]
    ascii_count = sum(32 <= code < 127 for code in head)  # printable ASCII
    return (
        len(head) >= 64 and ascii_count < 0.55 * len(head) and len(set(head)) > min(200, len(head) * 0.55)
    )  # random bytes: 37 % printable, 63 % of n or nearly all 256 values


def unpercent(text: str, *, plus: bool = False, charset: str | None = None) -> str:
    """Undo one level of percent-encoding; ``plus`` also turns ``+`` into a space, as forms do."""
    if plus:
        text = text.replace("+", " ")
    if "%" not in text:
        return text
    return text_of(unquote_to_bytes(text.encode("utf-8", "surrogateescape")), charset)[0]


def from_base64(token: str) -> bytes | None:
    """Decode standard or URL-safe base64 with or without padding; `None` when it is none."""
    bare = token.rstrip("=")
    if len(bare) % 4 == 1 or (("-" in bare or "_" in bare) and ("+" in bare or "/" in bare)):
        return None
    standard = bare.replace("-", "+").replace("_", "/") + "=" * (-len(bare) % 4)
    try:
        return base64.b64decode(standard, validate=True)
    except (binascii.Error, ValueError):
        return None


def base64_parts(text: str) -> Iterator[bytes]:
    """Yield what base64 in ``text`` decodes to: the whole text (line breaks allowed), else its long tokens.

    A space stands for the ``+`` that a form decoder turned into it.
    """
    squeezed = WHITESPACE.sub("", text) if len(text) > 60 and "\n" in text else text.strip().replace(" ", "+")
    if BASE64_WHOLE.match(squeezed) and (data := from_base64(squeezed)) is not None:
        yield data
        return
    for count, found in enumerate(BASE64_TOKEN.finditer(text)):
        if count >= MAX_TOKENS:
            return
        if (data := from_base64(found.group())) is not None:
            yield data


def hex_parts(text: str) -> Iterator[bytes]:
    """Yield what hexadecimal in ``text`` decodes to, the whole or its long tokens."""
    bare = text.strip()
    if HEX_WHOLE.match(bare):
        yield bytes.fromhex(bare)
        return
    for count, found in enumerate(HEX_TOKEN.finditer(text)):
        if count >= MAX_TOKENS:
            return
        yield bytes.fromhex(found.group())
