import contextlib
import datetime as dt
import shutil
import struct
import subprocess

import pytest
from apks import Member, launcher, make_apk, make_dex, make_manifest, make_zip, members
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from analyzer.container import Limits
from analyzer.container.archive import Archive
from analyzer.container.signature import verify_package
from analyzer.container.signature.block import find_signing_block
from analyzer.container.signature.certificate import read_certificate
from analyzer.container.signature.der import DerError
from analyzer.container.signature.pkcs7 import verify_detached

needs_apksigner = pytest.mark.skipif(not shutil.which("apksigner"), reason="apksigner is not installed")

SUBJECT = x509.Name(
    [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "样例, 教育"),
        x509.NameAttribute(NameOID.COMMON_NAME, "Sample App"),
    ]
)
KEYS = {
    "rsa": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ec": lambda: ec.generate_private_key(ec.SECP256R1()),
    "dsa": lambda: dsa.generate_private_key(2048),
}


@pytest.fixture(scope="module")
def signing(tmp_path_factory):
    """Return a function that signs a package with apksigner: (data, key kind, schemes, min sdk) → bytes."""
    folder = tmp_path_factory.mktemp("signing")
    pairs = {}

    def pair(kind):
        if kind not in pairs:
            key = KEYS[kind]()
            start = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
            certificate = (
                x509.CertificateBuilder()
                .subject_name(SUBJECT)
                .issuer_name(SUBJECT)
                .public_key(key.public_key())
                .serial_number(4711)
                .not_valid_before(start)
                .not_valid_after(start + dt.timedelta(days=9000))
                .sign(key, hashes.SHA256())
            )
            der = serialization.Encoding.DER
            pk8, pem = folder / f"{kind}.pk8", folder / f"{kind}.pem"
            pk8.write_bytes(key.private_bytes(der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
            pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
            pairs[kind] = pk8, pem, certificate
        return pairs[kind]

    def sign(data, kind="rsa", schemes=(1, 2, 3), min_sdk=21, extra=()):
        pk8, pem, _ = pair(kind)
        source, target = folder / "in.apk", folder / "out.apk"
        source.write_bytes(data)
        flags = [f"--v{number}-signing-enabled={str(number in schemes).lower()}" for number in (1, 2, 3)]
        subprocess.run(
            ["apksigner", "sign", "--key", pk8, "--cert", pem, "--in", source, "--out", target,
             f"--min-sdk-version={min_sdk}", "--v4-signing-enabled=false", *flags, *extra],
            check=True, capture_output=True,
        )  # fmt: skip
        return target.read_bytes()

    sign.certificate = lambda kind: pair(kind)[2]
    return sign


def package(min_sdk=21, target_sdk=29):
    manifest = make_manifest(min_sdk=min_sdk, target_sdk=target_sdk, components=[launcher()])
    return make_zip(
        [*members(manifest), Member(b"assets/a.txt", b"page " * 3000, method=0), Member(b"res/raw/b", b"b" * 9)]
    )


def verdict(data, min_sdk=21, target_sdk=29):
    archive = Archive(data, Limits())
    result = verify_package(archive, min_sdk, target_sdk)
    return result, {one.code for one in archive.notes.facts()}


def apksigner_accepts(tmp_path, data):
    path = tmp_path / "checked.apk"
    path.write_bytes(data)
    return subprocess.run(["apksigner", "verify", path], capture_output=True, check=False).returncode == 0


@needs_apksigner
@pytest.mark.parametrize(
    ("kind", "schemes", "min_sdk"),
    [
        ("rsa", (1,), 21),
        ("rsa", (1, 2, 3), 21),
        ("ec", (1, 2), 21),
        ("ec", (2,), 24),
        ("ec", (3,), 28),
        ("dsa", (1, 2), 21),
        ("rsa", (2, 3), 21),
    ],
)
def test_verdict_equals_apksigners(signing, tmp_path, kind, schemes, min_sdk):
    # apksigner itself refuses to sign for releases that would not understand the result: it is told a later one.
    data = signing(package(min_sdk), kind, schemes, max(min_sdk, 24 if 1 not in schemes else 21))
    result, codes = verdict(data, min_sdk)
    assert (result.refusal is None) == apksigner_accepts(tmp_path, data)
    (signer,) = result.signers
    certificate = signing.certificate(kind)
    assert signer.sha256 == certificate.fingerprint(hashes.SHA256()).hex()
    assert signer.md5 == certificate.fingerprint(hashes.MD5()).hex()
    assert signer.subject == r"CN=Sample App,O=样例\, 教育,C=CN"
    assert signer.schemes == tuple(f"v{number}" for number in schemes)
    assert signer.verified
    assert ("v1_only" in codes) == (schemes == (1,))


@needs_apksigner
def test_verity_digest_is_checked(signing, tmp_path):
    data = signing(package(24), "rsa", (2,), 24, ["--verity-enabled=true"])
    result, _ = verdict(data, 24)
    assert result.refusal is None
    assert apksigner_accepts(tmp_path, data)
    changed = data.replace(b"page page", b"page Page", 1)
    assert verdict(changed, 24)[0].code == "signature_invalid"


def add_entry(data):
    """Add an entry and keep all others, without the signing block."""
    archive = Archive(data, Limits())
    rows = [Member(one.raw_name, bytes(archive.read(one)), method=one.method) for one in archive.entries]
    return make_zip([*rows, Member(b"assets/evil.txt", b"evil")])


def without_block(data):
    """Take the signing block out and repair the offset, as a stripping attack does."""
    end = Archive(data, Limits()).end
    block = find_signing_block(memoryview(data), end.directory)
    out = bytearray(data[: block.start] + data[end.directory :])
    struct.pack_into("<I", out, len(out) - 22 + 16, block.start)
    return bytes(out)


def shifted(data, prefix):
    """Put bytes before the package and repair all offsets."""
    end = Archive(data, Limits()).end
    out = bytearray(prefix + data)
    position = len(prefix) + end.directory
    while out[position : position + 4] == b"PK\x01\x02":
        name, extra, comment = struct.unpack_from("<HHH", out, position + 28)
        (offset,) = struct.unpack_from("<I", out, position + 42)
        struct.pack_into("<I", out, position + 42, offset + len(prefix))
        position += 46 + name + extra + comment
    struct.pack_into("<I", out, position + 16, len(prefix) + end.directory)
    return bytes(out)


def flip_in_block(data):
    end = Archive(data, Limits()).end
    block = find_signing_block(memoryview(data), end.directory)
    if block is None:
        return data
    out = bytearray(data)
    out[block.start + 8 + 12 + 60] ^= 0x10
    return bytes(out)


TAMPERINGS = {
    "content": lambda data: data.replace(b"page page", b"page Page", 1),
    "entry added": add_entry,
    "block removed": without_block,
    "bytes appended to the comment": lambda data: data[:-2] + b"\4\0evil",
    "DEX before the archive": lambda data: shifted(data, make_dex({"La/Evil;": []})),
    "signature byte": flip_in_block,
}


@needs_apksigner
@pytest.mark.parametrize("schemes", [(1,), (1, 2, 3)], ids=["v1", "v1+v2+v3"])
@pytest.mark.parametrize("name", TAMPERINGS)
def test_verdict_on_tampered_packages_equals_apksigners(signing, tmp_path, schemes, name):
    signed = signing(package(), "rsa", schemes)
    if schemes == (1,) and name == "block removed":
        pytest.skip("there is no block")
    data = TAMPERINGS[name](signed)
    result, codes = verdict(data)
    assert (result.refusal is None) == apksigner_accepts(tmp_path, data)
    assert ("signature_invalid" in codes) == (result.refusal is not None)
    if name == "DEX before the archive":
        assert "janus_prefix" in codes
    if name == "content":
        assert not any(one.verified for one in result.signers)


@needs_apksigner
def test_v1_alone_is_not_enough_for_a_recent_target(signing, tmp_path):
    data = signing(package(21, 34), "rsa", (1,))
    result, _ = verdict(data, 21, 34)
    assert result.code == "signature_incomplete"
    assert not apksigner_accepts(tmp_path, data)


def test_unsigned_package_is_told():
    result, codes = verdict(make_apk())
    assert (result.signers, result.code) == ((), "signature_missing")
    assert codes == {"signature_missing"}


def test_malformed_block_is_noted_and_counts_as_none():
    plain = bytearray(make_apk())
    end = Archive(bytes(plain), Limits()).end
    plain[end.directory : end.directory] = struct.pack("<QQ", 9999, 9999) + b"APK Sig Block 42"
    struct.pack_into("<I", plain, len(plain) - 6, end.directory + 32)
    _, codes = verdict(bytes(plain))
    assert codes >= {"signature_missing", "signing_block_malformed"}


@given(st.binary(max_size=200))
def test_any_bytes_as_certificate_or_signature_give_a_plain_error(raw):
    with contextlib.suppress(DerError):
        read_certificate(raw)
    certificate, problem, _ = verify_detached(raw, b"content")
    assert certificate is None
    assert problem
