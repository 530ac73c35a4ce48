"""The structure of private keys: which kind of key DER holds, and how long it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.container.signature.der import INTEGER, OCTETS, SEQUENCE, DerError, Node, nodes, oid, read_node

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAMES = {"1.2.840.113549.1.1.1": "RSA", "1.2.840.10045.2.1": "EC", "1.2.840.10040.4.1": "DSA"}
_LEAST_SCALAR = 20
"""Bytes of an EC private key; the shortest curves in use have 160 bits."""
_RSA_NUMBERS = 9
"""Version, modulus, two exponents, two primes and what speeds the computation up."""


def key_of(raw: bytes) -> str | None:
    """Return what private key DER holds: PKCS#8, PKCS#1 or SEC 1."""
    try:
        node, stop = read_node(raw)
        parts = list(node.expect(SEQUENCE).children())
        if stop == len(raw) and len(parts) >= 3 and parts[0].tag == INTEGER and len(parts[0].content) == 1:
            return _structure(parts)
    except (DerError, StopIteration, IndexError):
        pass
    return None


def _structure(parts: Sequence[Node]) -> str | None:
    """Tell the three forms apart; all begin with their version."""
    if parts[1].tag == SEQUENCE and parts[2].tag == OCTETS:
        name = _NAMES.get(oid(next(nodes(parts[1].content)).content))
        if name != "RSA":
            return name
        inner, _ = read_node(parts[2].content)
        return _rsa(list(inner.expect(SEQUENCE).children()))
    if parts[1].tag == OCTETS and len(parts[1].content) >= _LEAST_SCALAR and parts[2].tag in {0xA0, 0xA1}:
        return "EC"
    return _rsa(parts)


def _rsa(parts: Sequence[Node]) -> str | None:
    numbers = [one for one in parts if one.tag == INTEGER]
    if len(numbers) < _RSA_NUMBERS:
        return None
    modulus = int.from_bytes(numbers[1].content, "big")
    return f"RSA {modulus.bit_length()} bits" if modulus.bit_length() >= 512 else None
