"""SARIF 2.1.0: findings for a code host, with their places, call chains, clauses and waivers.

What the OASIS text leaves open follows what code hosts read: ``security-severity`` and ``precision`` of a rule,
``primaryLocationLineHash``, and a first location that has a file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from analyzer.model import canonical_json

from .chains import chain_of
from .escape import inert, lines
from .sarif_places import Places, has_file
from .sarif_rules import LEVEL, rules_of, taxonomies_of
from .words import place_name, subject_name, word

if TYPE_CHECKING:
    from analyzer.model import Finding, FindingEvidence, Report
    from analyzer.model.report import CallPath

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "eduaudit/v1"
_LINK = re.compile(r"\]\(")


def write(report: Report, lang: str, *, color: bool = False, width: int | None = None) -> str:  # noqa: ARG001  # one interface
    """Return the log; all that differs between two runs on equal input stands under ``invocations``."""
    from analyzer.catalogue import load_catalogue  # noqa: PLC0415  # only some formats show clause texts

    catalogue = load_catalogue()
    places = Places(report, lang)
    taxonomies = taxonomies_of(report, catalogue.clauses, catalogue.texts, lang)
    rules = rules_of(report, catalogue, taxonomies, lang)
    order = {rule["id"]: number for number, rule in enumerate(rules)}
    results = [_result(finding, report, places, order, taxonomies, lang) for finding in report.findings]
    run = {
        "tool": {
            "driver": {
                "name": "eduaudit",
                "version": report.run.tool,
                "language": "en-US" if lang == "en" else "zh-CN",
                "rules": rules,
                "notifications": [
                    {"id": code, "name": code}
                    for code in sorted({row["descriptor"]["id"] for row in _notes(report, lang)})
                ],
                "supportedTaxonomies": [
                    {"name": item["name"], "index": number, "guid": item["guid"]}
                    for number, item in enumerate(taxonomies)
                ],
                "properties": {"rulesVersion": report.run.rules, "engine": report.run.engine},
            }
        },
        "automationDetails": {"id": f"eduaudit/{report.app.package or 'app'}/"},
        "invocations": [
            {
                "executionSuccessful": True,
                "startTimeUtc": report.run.started.replace("+00:00", "Z"),
                "toolExecutionNotifications": _notes(report, lang),
            }
        ],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": places.bases,
        "artifacts": places.artifacts,
        "taxonomies": taxonomies,
        "results": results,
        "properties": {
            "package": report.app.package,
            "versionName": report.app.version_name,
            "versionCode": report.app.version_code,
            "verdict": report.summary.verdict,
            "complete": report.coverage.complete,
            "channels": report.summary.channels,
            "humanChecks": [
                {"clause": row.clause, "lookAt": row.look_at.pick(lang), "general": row.general}
                for row in report.summary.human
            ],
        },
    }
    return canonical_json(inert({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}))


def plain(text: str) -> str:
    """Return a message without embedded links: ``[a](b)`` in a value of an app would become one."""
    return _LINK.sub("] (", text)


def _result(
    finding: Finding,
    report: Report,
    places: Places,
    order: dict[str, int],
    taxonomies: list[dict[str, Any]],
    lang: str,
) -> dict[str, Any]:
    locations = [places.location(item) for item in finding.evidence] or [places.target()]
    if not has_file(locations[0]) and has_file(places.target()):
        # A code host needs a file to hang the result on; the real place follows.
        locations.insert(0, places.target())
    flows = [_flow(item, item.path, places, lang) for item in finding.evidence if item.path and item.path.chain]
    subject = subject_name(finding.subject, report, lang)
    sure = word("proven" if finding.status == "proven" else "status.suspected", lang)
    stop = ": " if lang == "en" else "："
    message = lines(plain(f"[{sure}] {finding.title.pick(lang)}{stop}{subject}"), plain(finding.explanation.pick(lang)))
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": order[finding.rule],
        "level": LEVEL[finding.severity],
        "message": {"text": message},
        "locations": locations[:1],
        "relatedLocations": [{**place, "id": number} for number, place in enumerate(locations[1:], 1)],
        "partialFingerprints": {
            FINGERPRINT: finding.fingerprint,
            # Its form is a digest, a colon, a counter. Ours does not move with lines.
            "primaryLocationLineHash": f"{finding.fingerprint.removeprefix('1:')[:16]}:1",
        },
        "suppressions": [{"kind": "external", "status": "accepted", "justification": finding.waived}]
        if finding.waived
        else [],
        "taxa": _taxa(finding, taxonomies),
        "properties": {
            "severity": finding.severity,
            "status": finding.status,
            "precision": "very-high" if finding.status == "proven" else "medium",
            "subject": finding.subject,
            "advice": finding.advice.pick(lang),
        },
    }
    if flows:
        result["codeFlows"] = flows
    return result


def _taxa(finding: Finding, taxonomies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"id": clause, "index": index, "toolComponent": {"name": taxonomy["name"], "index": number}}
        for clause in finding.clauses
        for number, taxonomy in enumerate(taxonomies)
        for index, taxon in enumerate(taxonomy["taxa"])
        if taxon["id"] == clause
    ]


def _flow(item: FindingEvidence, path: CallPath, places: Places, lang: str) -> dict[str, Any]:
    """Return the chain of a piece of evidence: entry point first, what is read last."""
    steps = [
        {"location": {**places.method(step.signature), "message": {"text": f"{step.link} {step.name}".strip()}}}
        for step in chain_of(path, lang).steps
    ]
    last = {**places.method(item.excerpt), "message": {"text": f"{word('reads_by', lang)} {item.excerpt}"}}
    if item.kind == "access":
        steps.append({"location": last})
    ordered = [{**step, "executionOrder": number} for number, step in enumerate(steps, 1)]
    return {"message": {"text": plain(place_name(item.where, {}, lang))}, "threadFlows": [{"locations": ordered}]}


def _notes(report: Report, lang: str) -> list[dict[str, Any]]:
    """Return what was not looked at: coverage, channels, traffic that could not be read."""
    rows = [(row.code, "warning", row.detail) for row in report.coverage.reasons]
    rows += [
        ("not_examined", "note", f"{word('not_examined', lang)}: {word(name, lang)}")
        for name, seen in report.summary.channels.items()
        if not seen
    ]
    rows += [
        (row.code, "warning", f"{word('not_analysed', lang)}: {row.host or '?'} {row.request_id} {row.detail}")
        for row in report.not_analysed
    ]
    return [
        {"descriptor": {"id": code}, "level": level, "message": {"text": plain(text) or code}}
        for code, level, text in rows
    ]
