"""Routes of the queue: cases by the day on which they fall due, claimed and handed on."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import StringConstraints
from sqlmodel import Session, col, select

from registry_api.accounts.access import Action, require
from registry_api.errors import RegistryError
from registry_api.filings.models import Filing, UserFiling
from registry_api.kit.china import today
from registry_api.kit.paging import Limit, link_next
from registry_api.kit.replies import Reply, etag, reply_once, require_match
from registry_api.kit.requests import Asking, Reader, RegistryPart
from registry_api.kit.schemas import Body, LongText, PathId
from registry_api.kit.strict import StrictRoute
from registry_api.organizations.models import App, Organization
from registry_api.reviews import cases, clock
from registry_api.reviews.models import ReviewCase
from registry_api.reviews.queue import Wanted, place_of, select_cases

router = APIRouter(route_class=StrictRoute)


class HandOnBody(Body):
    """Why a case is given on."""

    reason: LongText = ""


class AssignBody(Body):
    """To whom a case is given."""

    key_id: Annotated[str, StringConstraints(min_length=1, max_length=16)]
    reason: LongText = ""


def show_cases(session: Session, items: list[ReviewCase]) -> list[dict[str, Any]]:
    """Return cases as the API shows them, with what they are about: one query for each kind of record."""
    apps = _by_id(session, App, {item.app_id for item in items})
    units = _by_id(session, Organization, {item.organization_id for item in items})
    filings = _by_id(session, Filing, {item.filing_id for item in items})
    users = _by_id(session, UserFiling, {item.user_filing_id for item in items})
    shown = []
    for item in items:
        subject = filings.get(item.filing_id) or users.get(item.user_filing_id)
        shown.append(
            {
                "id": item.id,
                "kind": item.kind,
                "state": item.state,
                "filing_id": item.filing_id,
                "user_filing_id": item.user_filing_id,
                "filing_state": subject.state if subject else None,
                "package": apps[item.app_id].package,
                "name": apps[item.app_id].name,
                "organization": {"id": item.organization_id, "name": units[item.organization_id].name},
                "province": item.province,
                "working_days": item.working_days,
                "received_at": item.received_at.isoformat(timespec="seconds"),
                "clock_started_at": item.clock_started_at.isoformat(timespec="seconds"),
                "paused_intervals": item.paused_intervals,
                "due_on": item.due_on.isoformat(),
                "due_provisional": item.due_provisional,
                "calendar_version": item.calendar_version,
                "overdue": item.state in {"waiting", "open"} and item.due_on < today(),
                "claimed_by": item.claimed_by,
                "claimed_name": item.claimed_name,
                "claimed_at": item.claimed_at.isoformat(timespec="seconds") if item.claimed_at else None,
                "closed_at": item.closed_at.isoformat(timespec="seconds") if item.closed_at else None,
                "outcome": item.outcome,
                "version": item.version,
            }
        )
    return shown


def _by_id(session: Session, model: Any, ids: set[int | None]) -> dict[int | None, Any]:
    return {row.id: row for row in session.exec(select(model).where(col(model.id).in_(ids - {None}))).all()}


@router.get("/queue", operation_id="listQueue")
def list_queue(
    request: Request,
    response: Response,
    registry: RegistryPart,
    actor: Reader,
    after: Annotated[str | None, Query(max_length=40, description="`next` of the page before")] = None,
    limit: Limit = 50,
    state: Annotated[
        Literal["waiting", "open", "paused", "closed"], Query(description="`open`: a person can decide now")
    ] = "open",
    kind: Annotated[Literal["filing", "change", "reaudit", "user_filing"] | None, Query()] = None,
    claimed: Annotated[Literal["mine", "none", "any"] | None, Query(description="left out: all")] = None,
    overdue: Annotated[bool, Query(description="only what should have been decided before today")] = False,
) -> dict[str, Any]:
    """List the cases within reach in the order in which they fall due."""
    wanted = Wanted(state=state, kind=kind or "", claimed=claimed or "", overdue=overdue)
    statement = select_cases(actor, wanted, after)
    with registry.database.read() as session:
        rows = list(session.exec(statement.limit(limit + 1)).all())
        more = len(rows) > limit
        rows = rows[:limit]
        last = place_of(rows[-1]) if more else None
        if last is not None:
            link_next(request, response, last, limit)
        return {"items": show_cases(session, rows), "next": last}


@router.get("/queue/{case_id}", operation_id="getCase")
def get_case(case_id: PathId, response: Response, registry: RegistryPart, actor: Reader) -> dict[str, Any]:
    """Return one case; its ETag is needed to claim it or to hand it on."""
    with registry.database.read() as session:
        case = session.exec(select(ReviewCase).where(ReviewCase.id == case_id, cases.reach(actor))).first()
        if case is None:
            raise RegistryError("not-found", f"there is no case {case_id}")
        response.headers["ETag"] = etag(case.version)
        return show_cases(session, [case])[0]


def _reply(session: Session, case: ReviewCase) -> Reply:
    session.flush()
    return Reply(show_cases(session, [case])[0], 200, {"ETag": etag(case.version)})


@router.post("/queue/{case_id}/claim", operation_id="claimCase")
def claim_case(case_id: PathId, request: Request, registry: RegistryPart, actor: Asking) -> JSONResponse:
    """Take a case. Others but a lead reviewer can then not decide it."""
    require(actor, Action.REVIEW)

    def work(session: Session) -> Reply:
        case = cases.find(session, actor, case_id)
        require_match(request, case.version)
        cases.claim(session, actor, case)
        return _reply(session, case)

    return reply_once(registry, actor, request, {}, work)


@router.post("/queue/{case_id}/release", operation_id="releaseCase")
def release_case(
    case_id: PathId, body: HandOnBody, request: Request, registry: RegistryPart, actor: Asking
) -> JSONResponse:
    """Give a case back to the queue."""
    require(actor, Action.REVIEW)

    def work(session: Session) -> Reply:
        case = cases.find(session, actor, case_id)
        require_match(request, case.version)
        cases.release(session, actor, case, body.reason)
        return _reply(session, case)

    return reply_once(registry, actor, request, body.model_dump(), work)


@router.post("/queue/{case_id}/assign", operation_id="assignCase")
def assign_case(
    case_id: PathId, body: AssignBody, request: Request, registry: RegistryPart, actor: Asking
) -> JSONResponse:
    """Hand a case to another reviewer: a lead reviewer or the supervisor."""
    require(actor, Action.REVIEW)

    def work(session: Session) -> Reply:
        case = cases.find(session, actor, case_id)
        require_match(request, case.version)
        cases.assign(session, actor, case, body.key_id, body.reason)
        return _reply(session, case)

    return reply_once(registry, actor, request, body.model_dump(), work)


@router.post("/queue-due-days", operation_id="recountDueDays")
def recount_due_days(request: Request, registry: RegistryPart, actor: Asking) -> JSONResponse:
    """Compute provisional due days anew, after the calendar of a year has arrived; ``certain`` of ``looked_at``."""
    require(actor, Action.SUSPEND)

    def work(session: Session) -> Reply:
        rows = session.exec(
            select(ReviewCase)
            .where(cases.reach(actor), ReviewCase.state != "closed", col(ReviewCase.due_provisional).is_(True))
            .with_for_update()
        ).all()
        for case in rows:
            clock.compute(session, case)
            session.add(case)
        return Reply({"looked_at": len(rows), "certain": sum(not case.due_provisional for case in rows)})

    return reply_once(registry, actor, request, {}, work)
