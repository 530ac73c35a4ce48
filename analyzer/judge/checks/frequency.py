"""How often personal data are sent (191-4.4): thresholds are settings, so a finding is only ever suspected."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.judge.case import Case
from analyzer.judge.evidence import in_order, of_transmission
from analyzer.judge.hits import Hit, check
from analyzer.judge.settings import LOCATION, RESETTABLE
from analyzer.model import Severity, Status, Transmission


def _too_often(case: Case, row: Transmission) -> tuple[float, int] | None:
    """Return the threshold (seconds, times) that a row breaks, for its kind of data."""
    settings = case.settings
    if row.interval_s is None:
        return None
    if case.unchangeable(row.data):
        limit, times = settings.hardware_interval_s, settings.hardware_times
    elif row.data in LOCATION:
        limit, times = settings.location_interval_s, settings.hardware_times
    elif row.data in RESETTABLE:
        limit, times = settings.resettable_window_s, settings.resettable_times
    else:
        return None
    return (limit, times) if row.interval_s <= limit and row.count >= times else None


@check("FREQUENCY.REPEATED")
def repeated(case: Case) -> Iterator[Hit]:
    """One kind of data to one host at a fixed, short interval."""
    for data, rows in case.by_data().items():
        broken = [(row, limit) for row in rows if (limit := _too_often(case, row))]
        if not broken:
            continue
        often = tuple(row for row, _ in broken)
        fastest = min(row.interval_s or 0.0 for row in often)
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
                "times": max(row.count for row in often),
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
