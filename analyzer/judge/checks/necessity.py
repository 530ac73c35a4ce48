"""Personal data beyond what the app's type needs (191-4, 14号文)."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.judge import names
from analyzer.judge.case import Case
from analyzer.judge.confirmation import account, evidence_behind
from analyzer.judge.evidence import in_order, of_accesses, of_transmission
from analyzer.judge.hits import Hit, check
from analyzer.model import Bilingual, Severity, Status


def _types(case: Case) -> Bilingual:
    rows = [case.catalogue.app_types[number] for number in case.app_types if number in case.catalogue.app_types]
    zh, en = "、".join(row.title.zh for row in rows), ", ".join(row.title.en for row in rows)
    if case.types_declared:
        return Bilingual(zh=zh, en=en)
    return Bilingual(zh=f"{zh}（备案未填写类型，按默认）", en=f"{en} (assumed: the filing names no type)")


def _clauses(case: Case) -> tuple[str, ...]:
    return tuple(f"14-{number}" for number in case.app_types)


_UNCHANGEABLE = Bilingual(
    zh="它是用户无法重置的设备标识，学习类应用没有必要使用。",
    en="It is an identifier that its owner cannot reset, and a learning app does not need it. ",
)
_NOTHING = Bilingual(zh="", en="")


def _nature(case: Case, data: str) -> Bilingual:
    return _UNCHANGEABLE if case.unchangeable(data) else _NOTHING


@check("NECESSITY.OBSERVED")
def observed_beyond(case: Case) -> Iterator[Hit]:
    """Seen in traffic, outside the necessary set. Whether users could refuse, traffic does not show."""
    for data, rows in case.by_data().items():
        if case.necessary(data) or case.light(data):
            continue
        row = case.ledger.get(data)
        declared = row.declared if row else None
        grave = case.grave(data)
        if declared is False:
            severity = Severity.HIGH if grave else Severity.MEDIUM
        else:
            severity = Severity.MEDIUM if grave and declared is None else Severity.LOW
        yield Hit(
            subject=data,
            status=Status.SUSPECTED,
            severity=severity,
            evidence=(*in_order(map(of_transmission, rows)), *evidence_behind(case, rows)),
            values={
                "data": case.data_title(data),
                "types": _types(case),
                "nature": _nature(case, data),
                "account": account(case, rows),
            },
            clauses=(
                *_clauses(case),
                *(("GBT-41391-F",) if case.unchangeable(data) else ()),
                *(("MINOR-REG-32",) if case.for_minors else ()),
            ),
        )


@check("NECESSITY.PRESENT")
def present_beyond(case: Case) -> Iterator[Hit]:
    """Report code that can read data outside the necessary set; unchangeable ids have a check of their own."""
    sent = case.by_data()
    for data, reads in sorted(case.reads.items()):
        if data in sent or case.necessary(data) or case.light(data) or case.unchangeable(data):
            continue
        if case.out_of_reach(data) or case.justified(data) or case.within_another(data):
            continue
        row = case.ledger.get(data)
        undeclared = row is not None and row.declared is False
        declared = row is not None and row.declared is True
        if declared or (not undeclared and not case.grave(data)):
            continue  # what is declared is judged by what is sent
        yield Hit(
            subject=data,
            status=Status.SUSPECTED,
            severity=case.weighed(Severity.MEDIUM if undeclared and case.grave(data) else Severity.LOW, reads),
            evidence=of_accesses(reads),
            values={
                "data": case.data_title(data),
                "types": _types(case),
                "actors": names.actors(case, (read.actor for read in reads)),
                "reach": names.reach(case, reads),
            },
            clauses=_clauses(case),
        )
