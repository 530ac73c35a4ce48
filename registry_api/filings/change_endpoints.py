"""Routes of what follows on a filing: changes, rectification, correction items, bans, business systems."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from sqlmodel import Session, col, or_, select

from registry_api.accounts.access import Action, Actor, require, scope_of
from registry_api.errors import FieldError, RegistryError
from registry_api.filings import corrections
from registry_api.filings.changes import changes_of
from registry_api.filings.models import BusinessSystem, Correction, Filing, FilingBan, FilingChange
from registry_api.filings.schemas import Replies
from registry_api.filings.service import find_filing, report_rectified, request_change
from registry_api.filings.showing import reply_of, show_correction
from registry_api.filings.transitions import State, step_of
from registry_api.kit.china import today
from registry_api.kit.paging import After, Limit, page
from registry_api.kit.replies import Reply, reply_once, require_match
from registry_api.kit.requests import Asking, Filer, Reader, RegistryPart
from registry_api.kit.schemas import Body, Document, LongText, PathId
from registry_api.kit.strict import StrictRoute
from registry_api.organizations.models import App
from registry_api.trail.chain import Act, append

router = APIRouter(route_class=StrictRoute)


class ChangeBody(Body):
    """A changed document, and why."""

    document: Document
    reason: LongText = ""
    replies: Replies = ()


class ReportBody(Body):
    """What was done about an order to rectify, with the mended package, policy and document where there are any."""

    report: LongText
    document: Document | None = None
    artifact_upload: str | None = None
    policy_upload: str | None = None


class ReplyBody(Body):
    """An answer to one correction item."""

    reply: LongText


class ResolutionBody(Body):
    """Whether one correction item is settled."""

    resolved: bool


def show_change(item: FilingChange) -> dict[str, Any]:
    """Return a change as the API shows it."""
    return {
        "id": item.id,
        "state": item.state,
        "document": item.document,
        "before": item.before,
        "fields": item.pointers,
        "reason": item.reason,
        "requested_at": item.requested_at.isoformat(timespec="seconds"),
        "decided_at": item.decided_at.isoformat(timespec="seconds") if item.decided_at else None,
        "decision_reason": item.decision_reason,
    }


@router.post("/filings/{filing_id}/changes", operation_id="requestChange", status_code=201)
def create_change(
    filing_id: PathId, body: ChangeBody, request: Request, registry: RegistryPart, actor: Filer
) -> JSONResponse:
    """Hand in a changed document. What is filed stays in force until the change is decided."""

    def work(session: Session) -> Reply:
        filing = find_filing(session, actor, filing_id, lock=True)
        require_match(request, filing.version)
        step = step_of(actor, body.reason, replies=tuple((item.id, item.reply) for item in body.replies))
        change = request_change(registry, session, actor, filing, body.document, step)
        return reply_of(session, filing, 201, change=show_change(change))

    return reply_once(registry, actor, request, body.model_dump(), work)


@router.get("/filings/{filing_id}/changes", operation_id="listChanges")
def list_changes(filing_id: PathId, registry: RegistryPart, actor: Reader) -> dict[str, Any]:
    """List the changes of a filing, newest first, each with the document before and after."""
    with registry.database.read() as session:
        filing = find_filing(session, actor, filing_id)
        return {"items": [show_change(item) for item in changes_of(session, filing)]}


@router.post("/filings/{filing_id}/rectification", operation_id="reportRectified", status_code=202)
def create_report(
    filing_id: PathId, body: ReportBody, request: Request, registry: RegistryPart, actor: Filer
) -> JSONResponse:
    """Report that an order to rectify is met; the app is audited again and a reviewer confirms or rejects."""

    def work(session: Session) -> Reply:
        filing = find_filing(session, actor, filing_id, lock=True)
        require_match(request, filing.version)
        run = report_rectified(
            registry,
            session,
            actor,
            filing,
            step_of(actor, body.report),
            document=body.document,
            artifact_upload=body.artifact_upload,
            policy_upload=body.policy_upload,
        )
        return reply_of(session, filing, 202, audit=run.id)

    return reply_once(registry, actor, request, body.model_dump(), work)


@router.get("/filings/{filing_id}/corrections", operation_id="listCorrections")
def list_corrections(filing_id: PathId, registry: RegistryPart, actor: Reader) -> dict[str, Any]:
    """List every correction item of a filing, of all rounds, with its answer."""
    with registry.database.read() as session:
        filing = find_filing(session, actor, filing_id)
        return {"items": [show_correction(item) for item in corrections.all_items(session, filing_id=filing.id)]}


def _item(session: Session, filing: Filing, correction_id: int) -> Correction:
    item = session.get(Correction, correction_id, with_for_update=True)
    if item is None or item.filing_id != filing.id:
        raise RegistryError("not-found", f"there is no correction item {correction_id} of this filing")
    return item


def answer_item(session: Session, actor: Actor, filing: Filing, correction_id: int, text: str) -> Correction:
    """Answer one item of a locked filing, or raise: not with the provider now, settled, or nothing said."""
    if filing.state not in {State.RETURNED, State.CHANGE_RETURNED}:
        raise RegistryError("illegal-transition", f"a filing in state {filing.state} has nothing to answer")
    item = _item(session, filing, correction_id)
    if item.resolved_at is not None:
        raise RegistryError("conflict", f"correction item {correction_id} is settled")
    if not text.strip():
        raise RegistryError(
            "invalid",
            "reply: is empty",
            [FieldError("/reply", "required", "请说明如何处理 / say what was done about it")],
        )
    corrections.reply(item, text, actor.key_id)
    session.add(item)
    _tell(session, actor, filing, "reply_correction", item)
    return item


@router.post("/filings/{filing_id}/corrections/{correction_id}/reply", operation_id="replyCorrection")
def reply_correction(
    filing_id: PathId,
    correction_id: PathId,
    body: ReplyBody,
    request: Request,
    registry: RegistryPart,
    actor: Filer,
) -> JSONResponse:
    """Answer one correction item, while the filing or its change is with the provider."""

    def work(session: Session) -> Reply:
        filing = find_filing(session, actor, filing_id, lock=True)
        return Reply(show_correction(answer_item(session, actor, filing, correction_id, body.reply)))

    return reply_once(registry, actor, request, body.model_dump(), work)


@router.post("/filings/{filing_id}/corrections/{correction_id}/resolution", operation_id="resolveCorrection")
def resolve_correction(
    filing_id: PathId,
    correction_id: PathId,
    body: ResolutionBody,
    request: Request,
    registry: RegistryPart,
    actor: Asking,
) -> JSONResponse:
    """Mark one correction item as settled, or as not settled after all."""
    require(actor, Action.REVIEW)

    def work(session: Session) -> Reply:
        filing = find_filing(session, actor, filing_id, lock=True)
        item = _item(session, filing, correction_id)
        corrections.resolve(item, actor.key_id, resolved=body.resolved)
        session.add(item)
        _tell(session, actor, filing, "resolve_correction", item)
        return Reply(show_correction(item))

    return reply_once(registry, actor, request, body.model_dump(), work)


def _tell(session: Session, actor: Any, filing: Filing, verb: str, item: Correction) -> None:
    session.flush()
    append(
        session,
        Act(
            actor.label,
            actor.role.value,
            f"filing.{verb}",
            "filing",
            str(filing.id),
            app_id=filing.app_id,
            province=filing.province,
            payload={"item": item.id, "field": item.field, "resolved": item.resolved_at is not None},
        ),
    )


@router.get("/bans", operation_id="listBans")
def list_bans(
    request: Request,
    response: Response,
    registry: RegistryPart,
    actor: Reader,
    after: After = None,
    limit: Limit = 50,
    in_force: Annotated[bool, Query(description="only those that bar a new filing today")] = False,
) -> dict[str, Any]:
    """List the bans on apps and providers within reach, newest first."""
    mine = select(App.id).where(scope_of(App, actor))
    filed = select(Filing.id).where(scope_of(Filing, actor))
    statement = select(FilingBan).where(or_(col(FilingBan.app_id).in_(mine), col(FilingBan.filing_id).in_(filed)))
    if in_force:
        statement = statement.where(col(FilingBan.until_on) >= today(), col(FilingBan.lifted_at).is_(None))
    with registry.database.read() as session:
        return page(
            session,
            statement,
            FilingBan.id,
            after,
            limit,
            lambda rows: [show_ban(row) for row in rows],
            request,
            response,
            newest_first=True,
        )


def show_ban(item: FilingBan) -> dict[str, Any]:
    """Return a ban as the API shows it."""
    return {
        "id": item.id,
        "filing_id": item.filing_id,
        "app_id": item.app_id,
        "organization_id": item.organization_id,
        "province": item.province,
        "from_on": item.from_on.isoformat(),
        "until_on": item.until_on.isoformat(),
        "reason": item.reason,
        "lifted_at": item.lifted_at.isoformat(timespec="seconds") if item.lifted_at else None,
        "lift_reason": item.lift_reason,
    }


@router.get("/systems", operation_id="listSystems")
def list_systems(
    request: Request,
    response: Response,
    registry: RegistryPart,
    actor: Reader,
    after: After = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    """List the business systems within reach, each with the filings of the apps that it serves."""

    def show(rows: list[BusinessSystem]) -> list[dict[str, Any]]:
        served: dict[int | None, list[dict[str, Any]]] = {row.id: [] for row in rows}
        found = session.exec(
            select(Filing, App)
            .join(App, col(App.id) == Filing.app_id)
            .where(col(Filing.system_id).in_(served), scope_of(Filing, actor))
            .order_by(col(Filing.id))
        ).all()
        for filing, app in found:
            served[filing.system_id].append(
                {"filing_id": filing.id, "package": app.package, "state": filing.state, "number": filing.number}
            )
        return [
            {
                "id": row.id,
                "organization_id": row.organization_id,
                "province": row.province,
                "name": row.name,
                "document": row.document,
                "filings": served[row.id],
                "updated_at": row.updated_at.isoformat(timespec="seconds"),
            }
            for row in rows
        ]

    statement = select(BusinessSystem).where(scope_of(BusinessSystem, actor))
    with registry.database.read() as session:
        return page(session, statement, BusinessSystem.id, after, limit, show, request, response)
