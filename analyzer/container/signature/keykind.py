"""What kind of key a SubjectPublicKeyInfo holds, in words that people know."""

from __future__ import annotations

from .der import INTEGER, OID, SEQUENCE, DerError, Node, nodes, oid, read_node

CURVES = {
    "1.2.840.10045.3.1.7": "P-256",
    "1.3.132.0.34": "P-384",
    "1.3.132.0.35": "P-521",
    "1.3.132.0.10": "secp256k1",
    "1.3.132.0.33": "P-224",
    "1.2.156.10197.1.301": "SM2",
}
RSA, RSA_PSS, DSA, EC = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", "1.2.840.10040.4.1", "1.2.840.10045.2.1"


def describe_key(public_key: bytes) -> str | None:
    """Return ``RSA 2048``, ``DSA 2048``, ``EC P-256``, ``EC``, …; `None` when it cannot be told."""
    try:
        key, _ = read_node(public_key)
        algorithm, bits = list(key.expect(SEQUENCE).children())[:2]
        kind, *parameters = list(algorithm.expect(SEQUENCE).children())
        name = oid(kind.expect(OID).content)
        if name in (RSA, RSA_PSS):
            numbers, _ = read_node(bits.content, 1)
            return f"RSA {_bits(next(numbers.expect(SEQUENCE).children()))}"
        if name == DSA:
            return f"DSA {_bits(next(nodes(parameters[0].content)))}" if parameters else "DSA"
        if name == EC:
            curve = CURVES.get(oid(parameters[0].content)) if parameters and parameters[0].tag == OID else None
            return f"EC {curve}" if curve else "EC"
    except (DerError, ValueError, IndexError, StopIteration):
        return None
    return None


def _bits(node: Node) -> int:
    return int.from_bytes(node.expect(INTEGER).content, "big").bit_length()
