"""Decisions about findings: one at a time or many at once, each by the table, each on the trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from registry_api.accounts.access import Actor, scope_of
from registry_api.audits.models import FindingRow, Waiver
from registry_api.audits.standing import FindingEvent, FindingStatus, decide
from registry_api.audits.waivers import check_until, end_waiver, grant
from registry_api.errors import RegistryError
from registry_api.trail.chain import Act, append


@dataclass(frozen=True)
class Decision:
    """What a person decides."""

    event: FindingEvent
    reason: str = ""
    until: date | None = None
    """For a waiver: its last day."""


def find_finding(session: Session, actor: Actor, finding_id: int, *, lock: bool = False) -> FindingRow:
    """Return a finding within reach, or raise ``not-found``."""
    statement = select(FindingRow).where(FindingRow.id == finding_id, scope_of(FindingRow, actor))
    row = session.exec(statement.with_for_update() if lock else statement).first()
    if row is None:
        raise RegistryError("not-found", f"there is no finding {finding_id}")
    return row


def apply(session: Session, actor: Actor, row: FindingRow, decision: Decision, *, expected: str) -> FindingRow:
    """Move a finding by a person's decision in the caller's transaction, with waiver and trail; or raise.

    ``expected`` is the status that the person saw: ``stale`` when it is another one by now.
    """
    if row.status != expected:
        raise RegistryError("stale", f"finding {row.id} is {row.status} by now, not {expected}")
    edge = decide(row.status, decision.event, actor.role.value, decision.reason)
    waiver: Waiver | None = None
    if edge.target is FindingStatus.WAIVED:
        waiver = grant(session, actor, row, decision.reason, check_until(decision.until))
    elif edge.source is FindingStatus.WAIVED:
        for item in session.exec(select(Waiver).where(Waiver.finding_id == row.id, col(Waiver.ended_at).is_(None))):
            end_waiver(session, item, "withdrawn")
    row.status = edge.target.value
    session.add(row)
    session.flush()
    append(
        session,
        Act(
            actor.label,
            actor.role.value,
            f"finding.{decision.event.value}",
            "finding",
            str(row.id),
            app_id=row.app_id,
            province=row.province,
            reason=decision.reason,
            payload={
                "from": edge.source.value,
                "to": edge.target.value,
                "rule": row.rule,
                "subject": row.subject,
                "fingerprint": row.fingerprint,
                "until": waiver.until.isoformat() if waiver else None,
            },
        ),
    )
    return row


def apply_many(
    session: Session, actor: Actor, seen: dict[int, str], decision: Decision
) -> list[tuple[int, str | None, RegistryError | None]]:
    """Decide about several findings, each by itself; ``seen`` is id → status that the person saw.

    Returns (id, new status, refusal) of each, by id.
    """
    outcomes: list[tuple[int, str | None, RegistryError | None]] = []
    for identity, expected in sorted(seen.items()):
        try:
            with session.begin_nested():
                row = find_finding(session, actor, identity, lock=True)
                apply(session, actor, row, decision, expected=expected)
            outcomes.append((identity, row.status, None))
        except RegistryError as error:
            outcomes.append((identity, None, error))
    return outcomes
