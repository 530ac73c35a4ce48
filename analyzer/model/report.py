"""The report, version 1: ledger, findings, and the JSON document that checks outside this project rely on."""

from __future__ import annotations

import hashlib
from typing import Any, Literal

from pydantic import Field

from .base import Bilingual, DataId, Frozen, canonical_json
from .facts import (
    Access,
    Anomaly,
    App,
    ArtifactFormat,
    Component,
    Coverage,
    Declaration,
    Endpoint,
    ManifestFlags,
    NotAnalysed,
    Packer,
    Permission,
    PolicyPoint,
    Sdk,
    StringFact,
    Transmission,
)
from .severity import Severity, Status

SCHEMA: Literal["eduaudit.report/1"] = "eduaudit.report/1"


class LedgerRow(Frozen):
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


class FindingEvidence(Frozen):
    """One place where it was seen."""

    kind: str
    """``access``, ``permission``, ``sdk``, ``component``, ``manifest``, ``signature``, ``endpoint``, ``string``,
    ``transmission``, ``policy``, ``filing``, ``coverage``."""
    where: str
    excerpt: str


class Finding(Frozen):
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


def fingerprint(rule: str, subject: str, package: str | None) -> str:
    """Return the stable identity of a finding, the same over versions, runs and renamed classes (version 1).

    Evidence stays out on purpose: an obfuscator renames the caller, the finding is still the same one.
    """
    key = "\x1f".join(("1", rule, subject, package or ""))
    return "1:" + hashlib.sha256(key.encode()).hexdigest()[:32]


class HumanCheck(Frozen):
    """A clause that only a person can decide, with what to look at."""

    clause: str
    look_at: Bilingual


class Summary(Frozen):
    """The counts and the one-word verdict."""

    findings: dict[str, int]
    """Number of effective (not waived) findings by severity; every severity is present."""
    verdict: Literal["violations_proven", "suspected", "nothing_found", "incomplete"]
    """``nothing_found`` needs complete coverage; otherwise nothing at all gives ``incomplete``."""
    channels: dict[str, bool]
    """Which of ``static``, ``policy``, ``filing``, ``traffic`` were examined."""
    human: tuple[HumanCheck, ...]
    """What a person still has to check."""


class Run(Frozen):
    """About this run; the only part of a report that may differ between two runs on equal input."""

    tool: str
    rules: str
    engine: str
    started: str
    """ISO 8601, UTC."""
    seconds: dict[str, float]
    peak_memory: int | None
    """Bytes, largest process of the run."""


class ReportArtifact(Frozen):
    """The input; all `None` when no package was examined (a traffic-only report)."""

    format: ArtifactFormat | None = None
    sha256: str | None = None
    size: int | None = None
    name: str | None = None


class Report(Frozen):
    """The document behind every output format. Serialise with `dump`."""

    schema_: Literal["eduaudit.report/1"] = Field(default=SCHEMA, alias="schema")
    run: Run
    artifact: ReportArtifact
    app: App
    coverage: Coverage
    flags: ManifestFlags
    components: tuple[Component, ...]
    permissions: tuple[Permission, ...]
    sdks: tuple[Sdk, ...]
    accesses: tuple[Access, ...]
    endpoints: tuple[Endpoint, ...]
    packers: tuple[Packer, ...]
    anomalies: tuple[Anomaly, ...]
    strings: tuple[StringFact, ...]
    transmissions: tuple[Transmission, ...]
    not_analysed: tuple[NotAnalysed, ...]
    declarations: tuple[Declaration, ...]
    policy_points: tuple[PolicyPoint, ...]
    ledger: tuple[LedgerRow, ...]
    findings: tuple[Finding, ...]
    summary: Summary

    def dump(self) -> str:
        """Return the canonical JSON text."""
        return canonical_json(self.model_dump(mode="json", by_alias=True))


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the report, generated from these models."""
    schema = Report.model_json_schema(by_alias=True, mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:eduaudit:schema:report:1", **schema}
