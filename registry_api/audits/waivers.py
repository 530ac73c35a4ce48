"""Waivers: an exception for a finding of an app's whole line of versions, with reason, approver and last day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from registry_api.accounts.access import Actor
from registry_api.audits.models import FindingRow, Waiver
from registry_api.audits.standing import FindingEvent, FindingStatus, step
from registry_api.db import now
from registry_api.errors import FieldError, RegistryError
from registry_api.kit.china import day_of, today
from registry_api.trail.chain import Act, append_all

LONGEST = timedelta(days=366)
"""Nothing is waived for longer than a year: it must be looked at again."""


def check_until(until: date | None) -> date:
    """Return the last day of a waiver, or raise ``invalid``: it must have one, not past and within a year."""
    if until is None:
        raise RegistryError(
            "invalid",
            "a waiver needs its last day",
            [FieldError("/until", "required", "请填写豁免的截止日期 / the last day is missing", "YYYY-MM-DD")],
        )
    if not today() <= until <= today() + LONGEST:
        raise RegistryError(
            "invalid",
            "a waiver ends within a year from now",
            [
                FieldError(
                    "/until",
                    "out_of_range",
                    f"截止日期 {until} 应在今日起一年之内 / within a year from today",
                    f"{today()} … {today() + LONGEST}",
                )
            ],
        )
    return until


def grant(session: Session, actor: Actor, row: FindingRow, reason: str, until: date) -> Waiver:
    """Write the waiver of a finding in the caller's transaction; an earlier one that still runs is replaced."""
    for earlier in session.exec(
        select(Waiver).where(Waiver.finding_id == row.id, col(Waiver.ended_at).is_(None))
    ).all():
        end_waiver(session, earlier, "replaced")
    waiver = Waiver(
        app_id=row.app_id,
        province=row.province,
        organization_id=row.organization_id,
        finding_id=row.id or 0,
        gist=row.gist,
        reason=reason,
        approved_by=actor.label,
        approved_role=actor.role.value,
        created_at=now(),
        until=until,
    )
    session.add(waiver)
    session.flush()
    return waiver


def live_waivers_of(session: Session, apps: list[int]) -> dict[int, Waiver]:
    """Return finding id → waiver in force for several apps."""
    rows = session.exec(
        select(Waiver).where(col(Waiver.app_id).in_(apps), col(Waiver.ended_at).is_(None), col(Waiver.until) >= today())
    ).all()
    return {row.finding_id: row for row in rows}


def end_waiver(session: Session, waiver: Waiver, why: str) -> None:
    """Note that a waiver holds no longer."""
    waiver.ended_at, waiver.ended_why = now(), why
    session.add(waiver)


def expire(session: Session, moment: datetime | None = None, limit: int = 500) -> int:
    """End waivers whose last day is past, in the caller's transaction, and open their findings; return how many."""
    rows = session.exec(
        select(Waiver, FindingRow)
        .join(FindingRow, col(FindingRow.id) == Waiver.finding_id)
        .where(col(Waiver.ended_at).is_(None), col(Waiver.until) < (day_of(moment) if moment else today()))
        .order_by(col(Waiver.id))
        .limit(limit)
        .with_for_update()
    ).all()
    acts = []
    for waiver, row in rows:
        end_waiver(session, waiver, "expired")
        if row.status == FindingStatus.WAIVED:
            row.status = step(row.status, FindingEvent.EXPIRED).value
            session.add(row)
            acts.append(
                Act(
                    "system",
                    "system",
                    "finding.expired",
                    "finding",
                    str(row.id),
                    app_id=row.app_id,
                    province=row.province,
                    reason=f"豁免已于 {waiver.until} 到期 / the waiver ended on {waiver.until}",
                    payload={"from": "waived", "to": row.status, "waiver": waiver.id},
                )
            )
    session.flush()
    if acts:
        append_all(session, acts)
    return len(rows)
