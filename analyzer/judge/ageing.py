"""What a judgement comes to by the mere passage of time: certificates and assessments of the filing that grow old."""

from __future__ import annotations

from datetime import date, timedelta

from analyzer.catalogue import Catalogue
from analyzer.model import Facts

from .case import Case
from .governance import assessment, date_of, period
from .pins import days_of_pins


def lasts_until(facts: Facts, catalogue: Catalogue, today: date) -> date | None:
    """Return the first day after ``today`` on which the findings may be others; `None`: never by themselves.

    A finding that counts days is another one every day. The governance facts of the report count days too, always as
    of the day on which the report was made; they are not findings.
    """
    pins = [day for day in days_of_pins(facts) if day > today]
    if facts.filing is None:
        return min(pins, default=None)
    case = Case(facts, {}, catalogue, today=today)
    found, due = assessment(case), period(case)
    certificate = date_of(facts.filing.mlps_date)
    turns = pins + [day for day in (found[0] if found else None, certificate) if day is not None and day > today]
    if found is not None and due is not None:
        turns.append(_turn(found[0], due, today))
    if certificate is not None:
        turns.append(_turn(certificate, case.settings.certificate_days, today))
    return min(turns, default=None)


def _turn(day: date, days: int, today: date) -> date:
    """Return when a period is over; from then on every next day says another number."""
    over = day + timedelta(days=days + 1)
    return over if over > today else today + timedelta(days=1)
