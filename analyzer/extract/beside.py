"""What needs neither call sites nor chains: identity, signatures, hidden code, and the words in code and resources.

In the sandbox it runs in a copy of the extracting process, on another core. The order and the budgets are the same
wherever it runs, so that the facts are.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzer.container import Limits
from analyzer.container.manifest import Manifest
from analyzer.container.notes import Notes
from analyzer.container.package import UNOPENED, Package, find_nested_code, hash_file
from analyzer.model.base import Record
from analyzer.model.errors import UnreadableInputError
from analyzer.model.facts import (
    Access,
    Bundle,
    CoverageReason,
    Endpoint,
    Packer,
    SecurityFact,
    Signer,
    StringFact,
)
from analyzer.model.packaged import PackagedPolicy
from analyzer.model.record import dataclass
from analyzer.model.signing import SignatureVerdict, SigningItem, SourceStamp

from .stages import Stages

if TYPE_CHECKING:
    from collections.abc import Sequence

NATIVE_FORMATS = ("apk", "apks", "xapk")

BUNDLE_SDK = 21
"""A release that takes v1 with any digest: no phone looks at the signature of a bundle."""
OF_PHONES = frozenset({"v1_only", "signature_missing", "signature_incomplete"})
"""What matters in a package that a phone installs: a bundle is signed with v1 alone, or not at all, and no worse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Record):
    """Anomalies of one code in one part of the package (by number; -1 is the package itself)."""

    part: int
    code: str
    details: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideFacts(Record):
    """What was found."""

    sha256: str
    size: int
    signers: tuple[Signer, ...] = ()
    signing_items: tuple[SigningItem, ...] = ()
    source_stamp: SourceStamp | None = None
    signature: SignatureVerdict | None = None
    strings: tuple[StringFact, ...] = ()
    accesses: tuple[Access, ...] = ()
    """Reads in script bundles."""
    bundles: tuple[Bundle, ...] = ()
    packers: tuple[Packer, ...] = ()
    """Those that the content of native libraries shows."""
    endpoints: tuple[Endpoint, ...] = ()
    security: tuple[SecurityFact, ...] = ()
    """Secrets in texts and files."""
    policies: tuple[PackagedPolicy, ...] = ()
    reasons: tuple[CoverageReason, ...] = ()
    notes: tuple[Noted, ...] = ()
    seconds: dict[str, float]
    peak_memory: int = 0
    gone: str | None = None
    """Why the file could no longer be read."""


def look_beside(
    path: Path,
    package: Package,
    manifest: Manifest | None,
    files: Sequence[tuple[str, bytes]],
    catalogue: Any,
    limits: Limits,
    spent: Sequence[int],
) -> BesideFacts:
    """Look at everything that this module is about; the package is not changed.

    ``files`` are the DEX files, ``spent`` the bytes of each part that were inflated before.
    """
    parts = [replace(part, archive=copy.copy(part.archive)) for part in package.parts]
    own = replace(package, parts=parts, notes=Notes(), reasons=list(package.reasons))
    if own.outer is not None:
        own.outer = copy.copy(own.outer)
        own.outer.notes = Notes()
    for part, bytes_before in zip(parts, spent, strict=True):
        part.archive.notes, part.archive.spent = Notes(), bytes_before
    return _Beside(path, own, manifest, files, catalogue, limits, len(package.reasons)).run()


class _Beside:
    def __init__(
        self,
        path: Path,
        package: Package,
        manifest: Manifest | None,
        files: Sequence[tuple[str, bytes]],
        catalogue: Any,
        limits: Limits,
        known: int,
    ) -> None:
        self.path, self.package, self.manifest, self.files = path, package, manifest, files
        self.catalogue, self.limits, self.known = catalogue, limits, known
        self.stages = Stages()
        self.signers: tuple[Signer, ...] = ()
        self.signing_items: tuple[SigningItem, ...] = ()
        self.source_stamp: SourceStamp | None = None
        self.signature: SignatureVerdict | None = None
        self.strings: tuple[StringFact, ...] = ()
        self.accesses: set[Access] = set()
        self.bundles: tuple[Bundle, ...] = ()
        self.packers: tuple[Packer, ...] = ()
        self.endpoints: set[Endpoint] = set()
        self.security: set[SecurityFact] = set()
        self.policies: tuple[PackagedPolicy, ...] = ()

    def run(self) -> BesideFacts:
        package, stages = self.package, self.stages
        gone, identity = None, ("", 0)
        try:
            with stages.timed("hash"):
                identity = hash_file(self.path)
        except UnreadableInputError as error:
            gone = error.why
        with stages.guarded("signature", package):
            self._verify()
        with stages.guarded("nested", package):
            self._note_nested()
        if not any(one.code == "format_unsupported" for one in package.reasons):
            with stages.guarded("natives", package):
                self._search_natives()
            self._search()
        return BesideFacts(
            sha256=identity[0],
            size=identity[1],
            signers=self.signers,
            signing_items=self.signing_items,
            source_stamp=self.source_stamp,
            signature=self.signature,
            strings=self.strings,
            accesses=tuple(sorted(self.accesses, key=lambda row: (row.data, row.api, row.caller, row.dex))),
            bundles=self.bundles,
            policies=self.policies,
            packers=self.packers,
            endpoints=tuple(
                sorted(self.endpoints, key=lambda row: (row.host, row.url, row.found_in, row.scheme or ""))
            ),
            security=tuple(sorted(self.security, key=lambda row: (row.kind, row.file, row.detail))),
            reasons=tuple(package.reasons[self.known :]),
            notes=tuple(self._notes()),
            seconds=stages.seconds,
            gone=gone,
        )

    def _notes(self) -> list[Noted]:
        held = [
            (-1, self.package.notes),
            *((number, part.archive.notes) for number, part in enumerate(self.package.parts)),
        ]
        return [
            Noted(part=number, code=code, details=tuple(details), count=count)
            for number, notes in held
            for code, details, count in notes.rows()
        ]

    def _verify(self) -> None:
        from analyzer.container.signature import read_idsig, verify_package  # noqa: PLC0415  # not while the code waits

        outer = self.package.outer
        if outer is not None:  # a bundle is signed as a JAR, by whom uploads it; no phone looks at that
            self.signers = tuple(verify_package(outer, BUNDLE_SDK, BUNDLE_SDK).signers)
            for code, details, count in outer.notes.rows():
                if code not in OF_PHONES:
                    self.package.notes.add_row(code, details, count)
        if self.package.format not in NATIVE_FORMATS:
            return
        manifest = self.manifest
        signers: dict[str, Signer] = {}
        base: set[str] = set()
        for number, part in enumerate(self.package.parts):
            verdict = verify_package(
                part.archive,
                manifest.min_sdk if manifest else None,
                manifest.target_sdk if manifest else None,
                idsig=part.idsig if part.idsig is not None or number else read_idsig(self.path),
            )
            for signer in verdict.signers:
                known = signers.setdefault(signer.sha256, signer)
                signers[signer.sha256] = replace(known, verified=known.verified and signer.verified)
            own = {signer.sha256 for signer in verdict.signers}
            if number and own and base and own != base:
                self.package.notes.add("signature_inconsistent", f"{part.name}: signed by another than the base")
            if not number:
                base = own
                self.signing_items, self.source_stamp = verdict.items, verdict.stamp
            if self.signature is None or (self.signature.accepted and verdict.refusal):
                self.signature = verdict.fact()
        self.signers = tuple(signers.values())

    def _note_nested(self) -> None:
        for part in self.package.parts:
            for name, kind in find_nested_code(part.archive, [one.name for one in self.package.parts]):
                if kind != UNOPENED:  # what nobody has seen is a gap, and no oddity
                    part.archive.notes.add("nested_code", f"{name}: {kind}")
                why = "not opened" if kind == UNOPENED else "outside of the place from which the platform loads code"
                self.package.reason("nested_code", f"{name}: {kind} {why}")

    def _search_natives(self) -> None:
        from . import natives, packers  # noqa: PLC0415  # not while the code waits

        package = self.package
        packed = natives.looks_packed(package.names(), self.files, self.manifest, self.catalogue)
        for part in package.parts:
            found = natives.search_natives(part.archive, self.catalogue, packed=packed)
            self.packers = packers.add_marks(self.packers, found.packers, self.catalogue.packers)
            for text in found.reads:
                package.reason("native_reads", text)
            if found.problem:
                package.reason("natives_unsearched", found.problem)

    def _search(self) -> None:
        """Search the strings of the code first, then resources, text assets and script bundles."""
        from .strings import Finder, search_code  # noqa: PLC0415  # not while the code waits

        finder = Finder(self.catalogue.vocabularies.values())
        with self.stages.guarded("code_strings", self.package):
            search_code(finder, self.files)
        with self.stages.guarded("strings", self.package):
            self._search_texts(finder)
        self.strings = finder.facts()

    def _search_texts(self, finder: Any) -> None:
        from . import endpoints  # noqa: PLC0415  # as above
        from .hybrid import Bundles  # noqa: PLC0415  # same
        from .policies import PolicyFinder  # noqa: PLC0415  # same
        from .security.files import find_key_files  # noqa: PLC0415  # same
        from .security.secrets import facts_in_text  # noqa: PLC0415  # same
        from .texts import part_prefix, read_texts  # noqa: PLC0415  # same

        recipients, secrets = self.catalogue.recipients, tuple(self.catalogue.secrets.values())
        bundles = Bundles(self.catalogue, self.manifest.package if self.manifest else None)
        policies = PolicyFinder()
        self.security.update(find_key_files(self.package))
        for part in self.package.parts:
            for text in read_texts(self.package, part, self.limits):
                finder.search(text.text, text.name, text.separator)
                policies.look(text)
                self.security.update(facts_in_text(text.text, text.name, secrets))
                if text.may_be_bundle:
                    bundles.add(text.name, text.raw, text.text)
                if text.names_endpoints:
                    for line in text.lines_with_urls():
                        self.endpoints.update(endpoints.endpoints_in_text(line, text.name, recipients))
            bundles.add_archives(part, self.limits, part_prefix(part))
        self.policies = policies.facts()
        self.accesses.update(bundles.accesses())
        self.bundles = bundles.facts()
        for reason in bundles.reasons():
            self.package.reason("hybrid_bundle", reason)
        for reason in bundles.loading():
            self.package.reason("dynamic_loading", reason)
