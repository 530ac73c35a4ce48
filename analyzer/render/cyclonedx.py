"""CycloneDX 1.6: the app, the SDKs in it, and the hosts that were seen to receive personal data.

Written without a library: the document is small, and the official one needs 0.4 s of CPU to import. The tests hold it
against the official JSON Schema. A component has a purl where a file of its own in the package states group, artifact
and version (`coordinates`); the rules know others by their code alone, and a guessed purl would match the advisories of
something else.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from analyzer.model import canonical_json

from .coordinates import maven_purl
from .escape import inert

if TYPE_CHECKING:
    from analyzer.model import Bundle, Report, Sdk, Transmission

SCHEMA = "http://cyclonedx.org/schema/bom-1.6.schema.json"
_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:eduaudit:sbom")
CONFIDENCE = {"certain": 0.95, "probable": 0.7, "weak": 0.3}
"""The rules' words as the numbers that CycloneDX wants; they rank, they are no measured probabilities."""
TECHNIQUE = {
    "code": "binary-analysis",
    "string": "binary-analysis",
    "component": "manifest-analysis",
    "metadata": "manifest-analysis",
    "native": "filename",
    "asset": "filename",
}
APP = "app"
"""Reference of the app in the document, and the actor of its own code."""


def write(report: Report, lang: str, *, color: bool = False, width: int | None = None) -> str:  # noqa: ARG001  # one interface
    """Return the bill of materials; all that differs between two runs on equal input is ``metadata.timestamp``."""
    titles = {row.data: row.title.pick(lang) for row in report.ledger}
    sdks = [_component(sdk, report) for sdk in report.sdks]
    known = {f"sdk:{sdk.id}" for sdk in report.sdks}
    actors = {row.actor for row in report.accesses} | {user for row in report.permissions for user in row.used_by}
    others = [_unknown(actor, report) for actor in sorted(actors) if actor.startswith("lib:") and actor not in known]
    # Pages of a server are shown by the app, not part of it.
    bundles = [_framework(row) for row in report.bundles if row.framework != "webview"]
    components = [*sdks, *others, *bundles]
    services = _services(report, titles)
    identity = report.artifact.sha256 or report.app.package or ""
    document = {
        "$schema": SCHEMA,
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": uuid.uuid5(_SPACE, identity).urn,
        "version": 1,
        "metadata": {
            "timestamp": report.run.started,
            "tools": {"components": [{"type": "application", "name": "eduaudit", "version": report.run.tool}]},
            "component": _app(report),
            "properties": _properties(
                rules=[report.run.rules],
                engine=[report.run.engine],
                coverage=["complete" if report.coverage.complete else "incomplete"],
                coverage_reason=sorted({row.code for row in report.coverage.reasons}),
            ),
        },
        "components": components,
        "services": services,
        "dependencies": [
            {"ref": APP, "dependsOn": [row["bom-ref"] for row in components]},
            *({"ref": row["bom-ref"]} for row in components),
        ],
        # Only what the rules know is found: even of code read in full this is no complete list.
        "compositions": [{"aggregate": "unknown" if report.coverage.complete else "incomplete", "dependencies": [APP]}],
    }
    return canonical_json(inert(document))


def _properties(**values: list[str]) -> list[dict[str, str]]:
    return [{"name": f"eduaudit:{name}", "value": value} for name, items in values.items() for value in items]


def _app(report: Report) -> dict[str, Any]:
    app, artifact = report.app, report.artifact
    made: dict[str, Any] = {
        "type": "application",
        "bom-ref": APP,
        "name": app.label or app.package or artifact.name or "app",
        "properties": _properties(
            package=[app.package] if app.package else [],
            file=[artifact.name] if artifact.name else [],
            version_code=[str(app.version_code)] if app.version_code is not None else [],
            signer_sha256=[row.sha256 for row in app.signers],
            reads=_reads(APP, report),
            reads_before_consent=_reads(APP, report, early=True),
        ),
    }
    if app.version_name is not None:
        made["version"] = app.version_name
    if artifact.sha256:
        made["hashes"] = [{"alg": "SHA-256", "content": artifact.sha256}]
    return made


def _component(sdk: Sdk, report: Report) -> dict[str, Any]:
    confidence = CONFIDENCE[sdk.confidence]
    actor = f"sdk:{sdk.id}"
    made: dict[str, Any] = {
        "type": "library",
        "bom-ref": actor,
        "name": sdk.name,
        "supplier": {"name": sdk.vendor},
        "evidence": {
            "identity": [
                {
                    "field": "name",
                    "confidence": confidence,
                    "methods": [
                        {"technique": TECHNIQUE[sign.kind], "confidence": confidence, "value": sign.value}
                        for sign in sdk.evidence
                    ],
                }
            ],
            "occurrences": [{"location": f"{sign.kind}: {sign.value}"} for sign in sdk.evidence],
        },
        "properties": _properties(
            id=[sdk.id],
            category=[sdk.category],
            confidence=[sdk.confidence],
            vendor_says_it_collects=sorted(sdk.collects),
            reads=_reads(actor, report),
            reads_before_consent=_reads(actor, report, early=True),
            receives=sorted({row.data for row in report.transmissions if row.recipient == actor}),
        ),
    }
    if sdk.version:
        made["version"] = sdk.version
    if purl := maven_purl(sdk.version_evidence, sdk.version):
        made["purl"] = purl
    return made


def _unknown(actor: str, report: Report) -> dict[str, Any]:
    """Return third-party code that no rule names: what reads data must not be missing from the list."""
    name = actor.removeprefix("lib:")
    return {
        "type": "library",
        "bom-ref": actor,
        "name": name,
        "evidence": {
            "identity": [{"field": "name", "confidence": CONFIDENCE["weak"]}],
            "occurrences": [{"location": f"code: {name.replace('.', '/')}"}],
        },
        "properties": _properties(
            confidence=["weak"], reads=_reads(actor, report), reads_before_consent=_reads(actor, report, early=True)
        ),
    }


def _framework(bundle: Bundle) -> dict[str, Any]:
    """Return a hybrid framework with the bundle of code that runs in it."""
    made: dict[str, Any] = {
        "type": "framework",
        "bom-ref": f"bundle:{bundle.framework}:{bundle.place}",
        "name": bundle.name,
        "evidence": {"occurrences": [{"location": bundle.place}]},
        "properties": _properties(
            id=[bundle.framework],
            engine=[bundle.engine] if bundle.engine else [],
            module=sorted(set(bundle.modules)),
            not_read=sorted(set(bundle.unread)),
        ),
    }
    if bundle.version:
        made["version"] = bundle.version
    return made


def _reads(actor: str, report: Report, *, early: bool = False) -> list[str]:
    """Return the kinds of data that its code reads; ``early``: by a certain chain from start-up."""
    rows = (row for row in report.accesses if row.actor == actor and row.weak is None)
    return sorted({row.data for row in rows if not early or (row.level == "before_consent" and not row.doubt)})


def _services(report: Report, titles: dict[str, str]) -> list[dict[str, Any]]:
    """Return the hosts that were *seen* to get personal data; an address that merely stands in the code is none."""
    hosts: dict[str, list[Transmission]] = {}
    for row in report.transmissions:
        hosts.setdefault(row.host, []).append(row)
    return [_service(host, rows, report, titles) for host, rows in sorted(hosts.items())]


def _service(host: str, rows: list[Transmission], report: Report, titles: dict[str, str]) -> dict[str, Any]:
    names = {f"sdk:{sdk.id}": sdk.vendor for sdk in report.sdks}
    recipient = next((row.recipient for row in rows if row.recipient), None)
    schemes = sorted({"https" if row.encrypted else "http" for row in rows})
    made: dict[str, Any] = {
        "bom-ref": f"host:{host}",
        "name": host,
        "x-trust-boundary": True,
        "endpoints": [f"{scheme}://{host}" for scheme in schemes],
        "data": [
            {"flow": "inbound", "classification": data, "name": titles.get(data, data)}
            for data in sorted({row.data for row in rows})
        ],
        "properties": _properties(
            country=sorted({row.country for row in rows if row.country}),
            phase=sorted({row.phase for row in rows}),
            proof=sorted({row.proof for row in rows}),
            received_in_clear=sorted({row.data for row in rows if not row.encrypted}),
        ),
    }
    if recipient:
        made["provider"] = {"name": names.get(recipient, recipient)}
    return made
