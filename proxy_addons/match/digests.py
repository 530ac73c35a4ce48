"""Digests of known values, as a table from the digest to what it is a digest of."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

SIZES = frozenset({16, 32, 40, 56, 64, 96, 128})
"""Hex digits of half MD5, MD5, SHA-1, SHA-224, SHA-256 and SM3, SHA-384, SHA-512."""
SIMPLE = ("md5", "sha1", "sha256", "sha512", "sha224", "sha384", "sm3")
NESTED = (
    ("md5", "md5"),
    ("sha1", "md5"),
    ("sha256", "md5"),
    ("sha512", "md5"),
    ("md5", "sha1"),
    ("sha1", "sha1"),
    ("sha256", "sha1"),
    ("md5", "sha256"),
    ("sha1", "sha256"),
    ("sha256", "sha256"),
)
"""(outer, inner): SHA-256 of the hex MD5 is what some exchanges call SHA-256 of the IMEI."""
KEYED = ("md5", "sha1", "sha256", "sha512")
Ways = list[tuple[int, tuple[str, ...]]]
"""(number of the value, layers from the outside in)."""


@cache
def algorithms() -> frozenset[str]:
    """Return the algorithms that this interpreter has: SM3 is missing where OpenSSL was built without it."""
    return frozenset(name for name in SIMPLE if name in hashlib.algorithms_available)


def digest(name: str, data: bytes) -> bytes:
    """Return the raw digest."""
    return hashlib.new(name, data, usedforsecurity=False).digest()


def digests(text: str, keys: Mapping[str, str]) -> Iterator[tuple[bytes, tuple[str, ...]]]:
    """Yield (raw digest, layers from the outside in) of one spelling.

    ``keys`` are HMAC keys by name, from the device profile.
    """
    data = text.encode()
    plain = {name: digest(name, data) for name in SIMPLE if name in algorithms()}
    for name, value in plain.items():
        yield value, (name,)
    yield plain["md5"][4:12], ("md5_16",)
    for outer, inner in NESTED:
        for hexadecimal in (plain[inner].hex(), plain[inner].hex().upper()):
            yield digest(outer, hexadecimal.encode()), (outer, inner)
        yield digest(outer, plain[inner]), (outer, f"{inner}_raw")
    for key in keys.values():
        for name in KEYED:
            yield hmac.digest(key.encode(), data, name), (f"hmac_{name}",)


class DigestTable:
    """Tables from tokens, hexadecimal in lower case and base64 in both alphabets, to what they are digests of."""

    def __init__(self, forms: Iterable[tuple[int, str]], keys: Mapping[str, str]) -> None:
        self.hexadecimal: dict[bytes, Ways] = {}
        self.coded: dict[bytes, Ways] = {}
        for number, form in forms:
            for value, layers in digests(form, keys):
                self.add(number, value, layers)

    def add(self, number: int, value: bytes, layers: tuple[str, ...]) -> None:
        """Add one digest; the first way to it counts."""
        _put(self.hexadecimal, value.hex().encode(), number, layers)
        coded = base64.b64encode(value).rstrip(b"=")
        for spelling in {coded, coded.translate(_URL_SAFE)}:
            _put(self.coded, spelling, number, (*layers, "base64"))

    def of_hex(self, token: bytes) -> Ways:
        """Return what a token of hexadecimal is a digest of, as a UUID too."""
        if len(token) == 36 and token.count(b"-") == 4:  # 32 digits and four dashes
            token = token.replace(b"-", b"")
        return self.hexadecimal.get(token.lower(), []) if len(token) in SIZES else []


_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def _put(table: dict[bytes, Ways], key: bytes, number: int, layers: tuple[str, ...]) -> None:
    known = table.setdefault(key, [])
    if all(number != other for other, _ in known):
        known.append((number, layers))
