"""The report of one weekly round beside the round before: changes, failures, and what was not examined."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from analyzer.model import Severity
from registry_api.accounts.access import Actor, scope_of
from registry_api.audits import weekly
from registry_api.audits.counts import Counted, clauses_of, count_kinds, newest_of_rules
from registry_api.audits.findings import OPEN
from registry_api.audits.models import AuditRun, FindingRow, Observation, ShippedSdk, Waiver
from registry_api.audits.weekly import EVERYTHING, Part
from registry_api.db import now
from registry_api.notices.models import Notice
from registry_api.organizations.models import App

SCHEMA = "eduaudit.weekly/1"
KINDS = ("new", "reopened", "rectified", "retracted")
"""How a finding can have changed in a round; *retracted*: our rules or engine no longer say so."""
_SHOWN = 500
_TOP = 50


def batch_of(week: str) -> str:
    """Return the batch number of the notices that are drafted after a week's round."""
    return f"weekly-{week}"


def compile_round(session: Session, actor: Actor, week: str, part: Part = EVERYTHING) -> dict[str, Any]:
    """Return the report within ``actor``'s reach as plain JSON, schema `SCHEMA`."""
    before = weekly.week_before(week)
    groups, groups_before = _groups(session, actor, week, part), _groups(session, actor, before, part)
    state = weekly.status(session, actor, week, part)
    counted = count_kinds(session, actor)
    standing = _standing(session, actor, part, counted)
    rules = {rule for _, _, _, rule in (*groups, *groups_before)}
    cited = clauses_of(session, {rule: newest for rule, newest in newest_of_rules(counted).items() if rule in rules})
    return {
        "schema": SCHEMA,
        "before": before,
        "made_at": now().isoformat(timespec="seconds"),
        **state,
        "total_before": weekly.tally(session, actor, before, part)["total"],
        **_versions(session, actor, week, part),
        "figures": {kind: {"now": _sum(groups, 0, kind), "before": _sum(groups_before, 0, kind)} for kind in KINDS},
        "standing": sum(standing.values()),
        "by_province": _by_province(session, actor, week, part, groups, groups_before, standing),
        "by_severity": [
            {
                **_row("severity", level.value, 2, groups, groups_before),
                "standing": sum(number for (_, severity), number in standing.items() if severity == level.value),
            }
            for level in Severity
        ],
        "by_clause": _by_clause(cited, groups, groups_before),
        "by_sdk": _by_sdk(session, actor, week, before, part),
        "not_examined": _not_examined(session, actor, week, part),
        "waivers_ended": _waivers_ended(session, actor, week, part),
        "notices_drafted": session.exec(
            select(sa.func.count())
            .select_from(Notice)
            .join(App, col(App.id) == Notice.app_id)
            .where(scope_of(Notice, actor), Notice.batch == batch_of(week), *part.conditions())
        ).one(),
    }


Groups = dict[tuple[str, str, str, str], int]
"""(kind, province, severity, rule) → number of changes."""


def kind_of(outcome: str, cause: str) -> str:
    """Return which of `KINDS` a change is."""
    return ("retracted" if cause == "rules" else "rectified") if outcome == "gone" else outcome


def _changes(actor: Actor, week: str, part: Part, *columns: Any) -> Any:
    return (
        sa.select(col(Observation.outcome), col(Observation.cause), *columns, sa.func.count())
        .join(AuditRun, col(AuditRun.id) == Observation.run_id)
        .join(FindingRow, col(FindingRow.id) == Observation.finding_id)
        .join(App, col(App.id) == AuditRun.app_id)
        .where(
            *weekly.of_week(actor, week, part),
            weekly.changing(),
            col(Observation.outcome).in_(weekly.CHANGES),
        )
        .group_by(col(Observation.outcome), col(Observation.cause), *columns)
    )


def _groups(session: Session, actor: Actor, week: str, part: Part) -> Groups:
    columns = (col(App.province), col(FindingRow.severity), col(FindingRow.rule))
    found: Groups = Counter()
    for outcome, cause, province, severity, rule, number in session.execute(
        _changes(actor, week, part, *columns)
    ).all():
        found[kind_of(outcome, cause), province, severity, rule] += number
    return found


def _sum(groups: Groups, place: int, value: str, kind: str | None = None) -> int:
    return sum(number for key, number in groups.items() if key[place] == value and (kind is None or key[0] == kind))


def _row(name: str, value: str, place: int, groups: Groups, before: Groups) -> dict[str, Any]:
    return {
        name: value,
        **{kind: _sum(groups, place, value, kind) for kind in KINDS},
        **{f"{kind}_before": _sum(before, place, value, kind) for kind in KINDS},
    }


def _standing(session: Session, actor: Actor, part: Part, counted: list[Counted]) -> dict[tuple[str, str], int]:
    """Return (province, severity) → findings that stand now."""
    found: dict[tuple[str, str], int] = Counter()
    if not part.conditions():
        for item in counted:
            if item.status in OPEN:
                found[item.province, item.severity] += item.number
        return found
    statement = (
        sa.select(col(FindingRow.province), col(FindingRow.severity), sa.func.count())
        .where(
            scope_of(FindingRow, actor),
            col(FindingRow.status).in_(OPEN),
            col(FindingRow.app_id).in_(select(App.id).where(*part.conditions())),
        )
        .group_by(col(FindingRow.province), col(FindingRow.severity))
    )
    return {(province, severity): number for province, severity, number in session.execute(statement).all()}


def _by_province(
    session: Session,
    actor: Actor,
    week: str,
    part: Part,
    groups: Groups,
    before: Groups,
    standing: dict[tuple[str, str], int],
) -> list[dict[str, Any]]:
    states: dict[str, Counter[str]] = defaultdict(Counter)
    for province, state, number in session.execute(
        sa.select(col(App.province), col(AuditRun.state), sa.func.count())
        .join(App, col(App.id) == AuditRun.app_id)
        .where(*weekly.of_week(actor, week, part))
        .group_by(col(App.province), col(AuditRun.state))
    ).all():
        states[province][state] += number
    return [
        {
            "apps": states[province].total(),
            "audited": states[province]["succeeded"],
            "failed": states[province]["failed"],
            **_row("province", province, 1, groups, before),
            "standing": sum(number for (place, _), number in standing.items() if place == province),
        }
        for province in sorted({*states, *(place for place, _ in standing), *(key[1] for key in before)})
    ]


def _by_clause(cited: dict[str, list[str]], groups: Groups, before: Groups) -> list[dict[str, Any]]:
    def unfold(source: Groups) -> Groups:
        found: Groups = Counter()
        for (kind, province, severity, rule), number in source.items():
            for clause in cited.get(rule, ()):
                found[kind, province, severity, clause] += number
        return found

    now_, then = unfold(groups), unfold(before)
    names = {key[3] for key in (*now_, *then)}
    rows = [_row("clause", name, 3, now_, then) for name in names]
    return sorted(rows, key=lambda row: (-row["new"] - row["reopened"], -row["rectified"], row["clause"]))[:_TOP]


def _by_sdk(session: Session, actor: Actor, week: str, before: str, part: Part) -> list[dict[str, Any]]:
    """Return the changes that are about an SDK which the audited version ships."""
    found: dict[str, dict[str, Any]] = {}
    for which, suffix in ((week, ""), (before, "_before")):
        statement = _changes(actor, which, part, col(ShippedSdk.sdk), col(ShippedSdk.name)).join(
            ShippedSdk,
            sa.and_(
                col(ShippedSdk.app_version_id) == col(AuditRun.app_version_id),
                col(ShippedSdk.sdk) == col(FindingRow.subject),
            ),
        )
        for outcome, cause, sdk, name, number in session.execute(statement).all():
            empty = {f"{kind}{end}": 0 for end in ("", "_before") for kind in KINDS}
            row = found.setdefault(sdk, {"sdk": sdk, "name": name, **empty})
            row[kind_of(outcome, cause) + suffix] += number
    return sorted(found.values(), key=lambda row: (-row["new"] - row["reopened"], row["sdk"]))[:_TOP]


def _not_examined(session: Session, actor: Actor, week: str, part: Part) -> dict[str, Any]:
    """Return what the round did not look at, or not in full: nothing found there is not nothing there."""
    mine = weekly.of_week(actor, week, part)
    incomplete = (*mine, col(AuditRun.state) == "succeeded", col(AuditRun.summary)["complete"].as_boolean().is_(False))
    partly = sa.select(col(App.package), col(App.name), col(App.province)).join(
        AuditRun, col(AuditRun.app_id) == App.id
    )
    apps = (scope_of(App, actor), weekly.supervised(), *part.conditions())
    none = (*apps, col(App.current_version_id).is_(None))
    had = select(AuditRun.app_id).where(AuditRun.week == week)
    later = (*apps, col(App.current_version_id).is_not(None), col(App.id).not_in(had))

    def number_of(conditions: tuple[Any, ...], statement: Any = None) -> int:
        source = statement if statement is not None else sa.select(col(App.id))
        return session.scalar(sa.select(sa.func.count()).select_from(source.where(*conditions).subquery())) or 0

    findings = session.scalar(
        sa.select(sa.func.sum(col(AuditRun.summary)["not_examined"].as_integer()))
        .join(App, col(App.id) == AuditRun.app_id)
        .where(*mine, col(AuditRun.state) == "succeeded")
    )
    return {
        "incomplete": number_of(incomplete, partly),
        "incomplete_apps": _named(session, partly.where(*incomplete)),
        "findings": findings or 0,
        "without_package": number_of(none),
        "without_package_apps": _named(
            session, sa.select(col(App.package), col(App.name), col(App.province)).where(*none)
        ),
        "not_in_round": number_of(later),
    }


def _named(session: Session, statement: Any) -> list[dict[str, Any]]:
    rows = session.execute(statement.order_by(col(App.package)).limit(_SHOWN)).all()
    return [{"package": package, "app": name, "province": province} for package, name, province in rows]


def _versions(session: Session, actor: Actor, week: str, part: Part) -> dict[str, Any]:
    rows = session.execute(
        sa.select(col(AuditRun.rules), col(AuditRun.engine))
        .join(App, col(App.id) == AuditRun.app_id)
        .where(*weekly.of_week(actor, week, part), col(AuditRun.state) == "succeeded")
        .distinct()
    ).all()
    return {"rules": sorted({rules for rules, _ in rows}), "engines": sorted({engine for _, engine in rows})}


def _waivers_ended(session: Session, actor: Actor, week: str, part: Part) -> list[dict[str, Any]]:
    first = weekly.begin_of(week)
    rows = session.exec(
        select(App, Waiver, FindingRow)
        .join(Waiver, col(Waiver.app_id) == App.id)
        .join(FindingRow, col(FindingRow.id) == Waiver.finding_id)
        .where(
            scope_of(Waiver, actor),
            Waiver.ended_why == "expired",
            col(Waiver.ended_at) >= first,
            col(Waiver.ended_at) < first + timedelta(days=7),
            *part.conditions(),
        )
        .order_by(App.package)
        .limit(_SHOWN)
    ).all()
    return [
        {
            "package": app.package,
            "app": app.name,
            "province": app.province,
            "rule": row.rule,
            "title": row.document.get("title", {}),
            "until": waiver.until.isoformat(),
        }
        for app, waiver, row in rows
    ]
