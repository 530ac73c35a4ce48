"""What `eduaudit traffic` prints to people at the end of a capture."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

    from analyzer.model import TrafficFacts

PHASES = {
    "before_consent": ("同意前", "before consent"),
    "after_consent": ("同意后", "after consent"),
    "refused": ("已拒绝", "refused"),
    "unknown": ("未知", "unknown"),
}


def facts_table(facts: TrafficFacts, title: Callable[[str], str], lang: str) -> Table:
    """Return what was sent, one row a (data, host, phase). ``title`` names a data id."""
    from rich.table import Table  # noqa: PLC0415  # only where a table is printed

    names = (
        ("个人信息", "主机", "接收方", "阶段", "次数", "编码", "证据")
        if lang == "zh"
        else ("data", "host", "recipient", "phase", "count", "encoding", "proof")
    )
    proofs = {"known_value": ("已知值", "known value"), "pattern": ("格式疑似", "pattern")}
    at = 0 if lang == "zh" else 1
    table = Table(*names, title=facts.app or "")
    for row in facts.transmissions:
        table.add_row(
            title(row.data),
            row.host + ("" if row.encrypted else " (http!)"),
            row.recipient or "?",
            PHASES[row.phase][at],
            str(row.count),
            " › ".join(row.encoding) or "–",
            proofs[row.proof][at],
        )
    return table


def missed_lines(facts: TrafficFacts) -> list[str]:
    """Return one line for each thing that was not analysed."""
    return [
        " ".join(part for part in (row.code, row.host or "", row.request_id, row.detail) if part)
        for row in facts.not_analysed
    ]
