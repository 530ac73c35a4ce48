"""Verification of one signature over bytes with the key of a certificate."""

from __future__ import annotations

from typing import Any

from .rsa import holds

MD5_RSA = "RSA"
CURVES = frozenset({"secp224r1", "secp256r1", "secp384r1", "secp521r1"})
"""The curves that the platform's library knows (BoringSSL); a key on another one is no key to a phone."""


class KeyVerificationError(ValueError):
    """The signature does not verify, or its key or algorithm cannot be used."""


def verify(public_key: bytes, signature: bytes, content: bytes, digest: str, *, pss: bool = False) -> None:
    """Verify ``signature`` over ``content`` with a DER SubjectPublicKeyInfo; the key decides RSA, ECDSA or DSA.

    ``digest`` is a hashlib name. Raises `KeyVerificationError`.
    """
    if not pss and holds(public_key, signature, content, digest):
        return
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm  # noqa: PLC0415  # 100 ms: see `rsa`
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415  # same
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa  # noqa: PLC0415  # same
    from cryptography.hazmat.primitives.serialization import load_der_public_key  # noqa: PLC0415  # same

    algorithms: dict[str, Any] = {
        "md5": hashes.MD5,
        "sha1": hashes.SHA1,
        "sha224": hashes.SHA224,
        "sha256": hashes.SHA256,
        "sha384": hashes.SHA384,
        "sha512": hashes.SHA512,
    }
    try:
        algorithm = algorithms[digest]()
        key = load_der_public_key(public_key)
        if isinstance(key, rsa.RSAPublicKey):
            scheme: Any = padding.PSS(padding.MGF1(algorithm), algorithm.digest_size) if pss else padding.PKCS1v15()
            key.verify(signature, content, scheme, algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            if key.curve.name not in CURVES:
                raise KeyVerificationError(f"a key on the curve {key.curve.name}, which no phone knows")
            key.verify(signature, content, ec.ECDSA(algorithm))
        elif isinstance(key, dsa.DSAPublicKey):
            key.verify(signature, content, algorithm)
        else:
            raise KeyVerificationError("a key of another kind than RSA, EC and DSA")
    except InvalidSignature:
        raise KeyVerificationError("the signature does not match") from None
    except (UnsupportedAlgorithm, ValueError, TypeError, KeyError) as error:
        if isinstance(error, KeyVerificationError):
            raise
        raise KeyVerificationError(f"key or algorithm cannot be used: {error}") from error
