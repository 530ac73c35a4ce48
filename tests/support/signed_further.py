"""Further packages for the comparison with apksigner: v1 written by hand, odd certificates and keys, several signers
for the same releases, odd v4 files, paddings, ranges of releases."""

import base64
import datetime as dt
import hashlib
import struct
from dataclasses import replace

from apks import Member, make_zip
from blocks import (
    NO_LIMIT,
    PROOF_OF_ROTATION,
    V2,
    V3,
    V31,
    Key,
    field,
    make_lineage,
    make_scheme,
    make_signer,
    numbered,
    sequence,
    split,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

PADDING = 0x42726577
NO_V31 = "Debian's apksigner does not know v3.1"
LONG = "assets/" + "很长的名字" * 12 + ".txt"


OLD_DEBIAN = {
    "two signers by v3, one for fewer releases": "Debian's apksigner takes ranges for continuous that overlap",
    "two signers by v3.1 for the same releases": NO_V31,
    "eleven signers by v2": "Debian's apksigner has no bound of ten signers",
    "certificate with bytes behind": "Debian's apksigner digests the bytes behind the certificate too",
    "v3 with a rotation release of two bytes": NO_V31,
    "v3.1 pair of random bytes beside v3": NO_V31,
}
"""Cases over which Debian's apksigner, which is of 2021, differs from the newest and from us."""


def further(shop, case, package, with_pairs):
    """Yield name and maker; the last three are `signed.Case`, its package and its change of pairs."""
    for name, make in _all(shop, case, package, with_pairs):
        yield name, lambda make=make, name=name: replace(make(), too_old=OLD_DEBIAN.get(name))


def _all(shop, case, package, with_pairs):
    yield from _manifests(shop, case)
    yield from _several(shop, case, package)
    yield from _certificates(shop, case, package)
    yield from _attributes(shop, case, package)
    yield from _pairs(shop, case, with_pairs)
    yield from _v4(shop, case, package)
    yield from _ranges(shop, case, package)


# --- v1 by hand ------------------------------------------------------------------------------------------------------


def digest(kind, raw):
    return base64.b64encode(hashlib.new(kind, raw).digest()).decode()


def line(text, end):
    """Fold one line of a manifest at 72 bytes, wherever that cuts a character."""
    raw, out = text.encode(), b""
    while len(raw) > 70:
        out, raw = out + raw[:70] + end, b" " + raw[70:]
    return out + raw + end


def jar(  # each is one thing that a signer may do otherwise
    shop, case, *, end=b"\r\n", kind="sha256", word="SHA-256", whole=True, main=True, last=True, change=None,
    keys=("rsa",), files=(), blank=1, order=1, least=21, target=29, hashing=hashes.SHA256, name="CERT", sf_change=None,
):  # fmt: skip
    """Sign v1 by hand: MANIFEST.MF, the .SF file, and a block of PKCS#7."""
    from signed import package  # which builds its list from this module

    parts = package(least, target)
    rows = [*_rows(parts), *files]
    listed = [row for row in rows if not row.name.endswith(b"/")][::order]
    sections = [
        line(f"Name: {row.name.decode()}", end) + line(f"{word}-Digest: {digest(kind, row.content)}", end) + end * blank
        for row in listed
    ]
    head = line("Manifest-Version: 1.0", end) + end * blank
    manifest = head + b"".join(sections)
    if not last:
        manifest = manifest[: -len(end)]
    manifest = change(manifest) if change else manifest
    signature = line("Signature-Version: 1.0", end)
    if whole:
        signature += line(f"{word}-Digest-Manifest: {digest(kind, manifest)}", end)
    if main:
        signature += line(f"{word}-Digest-Manifest-Main-Attributes: {digest(kind, head)}", end)
    signature += end
    for row, section in zip(listed, sections, strict=True):
        signature += line(f"Name: {row.name.decode()}", end)
        signature += line(f"{word}-Digest: {digest(kind, section)}", end) + end
    signature = sf_change(signature) if sf_change else signature
    signed = [Member(b"META-INF/MANIFEST.MF", manifest)]
    for number, key in enumerate(keys):
        one = shop.key(key)
        block = (
            pkcs7.PKCS7SignatureBuilder()
            .set_data(signature)
            .add_signer(one.certificate, one.private, hashing())
            .sign(Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.NoAttributes, pkcs7.PKCS7Options.Binary])
        )  # fmt: skip
        stem = f"META-INF/{name}{number or ''}".encode()
        signed += [
            Member(stem + b".SF", signature),
            Member(stem + (b".RSA" if key.startswith("rsa") else b".EC"), block),
        ]
    return case(make_zip([*rows, *signed]), min_sdk=least, target_sdk=target)


def _rows(data):
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [
            Member(one.filename.encode(), archive.read(one), method=one.compress_type) for one in archive.infolist()
        ]


def _manifests(shop, case):
    def made(**options):
        return lambda: jar(shop, case, **options)

    text = Member(LONG.encode(), b"x")
    yield "v1 by hand, CR LF", made()
    yield "v1 by hand, LF", made(end=b"\n")
    yield "v1 by hand, CR", made(end=b"\r")
    yield "v1 by hand, names folded within characters", made(files=[text])
    yield "v1 by hand, names folded within characters, LF", made(files=[text], end=b"\n")
    yield "v1 by hand, no digest of the whole", made(whole=False)
    yield "v1 by hand, no digest of the whole, LF", made(whole=False, end=b"\n")
    yield "v1 by hand, no digest of whole or head", made(whole=False, main=False)
    yield "v1 by hand, no empty line at the end", made(last=False)
    yield "v1 by hand, two empty lines between sections", made(blank=2)
    yield "v1 by hand, two empty lines, sections alone", made(blank=2, whole=False)
    yield "v1 by hand, sections in another order", made(order=-1)
    yield "v1 by hand, SHA-512", made(kind="sha512", word="SHA-512")
    yield "v1 by hand, SHA-384", made(kind="sha384", word="SHA-384")
    yield "v1 by hand, SHA-1", made(kind="sha1", word="SHA1")
    yield "v1 by hand, SHA-1 as SHA", made(kind="sha1", word="SHA")
    yield "v1 by hand, SHA-1 as SHA-1", made(kind="sha1", word="SHA-1")
    yield "v1 by hand, MD5", made(kind="md5", word="MD5")
    yield "v1 by hand, SHA-224", made(kind="sha224", word="SHA-224")
    yield "v1 by hand, block of SHA-384", made(hashing=hashes.SHA384)
    yield "v1 by hand, block of SHA-512", made(hashing=hashes.SHA512)
    yield "v1 by hand, EC", made(keys=("ec",))
    yield "v1 by hand, two signers", made(keys=("rsa", "ec"))
    yield "v1 by hand, file names in small letters", made(name="cert")
    yield "v1 by hand, a long file name", made(name="A" * 40)
    yield "v1 by hand, app from 14 on", made(least=14)
    yield "v1 by hand, SHA-1, app from 14 on", made(kind="sha1", word="SHA1", least=14)
    yield "v1 by hand, head not as signed", made(sf_change=_other_head)
    yield (
        "v1 by hand, head not as signed, by signtool",
        made(sf_change=lambda raw: _other_head(raw).replace(b"1.0\r\n", b"1.0\r\nCreated-By: 1 (signtool)\r\n", 1)),
    )
    yield (
        "v1 by hand, two empty lines behind the head alone",
        made(change=lambda raw: raw.replace(b"1.0\r\n", b"1.0\r\n\r\n", 1), main=False),
    )
    yield (
        "v1 by hand, two empty lines within, whole digest",
        made(change=lambda raw: raw.replace(b"\r\n\r\nName: res", b"\r\n\r\n\r\nName: res", 1)),
    )
    yield "v1 by hand, app from 24 on", made(least=24)
    yield "v1 by hand, app for 30", made(target=30)
    yield "v1 by hand, line without a colon", made(change=lambda raw: raw + b"nonsense\r\n\r\n")
    yield "v1 by hand, section without a name", made(change=lambda raw: raw + b"Key: value\r\n\r\n")
    yield "v1 by hand, a section twice", made(change=lambda raw: raw + raw[raw.index(b"Name:") :], whole=True)
    yield "v1 by hand, NUL bytes behind", made(change=lambda raw: raw + b"\0" * 4)
    yield (
        "v1 by hand, signature file with a foreign section",
        made(sf_change=lambda raw: raw + b"Name: other\r\nSHA-256-Digest: AA==\r\n\r\n"),
    )
    yield (
        "v1 by hand, announces v2",
        made(sf_change=lambda raw: raw.replace(b"1.0\r\n", b"1.0\r\nX-Android-APK-Signed: 2\r\n", 1)),
    )
    yield (
        "v1 by hand, announces v2, app up to 23",
        made(sf_change=lambda raw: raw.replace(b"1.0\r\n", b"1.0\r\nX-Android-APK-Signed: 2, 3\r\n", 1), least=14),
    )
    yield (
        "v1 by hand, announces an unknown scheme",
        made(sf_change=lambda raw: raw.replace(b"1.0\r\n", b"1.0\r\nX-Android-APK-Signed: 9\r\n", 1)),
    )
    yield (
        "v1 by hand, folder entries",
        made(files=[Member(b"assets/sub/", b"", method=0), Member(b"assets/sub/a", b"1")]),
    )
    yield (
        "v1 by hand, MANIFEST.MF in small letters",
        lambda: _renamed(jar(shop, case), b"META-INF/MANIFEST.MF", b"META-INF/manifest.mf"),
    )
    yield (
        "v1 by hand, block without its .SF",
        lambda: _renamed(jar(shop, case), b"META-INF/CERT.SF", b"META-INF/CERX.SF"),
    )
    yield "v1 by hand, a second block that is no PKCS#7", lambda: _second(jar(shop, case), b"junk")
    yield "v1 by hand, block under a SIG- name besides", lambda: _second(jar(shop, case), b"junk", b"META-INF/SIG-X")


def _other_head(raw):
    at = raw.index(b"Main-Attributes: ") + 17
    return raw[:at] + (b"A" if raw[at : at + 1] != b"A" else b"B") + raw[at + 1 :]


def _renamed(made, old, new):
    return replace(made, data=made.data.replace(old, new))


def _second(made, block, name=b"META-INF/OTHER.RSA"):
    rows = _rows(made.data)
    signature = next(row.content for row in rows if row.name.endswith(b".SF"))
    return replace(made, data=make_zip([*rows, Member(b"META-INF/OTHER.SF", signature), Member(name, block)]))


# --- several signers for the same releases ---------------------------------------------------------------------------


def _several(shop, case, package):
    def made(rows, *, pair=V3, least=28, beside=(), damage=None, lineage=None):
        parts = split(shop.sign(package(least), (1, 2), min_sdk=least) if least < 28 else package(least))
        signers = []
        for number, (key, low, high) in enumerate(rows):
            extra = (
                ((PROOF_OF_ROTATION, make_lineage(*map(shop.key, lineage))),) if lineage and key == lineage[-1] else ()
            )
            one = make_signer(parts, shop.key(key), low=low, high=high, attributes=extra)
            signers.append(one[:40] + bytes([one[40] ^ 1]) + one[41:] if number == damage else one)
        parts.pairs += [
            *((V3, make_scheme(make_signer(parts, shop.key(key)))) for key in beside),
            (pair, make_scheme(*signers)),
        ]
        return case(parts.join(), min_sdk=least)

    both = [("rsa", 28, NO_LIMIT), ("ec", 28, NO_LIMIT)]
    yield "two signers by v3, the other way round", lambda: made(both[::-1])
    yield "two signers by v3, the first damaged", lambda: made(both, damage=0)
    yield "two signers by v3, the second damaged", lambda: made(both, damage=1)
    yield "two signers by v3, one with the proof", lambda: made(both, lineage=("rsa", "ec"))
    yield "two signers by v3 beside v1 and v2", lambda: made(both, least=21)
    yield "two signers by v3 beside v1 and v2, the old one last", lambda: made(both[::-1], least=21)
    yield "two signers by v3 beside v1 and v2, with the proof", lambda: made(both, least=21, lineage=("rsa", "ec"))
    yield "the same signer twice by v3", lambda: made([both[0], both[0]])
    yield "two signers by v3, one for fewer releases", lambda: made([("rsa", 28, 30), ("ec", 28, NO_LIMIT)])
    yield "two signers by v3, the last for fewer releases", lambda: made([("rsa", 28, NO_LIMIT), ("ec", 28, 30)])
    yield (
        "three signers by v3, two for the same releases",
        lambda: made([("rsa", 28, 30), ("rsa/2", 28, 30), ("ec", 31, NO_LIMIT)]),
    )
    yield (
        "three signers by v3, a hole behind the two",
        lambda: made([("rsa", 28, 31), ("rsa/2", 28, 30), ("ec", 32, NO_LIMIT)]),
    )
    yield (
        "two signers by v3.1 for the same releases",
        lambda: made([("ec", 33, NO_LIMIT), ("rsa/2", 33, NO_LIMIT)], pair=V31, beside=("rsa",)),
    )

    def crowd(count, pair=V2, least=24):
        parts = split(package(least))
        scheme = "v2" if pair == V2 else "v3"
        parts.pairs = [(pair, make_scheme(*(make_signer(parts, shop.key("ec"), scheme=scheme) for _ in range(count))))]
        return case(parts.join(), min_sdk=least)

    yield "ten signers by v2", lambda: crowd(10)
    yield "eleven signers by v2", lambda: crowd(11)


# --- keys and certificates -------------------------------------------------------------------------------------------


def _certificate(private, *, start=2024, days=9000, serial=99, name="Sample"):
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)] if name else [])
    begin = dt.datetime(start, 1, 1, tzinfo=dt.UTC)
    return (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(private.public_key())
        .serial_number(serial).not_valid_before(begin).not_valid_after(begin + dt.timedelta(days=days))
        .sign(private, hashes.SHA256())
    )  # fmt: skip


def _certificates(shop, case, package):
    def made(key, *, chain=(), scheme=V2, least=24, change=None):
        parts = split(package(least))
        told = "v2" if scheme == V2 else "v3"
        signer = make_signer(parts, key, scheme=told) if not chain and not change else None
        if signer is None:
            signer = _signer(parts, key, [key.der if change is None else change(key.der), *chain])
        parts.pairs = [(scheme, make_scheme(signer))]
        return case(parts.join(), min_sdk=least)

    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    yield "certificate that has expired", lambda: made(Key(private, _certificate(private, start=1999, days=30)))
    yield "certificate of the future", lambda: made(Key(private, _certificate(private, start=2090)))
    yield "certificate without a name", lambda: made(Key(private, _certificate(private, name="")))
    yield "certificate of a chain of two", lambda: made(shop.key("rsa"), chain=[shop.key("ec").der])
    yield "certificate with junk as second", lambda: made(shop.key("rsa"), chain=[b"junk"])
    yield "certificate with bytes behind", lambda: made(shop.key("rsa"), change=lambda der: der + b"\0\0")
    yield "certificate cut off", lambda: made(shop.key("rsa"), change=lambda der: der[:-9])
    for size in (1536, 3072, 8192):
        yield f"key of RSA {size}", lambda n=size: made(rsa_key(n))
    yield "key of RSA 2048, exponent 3", lambda: made(rsa_key(2048, 3))
    yield "key of EC P-224", lambda: made(ec_key(ec.SECP224R1()))
    yield "key of EC secp256k1", lambda: made(ec_key(ec.SECP256K1()))
    yield "key of EC P-192", lambda: made(ec_key(ec.SECP192R1()))


def rsa_key(size, exponent=65537):
    private = rsa.generate_private_key(public_exponent=exponent, key_size=size)
    return Key(private, _certificate(private))


def ec_key(curve):
    private = ec.generate_private_key(curve)
    return Key(private, _certificate(private))


def _signer(parts, key, certificates, *, digests=None, signatures=None, extra=()):
    """Write a v2 signer whose lists are given."""
    from blocks import content_digest

    digests = digests or [(key.algorithm, content_digest(parts, "sha256"))]
    signed = (
        numbered(digests)
        + sequence(certificates)
        + sequence([struct.pack("<I", number) + value for number, value in extra])
    )
    made = [(one, key.sign(key.algorithm, signed)) for one in (signatures or [number for number, _ in digests])]
    return field(signed) + numbered(made) + field(key.public)


# --- attributes, algorithms ------------------------------------------------------------------------------------------


def _attributes(shop, case, package):
    def own(attributes, scheme=V3, least=28):
        parts = split(package(least))
        told = "v2" if scheme == V2 else "v3"
        parts.pairs = [(scheme, make_scheme(make_signer(parts, shop.key("rsa"), scheme=told, attributes=attributes)))]
        return case(parts.join(), min_sdk=least)

    def v2(**options):
        parts = split(package(24))
        from blocks import content_digest

        good = content_digest(parts, "sha256")
        rows = {name: change(good) for name, change in options.items()}
        parts.pairs = [(V2, make_scheme(_signer(parts, shop.key("rsa"), [shop.key("rsa").der], **rows)))]
        return case(parts.join(), min_sdk=24)

    yield "v3 with an unknown attribute", lambda: own([(0x12345678, b"some bytes")])
    yield "v2 with an unknown attribute", lambda: own([(0x12345678, b"some bytes")], V2, 24)
    yield "v2 with an attribute of no value", lambda: own([(0x12345678, b"")], V2, 24)
    yield "v2 that announces v4", lambda: own([(0xBEEFF00D, struct.pack("<I", 4))], V2, 24)
    yield "v2 that announces with two bytes", lambda: own([(0xBEEFF00D, b"\3\0")], V2, 24)
    yield "v3 with a proof of one", lambda: own([(PROOF_OF_ROTATION, make_lineage(shop.key("rsa")))])
    yield "v3 with a proof of no bytes", lambda: own([(PROOF_OF_ROTATION, b"")])
    yield "v3 with a proof of version 2", lambda: own([(PROOF_OF_ROTATION, b"\2" + make_lineage(shop.key("rsa"))[1:])])
    yield (
        "v3 with a proof that grants nothing",
        lambda: own([(PROOF_OF_ROTATION, make_lineage(shop.key("ec"), shop.key("rsa"), flags=0))]),
    )
    yield (
        "v3 with a proof that names a key twice",
        lambda: own([(PROOF_OF_ROTATION, make_lineage(shop.key("rsa"), shop.key("ec"), shop.key("rsa")))]),
    )
    yield (
        "v3 with a proof and another",
        lambda: own([(PROOF_OF_ROTATION, make_lineage(shop.key("ec"), shop.key("rsa")))] * 2),
    )
    yield "v3 for a release in development", lambda: own([(0xC2A6B3BA, b"")])
    yield "v3 with a rotation release of two bytes", lambda: own([(0x559F8B02, b"\x21\0")])
    yield (
        "v2, digest of no algorithm",
        lambda: v2(digests=lambda good: [(0x0103, good), (0x0999, b"x")], signatures=lambda _: [0x0103, 0x0999]),
    )
    yield (
        "v2, more signatures than digests",
        lambda: v2(digests=lambda good: [(0x0103, good)], signatures=lambda _: [0x0103, 0x0103]),
    )
    yield (
        "v2, digests in another order",
        lambda: v2(digests=lambda good: [(0x0999, b"x"), (0x0103, good)], signatures=lambda _: [0x0103, 0x0999]),
    )
    yield "v2, a digest twice", lambda: v2(digests=lambda good: [(0x0103, good), (0x0103, good)])
    yield "v2, a digest twice, one wrong", lambda: v2(digests=lambda good: [(0x0103, good), (0x0103, b"x" * 32)])


# --- pairs of the block ----------------------------------------------------------------------------------------------


def _pairs(shop, case, with_pairs):
    def made(change, base="all", least=21):
        return lambda: case(with_pairs(shop.base(base), change), min_sdk=least)

    yield "padding pair of 4,096 zeros", made(lambda pairs: [*pairs, (PADDING, bytes(4096))])
    yield "padding pair that is not zero", made(lambda pairs: [*pairs, (PADDING, b"evil" * 100)])
    yield "padding pair removed", made(lambda pairs: [one for one in pairs if one[0] != PADDING])
    yield "unknown pair of a megabyte", made(lambda pairs: [*pairs, (0x7777, bytes(1 << 20))])
    yield "pair of no value", made(lambda pairs: [*pairs, (0x7777, b"")])
    yield "Meituan and dependency pairs", made(lambda pairs: [*pairs, (0x504B4453, b"deps"), (0x71777777, b"{}")])
    yield (
        "v3.1 pair of random bytes beside v3",
        lambda: case(with_pairs(shop.base("v3"), lambda pairs: [*pairs, (V31, bytes(range(99)))]), min_sdk=28),
    )


# --- v4 --------------------------------------------------------------------------------------------------------------


def _v4(shop, case, package):
    def made(change):
        def make():
            data, idsig = shop.sign(package(21), (1, 2, 3), v4=True)
            return case(data, change(idsig))

        return make

    def put(at, value):
        return lambda raw: raw[:at] + value + raw[at + len(value) :]

    def certificate(raw):
        at = 8 + struct.unpack_from("<I", raw, 4)[0] + 4  # the signing info: digest, certificate …
        at += 4 + struct.unpack_from("<I", raw, at)[0]
        return at

    yield "v4: another hash", made(put(8, struct.pack("<I", 2)))
    yield "v4: pages of 8,192", made(put(12, b"\x0d"))
    yield "v4: certificate damaged", made(lambda raw: put(certificate(raw) + 4, b"\0\0\0")(raw))
    yield "v4: length of 4 GB", made(put(4, b"\xff\xff\xff\xff"))
    yield "v4: length of 1 GB", made(put(4, b"\0\0\0\x40"))
    yield "v4: no hashing info", made(lambda raw: raw[:4] + bytes(4) + raw[8 + struct.unpack_from("<I", raw, 4)[0] :])
    yield "v4: no signing info", made(lambda raw: raw[: 8 + struct.unpack_from("<I", raw, 4)[0]] + bytes(4))
    yield "v4: ends behind the hashing info", made(lambda raw: raw[: 8 + struct.unpack_from("<I", raw, 4)[0]])
    yield "v4: ends within the tree", made(lambda raw: raw[:-100])
    yield "v4: bytes behind the tree", made(lambda raw: raw + b"more")
    yield "v4: three bytes", made(lambda raw: raw[:3])
    yield "v4: random bytes", made(lambda _: bytes(range(200)))
    yield "v4: version 1", made(put(0, b"\1"))


# --- releases --------------------------------------------------------------------------------------------------------


def _ranges(shop, case, package):
    for least in (1, 4, 9, 17, 18, 23, 24, 27, 28, 29, 30, 33, 35):
        for base in ("v1", "v1+v2", "all"):
            yield f"{base} as an app from {least} on", lambda b=base, n=least: _stated(shop, case, package, b, n)
    for target in (29, 30, 34):
        for base, schemes in (("v1", (1,)), ("v1+v3", (1, 3))):
            yield (
                f"{base}, app for {target} from 21 on",
                lambda s=schemes, n=target: case(shop.sign(package(21, n), s), target_sdk=n),
            )


def _stated(shop, case, package, base, least):
    """Sign for 21, then let the manifest of another package of the same kind state ``least``: apksigner asks for it."""
    schemes = {"v1": (1,), "v1+v2": (1, 2), "all": (1, 2, 3)}[base]
    return case(shop.sign(package(least), schemes, min_sdk=max(least, 18)), min_sdk=least)
