"""Findings one by one: what each run saw, what people decided, and deciding."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlmodel import Session, col, select

from registry_api.accounts.access import MEMBERS, Actor, scope_of
from registry_api.audits.decisions import Decision, apply, apply_many, find_finding
from registry_api.audits.endpoints import show_finding
from registry_api.audits.models import AuditRun, FindingRow, Observation, Waiver
from registry_api.audits.standing import TABLE, FindingEvent, FindingStatus
from registry_api.kit.paging import LIMIT, After, Limit, page
from registry_api.kit.replies import Reply, reply_once
from registry_api.kit.requests import Reader, RegistryPart, Reviewing
from registry_api.kit.schemas import Body, LongText, PathId, RowId
from registry_api.kit.strict import StrictRoute
from registry_api.organizations.models import App
from registry_api.trail.models import TrailEntry

router = APIRouter(route_class=StrictRoute)

BULK = 500
"""Most findings that one request decides about."""
_SHOWN = 200


class DecisionBody(Body):
    """A decision about a finding; ``status`` is the one that was seen when it was made."""

    event: Literal["confirm", "waive", "dismiss", "reopen"]
    status: FindingStatus
    reason: LongText = ""
    until: date | None = None
    """For ``waive``: its last day, within a year."""


class BulkItem(Body):
    """One finding of a bulk decision."""

    id: RowId
    status: FindingStatus


class BulkBody(Body):
    """One decision about many findings: each is decided, refused and recorded by itself."""

    event: Literal["confirm", "waive", "dismiss", "reopen"]
    findings: Annotated[list[BulkItem], Field(min_length=1, max_length=BULK)]
    reason: LongText = ""
    until: date | None = None


def show_waiver(row: Waiver, package: str, actor: Actor) -> dict[str, Any]:
    """Return a waiver as the API shows it; those it supervises do not learn who of the authority signed it."""
    return {
        "id": row.id,
        "package": package,
        "finding": row.finding_id,
        "reason": row.reason,
        "approved_by": None if actor.role in MEMBERS else row.approved_by,
        "approved_role": row.approved_role,
        "created_at": row.created_at.isoformat(timespec="seconds"),
        "until": row.until.isoformat(),
        "ended_at": row.ended_at.isoformat(timespec="seconds") if row.ended_at else None,
        "ended_why": row.ended_why,
    }


@router.get("/findings/transitions", operation_id="listFindingTransitions")
def list_finding_transitions(_actor: Reader) -> dict[str, Any]:
    """Return the table of a finding's life."""
    return {
        "items": [
            {
                "status": edge.source.value,
                "event": edge.event.value,
                "to": edge.target.value,
                "roles": sorted(edge.roles),
                "reason": edge.reason,
            }
            for edge in TABLE
        ]
    }


@router.get("/findings/{finding_id}", operation_id="getFinding")
def get_finding(finding_id: PathId, registry: RegistryPart, actor: Reader) -> dict[str, Any]:
    """Return one finding with its history: runs that saw it or not, waivers, and what people decided."""
    with registry.database.read() as session:
        row = find_finding(session, actor, finding_id)
        package = session.exec(select(App.package).where(App.id == row.app_id)).one()
        seen = session.exec(
            select(Observation, AuditRun)
            .join(AuditRun, col(AuditRun.id) == Observation.run_id)
            .where(Observation.finding_id == row.id)
            .order_by(col(AuditRun.finished_at).desc())
            .limit(_SHOWN)
        ).all()
        waivers = session.exec(select(Waiver).where(Waiver.finding_id == row.id).order_by(col(Waiver.id).desc())).all()
        return {
            **show_finding(row, package),
            "observations": [
                {
                    "run": run.id,
                    "kind": run.kind,
                    "at": run.finished_at.isoformat(timespec="seconds") if run.finished_at else None,
                    "outcome": item.outcome,
                    "cause": item.cause,
                    "rules": run.rules,
                    "engine": run.engine,
                }
                for item, run in seen
            ],
            "waivers": [show_waiver(item, package, actor) for item in waivers],
            "decisions": [_show_act(item, actor) for item in _acts(session, row)],
        }


def _acts(session: Session, row: FindingRow) -> list[TrailEntry]:
    return list(
        session.exec(
            select(TrailEntry)
            .where(
                TrailEntry.app_id == row.app_id,
                TrailEntry.object_kind == "finding",
                TrailEntry.object_id == str(row.id),
            )
            .order_by(col(TrailEntry.seq).desc())
            .limit(_SHOWN)
        ).all()
    )


def _show_act(entry: TrailEntry, actor: Actor) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "at": entry.at.isoformat(timespec="seconds"),
        "actor": None if actor.role in MEMBERS else entry.actor,
        "role": entry.role,
        "action": entry.action,
        "from": entry.payload.get("from"),
        "to": entry.payload.get("to"),
        "reason": entry.reason,
    }


@router.post("/findings/{finding_id}/decisions", operation_id="decideFinding")
def decide_finding(
    finding_id: PathId, body: DecisionBody, request: Request, registry: RegistryPart, actor: Reviewing
) -> JSONResponse:
    """Confirm, waive, dismiss or reopen a finding; 412 when it is no longer in the status that was seen."""
    decision = Decision(FindingEvent(body.event), body.reason, body.until)

    def work(session: Session) -> Reply:
        row = find_finding(session, actor, finding_id, lock=True)
        apply(session, actor, row, decision, expected=body.status.value)
        package = session.exec(select(App.package).where(App.id == row.app_id)).one()
        return Reply(show_finding(row, package))

    return reply_once(registry, actor, request, body.model_dump(mode="json"), work)


@router.post("/findings/decisions", operation_id="decideFindings")
def decide_findings(body: BulkBody, request: Request, registry: RegistryPart, actor: Reviewing) -> JSONResponse:
    """Decide about many findings. Each obeys access and the table by itself; ``items`` says what became of each."""
    decision = Decision(FindingEvent(body.event), body.reason, body.until)

    def work(session: Session) -> Reply:
        seen = {item.id: item.status.value for item in body.findings}
        items = [
            {"id": id_, "status": status, "error": {"code": error.slug, "detail": error.detail} if error else None}
            for id_, status, error in apply_many(session, actor, seen, decision)
        ]
        done = sum(item["error"] is None for item in items)
        return Reply({"done": done, "refused": len(items) - done, "items": items})

    return reply_once(registry, actor, request, body.model_dump(mode="json"), work)


@router.get("/waivers", operation_id="listWaivers")
def list_waivers(
    request: Request,
    response: Response,
    registry: RegistryPart,
    actor: Reader,
    after: After = None,
    limit: Limit = LIMIT,
    package: Annotated[str | None, Query(max_length=255)] = None,
    live: Annotated[bool | None, Query(description="true: in force; false: ended")] = None,
) -> dict[str, Any]:
    """List waivers within reach."""
    statement = select(Waiver).where(scope_of(Waiver, actor))
    if package:
        statement = statement.where(col(Waiver.app_id).in_(select(App.id).where(App.package == package)))
    if live is not None:
        statement = statement.where(col(Waiver.ended_at).is_(None) if live else col(Waiver.ended_at).is_not(None))
    with registry.database.read() as session:

        def show(rows: list[Waiver]) -> list[dict[str, Any]]:
            wanted = {row.app_id for row in rows}
            names = dict(session.exec(select(App.id, App.package).where(col(App.id).in_(wanted))).all())
            return [show_waiver(row, names[row.app_id], actor) for row in rows]

        return page(session, statement, Waiver.id, after, limit, show, request, response)
