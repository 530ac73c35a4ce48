"""What changed between two sets of rules, and in the findings of stored cases, as text and as plain data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analyzer.catalogue.changes import Change
    from analyzer.compare.rulings import Ruling

_KIND = {"new": ("新增", "new"), "gone": ("删除", "gone"), "changed": ("修改", "changed")}
_RULING = {"new": ("新出现", "new"), "gone": ("不再认定", "gone"), "changed": ("认定有变", "changed")}
_SIGN = {"new": "+", "gone": "-", "changed": "~"}
_NONE = ("两套规则相同", "the rules are the same")
_SAME = ("结论相同", "judged alike")
_WHY = ("因为", "because of")
_OTHER = ("其他规则（如识别代码、SDK 或政策用语的规则）", "other rules, such as those that read code, SDKs or wording")
_LONGEST = 100


def as_lines(changed: Sequence[Change], judged: Mapping[str, Sequence[Ruling]], lang: str) -> Iterator[str]:
    """Yield the changed rules by table, then for each case what is judged otherwise."""
    which = 0 if lang == "zh" else 1
    if not changed:
        yield _NONE[which]
    table = None
    for one in changed:
        if one.table != table:
            table = one.table
            kinds = [row.kind for row in changed if row.table == table]
            yield f"{table}: " + ", ".join(
                f"{_KIND[kind][which]} {kinds.count(kind)}" for kind in _KIND if kind in kinds
            )
        yield f"  {_SIGN[one.kind]} {one.id}"
        for path, old, new in one.fields:
            yield f"      {path or 'value'}: {_short(old)} → {_short(new)}"
    for name, found in judged.items():
        yield ""
        yield f"{name}: " + (
            ", ".join(
                f"{_RULING[kind][which]} {number}"
                for kind in _RULING
                if (number := sum(row.kind == kind for row in found))
            )
            or _SAME[which]
        )
        for row in found:
            finding = row.finding
            yield f"  {_SIGN[row.kind]} {finding.rule}  {finding.title.pick(lang)}  {finding.subject}"
            if row.fields:
                yield f"      {', '.join(row.fields)}"
            yield f"      {_WHY[which]}: {', '.join(row.because) or _OTHER[which]}"


def as_plain(changed: Sequence[Change], judged: Mapping[str, Sequence[Ruling]]) -> dict[str, Any]:
    """Return ``rules`` and ``cases``; values of changed fields as the rules have them."""
    return {
        "rules": [
            {
                "table": one.table,
                "id": one.id,
                "kind": one.kind,
                "fields": [{"path": path, "old": old, "new": new} for path, old, new in one.fields],
            }
            for one in changed
        ],
        "cases": {
            name: [
                {
                    "kind": row.kind,
                    "rule": row.finding.rule,
                    "subject": row.finding.subject,
                    "fingerprint": row.finding.fingerprint,
                    "severity": row.finding.severity.value,
                    "status": row.finding.status.value,
                    "fields": list(row.fields),
                    "because": list(row.because),
                }
                for row in found
            ]
            for name, found in judged.items()
        },
    }


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
