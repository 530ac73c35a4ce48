"""APK Signature Schemes v2, v3 and v3.1: signers, certificates, digests and signatures really checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.model.record import dataclass

from .block import BlockError, Fields
from .certificate import Certificate, read_certificate
from .der import DerError
from .keys import KeyVerificationError, verify

if TYPE_CHECKING:
    from collections.abc import Callable

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
STRIPPING_PROTECTION = 0xBEEFF00D
MAX_SIGNERS = 10
"""As on a phone."""


@dataclass(slots=True)
class SignerResult:
    """One signer of one scheme: its certificate (`None` when unreadable) and what is wrong (`None`: it verifies)."""

    scheme: str
    certificate: Certificate | None
    problem: str | None
    needs_v3: bool = False
    """The signer says that a v3 signature was there: without one it was stripped."""
    min_sdk: int = 0
    max_sdk: int = 0x7FFFFFFF


def check_scheme(value: bytes, scheme: str, content_digest: Callable[[str], bytes]) -> list[SignerResult]:
    """Check the value of a v2, v3 or v3.1 block; at least one result comes back, never an exception.

    ``content_digest`` gives the digest of the file's content by kind (``sha256``, ``sha512``, ``verity``).
    """
    results = []
    try:
        fields = Fields(value)
        for signer in fields.sequence():
            results.append(_check_signer(signer, scheme, content_digest))
            if len(results) > MAX_SIGNERS:
                break
    except BlockError as error:
        results.append(SignerResult(scheme, None, f"malformed: {error}"))
    if len(results) > MAX_SIGNERS:
        results.append(SignerResult(scheme, None, f"more than {MAX_SIGNERS} signers"))
    return results or [SignerResult(scheme, None, "no signer")]


def _check_signer(raw: bytes, scheme: str, content_digest: Callable[[str], bytes]) -> SignerResult:
    result = SignerResult(scheme, None, None)
    try:
        _fill_signer(result, Fields(raw), content_digest)
    except (BlockError, DerError, KeyVerificationError) as error:
        result.problem = str(error)
    return result


def _fill_signer(result: SignerResult, signer: Fields, content_digest: Callable[[str], bytes]) -> None:
    signed = signer.field()
    if result.scheme != "v2":
        result.min_sdk, result.max_sdk = signer.number(), signer.number()
    signatures = list(signer.pairs())
    public_key = signer.field()
    body = Fields(signed)
    digests = list(body.pairs())
    certificates = list(body.sequence())
    if not certificates:
        raise BlockError("no certificate")
    result.certificate = read_certificate(certificates[0])
    if result.scheme != "v2" and (body.number(), body.number()) != (result.min_sdk, result.max_sdk):
        raise BlockError("release range inside and outside of the signed data differ")
    result.needs_v3 = result.scheme == "v2" and _says_stripped(body)
    _check_signatures(signatures, public_key, signed)
    if result.certificate.public_key != public_key:
        raise BlockError("the key is not the certificate's")
    _check_digests(signatures, digests, content_digest)


def _says_stripped(body: Fields) -> bool:
    if body.position >= len(body.data):
        return False
    for item in body.sequence():
        attribute = Fields(item)
        if attribute.number() == STRIPPING_PROTECTION and attribute.number() == 3:
            return True
    return False


def _check_signatures(signatures: list[tuple[int, bytes]], public_key: bytes, signed: bytes) -> None:
    known = [(number, signature) for number, signature in signatures if number in ALGORITHMS]
    if not known:
        raise BlockError("no signature of a known algorithm")
    for number, signature in known:
        digest, pss, _ = ALGORITHMS[number]
        verify(public_key, signature, signed, digest, pss=pss)


def _check_digests(
    signatures: list[tuple[int, bytes]], digests: list[tuple[int, bytes]], content_digest: Callable[[str], bytes]
) -> None:
    if [number for number, _ in digests] != [number for number, _ in signatures]:
        raise BlockError("digests and signatures name different algorithms")
    for number, digest in digests:
        if number in ALGORITHMS and content_digest(ALGORITHMS[number][2]) != digest:
            raise BlockError("the content is not what was signed")
