"""Counts and times, grouped in the database; what is a list inside a document is unfolded here."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import date, timedelta
from statistics import median, quantiles
from typing import Any, Literal

import sqlalchemy as sa
from sqlmodel import Session, col

from registry_api.accounts.access import Actor, scope_of
from registry_api.audits.counts import clauses_of, count_kinds, newest_of_rules
from registry_api.audits.findings import OPEN
from registry_api.audits.models import FindingRow, Observation
from registry_api.filings.models import Filing
from registry_api.filings.states import State
from registry_api.notices.calendar import CalendarUnknown, work_calendar

Grouping = Literal["province", "state", "category", "stage", "month"]
_LISTS = {"stage": "stages"}


def working_days(first: date, last: date) -> int:
    """Count the working days after ``first`` up to ``last`` by the calendar in force.

    Where that knows nothing of a year yet, its Mondays to Fridays are counted.
    """
    try:
        return work_calendar().working_days_between(first, last)
    except CalendarUnknown:
        return sum((first + timedelta(days=day)).weekday() < 5 for day in range(1, (last - first).days + 1))


def _month(session: Session, column: Any) -> Any:
    """Return the month of a time in China."""
    if session.get_bind().dialect.name == "postgresql":
        return sa.func.to_char(sa.func.timezone("Asia/Shanghai", column), "YYYY-MM")
    return sa.func.strftime("%Y-%m", column, "+8 hours")


def _day(session: Session, column: Any) -> Any:
    if session.get_bind().dialect.name == "postgresql":
        return sa.func.to_char(sa.func.timezone("Asia/Shanghai", column), "YYYY-MM-DD")
    return sa.func.strftime("%Y-%m-%d", column, "+8 hours")


def _unfolded(text: str | None) -> list[str]:
    """Return the members of a JSON list, or the text itself."""
    if not text:
        return []
    try:
        value = json.loads(text)
    except ValueError:
        return [text]
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def count_filings(session: Session, actor: Actor, by: Grouping) -> list[dict[str, Any]]:
    """Return filings by one property and state; a filing for several stages counts in each of them."""
    key: Any
    if by == "month":
        key = _month(session, col(Filing.submitted_at))
    elif by in {"province", "state"}:
        key = getattr(Filing, by)
    else:
        key = col(Filing.facts)[_LISTS.get(by, by)].as_string()
    rows = session.execute(
        sa.select(key, col(Filing.state), sa.func.count())
        .where(scope_of(Filing, actor))
        .group_by(sa.text("1"), sa.text("2"))
    ).all()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for value, state, number in rows:
        for name in _unfolded(value) if by in _LISTS else [value]:
            counts[name or "unknown"][state] += number
    return [
        {"key": name, "total": states.total(), "states": dict(sorted(states.items()))}
        for name, states in sorted(counts.items())
    ]


def decision_times(session: Session, actor: Actor) -> list[dict[str, Any]]:
    """Return the working days from the last submission to the decision, by province and for all (``key`` = ``*``)."""
    # What is decided later about a filing that stands (a change, a measure) says nothing of how long it took.
    decided = sa.case((col(Filing.state) == State.REFUSED.value, col(Filing.decided_at)), else_=col(Filing.filed_at))
    rows = session.execute(
        sa.select(
            col(Filing.province),
            _day(session, col(Filing.submitted_at)),
            _day(session, decided),
            sa.func.count(),
        )
        .where(scope_of(Filing, actor), decided.is_not(None), decided >= col(Filing.submitted_at))
        .group_by(sa.text("1"), sa.text("2"), sa.text("3"))
    ).all()
    days: dict[tuple[str, str], int] = {}
    spent: dict[str, list[int]] = defaultdict(list)
    for province, first, last, number in rows:
        if (first, last) not in days:
            days[first, last] = working_days(date.fromisoformat(first), date.fromisoformat(last))
        for key in (province, "*"):
            spent[key] += [days[first, last]] * number
    return [_spread(key, values) for key, values in sorted(spent.items())]


def _spread(key: str, values: list[int]) -> dict[str, Any]:
    tenths = quantiles(values, n=10) if len(values) > 1 else [float(values[0])] * 9
    return {
        "key": key,
        "decided": len(values),
        "median_working_days": median(values),
        "p90_working_days": round(tenths[8], 1),
        "longest": max(values),
    }


# In the words of the index, not as parameters: SQLite takes a part of a table's index for nothing else.
_CAME_OR_WENT = col(Observation.outcome).in_([sa.literal_column("'gone'"), sa.literal_column("'reopened'")])


def count_findings(session: Session, actor: Actor, top: int) -> dict[str, Any]:
    """Return findings by status and severity, the commonest rules and clauses, and how often a mended one came back."""
    reach = scope_of(FindingRow, actor)
    counted = count_kinds(session, actor)
    status, severity, rules = Counter[str](), Counter[str](), Counter[str]()
    for item in counted:
        status[item.status] += item.number
        if item.status in OPEN:
            severity[item.severity] += item.number
            rules[item.rule] += item.number
    changed = session.execute(
        sa.select(col(Observation.outcome), sa.func.count())
        .join(FindingRow, col(FindingRow.id) == col(Observation.finding_id))
        .where(reach, _CAME_OR_WENT)
        .group_by(col(Observation.outcome))
    ).all()
    outcomes: dict[str, int] = {row[0]: row[1] for row in changed}
    clauses = Counter[str]()
    newest = {rule: newest for rule, newest in newest_of_rules(counted).items() if rule in rules}
    for rule, cited in clauses_of(session, newest).items():
        for clause in cited:
            clauses[clause] += rules[rule]
    gone = outcomes.get("gone", 0)
    return {
        "status": dict(sorted(status.items())),
        "standing_severity": dict(sorted(severity.items())),
        "top_rules": _top(rules, top),
        "top_clauses": _top(clauses, top),
        "gone": gone,
        "reopened": outcomes.get("reopened", 0),
        "reopen_rate": round(outcomes.get("reopened", 0) / gone, 4) if gone else None,
    }


def count_declared_sdks(session: Session, actor: Actor, top: int) -> list[dict[str, Any]]:
    """Return the SDKs that filings declare most often, by the number of filings."""
    key = col(Filing.facts)["sdks"].as_string()
    rows = session.execute(sa.select(key, sa.func.count()).where(scope_of(Filing, actor)).group_by(sa.text("1"))).all()
    sdks = Counter[str]()
    for value, number in rows:
        for name in set(_unfolded(value)):
            sdks[name] += number
    return _top(sdks, top)


def _top(counts: Counter[str], top: int) -> list[dict[str, Any]]:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [{"key": key, "total": number} for key, number in ranked[:top]]
