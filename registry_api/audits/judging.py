"""Judge what one audit looks at, before anything is written; an app of which nothing has changed is not judged twice.

Inputs, facts, rules, engine and the judge itself as they were at the run before: then its report is this run's too,
byte for byte but for the time at which it was made. Both are shown to be whole first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from analyzer.model import Finding, Sdk
from registry_api.audits.facts import Inputs, Shelf, digest_of, gather
from registry_api.audits.loading import Before
from registry_api.audits.models import AuditRun
from registry_api.audits.written import write_json, write_report
from registry_api.registry import Registry

REPEATABLE = frozenset({"weekly", "campaign"})
"""Kinds of runs that may take over a report: who asks by hand wants a fresh look."""


@dataclass(frozen=True)
class Judged:
    """What judging came to."""

    inputs: str
    """`digest_of` the inputs."""
    engine: str
    rules: str
    extracted: bool
    report_sha256: str
    report_bytes: int | None
    """`None`: the report was on store before."""
    channels: dict[str, bool]
    complete: bool
    summary: dict[str, Any]
    repeats: str | None = None
    """The run whose report this is; it saw the same findings and the same SDKs."""
    findings: dict[str, Finding] = field(default_factory=dict)
    """Fingerprint → finding; empty for a report that was taken over."""
    written: dict[str, bytes] = field(default_factory=dict)
    """Fingerprint → the finding as the report has it."""
    sdks: tuple[Sdk, ...] = ()
    version: tuple[str | None, int | None] = (None, None)
    """Name and number that the package gives itself."""


def judge(
    registry: Registry, run: AuditRun, inputs: Inputs, shelf: Shelf | None = None, before: Before | None = None
) -> Judged:
    """Gather the facts of one run, judge them and keep the report; raises what `gather` does."""
    digest = digest_of(inputs)
    if before is not None and run.kind in REPEATABLE and shelf is not None and shelf.rows is not None:
        repeated = _repeat(registry, run, inputs, digest, shelf, before)
        if repeated is not None:
            return repeated
    shelf = shelf or Shelf()
    facts, extracted = gather(registry, inputs, afresh=run.kind == "manual", shelf=shelf)
    report = registry.analysis.report_of(facts)
    pieces = [write_json(finding) for finding in report.findings]
    content = write_report(report, pieces)
    sha256 = registry.blobs.put(content)
    findings: dict[str, Finding] = {}
    written: dict[str, bytes] = {}
    for finding, piece in zip(report.findings, pieces, strict=True):
        findings.setdefault(finding.fingerprint, finding)
        written.setdefault(finding.fingerprint, piece)
    return Judged(
        inputs=digest,
        engine=report.run.engine,
        rules=report.run.rules,
        extracted=extracted,
        report_sha256=sha256,
        report_bytes=len(content),
        channels=report.summary.channels,
        complete=report.coverage.complete,
        summary={
            "findings": report.summary.findings,
            "verdict": report.summary.verdict,
            "channels": report.summary.channels,
            "complete": report.coverage.complete,
            "traffic_intakes": len(inputs.traffic),
            "facts_rules": facts.static.rules if facts.static else None,
            "facts": shelf.taken,
            "lasts": registry.analysis.lasts(facts),
        },
        findings=findings,
        written=written,
        sdks=report.sdks,
        version=(report.app.version_name, report.app.version_code),
    )


def _repeat(
    registry: Registry, run: AuditRun, inputs: Inputs, digest: str, shelf: Shelf, before: Before
) -> Judged | None:
    """Return the judgement of the run before when judging again could not come to another."""
    analysis, summary = registry.analysis, before.summary
    same = (
        before.inputs == digest
        and before.app_version_id == run.app_version_id
        and (before.engine, before.rules) == (analysis.engine(), analysis.rules_version())
        and before.report_sha256 is not None
        and analysis.still(summary.get("lasts"))
        and summary.get("facts") == _facts_now(analysis.rules_version(), inputs, shelf)
    )
    if not same or before.report_sha256 is None:
        return None
    if any(registry.blobs.altered(sha256) for sha256 in (*summary["facts"], before.report_sha256)):
        return None  # damaged on store: it is made anew
    kept = ("findings", "verdict", "channels", "complete", "traffic_intakes", "facts_rules", "facts", "lasts")
    return Judged(
        inputs=digest,
        engine=before.engine or "",
        rules=before.rules or "",
        extracted=False,
        report_sha256=before.report_sha256,
        report_bytes=None,
        channels=summary["channels"],
        complete=summary["complete"],
        summary={**{name: summary[name] for name in kept}, "same_as": before.id},
        repeats=before.id,
    )


def _facts_now(rules: str, inputs: Inputs, shelf: Shelf) -> list[str] | None:
    """Return the blobs of facts that `gather` would read; `None` where it would have to make some."""
    wanted: list[tuple[str, str]] = []
    if inputs.version is not None:
        wanted.append((inputs.version.artifact_sha256, "static"))
        if inputs.version.policy_sha256:
            wanted.append((inputs.version.policy_sha256, "policy"))
        if inputs.filed is not None:
            wanted.append((inputs.filed.artifact_sha256, "static"))
    found = []
    for key in wanted:
        row = (shelf.rows or {}).get(key)
        if row is None or (row.kind == "policy" and row.rules != rules):
            return None
        found.append(row.blob_sha256)
    return found
