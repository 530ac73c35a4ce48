"""Text layers: character sets, percent-encoding, escapes, base64 in all its alphabets, hexadecimal."""

from __future__ import annotations

import binascii
import quopri
import re
from urllib.parse import unquote_to_bytes

PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2})')
WORD = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
TO_TOKENS = bytes(code if code in WORD or code in b"+/_-" else 32 for code in range(256))
"""Blanks out what no alphabet of base64 holds."""
TO_STANDARD = bytes.maketrans(b"-_", b"+/")
HEX = b"0123456789abcdefABCDEF"
TEXTUAL = bytes(code for code in range(256) if (code >= 32 or code in b"\t\r\n") and code != 127)
PRINTABLE = bytes(range(32, 127))
UTF16 = re.compile(rb"(?:[\x20-\x7e]\x00){6,}")
GB_PAIR = re.compile(rb"[\x81-\xfe][\x40-\xfe]|[\x80-\xff]")
GB_COMMON = frozenset((*range(0xB0, 0xD8), 0xA1, 0xA3))
SHORTEST = 11
"""Characters of the shortest token that is looked up anywhere: a phone number."""
TOKEN_SHAPE = b"h" * SHORTEST
TO_TOKEN_SHAPE = bytes(32 if code == 32 else 104 for code in TO_TOKENS)
MIN_TOKEN = 15
"""Characters of base64 below which no identifier fits: eleven digits of a phone number make fifteen."""


def text_of(data: bytes, charset: str | None = None, *, gb: bool = True) -> tuple[str, bool]:
    """Return (text, clean). Bytes that are no text come as UTF-8 with surrogate escapes, so that ASCII runs remain.

    GB 18030 is tried after UTF-8 (old Chinese back ends still speak it), unless ``gb`` is false: bytes of a guessed
    layer would too easily pass as Chinese.
    """
    for name in (charset, "utf-8"):
        if name:
            try:
                return data.decode(name), _printable(data)
            except (UnicodeDecodeError, LookupError, TypeError):
                continue
    if gb and _chinese(data):
        try:
            return data.decode("gb18030"), True
        except UnicodeDecodeError:
            pass
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        try:
            return data.decode("utf-16"), True
        except UnicodeDecodeError:
            pass
    return data.decode("utf-8", "surrogateescape"), False


def _chinese(data: bytes) -> bool:
    """Tell whether bytes are likely Chinese of the GB family.

    Nearly every run of bytes can be read as some character of GB 18030. Those that people write stand in the first
    plane of GB 2312: lead bytes 0xB0 to 0xD7, punctuation from 0xA1; and they come without control characters.
    """
    head = data[:4096]
    if head.translate(None, TEXTUAL):
        return False
    pairs: list[bytes] = GB_PAIR.findall(head)
    common = sum(len(pair) > 1 and pair[0] in GB_COMMON and pair[1] > 0xA0 for pair in pairs)  # trail bytes of GB 2312
    return bool(common * 10 >= len(pairs) * 8)


def _printable(data: bytes) -> bool:
    """Tell whether under 5 % of the first 4 KiB are control characters other than white space."""
    head = data[:4096]
    return len(head.translate(None, TEXTUAL)) * 20 <= len(head)


def is_written(data: bytes) -> bool:
    """Tell whether there is no control character in bytes but white space."""
    return not data.translate(None, TEXTUAL)


def is_text(data: bytes) -> bool:
    """Tell whether bytes of a guessed layer are text: UTF-8 without control characters. Chance seldom writes that."""
    if data.translate(None, TEXTUAL):
        return False
    if data.isascii():
        return True
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return False
    # Two random bytes make a Latin or Arabic letter now and then; Chinese and signs are what is sent here.
    odd = sum(0x80 <= ord(char) < 0x2000 for char in text)
    return odd * 4 <= len(text)


def opaque(data: bytes) -> bool:
    """Tell whether bytes look encrypted or packed: few printable ASCII characters, many different values."""
    head = data[:4096]
    ascii_count = len(head) - len(head.translate(None, PRINTABLE))
    return (
        len(head) >= 64 and ascii_count < 0.55 * len(head) and len(set(head)) > min(200, len(head) * 0.55)
    )  # random bytes: 37 % printable, 63 % of n or nearly all 256 values


def unpercented(text: str) -> bytes:
    """Undo one level of percent-encoding."""
    return unquote_to_bytes(text.encode("utf-8", "surrogatepass"))


def unpercent(text: str, *, plus: bool = False, charset: str | None = None) -> str:
    """Undo one level of percent-encoding; ``plus`` also turns ``+`` into a space, as forms do."""
    if plus:
        text = text.replace("+", " ")
    if "%" not in text:
        return text
    return text_of(unpercented(text), charset)[0]


def unescape(text: str) -> str:
    """Undo one level of the escapes of JSON and JavaScript strings, in a piece cut out of a larger text."""
    if "\\" not in text:
        return text

    def char(found: re.Match[str]) -> str:
        mark = found.group()
        if mark[1] in "ux":
            return chr(int(mark[2:], 16))  # noqa: FURB166  # the prefix is no 0x
        return {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}.get(mark[1], mark[1])

    plain = ESCAPE.sub(char, text)
    if plain.isascii():
        return plain
    # Pairs of escaped surrogates (characters beyond the basic plane) become one character.
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def tokens_of(data: bytes) -> dict[bytes, None]:
    """Return the distinct runs of base64 characters of `SHORTEST` or more, in order of appearance."""
    if TOKEN_SHAPE not in data.translate(TO_TOKEN_SHAPE):  # bytes of chance are all in short runs
        return {}
    return dict.fromkeys([token for token in data.translate(TO_TOKENS).split() if len(token) >= SHORTEST])


def from_base64(token: bytes) -> bytes | None:
    """Decode standard or URL-safe base64 with or without padding; `None` when it is none."""
    bare = token.rstrip(b"=")
    if len(bare) % 4 == 1:
        return None
    try:
        return binascii.a2b_base64(bare.translate(TO_STANDARD) + b"==="[: -len(bare) % 4])
    except binascii.Error:
        return None


def is_base64(text: str) -> bool:
    """Tell whether a text is base64 of something: used where a plus may also be a space."""
    return (
        len(text) >= MIN_TOKEN
        and text.isascii()
        and not text.rstrip("=").encode().translate(TO_TOKENS).count(b" ")
        and " " not in text
        and (data := from_base64(text.encode())) is not None
        and (is_text(data) or not data[:2].isalpha())
    )


def squeezed(text: str) -> bytes | None:
    """Return base64 that was broken into lines, as mail does, in one piece; `None` for anything else."""
    if len(text) < 60 or "\n" not in text.strip():
        return None
    token = "".join(text.split())
    bare = token.rstrip("=")
    if not token.isascii() or bare.encode().translate(TO_TOKENS).count(b" "):
        return None
    return from_base64(token.encode())


def from_hex(token: bytes) -> bytes | None:
    """Decode hexadecimal; `None` when it is none."""
    if len(token) % 2 or token.strip(HEX):
        return None
    return binascii.unhexlify(token)


def transferred(data: bytes, coding: str) -> bytes:
    """Undo a Content-Transfer-Encoding; data that is damaged stays as it is."""
    try:
        return binascii.a2b_base64(data) if coding == "base64" else quopri.decodestring(data)
    except (binascii.Error, ValueError):
        return data
