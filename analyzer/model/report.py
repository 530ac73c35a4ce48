"""The report, version 1: ledger, findings, and the JSON document that checks outside this project rely on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Literal

from .base import Bilingual, DataId, Record, canonical_json
from .channels import Declaration, NotAnalysed, PolicyPoint, Transmission
from .facts import (
    Access,
    AccessLevel,
    Anomaly,
    App,
    ArtifactFormat,
    Bundle,
    Component,
    Coverage,
    Endpoint,
    Link,
    ManifestFlags,
    Packer,
    Permission,
    PermissionRequest,
    Sdk,
    SecurityFact,
    StringFact,
)
from .images import ImageFacts
from .packaged import PackagedPolicy
from .record import dataclass
from .severity import Severity, Status

SCHEMA: Literal["eduaudit.report/1"] = "eduaudit.report/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow(Record):
    """One kind of personal data, joined over all channels. `None` in a channel: that channel was not examined."""

    data: DataId
    title: Bilingual
    category: str
    """Category of GB/T 35273 Annex A, ``A01`` … ``A13``."""
    sensitive: bool
    necessary: bool | None
    """Necessary for the app's declared types (14号文); `None` when the filing names no type."""
    declared: bool | None
    permitted: bool | None
    """A permission that gives it is in the manifest; `None` for data that needs none, or without a manifest."""
    present: bool | None
    reachable: bool | None
    before_consent: bool | None
    observed: bool | None
    observed_before_consent: bool | None
    actors: tuple[str, ...]
    recipients: tuple[str, ...]
    confirmed: tuple[str, ...] = ()
    """SDKs (``sdk:<id>``) whose code reads it and whose host received it: code and wire say the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPath(Record):
    """How code that is shown as evidence is reached; the fields are those of `Access`."""

    level: AccessLevel
    entry: str | None
    chain: tuple[str, ...]
    links: tuple[Link, ...]
    offsets: tuple[int, ...]
    """Of the call in the last method of the chain: code units from its first instruction."""
    doubt: str | None = None
    guard: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingEvidence(Record):
    """One place where it was seen."""

    kind: str
    """``access``, ``request`` (of permissions), ``permission``, ``sdk``, ``component``, ``manifest``, ``signature``,
    ``endpoint``, ``string``, ``security``, ``transmission``, ``policy``, ``filing``, ``coverage``."""
    where: str
    excerpt: str
    path: CallPath | None = None
    """For code with a call chain from an entry point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding(Record):
    """A judgement over ledger and facts, citing clauses."""

    rule: str
    severity: Severity
    status: Status
    title: Bilingual
    explanation: Bilingual
    advice: Bilingual
    clauses: tuple[str, ...]
    subject: str
    """What it is about: a data id, permission, SDK id, component or host; part of the fingerprint."""
    evidence: tuple[FindingEvidence, ...]
    fingerprint: str
    waived: str | None = None


_CHANNELS = {"transmission": "traffic", "policy": "policy", "filing": "filing"}


def channels_of(kinds: Iterable[str]) -> frozenset[str]:
    """Return the channels from which evidence of these kinds is taken; without any, the package."""
    return frozenset(_CHANNELS.get(kind, "static") for kind in kinds) or frozenset({"static"})


def fingerprint(rule: str, subject: str, package: str | None) -> str:
    """Return the stable identity of a finding, the same over versions, runs and renamed classes (version 1).

    Evidence stays out on purpose: an obfuscator renames the caller, the finding is still the same one.
    """
    key = "\x1f".join(("1", rule, subject, package or ""))
    return "1:" + hashlib.sha256(key.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class GovernanceFact(Record):
    """A number, certificate or technical fact that the supervision of the provider rests on, and how it stands."""

    id: str
    """``uscc`` ``icp`` ``miit_app_filing`` ``mlps`` ``mlps_level`` ``mlps_age`` ``edu_filing`` ``national_algorithms``
    ``weak_algorithms`` ``literal_ipv4`` ``ipv6``."""
    title: Bilingual
    value: str | None
    state: Literal["good", "attention", "wrong", "missing", "unknown", "information"]
    """``wrong``: form or check character refuse it; ``attention``: a person should look; ``unknown``: not examined."""
    says: Bilingual
    """The reason in one sentence."""
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanCheck(Record):
    """A clause that only a person can decide, with what to look at."""

    clause: str
    look_at: Bilingual
    general: bool = False
    """Of laws, standards and duties of the operator at large, rather than of what this app shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary(Record):
    """The counts and the one-word verdict."""

    findings: dict[str, int]
    """Number of effective (not waived) findings by severity; every severity is present."""
    verdict: Literal["violations_proven", "suspected", "nothing_found", "incomplete"]
    """``nothing_found`` needs complete coverage; otherwise nothing at all gives ``incomplete``."""
    channels: dict[str, bool]
    """Which of ``static``, ``policy``, ``filing``, ``traffic`` were examined."""
    human: tuple[HumanCheck, ...]
    """What a person still has to check."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Record):
    """About this run; the only part of a report that may differ between two runs on equal input."""

    tool: str
    rules: str
    engine: str
    started: str
    """ISO 8601, UTC."""
    seconds: dict[str, float]
    peak_memory: int | None
    """Bytes, largest process of the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportArtifact(Record):
    """The input; all `None` when no package was examined (a traffic-only report)."""

    format: ArtifactFormat | None = None
    sha256: str | None = None
    size: int | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportInput(Record):
    """A file beside the package that was examined: without it, nobody can say later which text was judged."""

    kind: Literal["policy", "capture", "filed_package"]
    name: str | None
    """File name; `None` where the facts do not hold it."""
    sha256: str
    packaged: bool = False
    """A policy that was found in the package, for want of one handed in; `name` is its path there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Record):
    """The document behind every output format. Serialise with `dump`."""

    schema: Literal["eduaudit.report/1"] = SCHEMA
    run: Run
    artifact: ReportArtifact
    inputs: tuple[ReportInput, ...] = ()
    """The policy and the captures, in this order."""
    app: App
    coverage: Coverage
    flags: ManifestFlags
    components: tuple[Component, ...]
    permissions: tuple[Permission, ...]
    sdks: tuple[Sdk, ...]
    accesses: tuple[Access, ...]
    permission_requests: tuple[PermissionRequest, ...] = ()
    """Where permissions are asked for at run time, and from which entry point."""
    endpoints: tuple[Endpoint, ...]
    packers: tuple[Packer, ...]
    bundles: tuple[Bundle, ...] = ()
    """Code of hybrid frameworks, and what of it was read."""
    anomalies: tuple[Anomaly, ...]
    strings: tuple[StringFact, ...]
    security: tuple[SecurityFact, ...] = ()
    """What bears on security: settings, interfaces, keys, links, signs of self-start, each with its place."""
    transmissions: tuple[Transmission, ...]
    not_analysed: tuple[NotAnalysed, ...]
    declarations: tuple[Declaration, ...]
    policy_points: tuple[PolicyPoint, ...]
    ledger: tuple[LedgerRow, ...]
    findings: tuple[Finding, ...]
    summary: Summary
    governance: tuple[GovernanceFact, ...] = ()
    """Numbers and certificates of the filing, cryptography and addresses, in a fixed order."""
    images: ImageFacts | None = None
    """Pictures before the local model; `None`: not asked for."""
    policies: tuple[PackagedPolicy, ...] = ()
    """Texts of the package that call themselves a privacy policy, and which of them was read."""

    def dump(self) -> str:
        """Return the canonical JSON text."""
        return canonical_json(self)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the report, generated from these models."""
    from .reading import reader  # noqa: PLC0415  # pydantic: only a JSON Schema needs it

    schema = reader(Report).json_schema(by_alias=True, mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:eduaudit:schema:report:1", **schema}
