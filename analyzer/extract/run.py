"""The order of work: container and manifest first; then code on this thread, file hash and signatures on another."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from analyzer.container import LimitReachedError, Limits
from analyzer.container.manifest import Manifest, ManifestError, read_manifest
from analyzer.container.package import MANIFEST, Package, Part, find_nested_code, hash_file, open_package
from analyzer.container.resources import ResourceTable
from analyzer.container.signature import verify_package
from analyzer.container.text import shown
from analyzer.dex import DexIndex, Hits, load
from analyzer.model import (
    Access,
    App,
    Artifact,
    Component,
    Coverage,
    Endpoint,
    ManifestFlags,
    Packer,
    Sdk,
    Signer,
    StaticFacts,
)

from . import accesses, bundles, endpoints, sdks, unread
from . import packers as marks
from .components import find_components
from .engine import ENGINE
from .memory import peak_memory
from .permissions import find_permissions
from .stages import Stages
from .strings import Finder, search_code
from .texts import read_texts

if TYPE_CHECKING:
    from pathlib import Path

PROBLEMS = 20
NATIVE_FORMATS = ("apk", "apks", "xapk")


def extract(path: Path, catalogue: Any, limits: Limits | None = None) -> StaticFacts:
    """See `analyzer.extract.extract_facts`."""
    limits = limits or Limits()
    stages = Stages()
    try:
        with stages.timed("open"):
            package = open_package(path, limits)
    except LimitReachedError as error:
        package = Package("apk")
        package.reason("limit_reached", str(error))
    return _Extraction(path, package, catalogue, limits, stages).run()


class _Extraction:
    def __init__(self, path: Path, package: Package, catalogue: Any, limits: Limits, stages: Stages) -> None:
        self.path, self.package, self.catalogue = path, package, catalogue
        self.limits, self.stages = limits, stages
        self.manifests: list[Manifest] = []
        self.components: tuple[Component, ...] = ()
        self.signers: tuple[Signer, ...] = ()
        self.identity = ("", 0)
        self.failure: BaseException | None = None
        self.names = package.names()
        self.finder: Finder | None = None
        self.sdks: tuple[Sdk, ...] = ()
        self.accesses: tuple[Access, ...] = ()
        self.endpoints: tuple[Endpoint, ...] = ()
        self.packers: tuple[Packer, ...] = ()
        self.counts = {"dex_files": 0, "dex_bytes": 0, "classes": 0, "methods": 0}

    @property
    def manifest(self) -> Manifest | None:
        """Return the base's manifest."""
        return self.manifests[0] if self.manifests else None

    def run(self) -> StaticFacts:
        package, stages = self.package, self.stages
        with stages.guarded("manifest", package):
            self._read_manifests()
        beside = threading.Thread(target=self._beside, name="eduaudit-beside")
        beside.start()
        try:
            with stages.guarded("dex", package):
                self._read_code()
        finally:
            beside.join()
        if self.failure is not None:
            raise self.failure
        with stages.guarded("strings", package):
            self._search_texts()
        return self._facts()

    def _beside(self) -> None:
        """Do what needs little of the interpreter: hashing, signatures, and peeking at hidden code."""
        try:
            with self.stages.timed("hash"):
                self.identity = hash_file(self.path)
            with self.stages.guarded("signature", self.package):
                self._verify()
            with self.stages.guarded("nested", self.package):
                self._note_nested()
        except BaseException as error:  # noqa: BLE001  # handed to the main thread, which raises it
            self.failure = error

    def _read_manifests(self) -> None:
        package = self.package
        for number, part in enumerate(package.parts):
            if part.archive.damaged:
                package.reason("archive_damaged", part.archive.damaged)
            if self._is_unsupported():
                continue
            manifest = self._read_manifest(part, base=number == 0)
            if manifest is None and number == 0:
                return
            if manifest is not None:
                self.manifests.append(manifest)
        if package.format in {"dex", "jar"}:
            package.reason("no_manifest", "code without an Android manifest: components and permissions are unknown")
        self.components = find_components(self.manifests)
        manifest = self.manifest
        if manifest is not None and len(package.parts) == 1:
            if manifest.split:
                package.reason("splits_missing", f"this is only the split {shown(manifest.split)} of an app")
            elif dict(manifest.metadata).get("com.android.vending.splits.required") in (
                "true",
                "1",
                "-1",
                "4294967295",
            ):
                package.reason("splits_missing", "the app needs splits that are not here: hand in the APKS or XAPK")

    def _read_manifest(self, part: Part, *, base: bool) -> Manifest | None:
        entry = part.archive.by_name.get(MANIFEST)
        if entry is None:
            if base and self.package.format in NATIVE_FORMATS:
                self.package.reason("manifest_unreadable", "no AndroidManifest.xml")
            return None
        table = None
        try:
            resources = part.archive.by_name.get("resources.arsc")
            if resources is not None:
                table = ResourceTable(part.archive.read(resources))
        except Exception as error:  # noqa: BLE001  # a broken table costs the label, not the manifest
            self.package.reason("resources_unreadable", f"resources.arsc: {error}")
        try:
            return read_manifest(part.archive.read(entry), table, part.archive.notes)
        except ManifestError as error:
            self.package.reason("manifest_unreadable", f"{shown(part.name)}: {error}" if part.name else str(error))
        return None

    def _verify(self) -> None:
        if self.package.format not in NATIVE_FORMATS:
            return
        manifest = self.manifest
        with_v4 = any(name.endswith(".idsig") for name in self.package.entries)
        signers: dict[str, Signer] = {}
        for part in self.package.parts:
            verdict = verify_package(
                part.archive,
                manifest.min_sdk if manifest else None,
                manifest.target_sdk if manifest else None,
                v4=with_v4,
            )
            for signer in verdict.signers:
                known = signers.setdefault(signer.sha256, signer)
                signers[signer.sha256] = known.model_copy(update={"verified": known.verified and signer.verified})
        self.signers = tuple(signers.values())

    def _note_nested(self) -> None:
        for part in self.package.parts:
            for name, kind in find_nested_code(part.archive):
                part.archive.notes.add("nested_code", f"{name}: {kind}")
                self.package.reason(
                    "nested_code", f"{name}: {kind} outside of the place from which the platform loads code"
                )

    def _read_code(self) -> None:
        """Index the DEX files and ask all extractors; each is guarded by itself, so that one failing costs one kind."""
        package, catalogue, stages = self.package, self.catalogue, self.stages
        if self._is_unsupported() or not (package.parts or package.dex):
            return
        with stages.timed("dex_tables"):
            files = list(package.dex_files(self.limits))
            index = load(files)
        self._count(index)
        manifest = self.manifest
        name = manifest.package if manifest else None
        urls = hits = None
        with stages.guarded("urls", package):
            urls = endpoints.find_urls(index, catalogue.recipients)
        with stages.guarded("sweep", package):
            asked = accesses.build_query(catalogue) | unread.loader_query()
            hits = index.find(asked | urls.query if urls is not None else asked)
        if hits is not None:
            with stages.guarded("accesses", package):
                owners = sdks.Owners(catalogue, name, self.components)
                self.accesses = accesses.find_accesses(hits, catalogue, owners, self._all_components())
            if urls is not None:
                with stages.guarded("endpoints", package):
                    self.endpoints = endpoints.find_endpoints(urls, hits, catalogue.recipients)
        with stages.guarded("sdks", package):
            self.sdks = sdks.find_sdks(
                index,
                catalogue,
                package=name,
                components=self.components,
                entries=self.names,
                metadata=sorted({key for one in self.manifests for key, _ in one.metadata}),
                hosts=urls.hosts if urls is not None else (),
            )
        with stages.guarded("packers", package):
            self._judge_code(index, hits)
        with stages.guarded("code_strings", package):
            self.finder = Finder(catalogue.vocabularies.values())
            search_code(self.finder, files, index)

    def _all_components(self) -> tuple[Component, ...] | None:
        """Return the components of the app; `None` where a manifest may hold others: a library's, or one not read."""
        unread_manifest = any(one.code == "manifest_unreadable" for one in self.package.reasons)
        manifest = self.manifest
        if manifest is None or manifest.split or unread_manifest or self.package.format == "aar":
            return None
        return self.components

    def _count(self, index: DexIndex) -> None:
        """Take over the counts and say what of the code could not be read."""
        package, manifest = self.package, self.manifest
        for problem in index.problems[:PROBLEMS]:
            package.reason("dex_unreadable", f"{problem.dex}: {problem.where}: {problem.why}")
        if len(index.problems) > PROBLEMS:
            package.reason("dex_unreadable", f"{len(index.problems) - PROBLEMS} more problems")
        self.counts = {
            "dex_files": index.dex_files,
            "dex_bytes": index.dex_bytes,
            "classes": index.class_count,
            "methods": index.method_count,
        }
        if not index.dex_files and (manifest is None or manifest.has_code):
            package.reason("dex_unreadable", "no DEX file could be read")

    def _judge_code(self, index: DexIndex, hits: Hits | None) -> None:
        """Say where the DEX files are not the code that runs."""
        package, manifest = self.package, self.manifest
        hidden = False
        if manifest is not None and manifest.has_code and index.dex_files:
            missing, hidden = marks.hidden_classes(manifest, index)
            if missing:
                package.notes.add("component_class_missing", f"{len(missing)} classes: {', '.join(missing[:3])}")
            if hidden:
                share = f"{len(missing)} of {len(manifest.classes)}"
                package.reason("packed", f"{share} classes of the manifest are in no DEX file, such as {missing[0]}")
        self.packers = marks.find_packers(self.catalogue.packers, self.names, manifest, index, hidden=hidden)
        for packer in self.packers:
            if self.catalogue.packers[packer.id].hides_code:
                package.reason("packed", f"{packer.name}: {packer.evidence[0]}")
        loading = unread.find_loaders(hits) if hits is not None else None
        if loading:
            package.reason("dynamic_loading", loading)

    def _search_texts(self) -> None:
        """Look through resources, text assets and script bundles."""
        package, catalogue = self.package, self.catalogue
        if self._is_unsupported():
            return
        finder = self.finder = self.finder or Finder(catalogue.vocabularies.values())
        rows, hosts = set(self.accesses), set(self.endpoints)
        for part in package.parts:
            for text in read_texts(package, part, self.limits):
                finder.search(text.text, text.name, text.separator)
                if text.is_script:
                    rows.update(bundles.find_script_accesses(text.name, text.raw, catalogue))
                if text.names_endpoints:
                    for line in text.lines_with_urls():
                        hosts.update(endpoints.endpoints_in_text(line, text.name, catalogue.recipients))
        self.accesses = tuple(sorted(rows, key=lambda row: (row.data, row.api, row.caller, row.dex)))
        self.endpoints = tuple(sorted(hosts, key=lambda row: (row.host, row.url, row.found_in, row.scheme or "")))
        for bundle in unread.find_bundles(self.names):
            package.reason("hybrid_bundle", f"{bundle}: logic outside of DEX is not fully read")
        for native in unread.find_native_code(self.names, self.manifest):
            package.reason("native_only", native)

    def _is_unsupported(self) -> bool:
        return any(one.code == "format_unsupported" for one in self.package.reasons)

    def _facts(self) -> StaticFacts:
        package, manifest = self.package, self.manifest
        reasons = tuple(sorted(package.reasons, key=lambda one: (one.code, one.detail)))
        coverage = Coverage(complete=not reasons, reasons=reasons, **self.counts)
        declared = dict[str, int | None]()
        for one in self.manifests:
            for name, limit in one.permissions:
                declared.setdefault(name, limit)
        permissions = find_permissions(declared.items(), self.accesses, self.catalogue, complete=coverage.complete)
        sha256, size = self.identity
        return StaticFacts(
            engine=ENGINE,
            rules=self.catalogue.rules_version,
            artifact=Artifact(format=package.format, sha256=sha256, size=size, name=shown(self.path.name)),
            app=_app(manifest, self.signers),
            coverage=coverage,
            flags=_flags(manifest),
            components=self.components,
            permissions=permissions,
            sdks=self.sdks,
            accesses=self.accesses,
            endpoints=self.endpoints,
            packers=self.packers,
            anomalies=package.facts_notes().facts(),
            strings=self.finder.facts() if self.finder else (),
            seconds=dict(self.stages.seconds),
            peak_memory=peak_memory(),
        )


def _app(manifest: Manifest | None, signers: tuple[Signer, ...]) -> App:
    if manifest is None:
        return App(signers=signers)
    return App(
        package=shown(manifest.package) if manifest.package else None,
        label=shown(manifest.label) if manifest.label is not None else None,
        version_name=shown(manifest.version_name) if manifest.version_name is not None else None,
        version_code=manifest.version_code,
        min_sdk=manifest.min_sdk,
        target_sdk=manifest.target_sdk,
        signers=signers,
    )


def _flags(manifest: Manifest | None) -> ManifestFlags:
    if manifest is None:
        return ManifestFlags()
    flags = manifest.flags
    return flags.model_copy(
        update={
            "network_security_config": shown(flags.network_security_config) if flags.network_security_config else None,
            "application_class": shown(flags.application_class, 400) if flags.application_class else None,
        }
    )
