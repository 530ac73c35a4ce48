"""The signature algorithms of schemes v2 and later, and which of several signatures a phone looks at.

Source: source.android.com, "APK Signature Scheme v2"; AOSP ``ApkSigningBlockUtils.getSignaturesToVerify``.
"""

from __future__ import annotations

from .block import BlockError, Fields
from .keys import verify

ALGORITHMS: dict[int, tuple[str, bool, str]] = {
    0x0101: ("sha256", True, "sha256"),
    0x0102: ("sha512", True, "sha512"),
    0x0103: ("sha256", False, "sha256"),
    0x0104: ("sha512", False, "sha512"),
    0x0201: ("sha256", False, "sha256"),
    0x0202: ("sha512", False, "sha512"),
    0x0301: ("sha256", False, "sha256"),
    0x0421: ("sha256", False, "verity"),
    0x0423: ("sha256", False, "verity"),
    0x0425: ("sha256", False, "verity"),
}
"""Signature algorithm id → digest of the signature, PSS padding, kind of content digest."""
STRENGTH = ("sha256", "verity", "sha512")
"""Content digests, weakest first: a phone takes the signature with the strongest."""
DIGEST_IDS = {"sha256": 1, "sha512": 2, "verity": 3}
"""Numbers of the content digests, as source stamps name them."""


def chosen(signatures: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    """Return the signatures that some release looks at: the strongest, and the strongest that needs no fs-verity.

    Releases before Android 9 know no fs-verity digests. Raises `BlockError` when none is of a known algorithm.
    """
    known = [one for one in signatures if one[0] in ALGORITHMS]
    if not known:
        raise BlockError("no signature of a known algorithm")
    plain = [one for one in known if ALGORITHMS[one[0]][2] != "verity"]
    best = [max(group, key=_strength) for group in (plain, known) if group]
    return best[:1] if best[0] is best[-1] else best


def _strength(signature: tuple[int, bytes]) -> int:
    return STRENGTH.index(ALGORITHMS[signature[0]][2])


def check_signatures(signatures: list[tuple[int, bytes]], public_key: bytes, signed: bytes) -> list[int]:
    """Check the signatures that count; return their algorithms.

    Raises `BlockError`, and `KeyVerificationError` for the first that does not hold.
    """
    numbers = []
    for number, signature in chosen(signatures):
        digest, pss, _ = ALGORITHMS[number]
        verify(public_key, signature, signed, digest, pss=pss)
        numbers.append(number)
    return numbers


def read_signatures(raw: bytes) -> list[tuple[int, bytes]]:
    """Read the elements (algorithm, signature) of a sequence. Raises `BlockError`."""
    found = []
    for item in Fields(raw).fields():
        inner = Fields(item)
        found.append((inner.number(), inner.field()))
    return found
