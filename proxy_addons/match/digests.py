"""Digests of known values, as a table from the digest to what it is a digest of."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Mapping

TOKEN = re.compile(r"(?<![0-9a-zA-Z])[0-9a-fA-F]{16,128}(?![0-9a-zA-Z])")
UUID_TOKEN = re.compile(r"(?<![0-9a-zA-Z])[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(?![0-9a-zA-Z])")
SIZES = frozenset({16, 32, 40, 64, 128})
"""Hex digits of half MD5, MD5, SHA-1, SHA-256, SHA-512."""
SIMPLE = ("md5", "sha1", "sha256", "sha512")
NESTED = (("md5", "md5"), ("sha1", "md5"), ("sha256", "md5"), ("md5", "sha1"), ("sha256", "sha256"))
"""(outer, inner): SHA-256 of the hex MD5 is what some exchanges call SHA-256 of the IMEI."""


def digest(name: str, data: bytes) -> str:
    """Return the hex digest, lower case."""
    return hashlib.new(name, data, usedforsecurity=False).hexdigest()


def digests(text: str, keys: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield (lower-case hex digest, layers from the outside in) of one spelling.

    ``keys`` are HMAC keys by name, from the device profile.
    """
    data = text.encode()
    plain = {name: digest(name, data) for name in SIMPLE}
    for name, value in plain.items():
        yield value, (name,)
    yield plain["md5"][8:24], ("md5_16",)
    for outer, inner in NESTED:
        for hexadecimal in (plain[inner], plain[inner].upper()):
            yield digest(outer, hexadecimal.encode()), (outer, inner)
    for key in keys.values():
        for name in ("md5", "sha1", "sha256"):
            yield hmac.new(key.encode(), data, name).hexdigest(), (f"hmac_{name}",)


def digest_table(
    forms: Iterable[tuple[int, str]], keys: Mapping[str, str]
) -> dict[str, list[tuple[int, tuple[str, ...]]]]:
    """Return digest → [(number of the value, layers)] for (number, spelling) pairs; the first way to it counts."""
    table: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
    for number, form in forms:
        for value, layers in digests(form, keys):
            known = table.setdefault(value, [])
            if all(number != other for other, _ in known):
                known.append((number, layers))
    return table


def digest_tokens(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, lower-case hex) of everything in ``text`` that has the length of a digest."""
    for found in TOKEN.finditer(text):
        if len(found.group()) in SIZES:
            yield found.start(), found.end(), found.group().lower()
    if "-" in text:
        for found in UUID_TOKEN.finditer(text):
            yield found.start(), found.end(), found.group().replace("-", "").lower()
