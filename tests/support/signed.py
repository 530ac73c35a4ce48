"""The packages on which our verdict on signatures is compared with apksigner's: signed by it, and then changed."""

import datetime as dt
import itertools
import struct
import zlib
from dataclasses import dataclass

from apks import Member, launcher, make_dex, make_manifest, make_zip, members
from blocks import (
    NO_LIMIT,
    PROOF_OF_ROTATION,
    ROTATION_MIN_SDK,
    STRIPPING_PROTECTION,
    V2,
    V3,
    V31,
    Key,
    make_block,
    make_lineage,
    make_scheme,
    make_signer,
    split,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.x509.oid import NameOID
from signed_further import NO_V31, further

MAKERS = {
    "rsa": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "rsa1024": lambda: rsa.generate_private_key(public_exponent=65537, key_size=1024),
    "rsa4096": lambda: rsa.generate_private_key(public_exponent=65537, key_size=4096),
    "dsa1024": lambda: dsa.generate_private_key(1024),
    "dsa": lambda: dsa.generate_private_key(2048),
    "ec": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ec384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ec521": lambda: ec.generate_private_key(ec.SECP521R1()),
}


@dataclass
class Case:
    """One package: with it the v4 file, and what apksigner cannot tell about it."""

    data: bytes
    idsig: bytes | None = None
    min_sdk: int = 21
    target_sdk: int = 29
    too_old: str | None = None
    """Why Debian's apksigner, which is of 2021, says something else; the newest agrees with us."""


class Workshop:
    """Makes keys, signs with apksigner, and changes what was signed. One file name at a time: use it in one thread."""

    def __init__(self, folder, apksigner):
        self.folder, self.apksigner = folder, apksigner
        self.keys = {}
        self.made = {}

    def key(self, name):
        """Return a key; names like ``rsa/2`` are further keys of one kind."""
        if name not in self.keys:
            private = MAKERS[name.split("/")[0]]()
            subject = x509.Name(
                [
                    x509.NameAttribute(NameOID.ORGANIZATION_NAME, "样例, 教育"),
                    x509.NameAttribute(NameOID.COMMON_NAME, f"Sample {name}"),
                ]
            )
            start = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
            certificate = (
                x509.CertificateBuilder()
                .subject_name(subject)
                .issuer_name(subject)
                .public_key(private.public_key())
                .serial_number(4711 + len(self.keys))
                .not_valid_before(start)
                .not_valid_after(start + dt.timedelta(days=9000))
                .sign(private, hashes.SHA256())
            )
            form = serialization.PrivateFormat.PKCS8
            pk8, pem = self._files(name)
            pk8.write_bytes(private.private_bytes(serialization.Encoding.DER, form, serialization.NoEncryption()))
            pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
            self.keys[name] = Key(private, certificate)
        return self.keys[name]

    def _files(self, name):
        plain = name.replace("/", "-")
        return self.folder / f"{plain}.pk8", self.folder / f"{plain}.pem"

    def options(self, name):
        self.key(name)
        pk8, pem = self._files(name)
        return "--key", pk8, "--cert", pem

    def sign(self, data, schemes, *, keys=("rsa",), min_sdk=21, v4=False, extra=(), stamp=None):
        """Return the signed package; with ``v4`` also the content of its v4 file."""
        source, target = self.folder / "in.apk", self.folder / "out.apk"
        source.write_bytes(data)
        command = ["sign", "--in", source, "--out", target, "--min-sdk-version", min_sdk]
        command += [f"--v{number}-signing-enabled={str(number in schemes).lower()}" for number in (1, 2, 3)]
        command += [f"--v4-signing-enabled={'only' if v4 == 'only' else str(v4).lower()}", *extra]
        for number, key in enumerate(keys):
            command += [*(["--next-signer"] if number else []), *self.options(key)]
        if stamp:
            command += ["--stamp-signer", *self.options(stamp)]
        self.apksigner.do(*command)
        signed = target.read_bytes()
        return (signed, (self.folder / "out.apk.idsig").read_bytes()) if v4 else signed

    def lineage(self, *names):
        """Make a lineage with apksigner; return its file."""
        path = self.folder / "lineage"
        for number, (old, new) in enumerate(itertools.pairwise(names)):
            before = ["--in", path] if number else []
            self.apksigner.do(
                "rotate", "--out", path, *before, "--old-signer", *self.options(old), "--new-signer", *self.options(new)
            )
        return path

    def base(self, name):
        """Return one of the packages from which the changed ones are made; each is made once."""
        if name not in self.made:
            schemes = {"v1": (1,), "v2": (2,), "v3": (3,), "v1+v2": (1, 2), "all": (1, 2, 3)}[name]
            least = {"v2": 24, "v3": 28}.get(name, 21)
            self.made[name] = self.sign(package(least), schemes, min_sdk=least)
        return self.made[name]


def package(min_sdk=21, target_sdk=29, **options):
    manifest = make_manifest(min_sdk=min_sdk, target_sdk=target_sdk, components=[launcher()], **options)
    return make_zip(
        [*members(manifest), Member(b"assets/a.txt", b"page " * 3000, method=0), Member(b"res/raw/b", b"b" * 9)]
    )


# --- changes ---------------------------------------------------------------------------------------------------------


def rewritten(data, change):
    """Write all entries anew after ``change`` of their list, without the signing block."""
    rows, parts, position = [], split(data), 0
    while parts.directory[position : position + 4] == b"PK\1\2":
        method, _, _, _, packed, _, name, extra, comment = struct.unpack_from(
            "<HHHIIIHHH", parts.directory, position + 10
        )
        at = struct.unpack_from("<I", parts.directory, position + 42)[0]
        raw = parts.directory[position + 46 : position + 46 + name]
        local = struct.unpack_from("<HH", data, at + 26)
        body = data[at + 30 + sum(local) : at + 30 + sum(local) + packed]
        rows.append(Member(raw, zlib.decompress(body, -15) if method == 8 else body, method=method))
        position += 46 + name + extra + comment
    return make_zip(change(rows))


def shifted(data, prefix):
    """Put bytes before the package and repair all offsets."""
    at = data.rfind(b"PK\5\6")
    start = struct.unpack_from("<I", data, at + 16)[0]
    out = bytearray(prefix + data)
    position = len(prefix) + start
    while out[position : position + 4] == b"PK\1\2":
        name, extra, comment = struct.unpack_from("<HHH", out, position + 28)
        (offset,) = struct.unpack_from("<I", out, position + 42)
        struct.pack_into("<I", out, position + 42, offset + len(prefix))
        position += 46 + name + extra + comment
    struct.pack_into("<I", out, position + 16, len(prefix) + start)
    return bytes(out)


def reordered(data):
    """Turn the central directory round; every entry stays where it is."""
    parts, rows, position = split(data), [], 0
    while position < len(parts.directory):
        lengths = struct.unpack_from("<HHH", parts.directory, position + 28)
        rows.append(parts.directory[position : position + 46 + sum(lengths)])
        position += len(rows[-1])
    parts.directory = b"".join(reversed(rows))
    return parts.join()


def with_pairs(data, change):
    parts = split(data)
    parts.pairs = change(parts.pairs)
    return parts.join()


def without(*keys):
    return lambda pairs: [one for one in pairs if one[0] not in keys]


def flipped(key, offset):
    """Flip one bit of the value of a pair."""

    def change(pairs):
        return [
            (one, value[:offset] + bytes([value[offset] ^ 1]) + value[offset + 1 :] if one == key else value)
            for one, value in pairs
        ]

    return change


def with_comment(data, comment):
    return data[:-2] + struct.pack("<H", len(comment)) + comment


def edited(name, old, new):
    """Change bytes of one entry."""

    def change(rows):
        for row in rows:
            if row.name == name:
                assert old in row.content
                row.content = row.content.replace(old, new, 1)
        return rows

    return lambda data: rewritten(data, change)


def gap(data, filling):
    """Put bytes between the last entry and the signing block."""
    parts = split(data)
    parts.entries += filling
    return parts.join()


CHANGES = {
    "content of an entry": lambda data: data.replace(b"page page", b"page Page", 1),
    "entry added": lambda data: rewritten(data, lambda rows: [*rows, Member(b"assets/evil.txt", b"evil")]),
    "entry added in META-INF": lambda data: rewritten(data, lambda rows: [*rows, Member(b"META-INF/channel_a", b"")]),
    "entry removed": lambda data: rewritten(data, lambda rows: [row for row in rows if row.name != b"res/raw/b"]),
    "entry twice": lambda data: rewritten(data, lambda rows: [*rows, Member(b"assets/a.txt", b"evil")]),
    "entries written anew": lambda data: rewritten(data, lambda rows: rows),
    "entries in another order": lambda data: rewritten(data, lambda rows: rows[::-1]),
    "directory in another order": reordered,
    "manifest of the JAR changed": edited(b"META-INF/MANIFEST.MF", b"assets/a.txt", b"assets/b.txt"),
    "signature file changed": edited(b"META-INF/RSA.SF", b"Created-By: 1.0", b"Created-By: 2.0"),
    "block removed": lambda data: with_pairs(data, lambda _: []),
    "v2 pair removed": lambda data: with_pairs(data, without(V2)),
    "v3 pair removed": lambda data: with_pairs(data, without(V3)),
    "v2 signer damaged": lambda data: with_pairs(data, flipped(V2, 40)),
    "v3 signer damaged": lambda data: with_pairs(data, flipped(V3, 40)),
    "end of the v2 pair damaged": lambda data: with_pairs(
        data, lambda pairs: [(key, value[:-5] if key == V2 else value) for key, value in pairs]
    ),
    "pairs in another order": lambda data: with_pairs(data, lambda pairs: pairs[::-1]),
    "pair twice": lambda data: with_pairs(data, lambda pairs: pairs + pairs),
    "Walle channel added": lambda data: with_pairs(data, lambda pairs: [*pairs, (0x71777777, b'{"channel":"huawei"}')]),
    "VasDolly channel added": lambda data: with_pairs(data, lambda pairs: [*pairs, (0x881155FF, "应用宝".encode())]),
    "broken pair behind the others": lambda data: split(data).join(make_block(split(data).pairs, tail=b"\xff" * 20)),
    "broken pair before the others": lambda data: split(data).join(
        make_block([], tail=b"\xff" * 20 + make_block(split(data).pairs)[8:-24])
    ),
    "sizes of the block differ": lambda data: split(data).join(make_block(split(data).pairs, size_lie=8)),
    "bytes between entries and block": lambda data: gap(data, b"evil" * 9),
    "bytes in the comment": lambda data: with_comment(data, b"evil"),
    "VasDolly channel in the comment": lambda data: with_comment(data, b"huawei" + struct.pack("<H", 6) + b"ltlovezh"),
    "bytes after the end": lambda data: data + b"evil",
    "DEX before the archive": lambda data: shifted(data, make_dex({"La/Evil;": []})),
    "bytes before the archive": lambda data: shifted(data, b"#!/bin/sh\n"),
    "cut off": lambda data: data[:-9],
}
LOST_ERRORS = "Debian's apksigner loses an error that concerns the whole v2 pair"
"""Why Debian's apksigner differs."""
BASES = ("v1", "v2", "v3", "all")
NEEDS_BLOCK = ("block", "pair", "signer damaged", "channel added")
NEEDS_V1 = ("JAR", "signature file")


def cases(shop):
    """Yield name and a function that makes the case, in the order of the table."""
    yield from _schemes(shop)
    yield from _keys(shop)
    yield from _rotation(shop)
    yield from _several(shop)
    yield from _releases(shop)
    yield from _changed(shop)
    yield from _v4(shop)
    yield from _stamps(shop)
    yield from _blocks(shop)
    yield from further(shop, Case, package, with_pairs)


def _schemes(shop):
    yield "not signed", lambda: Case(package())
    for schemes, least in (
        ((1,), 21),
        ((1, 2), 21),
        ((1, 3), 21),
        ((1, 2, 3), 21),
        ((2,), 24),
        ((2, 3), 24),
        ((3,), 28),
    ):
        name = "+".join(f"v{number}" for number in schemes)
        yield f"signed by {name}", lambda s=schemes, n=least: Case(shop.sign(package(n), s, min_sdk=n), min_sdk=n)
    yield "v2 alone, and releases without it", lambda: Case(shop.sign(package(21), (2,), min_sdk=24))
    yield "v3 alone, and releases without it", lambda: Case(shop.sign(package(24), (3,), min_sdk=28), min_sdk=24)
    yield (
        "v2 with verity",
        lambda: Case(shop.sign(package(24), (2,), min_sdk=24, extra=["--verity-enabled=true"]), min_sdk=24),
    )
    yield "v1+v2+v3 with verity", lambda: Case(shop.sign(package(), (1, 2, 3), extra=["--verity-enabled=true"]))
    yield "v1 alone, app for Android 14", lambda: Case(shop.sign(package(21, 34), (1,)), target_sdk=34)


def _keys(shop):
    for kind in MAKERS:
        for schemes, least in (((1,), 21), ((2,), 24), ((3,), 28), ((1, 2, 3), 21)):
            if kind.startswith("dsa") and schemes == (3,):
                continue  # apksigner signs v3 with DSA too, but the pair with all schemes shows it
            name = "+".join(f"v{number}" for number in schemes)
            yield (
                f"key {kind}, {name}",
                lambda k=kind, s=schemes, n=least: Case(shop.sign(package(n), s, keys=(k,), min_sdk=n), min_sdk=n),
            )
    for kind in ("rsa", "ec"):
        yield (
            f"key {kind}, SHA-1 in v1 for Android 4.0",
            lambda k=kind: Case(
                shop.sign(package(14 if k == "rsa" else 18), (1, 2), keys=(k,), min_sdk=14 if k == "rsa" else 18),
                min_sdk=14 if k == "rsa" else 18,
            ),
        )
    yield "SHA-256 in v1, app for Android 4.0", lambda: Case(shop.sign(package(14), (1, 2), min_sdk=21), min_sdk=14)


def _rotation(shop):
    def rotated(*keys, least=21, schemes=(1, 2, 3)):
        path = shop.lineage(*keys)
        signers = (keys[0], keys[-1]) if least < 28 else (keys[-1],)
        return Case(
            shop.sign(package(least), schemes, keys=signers, min_sdk=least, extra=["--lineage", path]), min_sdk=least
        )

    yield "rotated once", lambda: rotated("rsa", "rsa/2")
    yield "rotated once, RSA to EC", lambda: rotated("rsa", "ec")
    yield "rotated twice", lambda: rotated("rsa", "ec", "rsa/2")
    yield "rotated once, v3 alone", lambda: rotated("rsa", "rsa/2", least=28, schemes=(3,))
    yield "rotated once, then the v2 pair removed", lambda: Case(with_pairs(rotated("rsa", "rsa/2").data, without(V2)))
    yield "rotated once, then the v3 pair removed", lambda: Case(with_pairs(rotated("rsa", "rsa/2").data, without(V3)))
    yield "v3 of another signer, no lineage", lambda: _own(shop, {V3: ["ec"]}, keep=True)
    yield "own lineage", lambda: _own(shop, {V3: ["ec"]}, keep=True, lineage=("rsa", "ec"))
    yield (
        "own lineage, its signature broken",
        lambda: _own(shop, {V3: ["ec"]}, keep=True, lineage=("rsa", "ec"), broken=True),
    )
    yield (
        "own lineage that ends with another key",
        lambda: _own(shop, {V3: ["rsa/2"]}, keep=True, lineage=("rsa", "ec")),
    )
    yield (
        "own lineage that begins with another key",
        lambda: _own(shop, {V3: ["ec"]}, keep=True, lineage=("rsa/2", "ec")),
    )
    yield (
        "own lineage of three, the old signer in the middle",
        lambda: _own(shop, {V3: ["ec"]}, keep=True, lineage=("rsa/2", "rsa", "ec")),
    )


def _own(shop, signers, *, keep=False, lineage=None, broken=False, least=21, low=28, high=NO_LIMIT, algorithms=()):
    """Write v2 and v3 pairs ourselves; ``keep`` takes v1 and v2 from apksigner (no v3 announced)."""
    parts = split(shop.sign(package(least), (1, 2), min_sdk=least) if keep else package(least))
    for pair, keys in signers.items():
        attributes = ()
        if lineage and pair != V2:
            attributes = ((PROOF_OF_ROTATION, make_lineage(*map(shop.key, lineage), broken=broken)),)
        scheme = "v2" if pair == V2 else "v3"
        parts.pairs.append(
            (
                pair,
                make_scheme(
                    *(
                        make_signer(
                            parts,
                            shop.key(one),
                            scheme=scheme,
                            attributes=attributes,
                            low=low,
                            high=high,
                            algorithms=algorithms,
                        )
                        for one in keys
                    )
                ),
            )
        )
    return Case(parts.join(), min_sdk=least)


def _several(shop):
    for schemes in ((1,), (1, 2), (2,)):
        least = 24 if schemes == (2,) else 21
        name = "+".join(f"v{number}" for number in schemes)
        yield (
            f"two signers, {name}",
            lambda s=schemes, n=least: Case(shop.sign(package(n), s, keys=("rsa", "ec"), min_sdk=n), min_sdk=n),
        )
    yield "two signers by v1, one by v2", lambda: _mixed(shop, ("rsa", "ec"), ("rsa",))
    yield "one signer by v1, two by v2", lambda: _mixed(shop, ("rsa",), ("rsa", "ec"))
    yield "one signer by v1, another by v2", lambda: _mixed(shop, ("rsa",), ("ec",))
    yield "two signers by v1 and v2, one by v3", lambda: _mixed(shop, ("rsa", "ec"), ("rsa", "ec"), ("rsa",))
    yield "two signers by v3", lambda: _own(shop, {V3: ["rsa", "ec"]}, least=28)


def _mixed(shop, v1, v2, v3=()):
    """Sign v1 as if v2 stood beside it (apksigner cannot take two sets of signers), then write the pairs ourselves."""
    parts = split(shop.sign(package(), (1,), keys=v1))
    parts.pairs = [(V2, make_scheme(*(make_signer(parts, shop.key(one), scheme="v2") for one in v2)))]
    if v3:
        parts.pairs.append((V3, make_scheme(*(make_signer(parts, shop.key(one)) for one in v3))))
    return Case(parts.join())


def _releases(shop):
    yield (
        "signed for releases up to 30",
        lambda: Case(shop.sign(package(28), (3,), min_sdk=28, extra=["--max-sdk-version", "30"]), min_sdk=28),
    )
    yield "v3 from 29 on, app from 28 on", lambda: _own(shop, {V3: ["rsa"]}, least=28, low=29)
    yield "v3 up to 30", lambda: _own(shop, {V3: ["rsa"]}, least=28, high=30)
    yield "v3 range turned round", lambda: _own(shop, {V3: ["rsa"]}, least=28, low=31, high=30)

    def ranges(*rows):
        parts = split(package(28))
        lineage = ((PROOF_OF_ROTATION, make_lineage(shop.key("rsa"), shop.key("ec"))),)
        signers = [
            make_signer(parts, shop.key(key), low=low, high=high, attributes=lineage if key == "ec" else ())
            for key, low, high in rows
        ]
        parts.pairs = [(V3, make_scheme(*signers))]
        return Case(parts.join(), min_sdk=28)

    yield "v3 of two signers, one after the other", lambda: ranges(("rsa", 28, 30), ("ec", 31, NO_LIMIT))
    yield "v3 of two signers with a hole between", lambda: ranges(("rsa", 28, 29), ("ec", 31, NO_LIMIT))
    yield "v3 of two signers that overlap", lambda: ranges(("rsa", 28, 31), ("ec", 31, NO_LIMIT))


def _changed(shop):
    for base in BASES:
        for name, change in CHANGES.items():
            if base == "v1" and any(word in name for word in NEEDS_BLOCK):
                continue
            if base in ("v2", "v3") and any(word in name for word in NEEDS_V1):
                continue
            if any(word in name for word in ("v2 ", "v3 ")) and base not in ("all", name[name.index("v") :][:2]):
                continue
            least = {"v2": 24, "v3": 28}.get(base, 21)
            lost = LOST_ERRORS if (base, name) == ("all", "end of the v2 pair damaged") else None
            yield (
                f"{base}: {name}",
                lambda b=base, c=change, n=least, u=lost: Case(c(shop.base(b)), min_sdk=n, too_old=u),
            )


def _v4(shop):
    def made(schemes=(1, 2, 3), least=21, key="rsa", **options):
        return shop.sign(package(least), schemes, keys=(key,), min_sdk=least, v4=True, **options)

    def turned(at):
        def change():
            data, idsig = made()
            place = at(idsig)
            return Case(data, idsig[:place] + bytes([idsig[place] ^ 1]) + idsig[place + 1 :])

        return change

    for kind in ("rsa", "rsa4096", "ec", "ec384"):
        yield f"v4 beside v1+v2+v3, key {kind}", lambda k=kind: Case(*made(key=k))
    yield "v4 beside v2", lambda: Case(*made((2,), 24), min_sdk=24)
    yield "v4 beside v3", lambda: Case(*made((3,), 28), min_sdk=28)
    yield "v4 with verity in v2 and v3", lambda: Case(*made(extra=["--verity-enabled=true"]))
    yield "v4: root hash changed", turned(lambda raw: 8 + 4 + 1 + 4 + 4 + 3)
    yield "v4: content digest changed", turned(lambda raw: 8 + struct.unpack_from("<I", raw, 4)[0] + 4 + 4 + 3)
    yield "v4: signature changed", turned(lambda raw: _end_of_signing_info(raw) - 3)
    yield "v4: hash tree changed", turned(lambda raw: len(raw) - 4000)
    yield "v4: hash tree left out", lambda: _without_tree(*made())
    yield "v4 of another package", lambda: Case(made()[0], shop.sign(package(21, 28), (1, 2, 3), v4=True)[1])
    yield "v4 of another signer", lambda: Case(made()[0], made(key="rsa/2")[1])
    yield "v4: version 9", lambda: Case(made()[0], struct.pack("<I", 9) + made()[1][4:])
    yield "v4: empty file", lambda: Case(made()[0], b"")
    yield "v4: cut off", lambda: Case(made()[0], made()[1][:200])
    yield "v4: package changed behind it", lambda: _behind(*made())
    yield "v4: unsigned padding changed behind it", lambda: _padded(*made())
    yield "v4 beside v1 alone", lambda: Case(shop.base("v1"), made()[1])


def _end_of_signing_info(raw):
    at = 4
    for _ in range(2):
        at += 4 + struct.unpack_from("<I", raw, at)[0]
    return at


def _without_tree(data, idsig):
    return Case(data, idsig[: _end_of_signing_info(idsig)])


def _padded(data, idsig):
    return Case(with_pairs(data, flipped(0x42726577, 0)), idsig)


def _behind(data, idsig):
    return Case(CHANGES["Walle channel added"](data), idsig)


def _stamps(shop):
    yield "source stamp", lambda: Case(shop.sign(package(), (1, 2, 3), stamp="rsa/2"))
    yield "source stamp, v2 alone", lambda: Case(shop.sign(package(24), (2,), min_sdk=24, stamp="rsa/2"), min_sdk=24)
    yield (
        "source stamp removed",
        lambda: Case(with_pairs(shop.sign(package(), (1, 2, 3), stamp="rsa/2"), without(0x6DFF800D, 0x2B09189E))),
    )
    yield (
        "source stamp damaged",
        lambda: Case(with_pairs(shop.sign(package(), (1, 2, 3), stamp="rsa/2"), flipped(0x6DFF800D, 900))),
    )


def _blocks(shop):
    for number, word in ((0x0101, "RSA-PSS SHA-256"), (0x0102, "RSA-PSS SHA-512"), (0x0104, "RSA SHA-512")):
        for pair, least in ((V2, 24), (V3, 28)):
            yield (
                f"{word} in {'v2' if pair == V2 else 'v3'}",
                lambda p=pair, n=number, a=least: _own(shop, {p: ["rsa"]}, least=a, algorithms=(n,)),
            )
    yield "EC SHA-512 in v2", lambda: _own(shop, {V2: ["ec"]}, least=24, algorithms=(0x0202,))
    yield "two algorithms in v2", lambda: _own(shop, {V2: ["rsa"]}, least=24, algorithms=(0x0103, 0x0104))
    yield "two algorithms in v2, the weaker broken", lambda: _weaker_broken(shop)
    yield "unknown algorithm in v2", lambda: _renumbered(shop)
    yield "v2 says v3 was there", lambda: _says_v3(shop)
    yield "v2 with the key of another certificate", lambda: _other_key(shop)
    yield "v2 without signers", lambda: _raw(V2, make_scheme())
    yield "v2 of no bytes", lambda: _raw(V2, b"")
    yield "v3 of random bytes", lambda: _raw(V3, bytes(range(200)), least=28)
    yield "v3.1 beside v3", lambda: _newer(shop)
    yield "v3.1 beside v3, v3.1 removed", lambda: _newer(shop, keep=False)
    yield "v3.1 beside v3 that does not announce it", lambda: _newer(shop, announced=None)
    yield "v3.1 beside v3 that announces another release", lambda: _newer(shop, announced=34)
    yield "v3.1 alone", lambda: _newer(shop, old=False)
    yield "v3.1 damaged", lambda: _newer(shop, damaged=True)


def _weaker_broken(shop):
    parts = split(package(24))
    signer = bytearray(make_signer(parts, shop.key("rsa"), scheme="v2", algorithms=(0x0103, 0x0104)))
    signed = struct.unpack_from("<I", signer)[0]
    signer[4 + signed + 4 + 4 + 4 + 4 + 9] ^= 1
    parts.pairs = [(V2, make_scheme(bytes(signer)))]
    return Case(parts.join(), min_sdk=24)


def _renumbered(shop):
    case = _own(shop, {V2: ["rsa"]}, least=24)
    parts = split(case.data)
    parts.pairs = [(V2, parts.pairs[0][1].replace(struct.pack("<I", 0x0103), struct.pack("<I", 0x0999)))]
    return Case(parts.join(), min_sdk=24)


def _says_v3(shop):
    parts = split(package(24))
    attributes = ((STRIPPING_PROTECTION, struct.pack("<I", 3)),)
    parts.pairs = [(V2, make_scheme(make_signer(parts, shop.key("rsa"), scheme="v2", attributes=attributes)))]
    return Case(parts.join(), min_sdk=24)


def _other_key(shop):
    parts = split(package(24))
    liar = Key(shop.key("rsa").private, shop.key("rsa/2").certificate)
    parts.pairs = [(V2, make_scheme(make_signer(parts, liar, scheme="v2")))]
    return Case(parts.join(), min_sdk=24)


def _raw(pair, value, least=24):
    parts = split(package(least))
    parts.pairs = [(pair, value)]
    return Case(parts.join(), min_sdk=least)


def _newer(shop, *, keep=True, announced=33, old=True, damaged=False):
    """Write v3 for the old key and v3.1 for the new one, as apksigner does from version 33 on."""
    parts = split(package(28))
    told = ((ROTATION_MIN_SDK, struct.pack("<I", announced)),) if announced else ()
    lineage = ((PROOF_OF_ROTATION, make_lineage(shop.key("rsa"), shop.key("ec"))),)
    newer = make_scheme(make_signer(parts, shop.key("ec"), low=33, attributes=lineage))
    if damaged:
        newer = newer[:40] + bytes([newer[40] ^ 1]) + newer[41:]
    if old:
        parts.pairs.append((V3, make_scheme(make_signer(parts, shop.key("rsa"), attributes=told))))
    if keep:
        parts.pairs.append((V31, newer))
    return Case(parts.join(), min_sdk=28, too_old=NO_V31 if old else None)
