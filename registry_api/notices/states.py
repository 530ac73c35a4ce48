"""The life of a notice as one table: (state, event) → who, under which guards, to which state, with which effects.

`move` is the only code that changes a notice's state. It writes the trail in the same transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, select

from registry_api.accounts.access import DECIDERS, MEMBERS, Actor, Role
from registry_api.audits import runs
from registry_api.audits.findings import OPEN
from registry_api.audits.models import AuditRun, FindingRow
from registry_api.audits.standing import FindingEvent
from registry_api.audits.standing import step as after_event
from registry_api.db import now
from registry_api.errors import FieldError, RegistryError
from registry_api.jobs.port import Jobs
from registry_api.notices.calendar import local_day, work_calendar
from registry_api.notices.models import Notice
from registry_api.notices.numbers import next_notice_number
from registry_api.notices.text import DUE
from registry_api.organizations.models import App
from registry_api.trail.chain import Act, append
from registry_api.trail.models import TrailEntry


class NoticeState(StrEnum):
    """Where a notice stands."""

    DRAFTED = "drafted"
    SIGNED = "signed"
    ISSUED = "issued"
    RECEIVED = "received"
    REPLIED = "replied"
    RE_AUDIT = "re_audit"
    CLOSED = "closed"
    ESCALATED = "escalated"
    CANCELLED = "cancelled"


class NoticeEvent(StrEnum):
    """What can happen to it."""

    SIGN = "sign"
    RETURN = "return"
    ISSUE = "issue"
    RECEIVE = "receive"
    REPLY = "reply"
    RE_AUDIT = "re_audit"
    REOPEN = "reopen"
    CLOSE = "close"
    ESCALATE = "escalate"
    CANCEL = "cancel"


SYSTEM = "system"
_DECIDERS = frozenset(role.value for role in DECIDERS)
_SIGNERS = frozenset({Role.LEAD.value, Role.SUPERVISOR.value})
_MEMBERS = frozenset(role.value for role in MEMBERS)


@dataclass(frozen=True)
class NoticeStep:
    """What an event brings along, and who causes it."""

    label: str
    role: str
    person: str | None = None
    key_id: str | None = None
    reason: str = ""
    reply: str = ""
    attachments: tuple[dict[str, Any], ...] = ()
    term: int | None = None
    jobs: Jobs | None = None


def step_by(actor: Actor, **brought: Any) -> NoticeStep:
    """Return the step of a person."""
    return NoticeStep(actor.label, actor.role.value, actor.person, actor.key_id, **brought)


Guard = Callable[[Session, Notice, NoticeStep], FieldError | None]
Effect = Callable[[Session, Notice, NoticeStep], None]


def _needs_reason(_session: Session, _notice: Notice, step: NoticeStep) -> FieldError | None:
    if step.reason.strip():
        return None
    return FieldError("/reason", "required", "须说明理由 / a reason is required", "state the reason and its basis")


def _needs_reply(_session: Session, _notice: Notice, step: NoticeStep) -> FieldError | None:
    if step.reply.strip():
        return None
    return FieldError("/reply", "required", "须填写答复 / a reply is required", "what was mended, in which version")


_APPROVING = ("filing.approve", "filing.approve_change")
_FILING = ("filing.submit", "filing.request_change", "filing.resubmit_change")


def _needs_four_eyes(session: Session, notice: Notice, step: NoticeStep) -> FieldError | None:
    """Who drafted a notice, filed the app or approved it does not sign."""
    mine = step.person
    if notice.drafted_by == mine:
        return FieldError("/actor", "four_eyes", "拟稿人不得签发 / who drafted it may not sign", "another person signs")
    acted = session.exec(
        select(TrailEntry.actor, TrailEntry.action).where(
            TrailEntry.app_id == notice.app_id, col(TrailEntry.action).in_((*_APPROVING, *_FILING))
        )
    ).all()
    for actor, action in acted:
        if actor.partition("/")[0] == mine:
            what = "审批" if action in _APPROVING else "申报"
            return FieldError(
                "/actor",
                "four_eyes",
                f"该备案的{what}人不得签发 / who took part in the filing may not sign",
                "another person signs",
            )
    return None


def _needs_overdue(_session: Session, notice: Notice, step: NoticeStep) -> FieldError | None:
    """Let the registry itself escalate only what is certainly overdue; a person gives a reason."""
    if step.role != SYSTEM:
        return _needs_reason(_session, notice, step)
    if notice.due_on is not None and not notice.due_provisional and notice.due_on < local_day(now()):
        return None
    return FieldError("/due_on", "not_due", "the term has not run out")


def standing(session: Session, notice: Notice) -> list[int]:
    """Return which of the findings that a notice names still stand."""
    rows = session.exec(
        select(col(FindingRow.id)).where(col(FindingRow.id).in_(notice.findings), col(FindingRow.status).in_(OPEN))
    ).all()
    return [row for row in rows if row is not None]


def _needs_proof(session: Session, notice: Notice, step: NoticeStep) -> FieldError | None:
    """Close on a finished re-audit that sees none of the findings any more; otherwise only with a reason."""
    if step.reason.strip():
        return None
    run = session.get(AuditRun, notice.reaudit_run_id) if notice.reaudit_run_id else None
    if run is None or run.state != "succeeded":
        return FieldError(
            "/state", "no_re_audit", "复测尚未完成 / no re-audit has finished", "re-audit, or give a reason"
        )
    left = standing(session, notice)
    if left:
        return FieldError(
            "/findings",
            "still_standing",
            f"仍有 {len(left)} 项问题 / {len(left)} findings still stand",
            "reopen or escalate",
        )
    return None


def _sign(_session: Session, notice: Notice, step: NoticeStep) -> None:
    notice.signed_by, notice.signed_at = step.person, now()


def _unsign(_session: Session, notice: Notice, _step: NoticeStep) -> None:
    notice.signed_by = notice.signed_at = None


def start_clock(notice: Notice) -> None:
    """Count the term from `Notice.clock_from`."""
    assert notice.clock_from is not None  # noqa: S101 - every caller has just set it or read an issued notice
    due = work_calendar().due_on(notice.clock_from, notice.term)
    notice.due_on, notice.due_provisional, notice.calendar = due.on, due.provisional, due.calendar[:200]


def _tell_findings(session: Session, notice: Notice) -> None:
    """Note on what the notice names, and still stands, that its provider has been told."""
    rows = session.exec(
        select(FindingRow)
        .where(col(FindingRow.id).in_(notice.findings), col(FindingRow.status).in_(OPEN))
        .order_by(col(FindingRow.id))
        .with_for_update()
    ).all()
    for row in rows:
        row.status, row.notice_id = after_event(row.status, FindingEvent.NOTICE).value, notice.id
        session.add(row)


def _issue(session: Session, notice: Notice, _step: NoticeStep) -> None:
    moment = now()
    _tell_findings(session, notice)
    notice.issued_at = notice.clock_from = moment
    start_clock(notice)
    notice.number = next_notice_number(session, notice, local_day(moment).year)
    day = notice.due_on
    assert day is not None  # noqa: S101 - just counted
    written = f"{day.year} 年 {day.month} 月 {day.day} 日" + ("（暂定）" if notice.due_provisional else "")
    notice.body = notice.body.replace(DUE, written)


def _receive(_session: Session, notice: Notice, step: NoticeStep) -> None:
    if notice.received_at is None:
        notice.received_at, notice.received_by = now(), step.person


def _reply(session: Session, notice: Notice, step: NoticeStep) -> None:
    _receive(session, notice, step)
    notice.reply, notice.replied_at = step.reply, now()
    notice.attachments = [*notice.attachments, *step.attachments]


def _order_audit(session: Session, notice: Notice, step: NoticeStep) -> None:
    app = session.get(App, notice.app_id)
    if app is None or step.jobs is None:
        raise RegistryError("unavailable", "no re-audit can be ordered here")
    notice.reaudit_run_id = runs.request(session, step.jobs, app, kind="re_audit", by=step.key_id).id


def _reopen(_session: Session, notice: Notice, step: NoticeStep) -> None:
    notice.term = step.term or notice.term
    notice.clock_from = now()
    start_clock(notice)
    notice.replied_at = None


def _end(_session: Session, notice: Notice, _step: NoticeStep) -> None:
    notice.ended_at = now()


@dataclass(frozen=True)
class NoticeTransition:
    """One edge of the table."""

    source: NoticeState
    event: NoticeEvent
    target: NoticeState
    roles: frozenset[str]
    guards: tuple[Guard, ...] = ()
    effects: tuple[Effect, ...] = ()


S, E, T = NoticeState, NoticeEvent, NoticeTransition

NOTICE_TRANSITIONS: tuple[NoticeTransition, ...] = (
    T(S.DRAFTED, E.SIGN, S.SIGNED, _SIGNERS, (_needs_four_eyes,), (_sign,)),
    T(S.DRAFTED, E.CANCEL, S.CANCELLED, _DECIDERS, (), (_end,)),
    T(S.SIGNED, E.RETURN, S.DRAFTED, _SIGNERS, (_needs_reason,), (_unsign,)),
    T(S.SIGNED, E.ISSUE, S.ISSUED, _DECIDERS, (), (_issue,)),
    T(S.SIGNED, E.CANCEL, S.CANCELLED, _SIGNERS, (_needs_reason,), (_end,)),
    T(S.ISSUED, E.RECEIVE, S.RECEIVED, _MEMBERS, (), (_receive,)),
    T(S.ISSUED, E.REPLY, S.REPLIED, _MEMBERS, (_needs_reply,), (_reply,)),
    T(S.ISSUED, E.CANCEL, S.CANCELLED, _SIGNERS, (_needs_reason,), (_end,)),
    T(S.ISSUED, E.ESCALATE, S.ESCALATED, _DECIDERS | {SYSTEM}, (_needs_overdue,), (_end,)),
    T(S.RECEIVED, E.REPLY, S.REPLIED, _MEMBERS, (_needs_reply,), (_reply,)),
    T(S.RECEIVED, E.CANCEL, S.CANCELLED, _SIGNERS, (_needs_reason,), (_end,)),
    T(S.RECEIVED, E.ESCALATE, S.ESCALATED, _DECIDERS | {SYSTEM}, (_needs_overdue,), (_end,)),
    T(S.REPLIED, E.RE_AUDIT, S.RE_AUDIT, _DECIDERS, (), (_order_audit,)),
    T(S.REPLIED, E.REOPEN, S.RECEIVED, _DECIDERS, (_needs_reason,), (_reopen,)),
    T(S.REPLIED, E.CLOSE, S.CLOSED, _DECIDERS, (_needs_proof,), (_end,)),
    T(S.REPLIED, E.ESCALATE, S.ESCALATED, _DECIDERS, (_needs_reason,), (_end,)),
    T(S.RE_AUDIT, E.RE_AUDIT, S.RE_AUDIT, _DECIDERS, (_needs_reason,), (_order_audit,)),
    T(S.RE_AUDIT, E.REOPEN, S.RECEIVED, _DECIDERS, (_needs_reason,), (_reopen,)),
    T(S.RE_AUDIT, E.CLOSE, S.CLOSED, _DECIDERS, (_needs_proof,), (_end,)),
    T(S.RE_AUDIT, E.ESCALATE, S.ESCALATED, _DECIDERS, (_needs_reason,), (_end,)),
)

_BY_KEY = {(item.source, item.event): item for item in NOTICE_TRANSITIONS}
HIDDEN = frozenset({S.DRAFTED, S.SIGNED})
"""States that the provider does not see; nor does it see what was cancelled before it was issued."""
RUNNING = frozenset({S.ISSUED, S.RECEIVED})
"""States in which the term runs."""


def find_step(state: str, event: str, role: str) -> NoticeTransition:
    """Return the edge; raises ``illegal-transition`` when there is none, ``forbidden`` when it is not this role's."""
    found = _BY_KEY.get((NoticeState(state), NoticeEvent(event)))
    if found is None:
        possible = sorted(item.event.value for item in NOTICE_TRANSITIONS if item.source == state)
        raise RegistryError(
            "illegal-transition",
            f"a notice in state {state} knows no {event}; possible: {', '.join(possible) or 'nothing'}",
        )
    if role not in found.roles:
        raise RegistryError("forbidden", f"{event} is not for role {role}")
    return found


def move(session: Session, notice: Notice, event: NoticeEvent, step: NoticeStep) -> NoticeTransition:
    """Move ``notice`` along one edge in the caller's transaction with effects and trail, or raise, changing nothing."""
    found = find_step(notice.state, event, step.role)
    refusals = [item for guard in found.guards if (item := guard(session, notice, step))]
    if refusals:
        raise RegistryError("illegal-transition", "; ".join(item.message for item in refusals), refusals)
    left = standing(session, notice) if event is E.CLOSE else []
    for effect in found.effects:
        effect(session, notice, step)
    notice.state, notice.updated_at = found.target.value, now()
    if step.reason:
        notice.reason = step.reason
    session.add(notice)
    session.flush()
    append(
        session,
        Act(
            actor=step.label,
            role=step.role,
            action=f"notice.{notice.kind}.{event.value}",
            object_kind="notice",
            object_id=str(notice.id),
            app_id=notice.app_id,
            province=notice.province,
            reason=step.reason,
            basis=notice.basis,
            payload={
                "from": found.source.value,
                "to": found.target.value,
                "number": notice.number,
                "batch": notice.batch,
                "due_on": notice.due_on.isoformat() if notice.due_on else None,
                "due_provisional": notice.due_provisional,
                "body_sha256": hashlib.sha256(notice.body.encode()).hexdigest(),
                "attachments": [item["sha256"] for item in step.attachments],
                "audit": notice.reaudit_run_id,
                "still_standing": left,
            },
        ),
    )
    return found
