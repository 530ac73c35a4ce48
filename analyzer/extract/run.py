"""The order of work: container and manifest first; then the code here, and everything else beside it."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from analyzer.container import LimitReachedError, Limits
from analyzer.container.layouts import Layouts, ResourcePart
from analyzer.container.manifest import Manifest
from analyzer.container.package import Package, hash_file, open_package
from analyzer.container.resources import JoinedTables
from analyzer.container.text import shown
from analyzer.dex import DexIndex, Hits, load
from analyzer.model import (
    AMBIGUOUS,
    Access,
    Artifact,
    Bundle,
    Component,
    Coverage,
    Endpoint,
    Packer,
    PermissionRequest,
    Sdk,
    SecurityFact,
    StaticFacts,
    UnreadableInputError,
    read_record,
    record_json,
)

from . import libraries, reach, sdks, security, unread
from . import packers as marks
from .answers import SurveyedCode, SweptCode, survey, sweep
from .aside import Aside
from .beside import BesideFacts, look_beside
from .components import find_components
from .engine import ENGINE
from .entries import find_plan
from .forked import Forked, ForkedError, ForkedMemoryError
from .identity import app_of, flags_of
from .manifests import read_manifests
from .memory import give_back, peak_memory, settle_memory
from .owners import Owners, find_built_names
from .permissions import find_permissions
from .sdk_states import NO_CALLS, SdkCalls, add_states
from .services import find_services
from .stages import Stages

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from analyzer.dex.graph import CallGraph
    from analyzer.dex.graph.program import Program

PROBLEMS = 20
MOST_BESIDE = 64 << 20
"""Bytes of what is found beside the code."""


def extract(path: Path, catalogue: Any, limits: Limits | None = None, *, fork: bool = False) -> StaticFacts:
    """See `analyzer.extract.extract_facts`; ``fork`` uses a second process, and needs this one to have one thread."""
    limits = limits or Limits()
    stages = Stages()
    try:
        with stages.timed("open"):
            package = open_package(path, limits)
    except LimitReachedError as error:
        package = Package("apk")
        package.reason("limit_reached", str(error))
    return _Extraction(path, package, catalogue, limits, stages, fork=fork).run()


class _Extraction:
    def __init__(
        self, path: Path, package: Package, catalogue: Any, limits: Limits, stages: Stages, *, fork: bool
    ) -> None:
        self.fork = fork
        self.path, self.package, self.catalogue = path, package, catalogue
        self.limits, self.stages = limits, stages
        self.manifests: list[Manifest] = []
        self.components: tuple[Component, ...] = ()
        self.files: list[tuple[str, bytes]] = []
        self.spent = [0 for _ in package.parts]
        self.beside = BesideFacts(sha256="", size=0, seconds={})
        self.names = package.names()
        self.sdks: tuple[Sdk, ...] = ()
        self.sdk_calls = SdkCalls(NO_CALLS, catalogue)
        self.accesses: tuple[Access, ...] = ()
        self.requests: tuple[PermissionRequest, ...] = ()
        self.security: tuple[SecurityFact, ...] = ()
        self.resources: list[ResourcePart] = []
        self.entries: int | None = None
        self.peak_beside = 0
        self.endpoints: tuple[Endpoint, ...] = ()
        self.packers: tuple[Packer, ...] = ()
        self.bundles: tuple[Bundle, ...] = ()
        self.counts = {"dex_files": 0, "dex_bytes": 0, "classes": 0, "methods": 0}

    @property
    def manifest(self) -> Manifest | None:
        """Return the base's manifest."""
        return self.manifests[0] if self.manifests else None

    @property
    def own_package(self) -> str | None:
        """The package whose code is the app's own; a library is no app, and its own code is what it is named by."""
        manifest = self.manifest
        return manifest.package if manifest is not None and self.package.format not in libraries.FORMATS else None

    @property
    def metadata(self) -> dict[str, str]:
        """The meta-data of all manifests, the base's before that of splits."""
        return dict(pair for one in reversed(self.manifests) for pair in one.metadata)

    def run(self) -> StaticFacts:
        package, stages = self.package, self.stages
        with stages.guarded("manifest", package):
            self._read_manifests()
        beside: Forked | None = None
        with stages.guarded("dex", package):
            with stages.timed("dex_files"):
                self.files = self._read_files()
                self.spent = [part.archive.spent for part in package.parts]
                for part in package.parts:
                    part.archive.release_pages()
            beside = self._start_beside()
            self._read_code()
        self._join(self._finish_beside(beside))
        self._note_unread()
        return self._facts()

    def _look_beside(self) -> BesideFacts:
        return look_beside(self.path, self.package, self.manifest, self.files, self.catalogue, self.limits, self.spent)

    def _start_beside(self) -> Forked | None:
        if not self.fork:
            return None
        settle_memory()
        with contextlib.suppress(OSError):  # no more processes: it is done here, afterwards
            return Forked(lambda: record_json(replace(self._look_beside(), peak_memory=peak_memory())), MOST_BESIDE)
        return None

    def _finish_beside(self, beside: Forked | None) -> BesideFacts:
        """Return what was found beside; of what failed there, the identity and the reason."""
        if beside is None:
            return self._look_beside()
        what = "signatures, hidden code, words in code and resources"
        try:
            with self.stages.timed("waiting"):
                return read_record(BesideFacts, beside.answer())
        except ForkedMemoryError:
            self.package.reason("limit_reached", f"{what}: more than {self.limits.memory_bytes:,} bytes of memory")
        except (ForkedError, ValueError) as error:
            self.package.reason("analyser_crashed", f"{what}: {error}")
        sha256, size = hash_file(self.path)
        return BesideFacts(sha256=sha256, size=size, seconds={})

    def _join(self, beside: BesideFacts) -> None:
        package = self.package
        if beside.gone is not None:
            raise UnreadableInputError(self.path, beside.gone)
        self.beside = beside
        for one in beside.reasons:
            if one not in package.reasons:
                package.reasons.append(one)
        for note in beside.notes:
            notes = package.notes if note.part < 0 else package.parts[note.part].archive.notes
            notes.add_row(note.code, note.details, note.count)
        self.stages.seconds |= beside.seconds
        self.packers = marks.join_packers(self.packers, beside.packers, self.catalogue.packers)
        rows = {*self.accesses, *beside.accesses}
        self.accesses = tuple(sorted(rows, key=lambda row: (row.data, row.api, row.caller, row.dex)))
        facts = {*self.security, *beside.security}
        self.security = tuple(sorted(facts, key=lambda row: (row.kind, row.caller, row.file, row.detail, row.api)))
        hosts = {*self.endpoints, *beside.endpoints}
        self.endpoints = tuple(sorted(hosts, key=lambda row: (row.host, row.url, row.found_in, row.scheme or "")))

    def _read_manifests(self) -> None:
        self.manifests, self.resources = read_manifests(self.package, readable=not self._is_unsupported())
        self.components = find_components(self.manifests)

    def _read_files(self) -> list[tuple[str, bytes]]:
        if self._is_unsupported():
            return []
        files = list(self.package.dex_files(self.limits, threads=self.fork))
        if self.package.format in libraries.FORMATS:
            files += libraries.translate_classes(self.package, self.limits)
        return files

    def _read_code(self) -> None:
        """Index the DEX files and ask all extractors; each is guarded by itself, so that one failing costs one kind."""
        package, catalogue, stages = self.package, self.catalogue, self.stages
        if self._is_unsupported() or not (package.parts or package.dex):
            return
        with stages.timed("dex_tables"):
            index = load(self.files)
        self._count(index)
        sweeping = Aside(SweptCode, lambda: sweep(index, catalogue), fork=self.fork)
        graph = followed = surveyed = None
        with stages.guarded("graph", package):
            graph = reach.link(index, catalogue, self.components)
        swept = self._taken(sweeping)
        self.endpoints = swept.endpoints
        hits, hosts, known = swept.hits(index), swept.hosts, swept.calls
        del swept  # before the next copy is made
        if hits is not None:
            owners = self._owners(index)
            calls = self.sdk_calls = SdkCalls(known, catalogue)
            find = partial(self._find_sdks, index, hosts)
            work = partial(
                survey, index, hits, graph, catalogue, owners, calls, self.components, self._all_components(), find
            )
            surveying = Aside(SurveyedCode, work, fork=self.fork)
            with stages.guarded("security", package):
                self.security = self._declared_security(index, owners)
            if graph is not None:
                with stages.guarded("reach", package):
                    followed = self._prepare(graph, owners)
                    give_back()
            surveyed = self._taken(surveying)
            self._take_rows(surveyed)
            if graph is not None and followed is not None:
                with stages.guarded("reach", package):
                    self._follow(index, graph, followed, hits, owners)
        with stages.guarded("sdks", package):
            found = surveyed.sdks if surveyed is not None else self._find_sdks(index, hosts)
            if found is not None:
                self.sdks = add_states(found, self.sdk_calls, catalogue, self.components, self.metadata)
        with stages.guarded("packers", package):
            self._judge_code(index, hits)

    def _find_sdks(self, index: DexIndex, hosts: Iterable[str]) -> tuple[Sdk, ...]:
        return sdks.find_sdks(
            index, self.catalogue, package=self.own_package, components=self.components, entries=self.names,
            metadata=self.metadata, hosts=hosts, read=self.package.head_of,
        )  # fmt: skip

    def _taken[R: (SweptCode, SurveyedCode)](self, aside: Aside[R]) -> R:
        """Wait for work, and take over the reasons and the seconds that go with its answer."""
        with self.stages.timed("waiting"):
            found = aside.answer()
        for one in found.reasons:
            if one not in self.package.reasons:
                self.package.reasons.append(one)
        for stage, seconds in found.seconds.items():
            self.stages.seconds[stage] = round(self.stages.seconds.get(stage, 0.0) + seconds, 4)
        self.peak_beside = max(self.peak_beside, found.peak_memory)
        return found

    def _take_rows(self, found: SurveyedCode) -> None:
        self.accesses, self.requests, self.bundles = found.accesses, found.requests, found.bundles
        self.security = (*found.security, *self.security)
        self.sdk_calls.found = tuple((one.sdk, one.activity) for one in found.calls)
        self.sdk_calls.looked_for = set(found.looked_for)

    def _owners(self, index: DexIndex) -> Owners:
        name = self.own_package
        tables = [one.table for one in self.resources[:1] if one.table is not None]
        built = find_built_names(index, name, [package for table in tables for package in table.packages])
        return Owners(
            self.catalogue, name, self.components, built_as=built, has_class_below=index.has_class_below
        )  # fmt: skip

    def _declared_security(self, index: DexIndex, owners: Owners) -> tuple[SecurityFact, ...]:
        """Return what manifest, network security configuration and entries show."""
        tables = JoinedTables(one.table for one in self.resources if one.table is not None)
        found = security.find_declared(self.manifests, self.catalogue, owners, tables)
        if self.manifest is not None:
            found += security.find_network_config(self.manifest, self.resources, self.package.reason)
        found += security.find_engines(self.names, index, self.catalogue)
        return found + security.find_nested_packages(self.package)

    def _prepare(self, graph: CallGraph, owners: Owners) -> Program | None:
        """Work the rules out for the entry points; without a manifest nobody knows these: `None`."""
        package, catalogue, manifest = self.package, self.catalogue, self.manifest
        if manifest is None or manifest.split or package.format in libraries.FORMATS:
            return None
        layouts = Layouts(self.resources, manifest.package, package.reason)
        plan = find_plan(self.manifests, catalogue.callgraph, reach.implicit_calls(catalogue), layouts)
        plan = replace(plan, services=find_services(package), is_library=lambda name: owners.sdk(name) is not None)
        return graph.prepare(plan)

    def _follow(self, index: DexIndex, graph: CallGraph, program: Program, hits: Hits, owners: Owners) -> None:
        """Find out from which entry points the reads are reached."""
        package = self.package
        rows = reach.Rows(self.accesses, self.requests, self.security, self.sdk_calls.found)
        followed = reach.follow(index, graph, hits, rows, program, self.catalogue, sdk_of=owners.sdk)
        self.accesses, self.requests, self.security, calls = followed.rows
        self.sdk_calls.take(calls, complete=followed.complete and not followed.problems)
        self.entries = len(program.plan.roots)
        for text in followed.problems:
            package.reason("dex_unreadable", text)
        if not followed.complete:
            package.reason("limit_reached", "not every step of every call chain could be examined")

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
        empty = package.format == "aar" and not libraries.has_classes(package)  # a library of resources alone
        if not index.dex_files and not empty and (manifest is None or manifest.has_code):
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
        for text in unread.say_loading(self.sdks, hits):
            package.reason("dynamic_loading", text)

    def _note_unread(self) -> None:
        """Say which code is not looked at."""
        package = self.package
        if self._is_unsupported():
            return
        for packer in self.packers:
            if self.catalogue.packers[packer.id].hides_code:
                package.reason("packed", f"{packer.name}: {packer.evidence[0]}")
        for native in unread.find_native_code(self.names, self.manifest):
            package.reason("native_only", native)

    def _is_unsupported(self) -> bool:
        return any(one.code == "format_unsupported" for one in self.package.reasons)

    def _facts(self) -> StaticFacts:
        package, manifest, beside = self.package, self.manifest, self.beside
        anomalies = package.facts_notes().facts()
        if ambiguous := [one.code for one in anomalies if one.code in AMBIGUOUS]:
            package.reason("ambiguous_structure", ", ".join(ambiguous))
        reasons = tuple(sorted(package.reasons, key=lambda one: (one.code, one.detail)))
        coverage = Coverage(complete=not reasons, reasons=reasons, entries=self.entries, **self.counts)
        declared = dict[str, int | None]()
        for one in self.manifests:
            for name, limit in one.permissions:
                declared.setdefault(name, limit)
        permissions = find_permissions(declared.items(), self.accesses, self.catalogue, complete=coverage.complete)
        return StaticFacts(
            engine=ENGINE,
            rules=self.catalogue.rules_version,
            artifact=Artifact(
                format=package.format, sha256=beside.sha256, size=beside.size, name=shown(self.path.name)
            ),
            app=app_of(manifest, beside),
            coverage=coverage,
            flags=flags_of(manifest),
            components=self.components,
            permissions=permissions,
            sdks=self.sdks,
            accesses=self.accesses,
            permission_requests=self.requests,
            endpoints=self.endpoints,
            packers=self.packers,
            bundles=(*beside.bundles, *self.bundles),
            anomalies=anomalies,
            strings=beside.strings,
            security=self.security,
            policies=beside.policies,
            seconds=dict(self.stages.seconds),
            peak_memory=max(peak_memory(), beside.peak_memory, self.peak_beside),
        )
