"""From facts to findings: every check over one case, in the words of its rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from analyzer.catalogue import Catalogue
from analyzer.model import (
    Bilingual,
    Facts,
    Finding,
    GovernanceFact,
    HumanCheck,
    LedgerRow,
    Status,
    Summary,
    Sureness,
    fingerprint,
)
from analyzer.model.record import dataclass

from . import checks  # noqa: F401  # registers the checks
from .case import Case
from .governance import governance
from .hits import CHECKS, Hit, Value
from .ledger import make_ledger
from .settings import DEFAULTS, Settings
from .summary import summarise
from .waivers import Waiver, reason_for

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What follows from the facts under one set of rules."""

    ledger: tuple[LedgerRow, ...]
    """Sorted by data id."""
    findings: tuple[Finding, ...]
    """Gravest first, then by rule and subject; fingerprints are unique."""
    summary: Summary
    governance: tuple[GovernanceFact, ...] = ()


def judge(
    facts: Facts,
    catalogue: Catalogue,
    *,
    waivers: Iterable[Waiver] = (),
    settings: Settings = DEFAULTS,
    today: date | None = None,
) -> Judgement:
    """Judge the facts of one app version. Pure: equal facts and rules give an equal judgement, in any order of rows.

    ``waivers`` stay visible: a waived finding keeps its place and says why, but does not count.
    ``today`` is the day for which the age of certificates is reckoned; without it, it is not.
    """
    rows = make_ledger(facts, catalogue)
    case = Case(facts, {row.data: row for row in rows}, catalogue, settings, today)
    package = package_of(facts)
    waivers = tuple(waivers)
    findings: dict[str, Finding] = {}
    human: list[HumanCheck] = []
    for identity in sorted(CHECKS):
        rule = catalogue.checks.get(identity)
        if rule is None:
            continue  # the rules decide what is in force
        for outcome in CHECKS[identity](case):
            if isinstance(outcome, HumanCheck):
                human.append(outcome)
                continue
            finding = _finding(rule, outcome, package, case)
            reason = reason_for(finding, waivers) if waivers else None
            findings[finding.fingerprint] = replace(finding, waived=reason) if reason else finding
    ordered = tuple(sorted(findings.values(), key=lambda row: (row.severity.rank, row.rule, row.subject)))
    return Judgement(
        ledger=rows, findings=ordered, summary=summarise(case, ordered, human), governance=governance(case)
    )


def package_of(facts: Facts) -> str | None:
    """Return the app's package name: from the manifest, else from the capture, else from the filing."""
    if facts.static and facts.static.app.package:
        return facts.static.app.package
    if facts.traffic and facts.traffic.app:
        return facts.traffic.app
    return facts.filing.package if facts.filing else None


def _finding(rule: Any, hit: Hit, package: str | None, case: Case) -> Finding:
    # a rule that is itself unsure can never prove anything
    status = Status.SUSPECTED if rule.sure == Sureness.UNSURE else hit.status
    packaged = _packaged(hit, case)
    if packaged is not None:
        status = Status.SUSPECTED
    shown = hit.evidence[: case.settings.evidences]
    more = len(hit.evidence) - len(shown)
    values = {"subject": hit.subject, "count": len(hit.evidence), **hit.values}
    explanation = _filled(rule.explanation, values)
    if more:
        explanation = Bilingual(
            zh=f"{explanation.zh}（共 {len(hit.evidence)} 处证据，列出 {len(shown)} 处）",
            en=f"{explanation.en} ({len(hit.evidence)} places in all, {len(shown)} shown)",
        )
    if packaged is not None:
        explanation = Bilingual(zh=explanation.zh + packaged.zh, en=f"{explanation.en} {packaged.en}")
    return Finding(
        rule=rule.id,
        severity=hit.severity or rule.severity,
        status=status,
        title=_filled(rule.title, values),
        explanation=explanation,
        advice=_filled(rule.advice, values),
        clauses=tuple(dict.fromkeys(c for c in (*rule.clauses, *hit.clauses) if c in case.catalogue.clauses)),
        subject=hit.subject,
        evidence=shown,
        fingerprint=fingerprint(rule.id, hit.subject, package),
    )


def _packaged(hit: Hit, case: Case) -> Bilingual | None:
    """Return the reservation of a finding that rests on a policy found in the package; `None` for the others."""
    policy = case.policy
    if policy is None or not policy.packaged or not any(item.kind == "policy" for item in hit.evidence):
        return None
    return Bilingual(
        zh=f"依据安装包内的文件 {policy.name}，未必是生效的政策，属疑似；提交生效的政策可证实。",
        en=f"This rests on {policy.name} in the package, which need not be the policy in force; handing that in would "
        "prove it.",
    )


def _filled(text: Bilingual, values: Mapping[str, Value]) -> Bilingual:
    if "{" not in text.zh and "{" not in text.en:
        return text  # most titles and advice: nothing to build
    return Bilingual(zh=_fill(text.zh, values, "zh"), en=_fill(text.en, values, "en"))


def _fill(text: str, values: Mapping[str, Value], lang: str) -> str:
    """Put the values in; plain replacement, because a value may hold braces and a rule may not run code."""
    parts: list[str] = []
    for name, rest in _pieces(text):
        if name is not None:
            value = values.get(name, "?")
            parts.append(value.pick(lang) if isinstance(value, Bilingual) else str(value))
        parts.append(rest)
    return "".join(parts)


@lru_cache(maxsize=4096)
def _pieces(text: str) -> tuple[tuple[str | None, str], ...]:
    """Return a rule's text as names of values, each with what follows it; the first piece has no name."""
    first, *others = text.split("{")
    split = [piece.partition("}") for piece in others]
    return ((None, first), *((name, rest) if closed else (None, name) for name, closed, rest in split))
