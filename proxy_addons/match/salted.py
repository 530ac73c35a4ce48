"""Digests of known values with a salt that stands in the same message: it hides nothing from whoever gets both."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator, Sequence

from analyzer.catalogue.identifiers import key_form

from .haystack import Haystack
from .keys import HASH_WORDS
from .needles import Known

SALTS = frozenset({"salt", "slt", "saltvalue", "hashsalt", "md5salt", "nonce", "noncestr", "seed", "random", "rand"})
"""Names of what is mixed into a digest (`key_form`)."""
LOOSE_SALTS = frozenset({"ts", "timestamp", "time", "stime", "appkey", "appid", "key", "pkg", "package"})
"""Names of what may be a salt where the digest says by its own name that it is one."""
SIGNATURE = re.compile(r"sign|sig\Z|token|trace|etag|checksum|crc|span|request", re.IGNORECASE)
"""Names of digests of the whole request: no value is behind them."""
ALGORITHMS = {32: "md5", 40: "sha1", 64: "sha256"}
MARKS = ("", ":", "_", "-", "|", "&")
MAX_SALTS, MAX_DIGESTS = 16, 16
MAX_SALT = 256
"""Characters of the longest salt."""


def salted(
    hay: Haystack, known: Sequence[Known], explained: frozenset[bytes]
) -> Iterator[tuple[int, int, int, tuple[str, ...], bool]]:
    """Yield (start, end, number of the value, layers, False) of digests that a salt of the message explains.

    ``explained`` are the digests that are accounted for.
    """
    wanted = _unexplained(hay, explained)
    if not wanted:
        return
    salts = _salts(hay, loose=any(wanted.values()))
    names = {ALGORITHMS[len(token)] for token in wanted}
    for salt in salts:
        for number, one in enumerate(known):
            if one.context:
                continue
            for form in one.forms:
                for name, value in _mixed(form, salt, names):
                    if value in wanted:
                        for start in hay.places(_written(hay, value)):
                            yield start, start + len(value), number, (name, "salt"), False


def _unexplained(hay: Haystack, explained: frozenset[bytes]) -> dict[bytes, bool]:
    """Return digests that nothing accounts for, each with whether its name says that it is one."""
    wanted: dict[bytes, bool] = {}
    for key, text in zip(hay.leaves.keys, hay.leaves.texts, strict=True):
        if key and len(text) in ALGORITHMS and not SIGNATURE.search(key):
            token = text.encode("utf-8", "replace").lower()
            if token not in explained and not token.strip(b"0123456789abcdef"):
                if len(wanted) >= MAX_DIGESTS and token not in wanted:
                    hay.cut("digests that may be salted")
                    break
                wanted[token] = wanted.get(token, False) or any(word in key_form(key) for word in HASH_WORDS)
    return wanted


def _salts(hay: Haystack, *, loose: bool) -> list[str]:
    found: dict[str, None] = {}
    for key, text in zip(hay.leaves.keys, hay.leaves.texts, strict=True):
        if key and text:
            form = key_form(key)
            if form in SALTS or (loose and form in LOOSE_SALTS):
                if len(text) > MAX_SALT:
                    if form in SALTS:
                        hay.cut("characters of a salt")
                elif len(found) >= MAX_SALTS and text not in found:
                    hay.cut("salts")
                    break
                else:
                    found[text] = None
    return list(found)


def _mixed(form: str, salt: str, names: set[str]) -> Iterator[tuple[str, bytes]]:
    """Yield (algorithm, lower-case hexadecimal) of a value and a salt in both orders, and with the salt as a key."""
    data, key = form.encode(), salt.encode("utf-8", "replace")
    for name in names:
        for mark in MARKS:
            between = mark.encode()
            for text in (data + between + key, key + between + data):
                yield name, hashlib.new(name, text, usedforsecurity=False).hexdigest().encode()
        yield f"hmac_{name}", hmac.digest(key, data, name).hex().encode()


def _written(hay: Haystack, digest: bytes) -> bytes:
    """Return a digest in the case in which the message writes it."""
    return digest if digest in hay.data else digest.upper()
