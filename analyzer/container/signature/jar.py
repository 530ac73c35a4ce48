"""APK signature scheme v1: the JAR signature in ``META-INF``.

MANIFEST.MF holds a digest of every entry, each ``.SF`` file a digest of MANIFEST.MF, each ``.RSA``/``.DSA``/``.EC``
file a signature over its ``.SF``. Source: JAR File Specification; what the platform insists on beyond it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import field
from typing import TYPE_CHECKING

from analyzer.container.limits import EntryUnreadableError, LimitReachedError
from analyzer.container.text import shown
from analyzer.model.record import dataclass

from .certificate import dispute
from .pkcs7 import verify_detached
from .scheme import SignerResult

if TYPE_CHECKING:
    from analyzer.container.archive import Archive
    from analyzer.container.records import Entry

BLOCK = re.compile(r"META-INF/([^/]+)\.(RSA|DSA|EC)", re.IGNORECASE)
SIGNATURE_FILE = re.compile(r"META-INF/([^/]+\.(SF|RSA|DSA|EC)|SIG-[^/]+|MANIFEST\.MF)", re.IGNORECASE)
UNPROTECTED = "META-INF/"
"""Android leaves this whole folder out of scheme v1, unlike the JAR specification: stores put channels there."""
SHA256_SINCE = 18
"""The first release that knows SHA-256 in JAR signatures."""
MANIFEST = "META-INF/MANIFEST.MF"
_END_OF_SECTION = re.compile(rb"(?>\r\n|\n|\r)(?>\r\n|\n|\r)+")
DIGESTS = (("sha-512", "sha512"), ("sha-384", "sha384"), ("sha-256", "sha256"), ("sha1", "sha1"))
"""Attribute prefixes, strongest first."""


class JarError(ValueError):
    """The JAR signature does not hold; the message says why."""


@dataclass(slots=True)
class JarResult:
    """Outcome of scheme v1: its signers, and the schemes that it says stand beside it."""

    signers: list[SignerResult] = field(default_factory=list)
    announces: set[int] = field(default_factory=set)
    manifest: bytes = b""
    """MANIFEST.MF, where it could be read."""
    unprotected: list[str] = field(default_factory=list)
    """Entries that scheme v1 leaves out and MANIFEST.MF does not name."""

    def manifest_digest(self) -> bytes:
        """Return the SHA-256 of MANIFEST.MF, which stands for the content in source stamps."""
        return hashlib.sha256(self.manifest).digest()


Attributes = dict[str, str]
"""Attributes of one section by lower-case name."""


def signature_blocks(archive: Archive) -> list[tuple[Entry, Entry]]:
    """Return the signature block entries with their ``.SF`` entries; empty when the package is not signed with v1."""
    found = []
    names = {name.upper(): entry for name, entry in archive.by_name.items() if name[:9].upper() == "META-INF/"}
    for name, entry in names.items():
        match = BLOCK.fullmatch(name)
        signature_file = names.get(f"META-INF/{match[1]}.SF") if match else None
        if signature_file is not None:
            found.append((entry, signature_file))
    return sorted(found, key=lambda pair: pair[0].name)


def check_jar(archive: Archive, *, contents: bool = True, old: bool = False) -> JarResult:
    """Check scheme v1; with ``contents`` false, the entries' own digests are left out (no release would look).

    With ``old``, releases that know no SHA-256 in JAR signatures must be able to check it too.
    """
    result = JarResult()
    blocks = signature_blocks(archive)
    if not blocks:
        return result
    raw, entry_problem = b"", None
    try:
        raw = result.manifest = _read(archive, archive.by_name.get(MANIFEST))
        sections = read_sections(raw)
        result.unprotected = _find_unprotected(archive, sections)
        check_names(sections)
        entry_problem = _check_entries(archive, sections, old=old) if contents else None
    except JarError as error:
        entry_problem = str(error)
    for block_entry, file_entry in blocks:
        signer = _check_signer(archive, block_entry, file_entry, raw, entry_problem, result)
        if old and contents and signer.problem is None and signer.signed_with not in ("sha1", "md5"):
            signer.problem = f"its digest {signer.signed_with} is unknown to Android before API level {SHA256_SINCE}"
        result.signers.append(signer)
    return result


def check_names(sections: list[Attributes]) -> None:
    """Check that every section but the first names an entry, and no two the same. Raises `JarError`."""
    names = [section.get("name") for section in sections[1:]]
    if None in names:
        raise JarError("a section of MANIFEST.MF names no entry")
    if len(set(names)) < len(names):
        raise JarError("two sections of MANIFEST.MF name the same entry")


def _find_unprotected(archive: Archive, sections: list[Attributes]) -> list[str]:
    named = {section.get("name") for section in sections}
    return [
        name
        for name in archive.by_name
        if name.startswith(UNPROTECTED)
        and name not in named
        and not name.endswith("/")
        and not SIGNATURE_FILE.fullmatch(name)
    ]


def _check_signer(
    archive: Archive, block_entry: Entry, file_entry: Entry, raw: bytes, entry_problem: str | None, result: JarResult
) -> SignerResult:
    try:
        signature_file = _read(archive, file_entry)
        certificate, problem, digest = verify_detached(_read(archive, block_entry), signature_file)
    except JarError as error:
        return SignerResult("v1", None, str(error))
    signer = SignerResult("v1", certificate, problem, signed_with=digest)
    if problem is None and certificate is not None:
        signer.disputed = dispute(certificate.der) or _dispute(signature_file, raw)
    if problem is None:
        try:
            result.announces |= _check_signature_file(signature_file, raw)
        except JarError as error:
            signer.problem = str(error)
    signer.problem = signer.problem or entry_problem
    return signer


def _dispute(signature_file: bytes, raw: bytes) -> str | None:
    """Say what `apksigner` stumbles over: it ends a section with one empty line, a phone with all that follow.

    Source: apksig's ``ManifestParser``; AOSP's ``StrictJarManifestReader``.
    """
    doubled = re.search(rb"(?>\r\n|\n|\r){3}", raw)
    if doubled is None:
        return None
    main = _attributes(_unfold(_END_OF_SECTION.split(signature_file, 1)[0]))
    stated = any(key.endswith("-digest-manifest-main-attributes") for key in main)
    first = _END_OF_SECTION.search(raw)
    at_head = first is not None and len(re.findall(rb"\r\n|\n|\r", first[0])) > 2
    if (stated and at_head and "signtool" not in main.get("created-by", "")) or not _matches(
        main, "-digest-manifest", raw
    ):
        return "several empty lines end a section of MANIFEST.MF"
    return None


def _check_signature_file(signature_file: bytes, raw: bytes) -> set[int]:
    """Check the ``.SF`` file against MANIFEST.MF; return the scheme numbers that it announces."""
    main = _attributes(_unfold(_END_OF_SECTION.split(signature_file, 1)[0]))
    announced = {int(part) for part in re.findall(r"\d{1,3}", main.get("x-android-apk-signed", ""))}
    pieces, sections = raw_sections(raw), read_sections(raw)
    by_signtool = "signtool" in main.get("created-by", "")  # which every reader lets pass
    if pieces and not by_signtool and _matches(main, "-digest-manifest-main-attributes", pieces[0]) is False:
        raise JarError("main attributes of MANIFEST.MF are not what was signed")
    if _matches(main, "-digest-manifest", raw):
        return announced
    if not pieces or len(pieces) != len(sections):
        raise JarError("MANIFEST.MF is not what was signed")
    signed = {section.get("name"): section for section in read_sections(signature_file)[1:]}
    for piece, section in zip(pieces[1:], sections[1:], strict=True):
        name = section.get("name")
        if name not in signed or not _matches(signed[name], "-digest", piece):
            raise JarError(f"MANIFEST.MF: the section of {shown(name or '')} is not what was signed")
    return announced


def _check_entries(archive: Archive, sections: list[Attributes], *, old: bool) -> str | None:
    """Return the first entry that is not what MANIFEST.MF says, or is not in it."""
    listed = {section["name"]: section for section in sections[1:] if "name" in section}
    left = archive.limits.total_bytes
    for entry in archive.entries:
        name = entry.name
        if name.endswith("/") or name.startswith(UNPROTECTED):
            continue
        section = listed.pop(name, None)
        if section is None:
            twice = archive.by_name[name] is not entry
            return f"{shown(name)}: {'occurs twice' if twice else 'is not signed'}"
        left -= entry.size
        problem = "too much to hash: left out" if left < 0 else _check_entry(archive, entry, section, old=old)
        if problem:
            return f"{shown(name)}: {problem}"
    missing = next((name for name in listed if not name.endswith("/") and not name.startswith(UNPROTECTED)), None)
    return f"{shown(missing)}: signed, but not in the package" if missing is not None else None


def _check_entry(archive: Archive, entry: Entry, section: Attributes, *, old: bool) -> str | None:
    kind = next(((key, algorithm) for key, algorithm in DIGESTS if f"{key}-digest" in section), None)
    if old and not any(f"{key}-digest" in section for key in ("sha1", "sha")):
        return f"no digest that Android before API level {SHA256_SINCE} knows"
    if kind is None:
        return "no known digest"
    hashed = hashlib.new(kind[1], usedforsecurity=False)
    try:
        for block in archive.blocks(entry):
            hashed.update(block)
    except (EntryUnreadableError, LimitReachedError) as error:
        return str(error)
    return None if hashed.digest() == _decode(section[f"{kind[0]}-digest"]) else "content is not what was signed"


def _matches(attributes: Attributes, suffix: str, content: bytes) -> bool | None:
    """Compare the strongest stated digest with the content's; `None` when none is stated."""
    for key, algorithm in DIGESTS:
        stated = attributes.get(key + suffix)
        if stated is not None:
            return hashlib.new(algorithm, content, usedforsecurity=False).digest() == _decode(stated)
    return None


def raw_sections(raw: bytes) -> list[bytes]:
    """Split a manifest into the bytes of its sections, each up to and with the empty line that ends it."""
    ends = [match.end() for match in _END_OF_SECTION.finditer(raw)]
    if not ends or ends[-1] < len(raw):
        ends.append(len(raw))
    pieces = [raw[start:stop] for start, stop in zip([0, *ends], ends, strict=False)]
    return [piece for piece in pieces if piece.strip(b"\r\n")]


def read_sections(raw: bytes) -> list[Attributes]:
    """Return the attributes of each section, continued lines joined. Raises `JarError` on a line without a colon."""
    return [_attributes(block) for block in re.split(r"\n{2,}", _unfold(raw)) if block.strip("\n")]


def _unfold(raw: bytes) -> str:
    unix = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return unix.replace(b"\n ", b"").decode("utf-8", "backslashreplace")


def _attributes(block: str) -> Attributes:
    attributes: Attributes = {}
    for line in block.split("\n"):
        key, colon, value = line.partition(": ")
        if colon:
            attributes[key.lower()] = value
        elif line.strip("\0"):
            raise JarError("a line of the manifest is no attribute")
    return attributes


def _decode(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _read(archive: Archive, entry: Entry | None) -> bytes:
    if entry is None:
        raise JarError("no META-INF/MANIFEST.MF")
    try:
        return bytes(archive.read(entry))
    except (EntryUnreadableError, LimitReachedError) as error:
        raise JarError(str(error)) from error
