"""Evidence opened up: of one kind of personal data, of one finding; and the clauses that both cite."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from sqlmodel import Session, col, select

import analyzer
from registry_api.accounts.access import Actor, scope_of
from registry_api.audits.models import FindingRow
from registry_api.audits.runs import newest
from registry_api.errors import RegistryError
from registry_api.kit.requests import RegistryPart
from registry_api.kit.schemas import WIDEST_ID
from registry_api.organizations.models import App, AppVersion
from registry_api.organizations.service import find_app
from registry_api.registry import Registry
from registry_api.web.exhibits import manifest_lines, opened_requests, passages_of, permission_line, policy_text
from registry_api.web.record import searched
from registry_api.web.rendering import render
from registry_api.web.visitors import Lang, PageRoute, Signed

router = APIRouter(route_class=PageRoute)

_FINDINGS = 60
_POLICY_PLACE = re.compile(r"policy @(\d{1,9})\Z")
_LEVELS = ("before_consent", "reachable", "present")
_SOURCES = {"policy": ("隐私政策", "policy"), "filing": ("备案材料", "filing")}
DataKey = Annotated[str, Path(min_length=1, max_length=200)]


@dataclass(frozen=True)
class Shown:
    """What the parts of the pages ask for: an app, its report, whether chains were searched for."""

    app: App
    report: dict[str, Any]
    searched: bool


def _open(session: Session, registry: Registry, actor: Actor, package: str) -> tuple[Shown, AppVersion | None]:
    app = find_app(session, actor, package)
    run = newest(session, app)
    if run is None or run.report_sha256 is None:
        raise RegistryError("not-found", f"no audit of {package} has finished")
    version = session.get(AppVersion, run.app_version_id) if run.app_version_id else None
    report = json.loads(registry.blobs.read(run.report_sha256))
    return Shown(app, report, searched(report)), version


@router.get("/apps/{package}/evidence/{data}")
def data_page(
    package: str, data: DataKey, request: Request, registry: RegistryPart, actor: Signed, lang: Lang = "zh"
) -> Response:
    """Show all that one row of the ledger rests on."""
    with registry.database.read() as session:
        shown, version = _open(session, registry, actor, package)
        findings = list(
            session.exec(
                select(FindingRow)
                .where(FindingRow.app_id == shown.app.id, FindingRow.subject == data, scope_of(FindingRow, actor))
                .order_by(col(FindingRow.severity), col(FindingRow.id))
                .limit(_FINDINGS)
            ).all()
        )
    report = shown.report
    row = next((item for item in report["ledger"] if item["data"] == data), None)
    if row is None:
        raise RegistryError("not-found", f"the ledger of {package} has no row {data}")
    text, why = policy_text(registry.blobs, version)
    standing = [item for item in findings if not item.ended]
    return _page(
        request,
        actor,
        lang,
        shown,
        heading=row["title"]["en" if lang == "en" else "zh"],
        subject=data,
        row=row,
        finding=None,
        requests=opened_requests(
            report["transmissions"], [one for one in report["transmissions"] if one["data"] == data]
        ),
        passages=list(passages_of(text, _distinct(one for one in report["declarations"] if one["data"] == data))),
        policy_why=why,
        manifest=manifest_lines(report, data),
        accesses=sorted((one for one in report["accesses"] if one["data"] == data), key=_gravity),
        others=[],
        findings=standing,
        cited=list(dict.fromkeys(id_ for item in standing for id_ in item.document.get("clauses", ()))),
    )


def _gravity(item: dict[str, Any]) -> tuple[Any, ...]:
    return _LEVELS.index(item["level"]), item["weak"] is not None, item["actor"], item["caller"]


def _distinct(rows: Any) -> list[dict[str, Any]]:
    """Leave out a sentence that names the same thing twice."""
    return list(
        {(row["source"], row["quote"], bool(row.get("negated"))): row for row in reversed(list(rows))}.values()
    )[::-1]


@router.get("/apps/{package}/findings/{finding_id}")
def finding_page(
    package: str,
    finding_id: Annotated[int, Path(ge=1, le=WIDEST_ID)],
    request: Request,
    registry: RegistryPart,
    actor: Signed,
    lang: Lang = "zh",
) -> Response:
    """Show what one finding rests on, each piece opened up."""
    with registry.database.read() as session:
        shown, version = _open(session, registry, actor, package)
        finding = session.exec(
            select(FindingRow).where(
                FindingRow.id == finding_id, FindingRow.app_id == shown.app.id, scope_of(FindingRow, actor)
            )
        ).first()
    if finding is None:
        raise RegistryError("not-found", f"{package} has no finding {finding_id}")
    text, why = policy_text(registry.blobs, version)
    pieces = _pieces(finding.document.get("evidence", ()), shown.report)
    return _page(
        request,
        actor,
        lang,
        shown,
        heading=finding.document["title"]["en" if lang == "en" else "zh"],
        subject=finding.subject,
        row=None,
        finding=finding,
        requests=opened_requests(shown.report["transmissions"], pieces["transmission"]),
        passages=list(passages_of(text, pieces["policy"])),
        policy_why=why if pieces["policy"] else "",
        manifest=[permission_line(item) for item in pieces["permission"]],
        accesses=pieces["access"],
        others=pieces["other"],
        findings=[],
        cited=finding.document.get("clauses", ()),
    )


def _pieces(evidence: Any, report: dict[str, Any]) -> dict[str, list[Any]]:
    """Sort the evidence of a finding by what can be opened; what the newest report no longer holds stays as it is."""
    found: dict[str, list[Any]] = {"transmission": [], "policy": [], "permission": [], "access": [], "other": []}
    sent: dict[str, list[dict[str, Any]]] = {}
    for row in report["transmissions"]:
        sent.setdefault(f"{row['host']} ({row['where']} {row['key']})", []).append(row)
    asked = {row["name"]: row for row in report["permissions"] if row["declared"]}
    for item in evidence:
        place = _POLICY_PLACE.match(item["where"])
        rows = [
            row
            for row in sent.get(item["where"], ())
            if (item["excerpt"] or "").startswith(f"{row['data']} = {row['value_redacted']}")
        ]
        name = (item["excerpt"] or "").split(" ", 1)[0]
        if item["kind"] == "transmission" and rows:
            found["transmission"] += rows
        elif place and item["excerpt"]:
            found["policy"].append({"quote": item["excerpt"], "offset": int(place[1]), "source": "policy"})
        elif item["kind"] in {"permission", "manifest"} and name in asked:
            found["permission"].append(asked[name])
        elif item["kind"] == "access" and (reads := _reads(item, report)):
            found["access"] += reads
        else:
            found["other"].append(item)
    return found


def _reads(item: dict[str, Any], report: dict[str, Any]) -> list[dict[str, Any]]:
    caller = item["where"].rpartition(" [")[0]
    return [row for row in report["accesses"] if row["caller"] == caller and row["api"] == item["excerpt"]][:1]


def _sources(channels: dict[str, bool]) -> tuple[str, str]:
    named = [pair for key, pair in _SOURCES.items() if channels.get(key)]
    return "和".join(zh for zh, _ in named), " and the ".join(en for _, en in named)


def _page(request: Request, actor: Actor, lang: str, shown: Shown, **more: Any) -> Response:
    titles = {row["data"]: row["title"]["en" if lang == "en" else "zh"] for row in shown.report["ledger"]}
    return render(
        "evidence.html",
        lang,
        record=shown,
        package=shown.app.package,
        complete=shown.report["coverage"]["complete"],
        declared_in=_sources(shown.report["summary"]["channels"]),
        traffic=shown.report["summary"]["channels"].get("traffic"),
        clauses=analyzer.clauses(),
        texts=analyzer.legal_texts(),
        title_of=lambda data: titles.get(data, data),
        signed_in=actor,
        here=request.url,
        **more,
    )


@router.get("/clauses/{clause_id}")
def clause_page(clause_id: str, request: Request, registry: RegistryPart, actor: Signed, lang: Lang = "zh") -> Response:
    """Show one clause: what it demands, in which text, how it can be proven, and where we have it from."""
    clause = registry.analysis.clauses().get(clause_id)
    if clause is None:
        raise RegistryError("not-found", f"the rules in force have no clause {clause_id[:60]}")
    known = analyzer.rule_sources()
    sources = [(key, known[key]) for key in re.findall(r"\bS\d+\b", clause.source) if key in known]
    return render(
        "clause.html",
        lang,
        clause=clause,
        text=analyzer.legal_texts().get(clause.text),
        sources=sources,
        signed_in=actor,
        here=request.url,
    )
