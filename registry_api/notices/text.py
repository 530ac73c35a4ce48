"""The text of a notice: template, then every problem with clause and evidence, then what was not looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import analyzer
from analyzer.model import Clause

DUE = "〔到期日〕"
"""Stands in the text until the notice is issued and its due date is known."""
_SHOWN = 3
_LONGEST = 300
_SURE = {"proven": "已证实", "suspected": "疑似，须你单位说明"}


def write_body(
    template: Any,
    values: Mapping[str, Any],
    findings: Sequence[Mapping[str, Any]],
    clauses: Mapping[str, Clause],
    remark: str = "",
) -> str:
    """Return the text; ``findings`` are finding documents as the audit wrote them."""
    fields = {key: _one_line(str(value)) for key, value in values.items()}
    fields |= {"due": DUE, "count": str(len(findings))}
    parts = [
        template.opening.strip().format(**fields),
        *(_problem(number, item, clauses) for number, item in enumerate(findings, 1)),
        template.demand.strip().format(**fields),
        *([remark.strip()] if remark.strip() else []),
        template.closing.strip().format(**fields),
    ]
    return "\n\n".join(parts)


def _problem(number: int, finding: Mapping[str, Any], clauses: Mapping[str, Clause]) -> str:
    sure = _SURE.get(str(finding.get("status")), "")
    told = analyzer.finding_words(finding, clauses)
    lines = [f"{number}. {_one_line(finding['title']['zh'])}（{_one_line(told.subject)}；{sure}）"]
    lines += [f"   依据：{_one_line(clause)}" for clause in told.clauses]
    for place, excerpt in told.evidence[:_SHOWN]:
        text = _one_line(excerpt)[:_LONGEST]
        lines.append(f"   证据：{_one_line(place)[:_LONGEST]}" + (f"：{text}" if text else ""))
    if len(told.evidence) > _SHOWN:
        lines.append(f"   另有证据 {len(told.evidence) - _SHOWN} 处，见平台检测报告")
    advice = finding.get("advice")
    if advice:
        lines.append(f"   整改建议：{_one_line(advice['zh'])}")
    return "\n".join(lines)


def _one_line(text: str) -> str:
    return " ".join(text.split())
