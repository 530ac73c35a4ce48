"""The rules and legal texts of a SARIF log."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any

from .escape import lines
from .words import word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analyzer.catalogue import Catalogue
    from analyzer.catalogue.law import LegalText
    from analyzer.model import Bilingual, Clause, Finding, Report

LEVEL = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
SCORE = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.5", "info": "0.0"}
"""``security-severity``: code hosts call 9 and above critical, 7 high, 4 medium, above 0 low."""
_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:eduaudit:legal-text")
_MARKS = re.compile(r"([\\`*_{}\[\]()#<>|~])")
_HOLE = re.compile(r"\{\w+\}")


def markdown(text: str) -> str:
    """Return ``text`` so that Markdown shows it as it is."""
    return _MARKS.sub(r"\\\1", text)


def taxonomies_of(
    report: Report, clauses: Mapping[str, Clause], texts: Mapping[str, LegalText], lang: str
) -> list[dict[str, Any]]:
    """Return one taxonomy for each legal text that a finding cites, with the cited clauses.

    A clause that the rules in force no longer have stands under ``other``.
    """
    cited = sorted({clause for finding in report.findings for clause in finding.clauses})
    groups: dict[str, list[str]] = {}
    for identity in cited:
        clause = clauses.get(identity)
        groups.setdefault(clause.text if clause else "other", []).append(identity)
    return [_taxonomy(name, ids, clauses, texts.get(name), lang) for name, ids in sorted(groups.items())]


def _taxonomy(
    name: str, ids: list[str], clauses: Mapping[str, Clause], text: LegalText | None, lang: str
) -> dict[str, Any]:
    made: dict[str, Any] = {"name": name, "guid": str(uuid.uuid5(_SPACE, name)), "taxa": []}
    if text:
        made |= {
            "organization": text.issuer.pick(lang),
            "shortDescription": {"text": text.short.pick(lang)},
            "fullDescription": {"text": " ".join(filter(None, (text.title.pick(lang), text.number)))},
        }
        if text.url:
            made |= {"informationUri": text.url}
    for identity in ids:
        taxon: dict[str, Any] = {"id": identity}
        if clause := clauses.get(identity):
            taxon |= {"name": clause.article, "shortDescription": {"text": clause.title.pick(lang)}}
            if text and text.url:
                taxon |= {"helpUri": text.url}
        made["taxa"].append(taxon)
    return made


def rules_of(report: Report, catalogue: Catalogue, taxonomies: list[dict[str, Any]], lang: str) -> list[dict[str, Any]]:
    """Return a descriptor of each rule that has a finding, by id.

    Its precision is that of its least certain finding. Texts with the name of a subject in them come from the first.
    """
    found: dict[str, list[Finding]] = {}
    for finding in report.findings:
        found.setdefault(finding.rule, []).append(finding)
    return [_rule(rule, rows, catalogue, taxonomies, lang) for rule, rows in sorted(found.items())]


def _rule(
    rule: str, findings: list[Finding], catalogue: Catalogue, taxonomies: list[dict[str, Any]], lang: str
) -> dict[str, Any]:
    check = catalogue.checks.get(rule)
    gravest = min(findings, key=lambda finding: finding.severity.rank)
    title = check.title if check else gravest.title
    advice = check.advice if check and not _HOLE.search(check.advice.zh + check.advice.en) else gravest.advice
    clauses = list(dict.fromkeys(clause for finding in findings for clause in finding.clauses))
    texts = {row["name"]: row.get("informationUri") for row in taxonomies}
    addresses = [texts.get(clause.text) for item in clauses if (clause := catalogue.clauses.get(item))]
    made: dict[str, Any] = {
        "id": rule,
        "name": "".join(part.capitalize() for part in re.split(r"[._]", rule)),
        "shortDescription": {"text": title.pick(lang)},
        "fullDescription": {"text": f"{title.pick(lang)}. {advice.pick(lang)}"},
        "help": _help(title, advice, clauses, catalogue.clauses),
        "defaultConfiguration": {"level": LEVEL[gravest.severity]},
        "relationships": [
            {"target": {"id": taxon["id"], "index": index, "toolComponent": {"name": row["name"], "index": number}}}
            for number, row in enumerate(taxonomies)
            for index, taxon in enumerate(row["taxa"])
            if taxon["id"] in clauses
        ],
        "properties": {
            "tags": ["privacy", "security", *([check.harm] if check and check.harm else [])],
            "security-severity": SCORE[gravest.severity],
            "precision": "very-high" if all(row.status == "proven" for row in findings) else "medium",
            "problem.severity": LEVEL[gravest.severity].replace("note", "recommendation"),
        },
    }
    if address := next((item for item in addresses if item), None):
        made["helpUri"] = address
    return made


def _help(title: Bilingual, advice: Bilingual, clauses: list[str], texts: Mapping[str, Clause]) -> dict[str, str]:
    """Return the help of a rule in both languages, plain and as Markdown."""
    told: list[str] = []
    marked: list[str] = []
    for lang in ("zh", "en"):
        cited = [
            f"{item} {texts[item].article} {texts[item].title.pick(lang)}" if item in texts else item
            for item in clauses
        ]
        told += [
            title.pick(lang),
            f"{word('advice', lang)}: {advice.pick(lang)}",
            f"{word('clauses', lang)}:",
            *cited,
            "",
        ]
        marked += [
            f"## {markdown(title.pick(lang))}",
            "",
            f"**{word('advice', lang)}** {markdown(advice.pick(lang))}",
            "",
            f"**{word('clauses', lang)}**",
            "",
            *(f"- {markdown(item)}" for item in cited),
            "",
        ]
    return {"text": lines(*told[:-1]), "markdown": lines(*marked[:-1])}
