"""The source stamp: a store's signature over the content digests of all schemes.

It is not a signature of the app: a broken one is told, and the package stays accepted. Source: AOSP
``SourceStampVerifier``.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from analyzer.model import SourceStamp
from analyzer.model.record import dataclass

from .algorithms import DIGEST_IDS, check_signatures, read_signatures
from .block import BlockError, Fields
from .certificate import Certificate, read_certificate
from .der import DerError
from .keys import KeyVerificationError

if TYPE_CHECKING:
    from collections.abc import Mapping

STAMP_V1, STAMP_V2 = 0x2B09189E, 0x6DFF800D
ENTRY = "stamp-cert-sha256"
"""The entry that holds the SHA-256 of the stamp's certificate."""
SCHEME_IDS = {"v1": 1, "v2": 2, "v3": 3, "v3.1": 31}
JAR_DIGEST_ID = 4
"""Number of the digest of MANIFEST.MF, which stands for the content in scheme v1."""


@dataclass(frozen=True, slots=True)
class StampResult:
    """The stamp's certificate (`None`: unreadable), and what is wrong (`None`: it holds)."""

    certificate: Certificate | None
    problem: str | None

    def fact(self) -> SourceStamp | None:
        """Return the stamp as a fact."""
        one = self.certificate
        if one is None:
            return None
        return SourceStamp(
            sha256=one.sha256, md5=one.md5, sha1=one.sha1, subject=one.subject, verified=self.problem is None
        )


def check_stamp(
    values: Mapping[int, bytes], stated: bytes | None, digests: Mapping[str, Mapping[str, bytes]]
) -> StampResult | None:
    """Check the stamp of a package; `None` when there is none.

    ``stated`` is the content of the entry that names the certificate, ``digests`` what each scheme that was looked at
    states of the content, by kind.
    """
    raw = values.get(STAMP_V2)
    if raw is None:
        if stated is None and STAMP_V1 not in values:
            return None
        return StampResult(None, "a stamp of the first version, or none: not looked at")
    certificate = None
    try:
        fields = Fields(Fields(raw).field())
        certificate = read_certificate(fields.field())
        _check(fields, certificate, stated, digests)
    except (BlockError, DerError, KeyVerificationError) as error:
        return StampResult(certificate, str(error))
    return StampResult(certificate, None)


def _check(
    fields: Fields, certificate: Certificate, stated: bytes | None, digests: Mapping[str, Mapping[str, bytes]]
) -> None:
    """Check what follows the certificate; raises what is wrong."""
    if stated != hashlib.sha256(certificate.der).digest():
        raise BlockError(f"{ENTRY} names another certificate, or is missing")
    schemes = dict(fields.pairs())
    for scheme, content in digests.items():
        number = SCHEME_IDS[scheme]
        if number not in schemes:
            raise BlockError(f"it says nothing about the {scheme} signature")
        check_signatures(read_signatures(schemes[number]), certificate.public_key, _signed(scheme, content))
    if fields.left:
        attributes = fields.field()
        check_signatures(read_signatures(fields.field()), certificate.public_key, attributes)


def _signed(scheme: str, content: Mapping[str, bytes]) -> bytes:
    numbers = {JAR_DIGEST_ID if scheme == "v1" else DIGEST_IDS[kind]: value for kind, value in content.items()}
    return b"".join(
        (len(value) + 8).to_bytes(4, "little") + number.to_bytes(4, "little") + len(value).to_bytes(4, "little") + value
        for number, value in sorted(numbers.items())
    )
