"""PKCS#7 SignedData as JAR signatures use it: who signed the detached content, and whether the signature holds."""

from __future__ import annotations

import hashlib

from .certificate import Certificate, read_certificate
from .der import INTEGER, OCTETS, OID, SEQUENCE, SET, DerError, Node, oid, read_node
from .keys import KeyVerificationError, verify

SIGNED_DATA = "1.2.840.113549.1.7.2"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
DIGESTS = {
    "1.2.840.113549.2.5": "md5",
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
RSA_PSS = "1.2.840.113549.1.1.10"


def verify_detached(block: bytes, content: bytes) -> tuple[Certificate | None, str | None, str]:
    """Check a signature block over ``content``; return the signer's certificate, what is wrong or `None`, the digest.

    One signer info that verifies is enough, as on a phone.
    """
    try:
        certificates, infos = _read(block)
    except (StopIteration, IndexError, ValueError) as error:
        return None, f"signature block cannot be read: {error or 'fields are missing'}", ""
    first, problem = (certificates[0] if certificates else None), "the signature block names no signer"
    for info in infos:
        try:
            certificate, digest = _check(info, certificates, content)
        except (StopIteration, IndexError, ValueError) as error:
            problem = str(error) or "signer fields are missing"
        else:
            return certificate, None, digest
    return first, problem, ""


def _read(block: bytes) -> tuple[list[Certificate], list[Node]]:
    kind, wrapped = list(read_node(block)[0].expect(SEQUENCE).children())[:2]
    if oid(kind.expect(OID).content) != SIGNED_DATA:
        raise DerError("no PKCS#7 signed data")
    fields = list(next(wrapped.children()).expect(SEQUENCE).children())
    certificates = [
        read_certificate(node.whole)
        for field in fields
        if field.tag == 0xA0
        for node in field.children()
        if node.tag == SEQUENCE
    ]
    return certificates, list(fields[-1].expect(SET).children())


def _check(info: Node, certificates: list[Certificate], content: bytes) -> tuple[Certificate, str]:
    fields = list(info.expect(SEQUENCE).children())
    issuer, serial = list(fields[1].expect(SEQUENCE).children())[:2]
    number = int.from_bytes(serial.expect(INTEGER).content, "big", signed=True)
    signer = next((one for one in certificates if one.serial == number and one.issuer == issuer.whole), None)
    if signer is None:
        raise DerError("the signer's certificate is missing")
    digest = DIGESTS.get(oid(next(fields[2].children()).content))
    if digest is None:
        raise KeyVerificationError("unknown digest algorithm")
    rest = fields[3:]
    signed = content
    if rest and rest[0].tag == 0xA0:
        attributes = rest.pop(0)
        _check_message_digest(attributes, hashlib.new(digest, content, usedforsecurity=False).digest())
        signed = bytes([SET]) + attributes.whole[1:]
    algorithm, signature = rest[0], rest[1].expect(OCTETS).content
    verify(signer.public_key, signature, signed, digest, pss=oid(next(algorithm.children()).content) == RSA_PSS)
    return signer, digest


def _check_message_digest(attributes: Node, expected: bytes) -> None:
    for attribute in attributes.children():
        kind, values = list(attribute.children())[:2]
        if oid(kind.content) == MESSAGE_DIGEST:
            if next(values.children()).content != expected:
                raise KeyVerificationError("the digest of the signature file does not match")
            return
    raise KeyVerificationError("the signed attributes hold no digest")
