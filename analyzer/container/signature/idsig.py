"""APK Signature Scheme v4: the ``.idsig`` file beside a package, a signed fs-verity tree over the whole of it.

Source: source.android.com, "APK Signature Scheme v4"; AOSP ``V4Signature``, ``V4SchemeVerifier``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.model.record import dataclass

from .algorithms import ALGORITHMS
from .block import BlockError, Fields
from .certificate import Certificate, read_certificate
from .der import DerError
from .digests import hash_tree
from .keys import KeyVerificationError, verify
from .scheme import SignerResult

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VERSION = 2
SHA256, LOG2_PAGE = 1, 12
MOST_BYTES = 64 << 20
"""A tree is 1/128 of its package: enough for the largest package that is read."""
BEST = ("sha512", "verity", "sha256")
"""Which content digest of the v2 or v3 signer the file repeats, first choice first."""


class UnreadableIdsigError(BlockError):
    """The file is framed so that `apksigner` ends with an exception instead of a verdict."""


@dataclass(frozen=True, slots=True)
class SigningInfo:
    """One signer of the file."""

    apk_digest: bytes
    certificate: bytes
    additional: bytes
    public_key: bytes
    algorithm: int
    signature: bytes


@dataclass(frozen=True, slots=True)
class Idsig:
    """The parts of the file."""

    hashing: bytes
    kind: int
    log2_page: int
    salt: bytes
    root: bytes
    signers: list[SigningInfo]
    tree: bytes
    tree_cut: bool
    """The file ends within the tree, which nobody but an installation by pieces needs."""


@dataclass(frozen=True, slots=True)
class IdsigResult:
    """What the file says."""

    signers: list[SignerResult]
    unreadable: str | None = None
    """Why `apksigner` ends without a verdict; a phone looks at the file only while a package is being copied."""
    remark: str | None = None
    """What is wrong with it though its signature holds."""


def read_idsig(package: Path) -> bytes | None:
    """Return the content of the ``.idsig`` file beside ``package``; `None` when there is none.

    One that cannot be read, or is larger than any tree, gives empty bytes, which do not verify.
    """
    path = package.with_name(package.name + ".idsig")
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError:
        return b""
    return raw if len(raw) <= MOST_BYTES else b""


def check_idsig(raw: bytes, data: memoryview, signers: list[SignerResult], rotated: list[SignerResult]) -> IdsigResult:
    """Check the file's content against the package; one result for each signer in it, never an exception.

    ``signers`` are the results of v3 (v2 where there is none), ``rotated`` those of v3.1: what the file must repeat.
    """
    try:
        file = _read_file(raw)
    except UnreadableIdsigError as error:
        return IdsigResult([SignerResult("v4", None, f"malformed: {error}")], unreadable=str(error))
    remark = "the file ends within the hash tree" if file.tree_cut else None
    try:
        return IdsigResult(_check(file, data, signers, rotated), remark=remark)
    except (BlockError, DerError) as error:
        return IdsigResult([SignerResult("v4", None, f"malformed: {error}")])


def _read_file(raw: bytes) -> Idsig:
    try:
        fields = Fields(raw)
        version = fields.number()
        hashing, signing = fields.field(), fields.field()
        info = Fields(hashing)
        kind, log2_page, salt, root = info.number(), info.take(1)[0], info.field(), info.field()
        infos = list(_signing_infos(signing))
    except BlockError as error:
        raise UnreadableIdsigError(str(error)) from error
    if version != VERSION:
        raise UnreadableIdsigError(f"version {version} instead of {VERSION}")
    try:
        tree, cut = fields.field() if fields.left else b"", False
    except BlockError:
        tree, cut = b"", True
    return Idsig(hashing, kind, log2_page, salt, root, infos, tree, cut)


def _check(
    file: Idsig, data: memoryview, signers: list[SignerResult], rotated: list[SignerResult]
) -> list[SignerResult]:
    if (file.kind, file.log2_page) != (SHA256, LOG2_PAGE):
        raise BlockError("a hash or page size that no release knows")
    own_root, own_tree = hash_tree([data], file.salt)
    problem = None
    if own_root != file.root:
        problem = "the package is not what was signed: the root of its hash tree differs"
    elif file.tree and file.tree != own_tree:
        problem = "the hash tree is not that of the package"
    results = []
    for number, one in enumerate(file.signers):
        certificate = read_certificate(one.certificate)
        found = problem or _problem(one, certificate, data, file.hashing, rotated if number else signers)
        results.append(SignerResult("v4", certificate, found))
    if len(results) != 1 + bool(rotated):
        results.append(SignerResult("v4", None, f"{len(results)} signers, where the package has {1 + bool(rotated)}"))
    return results


def _signing_infos(raw: bytes) -> Iterator[SigningInfo]:
    """Yield the first signing info, and those of rotated signers behind it."""
    fields = Fields(raw)
    yield _signing_info(fields)
    while fields.left:
        fields.number()  # the id of the block whose signer it repeats
        yield _signing_info(Fields(fields.field()))


def _signing_info(fields: Fields) -> SigningInfo:
    return SigningInfo(
        apk_digest=fields.field(),
        certificate=fields.field(),
        additional=fields.field(),
        public_key=fields.field(),
        algorithm=fields.number(),
        signature=fields.field(),
    )


def _problem(
    one: SigningInfo, certificate: Certificate, data: memoryview, hashing: bytes, signers: list[SignerResult]
) -> str | None:
    try:
        _check_info(one, certificate, data, hashing)
        _check_repeated(one, certificate, signers)
    except (BlockError, KeyVerificationError) as error:
        return str(error)
    return None


def _check_info(one: SigningInfo, certificate: Certificate, data: memoryview, hashing: bytes) -> None:
    if one.algorithm not in ALGORITHMS:
        raise BlockError("no signature of a known algorithm")
    digest, pss, _ = ALGORITHMS[one.algorithm]
    verify(one.public_key, one.signature, _signed_data(one, len(data), hashing), digest, pss=pss)
    if certificate.public_key != one.public_key:
        raise BlockError("the key is not the certificate's")


def _check_repeated(one: SigningInfo, certificate: Certificate, signers: list[SignerResult]) -> None:
    """Check that signer and content digest are those of the package's own v3 or v2 signature."""
    if not signers:
        raise BlockError("no v2 or v3 signature that it could repeat")
    if len(signers) != 1 and signers[0].scheme == "v2":
        raise BlockError("several signers, where v4 knows one")
    certificates = [signer.certificate.der for signer in signers if signer.certificate is not None]
    if certificate.der not in certificates:
        raise BlockError(f"another certificate than that of {signers[0].scheme}")
    stated = signers[certificates.index(certificate.der)].digests
    if one.apk_digest != next((stated[kind] for kind in BEST if kind in stated), None):
        raise BlockError(f"another content digest than that of {signers[0].scheme}")


def _signed_data(one: SigningInfo, size: int, hashing: bytes) -> bytes:
    """Return what the signature is over: the size of the package, the hashing info, and the info without signature."""
    body = size.to_bytes(8, "little") + hashing
    for part in (one.apk_digest, one.certificate, one.additional):
        body += len(part).to_bytes(4, "little") + part
    return (len(body) + 4).to_bytes(4, "little") + body
