"""The report, version 1, put together from facts and judgement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from analyzer.catalogue import Catalogue
from analyzer.model import (
    App,
    Coverage,
    CoverageReason,
    Declaration,
    Facts,
    ManifestFlags,
    Report,
    ReportArtifact,
    ReportInput,
    Run,
    fields_of,
    record_json,
)
from analyzer.model.images import together

from .judgement import judge, package_of
from .waivers import Waiver


def build_report(
    facts: Facts, catalogue: Catalogue, run: Run, waivers: Iterable[Waiver] = (), *, today: date | None = None
) -> Report:
    """Judge the facts and lay everything out in a stable order: equal input gives an equal report but for ``run``.

    The age of certificates is reckoned for ``today``, else for the day on which the run started.
    """
    judgement = judge(facts, catalogue, waivers=waivers, today=today or _day(run))
    static, traffic, policy = facts.static, facts.traffic, facts.policy
    reason = CoverageReason(code="not_examined", detail="no package was handed in")
    return Report(
        schema="eduaudit.report/1",
        run=run,
        artifact=ReportArtifact(**fields_of(static.artifact)) if static else ReportArtifact(),
        inputs=_inputs(facts),
        app=static.app if static else App(package=package_of(facts)),
        coverage=_sorted_coverage(static.coverage) if static else Coverage(complete=False, reasons=(reason,)),
        flags=static.flags if static else ManifestFlags(),
        components=_sorted(static.components) if static else (),
        permissions=_sorted(static.permissions) if static else (),
        sdks=_sorted(static.sdks) if static else (),
        accesses=_sorted(static.accesses) if static else (),
        permission_requests=_sorted(static.permission_requests) if static else (),
        endpoints=_sorted((*(static.endpoints if static else ()), *(traffic.hosts if traffic else ()))),
        packers=_sorted(static.packers) if static else (),
        bundles=_sorted(static.bundles) if static else (),
        anomalies=_sorted(static.anomalies) if static else (),
        strings=_sorted(static.strings) if static else (),
        security=_sorted(static.security) if static else (),
        transmissions=_sorted(traffic.transmissions) if traffic else (),
        not_analysed=_sorted(traffic.not_analysed) if traffic else (),
        declarations=(*(policy.declarations if policy else ()), *_filed(facts)),
        policy_points=_sorted(policy.points) if policy else (),
        ledger=judgement.ledger,
        findings=judgement.findings,
        summary=judgement.summary,
        governance=judgement.governance,
        images=together(facts.images, traffic.images if traffic else None),
        policies=tuple(replace(row, source="") for row in static.policies) if static else (),
    )


def _day(run: Run) -> date | None:
    try:
        return date.fromisoformat(run.started[:10])
    except ValueError:
        return None


def _inputs(facts: Facts) -> tuple[ReportInput, ...]:
    policy, traffic = facts.policy, facts.traffic
    filed = facts.filed.artifact if facts.filed else None
    return (
        *(
            (ReportInput(kind="policy", name=policy.name, sha256=policy.sha256, packaged=policy.packaged),)
            if policy
            else ()
        ),
        *((ReportInput(kind="filed_package", name=filed.name, sha256=filed.sha256),) if filed else ()),
        *(ReportInput(kind="capture", name=None, sha256=item) for item in sorted(traffic.captures if traffic else ())),
    )


def _filed(facts: Facts) -> tuple[Declaration, ...]:
    """Return what the filing declares, in the form of the policy's declarations."""
    if facts.filing is None:
        return ()
    data = sorted(facts.filing.personal_data or ())
    sdks = sorted(facts.filing.sdks or ())
    return (
        *(Declaration(data=item, source="filing", quote=f"personal_data: {item}", offset=None) for item in data),
        *(Declaration(sdk=item, source="filing", quote=f"sdks: {item}", offset=None) for item in sdks),
    )


def _sorted[T: Any](rows: Iterable[T]) -> tuple[T, ...]:
    """Order records by their whole content; the same record twice is one."""
    known = {record_json(row): row for row in rows}
    return tuple(known[key] for key in sorted(known))


def _sorted_coverage(coverage: Coverage) -> Coverage:
    return replace(coverage, reasons=_sorted(coverage.reasons))
