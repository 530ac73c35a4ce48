"""The plain check of RSA signatures says yes exactly where `cryptography` does, and no to everything out of the ordinary."""

import functools

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from hypothesis import given
from hypothesis import strategies as st

from analyzer.container.signature.keys import KeyVerificationError, verify
from analyzer.container.signature.rsa import PREFIXES, holds


@functools.cache
def key(bits=1024, exponent=65537):
    return rsa.generate_private_key(exponent, bits)


def der(private):
    return private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def digest_of(name):
    return getattr(hashes, name.upper())()


@pytest.mark.parametrize("bits", [1024, 1031, 2048])
@pytest.mark.parametrize("exponent", [3, 65537])
@pytest.mark.parametrize("name", sorted(PREFIXES))
def test_a_true_signature_holds(bits, exponent, name):
    private = key(bits, exponent)
    signature = private.sign(b"content", padding.PKCS1v15(), digest_of(name))
    assert holds(der(private), signature, b"content", name)
    assert not holds(der(private), signature, b"another", name)
    assert not holds(der(private), signature, b"content", "sha1" if name != "sha1" else "md5")
    assert not holds(der(key(1088)), signature, b"content", name)


@given(st.binary(max_size=40), st.integers(0, 1023), st.sampled_from(sorted(PREFIXES)), st.booleans())
def test_it_agrees_with_the_library(content, bit, name, change):
    private = key()
    signature = bytearray(private.sign(content, padding.PKCS1v15(), digest_of(name)))
    if change:
        signature[bit // 8] ^= 1 << bit % 8
    try:
        private.public_key().verify(bytes(signature), content, padding.PKCS1v15(), digest_of(name))
        expected = True
    except InvalidSignature:
        expected = False
    assert holds(der(private), bytes(signature), content, name) is expected


@pytest.mark.parametrize(
    "forged",
    [
        lambda n: 0,
        lambda n: 1,
        lambda n: n,
        lambda n: n - 1,
        lambda n: n + 1,
    ],
)
def test_numbers_that_prove_nothing_are_refused(forged):
    private = key()
    number = forged(private.public_key().public_numbers().n)
    assert not holds(der(private), number.to_bytes(128, "big"), b"", "sha256")


def test_short_padding_and_rubbish_after_the_digest_are_refused():
    private = key(1024, 3)
    n, d = private.public_key().public_numbers().n, private.private_numbers().d
    tail = bytes.fromhex(PREFIXES["sha256"]) + hashes_of(b"x")
    for block in (
        b"\0\1" + b"\xff" * 8 + b"\0" + tail + b"\0" * (128 - 11 - len(tail)),
        b"\0\1" + b"\xff" * 7 + b"\0" + tail + b"\0" * (128 - 10 - len(tail)),
        b"\0\2" + b"\xff" * (128 - 3 - len(tail)) + b"\0" + tail,
    ):
        signature = pow(int.from_bytes(block, "big"), d, n).to_bytes(128, "big")
        assert not holds(der(private), signature, b"x", "sha256")
        with pytest.raises(KeyVerificationError):
            verify(der(private), signature, b"x", "sha256")


def hashes_of(data):
    hashed = hashes.Hash(hashes.SHA256())
    hashed.update(data)
    return hashed.finalize()


def test_other_keys_and_damaged_ones_are_left_to_the_library():
    signature = key().sign(b"x", padding.PKCS1v15(), hashes.SHA256())
    assert not holds(der(ec.generate_private_key(ec.SECP256R1())), signature, b"x", "sha256")
    assert not holds(der(key()) + b"\0", signature, b"x", "sha256")
    assert not holds(b"", signature, b"x", "sha256")
    assert not holds(der(key()), signature, b"x", "sha3_256")


@given(st.binary(max_size=60))
def test_any_bytes_as_a_key_are_no_reason_to_stop(raw):
    assert not holds(raw, bytes(128), b"", "sha256")
