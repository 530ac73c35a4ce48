"""RSA signatures with PKCS#1 v1.5 padding, the kind that nearly every package has, checked with plain arithmetic.

Only a clear yes is given here: loading `cryptography` takes longer than reading a package. Whatever does not verify, or
is out of the ordinary, is left to it. Verifying needs no secret, so that timing does not matter. Source: RFC 8017.
"""

from __future__ import annotations

import hashlib

from .der import INTEGER, OID, SEQUENCE, DerError, Node, oid, read_node

RSA_ENCRYPTION = "1.2.840.113549.1.1.1"
BIT_STRING, NULL = 0x03, 0x05
PREFIXES = {
    "md5": "3020300c06082a864886f70d020505000410",
    "sha1": "3021300906052b0e03021a05000414",
    "sha224": "302d300d06096086480165030402040500041c",
    "sha256": "3031300d060960864801650304020105000420",
    "sha384": "3041300d060960864801650304020205000430",
    "sha512": "3051300d060960864801650304020305000440",
}
"""DER of ``DigestInfo`` before the digest itself."""
SMALLEST, LARGEST = 1024, 8192
"""Bits of a modulus that is looked at here."""
LARGEST_EXPONENT = 1 << 33
LEAST_PADDING = 8


def holds(public_key: bytes, signature: bytes, content: bytes, digest: str) -> bool:
    """Tell whether this is an RSA key under which the signature holds; `False` also means: ask another."""
    numbers = _read_key(public_key)
    if numbers is None or digest not in PREFIXES:
        return False
    modulus, exponent = numbers
    length = (modulus.bit_length() + 7) // 8
    number = int.from_bytes(signature, "big")
    if len(signature) != length or number >= modulus:
        return False
    end = bytes.fromhex(PREFIXES[digest]) + hashlib.new(digest, content, usedforsecurity=False).digest()
    padding = length - len(end) - 3
    if padding < LEAST_PADDING:
        return False
    expected = b"\0\1" + b"\xff" * padding + b"\0" + end
    return pow(number, exponent, modulus).to_bytes(length, "big") == expected


def _read_key(public_key: bytes) -> tuple[int, int] | None:
    """Return modulus and exponent of a SubjectPublicKeyInfo in strict DER; `None` for anything else."""
    try:
        key, stop = read_node(public_key)
        algorithm, bits = key.expect(SEQUENCE).children()
        kind, parameters = algorithm.expect(SEQUENCE).children()
        numbers, inner = read_node(bits.expect(BIT_STRING).content, 1)
        modulus, exponent = map(_positive, numbers.expect(SEQUENCE).children())
        ordinary = (
            stop == len(public_key)
            and inner == len(bits.content)
            and bits.content[0] == 0
            and oid(kind.expect(OID).content) == RSA_ENCRYPTION
            and parameters.expect(NULL).content == b""
            and SMALLEST <= modulus.bit_length() <= LARGEST
            and modulus & exponent & 1
            and 3 <= exponent < LARGEST_EXPONENT
        )
    except (DerError, ValueError, IndexError):
        return None
    return (modulus, exponent) if ordinary else None


def _positive(node: Node) -> int:
    value = int.from_bytes(node.expect(INTEGER).content, "big", signed=True)
    if value <= 0:
        raise DerError("no positive number")
    return value
