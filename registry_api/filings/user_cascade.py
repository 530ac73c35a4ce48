"""What a measure against an app means for the schools that filed their use of it."""

from __future__ import annotations

from sqlmodel import Session, col, select

from registry_api.filings.machine import Step, system_step
from registry_api.filings.models import Filing, UserFiling
from registry_api.filings.user_states import IN_USE, USER_OVER, UserEvent, UserState
from registry_api.filings.user_transitions import USER_MACHINE


def invalidate_users(session: Session, filing: Filing, step: Step) -> None:
    """Make every school's filing of the app invalid, each with an entry in the trail."""
    rows = session.exec(
        select(UserFiling)
        .where(UserFiling.provider_filing_id == filing.id, col(UserFiling.state).in_(IN_USE))
        .order_by(col(UserFiling.id))
        .with_for_update()
    ).all()
    if rows:
        USER_MACHINE.apply_all(session, rows, UserEvent.INVALIDATE, _because(filing, step))


def reinstate_users(session: Session, filing: Filing, step: Step) -> None:
    """Put back in force what became invalid with the app, unless the school has filed anew or ended its use."""
    rows = session.exec(
        select(UserFiling)
        .where(UserFiling.provider_filing_id == filing.id, UserFiling.state == UserState.INVALID.value)
        .order_by(col(UserFiling.id))
        .with_for_update()
    ).all()
    schools = {row.organization_id for row in rows}
    living = set(
        session.exec(
            select(UserFiling.organization_id).where(
                UserFiling.app_id == filing.app_id,
                col(UserFiling.organization_id).in_(schools),
                col(UserFiling.state).not_in([state.value for state in USER_OVER]),
            )
        ).all()
    )
    rows = [row for row in rows if row.organization_id not in living]
    if rows:
        USER_MACHINE.apply_all(session, rows, UserEvent.REINSTATE, _because(filing, step))


def _because(filing: Filing, step: Step) -> Step:
    reason = f"备案 {filing.number or filing.id} {filing.state}：{step.reason}"
    return system_step(reason[:4000], payload=(("filing", filing.id), ("filing_state", filing.state)))
