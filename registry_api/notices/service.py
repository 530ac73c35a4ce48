"""Notices: draft from findings, find within reach, escalate what is overdue. The caller's transaction and reach."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

import analyzer
from registry_api.accounts.access import Actor, scoped
from registry_api.audits.findings import OPEN
from registry_api.audits.models import FindingRow
from registry_api.db import now
from registry_api.errors import FieldError, RegistryError
from registry_api.filings.models import Filing
from registry_api.notices.calendar import local_day, work_calendar
from registry_api.notices.models import Notice
from registry_api.notices.states import (
    RUNNING,
    SYSTEM,
    NoticeEvent,
    NoticeState,
    NoticeStep,
    move,
    standing,
    start_clock,
)
from registry_api.notices.text import write_body
from registry_api.organizations.models import App, AppVersion, Organization
from registry_api.registry import Registry
from registry_api.trail.chain import Act, append

_BATCH = 200


def draft_notice(
    registry: Registry,
    session: Session,
    by: Actor | None,
    app: App,
    kind: str,
    *,
    findings: list[int] | None = None,
    term: int | None = None,
    basis: str = "",
    batch: str | None = None,
    remark: str = "",
    parent: Notice | None = None,
) -> Notice:
    """Draft a notice in the caller's transaction; ``by`` is `None` when the registry itself does.

    Without ``findings`` it names every proven finding that stands. A suspected one is named only on request, and
    the text says that it is suspected. Raises ``invalid`` when a finding is another app's or no longer stands.
    """
    rows, term, body = write_notice(registry, session, app, kind, findings=findings, term=term, remark=remark)
    notice = Notice(
        kind=kind,
        state=NoticeState.DRAFTED.value,
        batch=batch,
        app_id=app.id or 0,
        organization_id=app.organization_id,
        province=app.province,
        parent_id=parent.id if parent else None,
        findings=[row.id or 0 for row in rows],
        basis=basis,
        body=body,
        term=term,
        drafted_by=by.person if by else SYSTEM,
        created_at=now(),
        updated_at=now(),
    )
    session.add(notice)
    session.flush()
    append(
        session,
        Act(
            actor=by.label if by else SYSTEM,
            role=by.role.value if by else SYSTEM,
            action=f"notice.{kind}.draft",
            object_kind="notice",
            object_id=str(notice.id),
            app_id=app.id,
            province=app.province,
            payload={"findings": notice.findings, "term": notice.term, "batch": batch, "parent": notice.parent_id},
        ),
    )
    return notice


def write_notice(
    registry: Registry,
    session: Session,
    app: App,
    kind: str,
    *,
    findings: list[int] | None = None,
    term: int | None = None,
    remark: str = "",
) -> tuple[list[FindingRow], int, str]:
    """Return the findings that a notice would name, its term and its text, changing nothing; raises ``invalid``."""
    template = analyzer.notice_templates().get(kind)
    if template is None:
        known = ", ".join(sorted(analyzer.notice_templates()))
        raise RegistryError("invalid", f"no notice {kind}", [FieldError("/kind", "unknown", kind, f"one of {known}")])
    rows = _named(session, app, findings)
    if not rows and not remark.strip():
        raise RegistryError(
            "invalid",
            f"{app.package} has no proven finding that stands",
            [
                FieldError(
                    "/findings", "required", "没有可通知的问题 / nothing to notify", "name findings, or give a remark"
                )
            ],
        )
    wanted = term or template.term
    values = _values(session, app) | {"term": wanted}
    documents = [row.document for row in rows]
    return rows, wanted, write_body(template, values, documents, registry.analysis.clauses(), remark)


def _named(session: Session, app: App, wanted: list[int] | None) -> list[FindingRow]:
    statement = select(FindingRow).where(
        FindingRow.app_id == app.id, col(FindingRow.status).in_(OPEN)
    )  # scope: the app was found within reach
    if wanted is None:
        statement = statement.where(FindingRow.sureness == "proven")
    else:
        statement = statement.where(col(FindingRow.id).in_(wanted))
    rows = list(session.exec(statement.order_by(col(FindingRow.id))).all())
    missing = sorted(set(wanted or ()) - {row.id for row in rows})
    if missing:
        raise RegistryError(
            "invalid",
            f"findings {missing} do not stand",
            [FieldError("/findings", "unknown", f"{missing}: no standing finding of {app.package}")],
        )
    grave = ("critical", "high", "medium", "low", "info")
    return sorted(rows, key=lambda row: (grave.index(row.severity) if row.severity in grave else 9, row.id))


def _values(session: Session, app: App) -> dict[str, Any]:
    organization = session.get(Organization, app.organization_id)
    version = session.get(AppVersion, app.current_version_id) if app.current_version_id else None
    number = session.exec(
        select(Filing.number)
        .where(Filing.app_id == app.id, col(Filing.number).is_not(None))
        .order_by(col(Filing.id).desc())
    ).first()
    return {
        "provider": organization.name if organization else "",
        "uscc": organization.uscc if organization else "",
        "app": app.name,
        "package": app.package,
        "version": (version.version_name if version else None) or "未知",
        "number": number or "无",
    }


def find_notice(session: Session, actor: Actor, notice_id: int, *, lock: bool = False) -> Notice:
    """Return a notice within reach, or raise ``not-found``."""
    statement = scoped(Notice, actor).where(Notice.id == notice_id)
    notice: Notice | None = session.exec(statement.with_for_update() if lock else statement).first()
    if notice is None:
        raise RegistryError("not-found", f"there is no notice {notice_id}")
    return notice


def escalate(registry: Registry, session: Session, notice: Notice, step: NoticeStep) -> Notice | None:
    """Escalate a notice and draft the one that follows by its template; return that, or `None` after the last."""
    move(session, notice, NoticeEvent.ESCALATE, step)
    template = analyzer.notice_templates().get(notice.kind)
    app = session.get(App, notice.app_id)
    if template is None or template.escalates_to is None or app is None:
        return None
    left = standing(session, notice)
    why = f"上一文书：{notice.number or notice.id}，到期日 {notice.due_on}，{step.reason or '逾期未答复'}。"
    return draft_notice(
        registry,
        session,
        None,
        app,
        template.escalates_to,
        findings=left,
        batch=notice.batch,
        remark=why,
        parent=notice,
    )


def sweep_notices(registry: Registry, moment: datetime | None = None) -> tuple[int, int]:
    """Count provisional terms anew and escalate what is overdue; return (recounted, escalated).

    Each notice has a transaction of its own. Doing it again is harmless.
    """
    today = local_day(moment or now())
    running = [state.value for state in RUNNING]
    with registry.database.read() as session:
        due = session.exec(
            select(Notice.id)  # scope: the registry itself looks at all of them
            .where(
                col(Notice.state).in_(running),
                sa.or_(col(Notice.due_provisional).is_(True), col(Notice.due_on) < today),
            )
            .limit(_BATCH)
        ).all()
    recounted = escalated = 0
    for notice_id in due:
        with registry.database.write() as session:
            notice = session.exec(
                select(Notice).where(Notice.id == notice_id, col(Notice.state).in_(running)).with_for_update()
            ).first()
            if notice is None:
                continue
            if notice.due_provisional:
                recounted += _recount(session, notice)
            if notice.due_on is not None and not notice.due_provisional and notice.due_on < today:
                escalate(registry, session, notice, NoticeStep(SYSTEM, SYSTEM, reason=f"逾期：到期日 {notice.due_on}"))
                escalated += 1
    return recounted, escalated


def _recount(session: Session, notice: Notice) -> bool:
    if notice.clock_from is None:
        return False
    before = notice.due_on
    due = work_calendar().due_on(notice.clock_from, notice.term)
    if due.provisional:
        return False
    start_clock(notice)
    session.add(notice)
    session.flush()
    append(
        session,
        Act(
            SYSTEM,
            SYSTEM,
            f"notice.{notice.kind}.recount",
            "notice",
            str(notice.id),
            app_id=notice.app_id,
            province=notice.province,
            payload={"before": str(before), "due_on": str(notice.due_on), "calendar": notice.calendar},
        ),
    )
    return True
