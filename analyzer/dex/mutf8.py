"""Modified UTF-8: NUL as two bytes, characters beyond the BMP as two surrogates of three bytes each.

Byte order is the order of DEX string tables (UTF-16 code units) except around NUL, whose two bytes sort above ASCII.
"""

from __future__ import annotations


def encode(text: str) -> bytes:
    """Return ``text`` as DEX stores it. Lone surrogates are kept."""
    if text.isascii():
        raw = text.encode("ascii")
        return raw.replace(b"\0", b"\xc0\x80") if "\0" in text else raw
    units = text.encode("utf-16-le", "surrogatepass")
    parts = [
        chr(int.from_bytes(units[at : at + 2], "little")).encode("utf-8", "surrogatepass")
        for at in range(0, len(units), 2)
    ]
    return b"".join(parts).replace(b"\0", b"\xc0\x80")


def decode(raw: bytes) -> str:
    """Return the text of MUTF-8 bytes; what is not MUTF-8 becomes U+FFFD, never an error."""
    if raw.isascii():
        return raw.decode("ascii")
    text = raw.replace(b"\xc0\x80", b"\0").decode("utf-8", "surrogatepass" if _sound(raw) else "replace")
    if any("\ud800" <= char <= "\udfff" for char in text):
        # Pairs become one character; lone ones cannot be written as UTF-8 later, so they are replaced.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _sound(raw: bytes) -> bool:
    try:
        raw.replace(b"\xc0\x80", b"\0").decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True
