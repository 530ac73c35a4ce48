"""X.509 certificates as far as signing needs them: public key, issuer and serial, subject."""

from __future__ import annotations

import hashlib

from analyzer.container.text import shown
from analyzer.model.record import dataclass

from .der import INTEGER, OID, SEQUENCE, DerError, Node, oid, read_node
from .keykind import describe_key

NAMES = {
    "2.5.4.3": "CN",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "0.9.2342.19200300.100.1.25": "DC",
    "0.9.2342.19200300.100.1.1": "UID",
    "1.2.840.113549.1.9.1": "EMAILADDRESS",
    "2.5.4.5": "SERIALNUMBER",
}
EMPTY_NAME = b"\x30\x00"
BMP_STRING, UNIVERSAL_STRING, TELETEX_STRING = 0x1E, 0x1C, 0x14


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate: the whole DER encoding and the parts that signing uses."""

    der: bytes
    public_key: bytes
    """SubjectPublicKeyInfo, DER."""
    issuer: bytes
    """The issuer's name, DER."""
    serial: int
    subject: str
    """RFC 4514 form, most specific part first."""

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of the certificate, hex."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def sha1(self) -> str:
        """Return the SHA-1 of the certificate, hex."""
        return hashlib.sha1(self.der, usedforsecurity=False).hexdigest()

    @property
    def key(self) -> str | None:
        """Return kind and size of the key; `None` when it cannot be told."""
        return describe_key(self.public_key)

    @property
    def md5(self) -> str:
        """Return the MD5 of the certificate, hex: what Chinese filings ask for."""
        return hashlib.md5(self.der, usedforsecurity=False).hexdigest()


def read_certificate(der: bytes) -> Certificate:
    """Read a DER certificate. Raises `DerError`."""
    try:
        return _read(der)
    except (StopIteration, IndexError, ValueError) as error:
        raise DerError(f"certificate cannot be read: {error}") from error


def dispute(*certificates: bytes) -> str | None:
    """Say why `apksigner`, by the classes of Java, cannot use one of ``certificates`` though a phone can.

    Java refuses an issuer without a name, and since its release 16 the curve P-224; the platform's library takes both.
    """
    for der in certificates:
        one = read_certificate(der)
        if one.issuer == EMPTY_NAME:
            return "the certificate names no issuer"
        if one.key == "EC P-224":
            return "a key on the curve P-224"
    return None


def _read(der: bytes) -> Certificate:
    certificate, stop = read_node(der)
    body = list(next(certificate.expect(SEQUENCE).children()).expect(SEQUENCE).children())
    fields = body[1:] if body and body[0].tag == 0xA0 else body
    if len(fields) < 6:
        raise DerError("certificate with too few fields")
    serial, _, issuer, _, subject, key = fields[:6]
    return Certificate(
        der=der[:stop],
        public_key=key.expect(SEQUENCE).whole,
        issuer=issuer.whole,
        serial=int.from_bytes(serial.expect(INTEGER).content, "big", signed=True),
        subject=_name(subject),
    )


def _name(node: Node) -> str:
    parts = []
    for relative in node.expect(SEQUENCE).children():
        pairs = []
        for pair in relative.children():
            kind, value = list(pair.children())[:2]
            key = oid(kind.expect(OID).content)
            pairs.append(f"{NAMES.get(key, key)}={_escape(_text(value))}")
        parts.append("+".join(pairs))
    return shown(",".join(reversed(parts)), 400)


def _text(node: Node) -> str:
    if node.tag == BMP_STRING:
        return node.content.decode("utf-16-be", "replace")
    if node.tag == UNIVERSAL_STRING:
        return node.content.decode("utf-32-be", "replace")
    if node.tag == TELETEX_STRING:
        return node.content.decode("latin-1")
    return node.content.decode("utf-8", "replace")


def _escape(text: str) -> str:
    escaped = "".join("\\" + char if char in ',+"\\<>;' else char for char in text)
    if escaped[:1] in ("#", " "):
        escaped = "\\" + escaped
    return escaped[:-1] + "\\ " if escaped.endswith(" ") and len(escaped) > 1 else escaped
