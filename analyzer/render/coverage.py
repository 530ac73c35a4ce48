"""The table clause × channel × check, as text and as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analyzer.catalogue.coverage import Covered
    from analyzer.catalogue.law import LegalText

_CHANNELS = {
    "static": ("静态", "static"),
    "traffic": ("流量", "traffic"),
    "policy": ("政策", "policy"),
    "filing": ("备案", "filing"),
}
_PERSON, _BASIS, _MISSING = ("人工", "person"), ("依据", "basis"), ("缺失", "missing")
_SUM = {
    "zh": "{texts} 份文件，{all} 条：{checked} 条有检查项，{person} 条列入人工核查清单（其中 {only} 条只能人工核查），"
    "{basis} 条为定义性条款，{missing} 条无人查看",
    "en": "{texts} texts, {all} clauses: {checked} with checks, {person} on the human checklist ({only} of them by a"
    " person only), {basis} that define, {missing} that nobody looks at",
}


def as_lines(rows: Sequence[Covered], texts: Mapping[str, LegalText], lang: str) -> Iterator[str]:
    """Yield a block for each clause under the title of its text, then one line with the counts."""
    which = 0 if lang == "zh" else 1
    text = None
    for row in rows:
        clause = row.clause
        if clause.text != text:
            text = clause.text
            yield f"{texts[text].short.pick(lang)}  {texts[text].title.pick(lang)}"
        yield f"  {clause.id}  {clause.title.pick(lang)}"
        for channel, checks in row.checks.items():
            yield f"      {_CHANNELS[channel][which]}: {', '.join(checks)}"
        for look_at in row.look_at:
            yield f"      {_PERSON[which]}: {look_at.pick(lang)}"
        if clause.basis is not None:
            yield f"      {_BASIS[which]}: {clause.basis.pick(lang)}"
        if row.missing:
            yield f"      {_MISSING[which]}"
    yield _SUM[lang].format(
        texts=len({row.clause.text for row in rows}),
        all=len(rows),
        checked=sum(bool(row.checks) for row in rows),
        person=sum(bool(row.look_at) for row in rows),
        only=sum(bool(row.look_at) and not row.checks for row in rows),
        basis=sum(row.clause.basis is not None for row in rows),
        missing=sum(row.missing for row in rows),
    )


def as_plain(rows: Sequence[Covered]) -> list[dict[str, Any]]:
    """Return for each clause ``clause``, ``text``, ``checks`` by channel, ``person``, ``basis`` and ``missing``."""
    return [
        {
            "clause": row.clause.id,
            "text": row.clause.text,
            "checks": {channel: list(checks) for channel, checks in row.checks.items()},
            "person": [{"zh": text.zh, "en": text.en} for text in row.look_at],
            "basis": {"zh": row.clause.basis.zh, "en": row.clause.basis.en} if row.clause.basis else None,
            "missing": row.missing,
        }
        for row in rows
    ]
