"""Writes APK signing blocks byte by byte, every field open to tampering: v2, v3 and v3.1 signers, lineages, any pair.

Independent of the product's reader and of apksigner, so that it can also write what neither would.
"""

import hashlib
import struct
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

MAGIC = b"APK Sig Block 42"
V2, V3, V31 = 0x7109871A, 0xF05368C0, 0x1B93AD61
STRIPPING_PROTECTION, PROOF_OF_ROTATION, ROTATION_MIN_SDK = 0xBEEFF00D, 0x3BA06F8C, 0x559F8B02
NO_LIMIT = 0x7FFFFFFF
SHA512 = (0x0102, 0x0104, 0x0202)


@dataclass
class Key:
    """A private key and its self-signed certificate."""

    private: object
    certificate: object

    @property
    def der(self):
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def public(self):
        kind = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.private.public_key().public_bytes(serialization.Encoding.DER, kind)

    @property
    def algorithm(self):
        return 0x0103 if isinstance(self.private, rsa.RSAPrivateKey) else 0x0201

    def sign(self, algorithm, data):
        digest = hashes.SHA512() if algorithm in SHA512 else hashes.SHA256()
        if algorithm in (0x0101, 0x0102):
            scheme = padding.PSS(padding.MGF1(digest), digest.digest_size)
            return self.private.sign(data, scheme, digest)
        if algorithm in (0x0103, 0x0104):
            return self.private.sign(data, padding.PKCS1v15(), digest)
        return self.private.sign(data, ec.ECDSA(digest))


def field(data):
    return struct.pack("<I", len(data)) + data


def sequence(items):
    return field(b"".join(map(field, items)))


def numbered(items):
    return sequence([struct.pack("<I", number) + field(value) for number, value in items])


@dataclass
class Parts:
    """A package cut at its signing block; ``pairs`` are the block's, or empty."""

    entries: bytes
    pairs: list
    directory: bytes
    end: bytes

    def join(self, block=None):
        """Put the package together again with a block of ``pairs``, or with ``block`` as it is."""
        if block is None:
            block = make_block(self.pairs) if self.pairs else b""
        end = bytearray(self.end)
        struct.pack_into("<I", end, 16, len(self.entries) + len(block))
        return self.entries + block + self.directory + bytes(end)


def split(data):
    """Cut a package without a comment."""
    at = data.rfind(b"PK\5\6")
    start = struct.unpack_from("<I", data, at + 16)[0]
    pairs, entries = [], start
    if data[start - 16 : start] == MAGIC:
        size = struct.unpack_from("<Q", data, start - 24)[0]
        entries = start - size - 8
        position = entries + 8
        while position < start - 24:
            length, key = struct.unpack_from("<QI", data, position)
            pairs.append((key, data[position + 12 : position + 8 + length]))
            position += 8 + length
    return Parts(data[:entries], pairs, data[start:at], data[at:])


def make_block(pairs, *, size_lie=0, tail=b""):
    body = b"".join(struct.pack("<QI", len(value) + 4, key) + value for key, value in pairs) + tail
    size = len(body) + 24
    return struct.pack("<Q", size + size_lie) + body + struct.pack("<Q", size) + MAGIC


def content_digest(parts, name):
    """Digest of chunks of 1 MiB; the end record as if the directory began where the block does."""
    end = bytearray(parts.end)
    struct.pack_into("<I", end, 16, len(parts.entries))
    chunks = [
        section[at : at + 2**20]
        for section in (parts.entries, parts.directory, bytes(end))
        for at in range(0, len(section), 2**20)
    ]
    digests = [hashlib.new(name, b"\xa5" + struct.pack("<I", len(one)) + one).digest() for one in chunks]
    return hashlib.new(name, b"\x5a" + struct.pack("<I", len(chunks)) + b"".join(digests)).digest()


def make_signer(parts, key, *, scheme="v3", algorithms=(), attributes=(), low=28, high=NO_LIMIT, public=None):
    """Write one signer; ``attributes`` are (id, value)."""
    algorithms = algorithms or (key.algorithm,)
    digests = [(one, content_digest(parts, "sha512" if one in SHA512 else "sha256")) for one in algorithms]
    ranges = b"" if scheme == "v2" else struct.pack("<II", low, high)
    extra = sequence([struct.pack("<I", number) + value for number, value in attributes])
    signed = numbered(digests) + sequence([key.der]) + ranges + extra
    signatures = [(one, key.sign(one, signed)) for one in algorithms]
    return field(signed) + ranges + numbered(signatures) + field(public or key.public)


def make_scheme(*signers):
    return sequence(signers)


def make_lineage(*keys, flags=23, broken=False):
    """Write a proof of rotation; with ``broken``, the last certificate is signed by its own key."""
    nodes, before = [], None
    for number, key in enumerate(keys):
        signed = field(key.der) + struct.pack("<I", before.algorithm if before else 0)
        signer = key if broken and number == len(keys) - 1 else before
        signature = signer.sign(signer.algorithm, signed) if before else b""
        following = key.algorithm if number < len(keys) - 1 else 0
        nodes.append(field(signed) + struct.pack("<II", flags, following) + field(signature))
        before = key
    return struct.pack("<I", 1) + b"".join(map(field, nodes))
