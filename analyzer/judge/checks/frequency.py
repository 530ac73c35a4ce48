"""How often personal data are sent (191-4.4): thresholds are settings, so a finding is only ever suspected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from analyzer.judge.case import Case
from analyzer.judge.evidence import in_order, of_transmission
from analyzer.judge.hits import Hit, check
from analyzer.judge.settings import LOCATION, RESETTABLE
from analyzer.model import Severity, Status, Transmission


class _Rate(NamedTuple):
    """How often one kind of data went to one recipient, and the transmissions that show it."""

    rows: tuple[Transmission, ...]
    interval: float
    times: int


def _rates(case: Case, data: str, rows: tuple[Transmission, ...]) -> Iterator[_Rate]:
    """Yield the rates of one kind of data: over all its dresses and places, for each row in facts of older engines."""
    sendings = case.traffic.sendings if case.traffic else ()
    for sending in sendings:
        if sending.data == data and sending.interval_s is not None:
            own = tuple(
                row
                for row in rows
                if (row.recipient or row.host) == (sending.recipient or sending.hosts[0])
                and (row.phase, row.foreground) == (sending.phase, sending.foreground)
            )
            if own:
                yield _Rate(own, sending.interval_s, sending.count)
    if not sendings:
        yield from (_Rate((row,), row.interval_s, row.count) for row in rows if row.interval_s is not None)


def _too_often(case: Case, data: str, rate: _Rate) -> tuple[float, int] | None:
    """Return the threshold (seconds, times) that a rate breaks, for its kind of data."""
    settings = case.settings
    if case.unchangeable(data):
        limit, times = settings.hardware_interval_s, settings.hardware_times
    elif data in LOCATION:
        limit, times = settings.location_interval_s, settings.hardware_times
    elif data in RESETTABLE:
        limit, times = settings.resettable_window_s, settings.resettable_times
    else:
        return None
    return (limit, times) if rate.interval <= limit and rate.times >= times else None


@check("FREQUENCY.REPEATED")
def repeated(case: Case) -> Iterator[Hit]:
    """One kind of data to one host at a fixed, short interval."""
    for data, rows in case.by_data().items():
        broken = [(rate, limit) for rate in _rates(case, data, rows) if (limit := _too_often(case, data, rate))]
        if not broken:
            continue
        often = tuple(row for rate, _ in broken for row in rate.rows)
        fastest = min(rate.interval for rate, _ in broken)
        mild = data in RESETTABLE and fastest > case.settings.resettable_interval_s
        seconds, times = broken[0][1]
        yield Hit(
            subject=data,
            status=Status.SUSPECTED,
            severity=Severity.LOW if mild else Severity.MEDIUM,
            evidence=in_order(map(of_transmission, often)),
            values={
                "data": case.data_title(data),
                "interval": f"{fastest:g}",
                "times": max(rate.times for rate, _ in broken),
                "limit_seconds": f"{seconds:g}",
                "limit_times": times,
            },
        )


@check("FREQUENCY.BACKGROUND")
def in_background(case: Case) -> Iterator[Hit]:
    """Unchangeable ids, location and the like sent while the operator had the app in the background."""
    for data, rows in case.by_data().items():
        behind = tuple(row for row in rows if row.foreground is False)
        if behind and (case.grave(data) or data in LOCATION):
            yield Hit(
                subject=data,
                status=Status.SUSPECTED,
                evidence=in_order(map(of_transmission, behind)),
                values={"data": case.data_title(data), "times": sum(row.count for row in behind)},
            )
