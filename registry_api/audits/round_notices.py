"""After a round: notices for what it found and proved, as drafts; people sign and issue them, or do not."""

from __future__ import annotations

from collections import defaultdict

import sqlalchemy as sa
from sqlmodel import Session, col, select

from analyzer.model import Severity
from registry_api.accounts.access import Actor, scope_of
from registry_api.audits import weekly
from registry_api.audits.findings import OPEN
from registry_api.audits.models import AuditRun, FindingRow, Observation
from registry_api.audits.rounds import batch_of
from registry_api.audits.weekly import EVERYTHING, Part
from registry_api.notices.models import Notice
from registry_api.notices.service import draft_notice
from registry_api.organizations.models import App
from registry_api.registry import Registry

KIND = "rectification"


def draft_for_round(
    registry: Registry, actor: Actor | None, week: str, level: Severity, part: Part = EVERYTHING
) -> int:
    """Draft one notice for each app with new or reopened proven findings at or above ``level``; return how many.

    ``actor`` is `None` when the schedule does it. An app has one notice of a week's batch, whatever became of that,
    and a finding that a running notice names already is not named twice: doing it again drafts nothing twice.
    """
    with registry.database.read() as session:
        found = _found(session, actor, week, level, part)
    drafted = 0
    for app_id, findings in found.items():
        with registry.database.write() as session:
            drafted += _draft(registry, session, actor, week, app_id, findings)
    return drafted


def _found(session: Session, actor: Actor | None, week: str, level: Severity, part: Part) -> dict[int, list[int]]:
    grave = [item.value for item in Severity if item.at_least(level)]
    rows = session.execute(
        sa.select(col(FindingRow.app_id), col(FindingRow.id))
        .join(Observation, col(Observation.finding_id) == FindingRow.id)
        .join(AuditRun, col(AuditRun.id) == Observation.run_id)
        .join(App, col(App.id) == AuditRun.app_id)
        .where(
            col(AuditRun.week) == week,
            weekly.changing(),
            scope_of(App, actor) if actor else sa.true(),
            *part.conditions(),
            col(Observation.outcome).in_(("new", "reopened")),
            col(FindingRow.sureness) == "proven",
            col(FindingRow.status).in_(OPEN),
            col(FindingRow.severity).in_(grave),
        )
        .order_by(col(FindingRow.app_id), col(FindingRow.id))
    ).all()
    found: dict[int, list[int]] = defaultdict(list)
    for app_id, finding_id in rows:
        found[app_id].append(finding_id)
    return found


def _draft(
    registry: Registry, session: Session, actor: Actor | None, week: str, app_id: int, findings: list[int]
) -> bool:
    app = session.exec(select(App).where(App.id == app_id).with_for_update()).one()
    notices = session.exec(select(Notice).where(Notice.app_id == app_id)).all()
    if any(notice.batch == batch_of(week) for notice in notices):
        return False
    named = {item for notice in notices if notice.ended_at is None for item in notice.findings}
    # Since the look at them another audit or a person may have ended some.
    left = session.exec(
        select(FindingRow.id).where(col(FindingRow.id).in_(set(findings) - named), col(FindingRow.status).in_(OPEN))
    ).all()
    if not left:
        return False
    draft_notice(registry, session, actor, app, KIND, findings=[item for item in left if item], batch=batch_of(week))
    return True
