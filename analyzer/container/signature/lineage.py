"""The proof of rotation: certificates of one signer in the order in which each handed over to the next.

Every certificate but the first is signed by the key of the one before. Source: source.android.com, "APK Signature
Scheme v3", proof-of-rotation structure; AOSP ``V3SigningCertificateLineage``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.model import PastCertificate
from analyzer.model.record import dataclass

from .algorithms import ALGORITHMS
from .block import BlockError, Fields
from .certificate import Certificate, read_certificate
from .keys import KeyVerificationError, verify

if TYPE_CHECKING:
    from collections.abc import Iterable

VERSION = 1
MAX_STEPS = 100
CAPABILITIES = {1: "installed_data", 2: "shared_uid", 4: "permission", 8: "rollback", 16: "auth"}
"""Flags of a step: what a phone still grants to apps and data of that certificate."""


@dataclass(frozen=True, slots=True)
class LineageStep:
    """One certificate and what it may still do."""

    certificate: Certificate
    flags: int


def read_lineage(value: bytes) -> tuple[LineageStep, ...]:
    """Read and verify a proof of rotation, oldest certificate first.

    Raises `BlockError` and `DerError` where it is malformed, `KeyVerificationError` where a signature does not hold.
    """
    fields = Fields(value)
    if fields.number() != VERSION:
        raise BlockError("the proof of rotation has an unknown version")
    steps: list[LineageStep] = []
    algorithm = 0
    for raw in fields.fields():
        if len(steps) >= MAX_STEPS:
            raise BlockError(f"more than {MAX_STEPS} certificates in the proof of rotation")
        node = Fields(raw)
        signed = node.field()
        flags, following, signature = node.number(), node.number(), node.field()
        inner = Fields(signed)
        certificate, stated = read_certificate(inner.field()), inner.number()
        if steps:
            _check_step(steps[-1].certificate, algorithm, signature, signed)
            if stated != algorithm:
                raise BlockError("the proof of rotation names two algorithms for one step")
        if any(step.certificate.der == certificate.der for step in steps):
            raise BlockError("a certificate occurs twice in the proof of rotation")
        steps.append(LineageStep(certificate, flags))
        algorithm = following
    if not steps:
        raise BlockError("an empty proof of rotation")
    return tuple(steps)


def _check_step(before: Certificate, algorithm: int, signature: bytes, signed: bytes) -> None:
    if algorithm not in ALGORITHMS:
        raise BlockError("the proof of rotation uses an unknown algorithm")
    digest, pss, _ = ALGORITHMS[algorithm]
    try:
        verify(before.public_key, signature, signed, digest, pss=pss)
    except KeyVerificationError as error:
        raise KeyVerificationError(f"proof of rotation: {error}") from error


def lineage_facts(steps: Iterable[LineageStep]) -> tuple[PastCertificate, ...]:
    """Return the steps as facts."""
    return tuple(
        PastCertificate(
            sha256=step.certificate.sha256,
            md5=step.certificate.md5,
            sha1=step.certificate.sha1,
            subject=step.certificate.subject,
            capabilities=tuple(name for flag, name in CAPABILITIES.items() if step.flags & flag),
        )
        for step in steps
    )
