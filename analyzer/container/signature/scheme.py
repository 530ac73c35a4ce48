"""APK Signature Schemes v2, v3 and v3.1: signers, certificates, digests and signatures really checked."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from analyzer.model.record import dataclass

from .algorithms import ALGORITHMS, check_signatures
from .block import BlockError, Fields
from .certificate import Certificate, dispute, read_certificate
from .der import DerError
from .keys import KeyVerificationError
from .lineage import LineageStep, read_lineage

if TYPE_CHECKING:
    from collections.abc import Callable

STRIPPING_PROTECTION = 0xBEEFF00D
PROOF_OF_ROTATION = 0x3BA06F8C
ROTATION_MIN_SDK = 0x559F8B02
MAX_SIGNERS = 10
"""As on a phone."""
NO_LIMIT = 0x7FFFFFFF


@dataclass(slots=True)
class SignerResult:
    """One signer of one scheme: its certificate (`None` when unreadable) and what is wrong (`None`: it verifies)."""

    scheme: str
    certificate: Certificate | None
    problem: str | None
    needs_v3: bool = False
    """The signer says that a v3 signature was there: without one it was stripped."""
    min_sdk: int = 0
    max_sdk: int = NO_LIMIT
    lineage: tuple[LineageStep, ...] = ()
    """Proof of rotation, oldest first, this signer last; verified."""
    rotated_from: int | None = None
    """The v3 signer says that from this release on a v3.1 signature names another signer."""
    signed_with: str = ""
    """Digest of a v1 signature, as hashlib names it."""
    disputed: str | None = None
    """Why `apksigner` refuses this signer though no release of Android does."""
    digests: dict[str, bytes] = field(default_factory=dict)
    """Content digests that it states, by kind: ``sha256``, ``sha512``, ``verity``."""


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
    for other in certificates[1:]:
        read_certificate(other)
    if result.scheme != "v2":
        if (body.number(), body.number()) != (result.min_sdk, result.max_sdk):
            raise BlockError("release range inside and outside of the signed data differ")
        if not result.min_sdk <= result.max_sdk <= NO_LIMIT:
            raise BlockError("an impossible range of releases")
    result.disputed = dispute(*certificates)
    used = check_signatures(signatures, public_key, signed)
    if result.certificate.public_key != public_key:
        raise BlockError("the key is not the certificate's")
    if [number for number, _ in digests] != [number for number, _ in signatures]:
        raise BlockError("digests and signatures name different algorithms")
    _check_digests(result, used, digests, content_digest)
    if body.left or result.scheme != "v2":
        _read_attributes(result, body)


def _check_digests(
    result: SignerResult, used: list[int], digests: list[tuple[int, bytes]], content_digest: Callable[[str], bytes]
) -> None:
    result.digests = {ALGORITHMS[number][2]: digest for number, digest in digests if number in ALGORITHMS}
    for number, digest in digests:
        if number in used and content_digest(ALGORITHMS[number][2]) != digest:
            raise BlockError("the content is not what was signed")


def _read_attributes(result: SignerResult, body: Fields) -> None:
    for key, value in body.attributes():
        if result.scheme == "v2":
            result.needs_v3 |= key == STRIPPING_PROTECTION and value.number() == 3
        elif key == PROOF_OF_ROTATION:
            steps = read_lineage(value.data[value.position :])
            assert result.certificate is not None  # noqa: S101  # for the type checker: read before the attributes
            if steps[-1].certificate.der != result.certificate.der:
                raise BlockError("the proof of rotation ends with another certificate")
            result.lineage = steps
        elif key == ROTATION_MIN_SDK:
            result.rotated_from = value.number()
