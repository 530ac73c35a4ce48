"""Identifiers of the device that its owner cannot reset (GB/T 41391 Annex F)."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.judge import names
from analyzer.judge.case import Case, status_of
from analyzer.judge.evidence import in_order, of_accesses, of_transmission
from analyzer.judge.hits import Hit, check
from analyzer.judge.settings import RESETTABLE
from analyzer.model import Severity, Status


@check("IDENTIFIERS.UNCHANGEABLE")
def unchangeable_present(case: Case) -> Iterator[Hit]:
    """Report IMEI, IMSI, MAC and the like in code: one finding each. What was sent, NECESSITY.OBSERVED says."""
    sent = case.by_data()
    for data, reads in sorted(case.reads.items()):
        if not case.unchangeable(data) or data in sent:
            continue
        if case.out_of_reach(data) or case.within_another(data):
            continue
        row = case.ledger.get(data)
        undeclared = row is not None and row.declared is False
        yield Hit(
            subject=data,
            status=Status.SUSPECTED,
            severity=case.weighed(Severity.MEDIUM if undeclared else Severity.LOW, reads),
            evidence=of_accesses(reads),
            values={
                "data": case.data_title(data),
                "actors": names.actors(case, (read.actor for read in reads)),
                "reach": names.reach(case, reads),
            },
        )


@check("IDENTIFIERS.LINKED")
def linked_to_resettable(case: Case) -> Iterator[Hit]:
    """Report an unchangeable id and a resettable one reach the same recipient: resetting protects nobody any more."""
    recipients = sorted({case.receiver(row) for row in case.transmissions})
    for recipient in recipients:
        rows = tuple(row for row in case.transmissions if case.receiver(row) == recipient)
        fixed = tuple(row for row in rows if case.unchangeable(row.data))
        loose = tuple(row for row in rows if row.data in RESETTABLE)
        if fixed and loose:
            proven = status_of(fixed) is Status.PROVEN and status_of(loose) is Status.PROVEN
            yield Hit(
                subject=recipient,
                status=Status.PROVEN if proven else Status.SUSPECTED,
                evidence=in_order(map(of_transmission, (*fixed, *loose))),
                values={
                    "recipient": names.recipient(case, recipient),
                    "fixed": names.kinds(case, (row.data for row in fixed)),
                    "loose": names.kinds(case, (row.data for row in loose)),
                },
            )
