"""All schemes of one package together: who signed it, and what each Android release would conclude."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.container.limits import EntryUnreadableError, LimitReachedError
from analyzer.model import SignatureVerdict, Signer, SigningItem, SourceStamp
from analyzer.model.record import dataclass

from .block import V2, V3, V31, BlockError, SigningBlock, find_signing_block
from .digests import chunked_digest, signed_sections, verity_digest
from .idsig import check_idsig
from .items import describe_comment, describe_entries, describe_items
from .jar import SHA256_SINCE, check_jar, signature_blocks
from .lineage import LineageStep, lineage_facts
from .releases import INCOMPLETE, INVALID, Checked, N, P, find_gap, find_refusal
from .scheme import NO_LIMIT, SignerResult, check_scheme
from .stamp import ENTRY, StampResult, check_stamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from analyzer.container.archive import Archive

DISPUTED = "signature_disputed"
SCHEMES = ("v1", "v2", "v3", "v3.1", "v4")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The signers, and why `apksigner verify` refuses the package for the releases ≥ `min_sdk` (`None`: it accepts)."""

    signers: tuple[Signer, ...]
    refusal: str | None
    code: str | None
    """Anomaly code of `refusal`: ``signature_missing``, ``signature_invalid``, ``signature_incomplete``,
    ``v4_invalid`` (the v4 file beside the package cannot be read), or ``signature_inconsistent`` (each release by
    itself accepts it, `apksigner` and updates do not)."""
    items: tuple[SigningItem, ...] = ()
    stamp: SourceStamp | None = None
    verified: tuple[str, ...] = ()
    """Schemes that some supported release uses and all of whose signers hold."""
    phones: str | None = None
    """What Android does otherwise than `refusal` says; `None`: the same."""

    def fact(self) -> SignatureVerdict:
        """Return what the report says of it."""
        return SignatureVerdict(
            accepted=self.refusal is None, refusal=self.refusal, schemes=self.verified, phones=self.phones
        )


def verify_package(
    archive: Archive, min_sdk: int | None, target_sdk: int | None, *, idsig: bytes | None = None
) -> Verdict:
    """Verify every scheme present and note what is wrong in the archive's anomalies.

    ``idsig`` is the content of the v4 signature file that accompanies the package.
    """
    one = _Verification(archive, min_sdk or 1)
    levels = (min_sdk or 1, target_sdk or 1)
    refusal = one.structure() or find_refusal(one.checked, *levels)
    refused = one.structure() or find_refusal(one.checked, *levels, phone=True)
    phones = None
    if refused:
        archive.notes.add(*refused)
        phones = f"a phone refuses: {refused[1]}" if not refusal else None
    elif refusal:
        phones = "a phone accepts it"
        archive.notes.add(DISPUTED, f"apksigner refuses, {phones}: {refusal[1]}")
    elif gap := find_gap(one.checked, levels[0]):
        archive.notes.add(INCOMPLETE, gap)
    if idsig is not None:
        unreadable = one.check_v4(idsig)
        if unreadable and not refusal:
            refusal, phones = (
                ("v4_invalid", f"v4: malformed: {unreadable}"),
                phones or "a phone installs it without the v4 file",
            )
    one.note_anomalies()
    code, why = refusal or (None, None)
    stamp = one.check_stamp()
    return Verdict(one.signers(), why, code, one.items(), stamp.fact() if stamp else None, one.verified(), phones)


class _Verification:
    def __init__(self, archive: Archive, min_sdk: int) -> None:
        self.archive, self.min_sdk = archive, min_sdk
        self.checked = Checked()
        self.block = self._block()
        results = self.checked.results
        if self.block is not None:
            values, digest = self.block.values, self._content_digest(self.block)
            for scheme, key in (("v2", V2), ("v3", V3), ("v3.1", V31)):
                if key in values:
                    results[scheme] = check_scheme(values[key], scheme, digest)
        self.contents_checked = min_sdk < N or not results
        if signature_blocks(archive):
            self.checked.jar = check_jar(archive, contents=self.contents_checked, old=min_sdk < SHA256_SINCE)
            results["v1"] = self.checked.jar.signers

    def _block(self) -> SigningBlock | None:
        end, notes = self.archive.end, self.archive.notes
        if end is None:
            return None
        try:
            block = find_signing_block(self.archive.data, end.directory)
        except BlockError as error:
            notes.add("signing_block_malformed", str(error))
            return None
        if block is None:
            return None
        if end.directory + end.size != end.offset:
            notes.add("signing_block_malformed", "the end record does not follow the central directory")
            return None
        if block.problem:
            notes.add("signing_block_malformed", block.problem)
        keys = [key for key, _ in block.pairs]
        for key in dict.fromkeys(key for key in keys if keys.count(key) > 1):
            notes.add("signing_block_malformed", f"pair {key:#010x} occurs {keys.count(key)} times")
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

    def structure(self) -> tuple[str, str] | None:
        """Return why no release opens the archive at all, however it is signed."""
        end = self.archive.end
        if end is None or not self.checked.results:
            return None
        after = len(self.archive.data) - end.offset - 22 - end.comment
        if after:
            return INVALID, f"{after:,} bytes after the end of the archive, which no signature covers"
        return None

    def check_v4(self, idsig: bytes) -> str | None:
        """Check the v4 file, which phones use while a package is still being copied; return why none can read it."""
        results = self.checked.results
        signers, rotated = results.get("v3") or results.get("v2") or [], results.get("v3.1") or []
        found = check_idsig(idsig, self.archive.data, signers, rotated)
        results["v4"] = found.signers
        for problem in [*(one.problem for one in found.signers), found.remark]:
            if problem:
                self.archive.notes.add("v4_invalid", f"v4: {problem}")
        return found.unreadable

    def check_stamp(self) -> StampResult | None:
        """Check the source stamp over the schemes that a supported release looks at."""
        if self.block is None and ENTRY not in self.archive.by_name:
            return None
        stated: bytes | None = None
        if ENTRY in self.archive.by_name:
            try:
                stated = bytes(self.archive.read(self.archive.by_name[ENTRY]))
            except (EntryUnreadableError, LimitReachedError):
                stated = b""
        digests: dict[str, dict[str, bytes]] = {}
        for scheme in self._used():
            if scheme == "v1":
                digests[scheme] = {"manifest": self.checked.jar.manifest_digest()}
            else:
                digests[scheme] = {}
                for one in self.checked.results[scheme]:
                    digests[scheme] |= one.digests
        found = check_stamp(self.block.values if self.block else {}, stated, digests)
        if found is not None and found.problem:
            self.archive.notes.add("source_stamp_broken", found.problem)
        return found

    def note_anomalies(self) -> None:
        notes = self.archive.notes
        results = {scheme: rows for scheme, rows in self.checked.results.items() if scheme != "v4"}
        if set(results) == {"v1"}:
            notes.add("v1_only", "signed with scheme v1 only: content outside the entries is not protected (Janus)")
        for scheme, rows in results.items():
            for one in rows:
                if one.problem and "signature_invalid" not in notes:
                    notes.add("signature_broken", f"{scheme}: {one.problem}; no release uses it for this package")

    def items(self) -> tuple[SigningItem, ...]:
        """Return what else stands in the block, and the comment."""
        end = self.archive.end
        rows = describe_items(self.block.pairs) if self.block else ()
        if set(self.checked.results) == {"v1"}:
            rows += describe_entries(self.archive.by_name[name] for name in self.checked.jar.unprotected)
        if end is None or not end.comment:
            return rows
        comment = bytes(self.archive.data[end.offset + 22 : end.offset + 22 + end.comment])
        item = describe_comment(comment, signed=bool({"v2", "v3", "v3.1"} & set(self.verified())))
        return (*rows, item) if item else rows

    def _used(self) -> list[str]:
        """Return the schemes that a supported release looks at."""
        results = self.checked.results
        newer = [scheme for scheme in ("v3", "v3.1") if scheme in results]
        used = ["v1"] if "v1" in results and self.contents_checked else []
        if "v2" in results and (self.min_sdk < P or not newer):
            used.append("v2")
        return used + newer + (["v4"] if "v4" in results else [])

    def verified(self) -> tuple[str, ...]:
        """Return the used schemes whose signers all hold."""
        results = self.checked.results
        return tuple(scheme for scheme in self._used() if all(one.problem is None for one in results[scheme]))

    def signers(self) -> tuple[Signer, ...]:
        """Join the results of all schemes by certificate, in order of the schemes."""
        rows: dict[str, list[SignerResult]] = {}
        for scheme in SCHEMES:
            for one in self.checked.results.get(scheme, ()):
                stranger = scheme == "v4" and one.problem  # a file beside the package names no signer of it
                if one.certificate is not None and not (stranger and one.certificate.sha256 not in rows):
                    rows.setdefault(one.certificate.sha256, []).append(one)
        return tuple(self._signer(found) for found in rows.values())

    def _signer(self, found: list[SignerResult]) -> Signer:
        certificate = found[0].certificate
        assert certificate is not None  # noqa: S101  # for the type checker: only such are joined
        ranged = [one for one in found if one.scheme in ("v3", "v3.1")]
        last = max((one.max_sdk for one in ranged), default=NO_LIMIT)
        holding = [one for one in found if one.problem is None and (one.scheme != "v1" or self.contents_checked)]
        return Signer(
            sha256=certificate.sha256,
            md5=certificate.md5,
            sha1=certificate.sha1,
            key=certificate.key,
            subject=certificate.subject,
            schemes=tuple(dict.fromkeys(one.scheme for one in found)),
            verified=any(one.scheme != "v4" for one in holding),
            min_sdk=min((one.min_sdk for one in ranged), default=None),
            max_sdk=None if last == NO_LIMIT else last,
            lineage=lineage_facts(_longest(holding)),
        )


def _longest(results: list[SignerResult]) -> tuple[LineageStep, ...]:
    return max((one.lineage for one in results), key=len) if results else ()
