"""All schemes of one package together: what each Android release would conclude."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analyzer.model import Signer
from analyzer.model.record import dataclass

from .block import V2, V3, V31, BlockError, SigningBlock, find_signing_block
from .digests import chunked_digest, signed_sections, verity_digest
from .jar import JarResult, check_jar, signature_blocks
from .scheme import SignerResult, check_scheme

if TYPE_CHECKING:
    from collections.abc import Callable

    from analyzer.container.archive import Archive

N, P, R, T = 24, 28, 30, 33
"""The releases that brought scheme v2, scheme v3, the duty to use v2 (for apps that target it), and scheme v3.1."""
SCHEMES = ("v1", "v2", "v3", "v3.1", "v4")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The signers, and why the first release ≥ `min_sdk` that refuses the package does so (`None`: all accept it)."""

    signers: tuple[Signer, ...]
    refusal: str | None
    code: str | None
    """Anomaly code of the refusal: ``signature_missing``, ``signature_invalid`` or ``signature_incomplete``."""


def verify_package(archive: Archive, min_sdk: int | None, target_sdk: int | None, *, v4: bool = False) -> Verdict:
    """Verify every scheme present and note what is wrong in the archive's anomalies.

    ``v4`` says that a ``.idsig`` file accompanies the package; such a signature is listed, not verified.
    """
    checked = _Checked(archive, min_sdk or 1)
    code, refusal = checked.refusal(target_sdk or 1)
    if code and refusal:
        archive.notes.add(code, refusal)
    checked.note_anomalies()
    return Verdict(checked.signers(v4=v4), refusal, code)


class _Checked:
    def __init__(self, archive: Archive, min_sdk: int) -> None:
        self.archive, self.min_sdk = archive, min_sdk
        self.results: dict[str, list[SignerResult]] = {}
        block = self._block()
        if block is not None:
            digest = self._content_digest(block)
            for scheme, key in (("v2", V2), ("v3", V3), ("v3.1", V31)):
                if key in block.values:
                    self.results[scheme] = check_scheme(block.values[key], scheme, digest)
        self.contents_checked = min_sdk < N or not self.results
        self.jar = self._jar()
        if self.jar.signers:
            self.results["v1"] = self.jar.signers

    def _jar(self) -> JarResult:
        return (
            check_jar(self.archive, contents=self.contents_checked) if signature_blocks(self.archive) else JarResult()
        )

    def _block(self) -> SigningBlock | None:
        end = self.archive.end
        if end is None:
            return None
        try:
            block = find_signing_block(self.archive.data, end.directory)
        except BlockError as error:
            self.archive.notes.add("signing_block_malformed", str(error))
            return None
        if block is not None and end.directory + end.size != end.offset:
            self.archive.notes.add("signing_block_malformed", "the end record does not follow the central directory")
            return None
        return block

    def _content_digest(self, block: SigningBlock) -> Callable[[str], bytes]:
        archive, known = self.archive, dict[str, bytes]()
        assert archive.end is not None  # noqa: S101  # for the type checker: there is a block
        sections = signed_sections(archive.data, block.start, archive.end.directory, archive.end.offset)

        def digest(kind: str) -> bytes:
            if kind not in known:
                known[kind] = verity_digest(sections) if kind == "verity" else chunked_digest(sections, kind)
            return known[kind]

        return digest

    def refusal(self, target_sdk: int) -> tuple[str | None, str | None]:
        if not self.results:
            return "signature_missing", "the package is not signed"
        for level in sorted({max(self.min_sdk, release) for release in (1, N, P, R, T)}):
            code, why = self._refusal_at(level, target_sdk)
            if why:
                return code, f"{why} (refused by Android API level {level})"
        return None, None

    def _refusal_at(self, level: int, target_sdk: int) -> tuple[str, str | None]:
        for scheme, since in (("v3.1", T), ("v3", P), ("v2", N)):
            if level < since or scheme not in self.results:
                continue
            results = self.results[scheme]
            if scheme != "v2":
                fitting = [one for one in results if one.min_sdk <= level <= one.max_sdk or one.certificate is None]
                if scheme == "v3.1" and not fitting:
                    continue
                results = fitting or [SignerResult(scheme, None, "no signer for this release")]
            problem = next((one.problem for one in results if one.problem), None)
            if problem is None and level >= P and any(one.needs_v3 for one in results):
                problem = "its v3 signature was removed"
            return "signature_invalid", f"{scheme}: {problem}" if problem else None
        return self._jar_refusal(level, target_sdk)

    def _jar_refusal(self, level: int, target_sdk: int) -> tuple[str, str | None]:
        results = self.results.get("v1")
        if results is None:
            return "signature_incomplete", f"no v1 signature, only {', '.join(sorted(self.results))}"
        problem = next((one.problem for one in results if one.problem), None)
        for scheme, since in ((2, N), (3, P)):
            if problem is None and level >= since and scheme in self.jar.announces:
                problem = f"its v{scheme} signature was removed"
        if problem:
            return "signature_invalid", f"v1: {problem}"
        if level >= R and target_sdk >= R:
            return "signature_incomplete", "only a v1 signature, apps that target API level 30 need v2"
        return "signature_invalid", None

    def note_anomalies(self) -> None:
        notes = self.archive.notes
        if set(self.results) == {"v1"}:
            notes.add("v1_only", "signed with scheme v1 only: content outside the entries is not protected (Janus)")
        for scheme, results in self.results.items():
            for one in results:
                if one.problem and "signature_invalid" not in notes:
                    notes.add("signature_broken", f"{scheme}: {one.problem}; no release uses it for this package")

    def signers(self, *, v4: bool) -> tuple[Signer, ...]:
        """Join the results of all schemes by certificate, in order of the schemes."""
        rows: dict[str, Signer] = {}
        for scheme in SCHEMES:
            for one in self.results.get(scheme, ()):
                certificate = one.certificate
                if certificate is None:
                    continue
                known = rows.get(certificate.sha256)
                holds = one.problem is None and (scheme != "v1" or self.contents_checked)
                schemes = known.schemes if known else ()
                rows[certificate.sha256] = Signer(
                    sha256=certificate.sha256,
                    md5=certificate.md5,
                    subject=certificate.subject,
                    schemes=schemes if scheme in schemes else (*schemes, scheme),
                    verified=holds or (known is not None and known.verified),
                )
        if v4:
            rows = {key: replace(one, schemes=(*one.schemes, "v4")) for key, one in rows.items()}
        return tuple(rows.values())
