"""What a certificate says, and the signed text of it that its QR code carries: ``EDUCERT1.<payload>.<signature>``.

The payload is JSON with sorted keys and no blanks, the signature Ed25519 (RFC 8032) over everything before the last
point; both are base64url without padding. Whoever has the public key checks it without asking anybody.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qs, urlsplit

from analyzer.model import EduauditError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PREFIX = "EDUCERT1"
_LONGEST = 6000
_SIGNATURE = 64
_NAME = 100
"""Characters of a name in the payload, so that the QR code stays readable for a telephone."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class CertificateError(EduauditError):
    """The text is no certificate, or one that was cut or spelled differently."""


@dataclass(frozen=True)
class Certificate:
    """What is signed: all of it is public."""

    number: str
    app: str
    package: str
    provider: str
    province: str
    """Two digits of GB/T 2260."""
    filed_on: str
    """Day in China on which the number was given, ``2026-11-22``."""
    key: str
    """Id of the signing key."""


Verdict = Literal["valid", "forged", "unknown_key"]


@dataclass(frozen=True)
class Checked:
    """Outcome of checking a text: what it says, and whether that was signed."""

    certificate: Certificate
    verdict: Verdict


def shorten(name: str) -> str:
    """Return a name as the payload holds it."""
    one_line = " ".join(name.split())
    return one_line if len(one_line) <= _NAME else one_line[: _NAME - 1] + "…"


def sign(certificate: Certificate, key: Ed25519PrivateKey) -> str:
    """Return the signed text; equal certificates give equal texts."""
    plain = json.dumps(asdict(certificate), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    message = f"{PREFIX}.{_encode(plain.encode())}"
    return f"{message}.{_encode(key.sign(message.encode()))}"


def check(text: str, keys: Mapping[str, Ed25519PublicKey]) -> Checked:
    """Check a text, or an address that carries one, against public keys by id.

    Raises `CertificateError` for what is no certificate. A certificate of a key that is not given is `unknown_key`:
    that is no proof that it is forged.
    """
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - only who checks needs it

    message, certificate, signature = _read(_inside(text))
    public = keys.get(certificate.key)
    if public is None:
        return Checked(certificate, "unknown_key")
    try:
        public.verify(signature, message.encode())
    except InvalidSignature:
        return Checked(certificate, "forged")
    return Checked(certificate, "valid")


def key_id(raw: bytes) -> str:
    """Return the id of a public key: the first 16 hex digits of the SHA-256 of its 32 bytes."""
    import hashlib  # noqa: PLC0415 - as above

    return hashlib.sha256(raw).hexdigest()[:16]


def _inside(text: str) -> str:
    """Return the signed text out of what a scanner gives: the text itself, or an address with it as ``code``."""
    text = text.strip()
    if len(text) > _LONGEST:
        raise CertificateError("不是备案证明：内容过长 / no certificate: the text is too long")
    if text.startswith(("http://", "https://")):
        try:
            text = parse_qs(urlsplit(text).query).get("code", [""])[0].strip()
        except ValueError:
            text = ""
    return text


def _read(text: str) -> tuple[str, Certificate, bytes]:
    parts = text.split(".")
    if len(parts) != 3 or parts[0] != PREFIX:
        raise CertificateError(f"不是备案证明的内容 / no text of a certificate: it begins with {PREFIX}.")
    signature, names = _decode(parts[2]), {item.name for item in fields(Certificate)}
    try:
        plain = json.loads(_decode(parts[1]))
    except (ValueError, RecursionError):
        plain = None
    right = isinstance(plain, dict) and set(plain) == names and all(isinstance(item, str) for item in plain.values())
    if not right or len(signature) != _SIGNATURE or not _DATE.fullmatch(plain["filed_on"]):
        raise CertificateError("备案证明内容不完整 / the text of the certificate is incomplete")
    return f"{parts[0]}.{parts[1]}", Certificate(**plain), signature


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    """Return the bytes; one spelling of them is taken and no other."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if not raw or _encode(raw) != text:
        raise CertificateError("备案证明内容已损坏 / the text of the certificate is damaged")
    return raw
