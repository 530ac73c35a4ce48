"""Routes of campaigns: plan, start, follow, close, fetch the report."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlmodel import Session, col, select

from registry_api.accounts.access import Actor, scope_of, scoped
from registry_api.audits.models import AuditRun
from registry_api.campaigns.booklet import campaign_booklet
from registry_api.campaigns.models import Campaign, CampaignApp
from registry_api.campaigns.progress import SCHEMA, progress_of
from registry_api.campaigns.service import (
    Plan,
    find_campaign,
    move_campaign,
    plan_campaign,
    request_runs,
    scope_of_campaign,
)
from registry_api.campaigns.states import TABLE, CampaignEvent, CampaignState
from registry_api.db import now
from registry_api.exchange.booklet import MEDIA_TYPES, WRITERS
from registry_api.kit.paging import After, Limit, page
from registry_api.kit.replies import Reply, etag, reply_once, require_match
from registry_api.kit.requests import Auditing, Reader, RegistryPart
from registry_api.kit.schemas import Body, LongText, PathId, ProvinceCode, Text
from registry_api.kit.strict import StrictRoute
from registry_api.organizations.models import App

router = APIRouter(route_class=StrictRoute, prefix="/campaigns")

Codes = Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=60)]


class CampaignBody(Body):
    """A campaign to plan. An empty list takes in everything."""

    name: Text
    basis: LongText = ""
    provinces: Annotated[list[ProvinceCode], Field(max_length=60)] = Field(default_factory=list)
    categories: Codes = Field(default_factory=list)
    use_modes: Codes = Field(default_factory=list)
    stages: Codes = Field(default_factory=list)
    due_on: date | None = None


class CampaignStepBody(Body):
    """A step of a campaign."""

    event: CampaignEvent


def show_campaign(row: Campaign) -> dict[str, Any]:
    """Return a campaign as the API shows it."""
    return {
        "id": row.id,
        "name": row.name,
        "basis": row.basis,
        "province": row.province,
        "scope": scope_of_campaign(row),
        "state": row.state,
        "due_on": row.due_on.isoformat() if row.due_on else None,
        "created_at": row.created_at.isoformat(timespec="seconds"),
        "started_at": row.started_at.isoformat(timespec="seconds") if row.started_at else None,
        "ended_at": row.ended_at.isoformat(timespec="seconds") if row.ended_at else None,
        "version": row.version,
    }


def report_of(session: Session, actor: Actor, row: Campaign) -> dict[str, Any]:
    """Return a campaign's report within ``actor``'s reach as plain JSON."""
    return {
        "schema": SCHEMA,
        "made_at": now().isoformat(timespec="seconds"),
        **show_campaign(row),
        "progress": progress_of(session, actor, row),
    }


def _reply(row: Campaign, status: int = 200) -> Reply:
    headers = {"ETag": etag(row.version), "Location": f"/api/v1/campaigns/{row.id}"}
    return Reply(show_campaign(row), status, headers)


@router.post("", operation_id="createCampaign", status_code=201)
def create_campaign(body: CampaignBody, request: Request, registry: RegistryPart, actor: Auditing) -> JSONResponse:
    """Plan a campaign; a province plans its own, the national authority any."""
    lists = {name: tuple(getattr(body, name)) for name in ("provinces", "categories", "use_modes", "stages")}
    plan = Plan(body.name, body.basis, due_on=body.due_on, **lists)
    return reply_once(
        registry,
        actor,
        request,
        body.model_dump(mode="json"),
        lambda session: _reply(plan_campaign(session, actor, plan), 201),
    )


@router.get("", operation_id="listCampaigns")
def list_campaigns(
    request: Request,
    response: Response,
    registry: RegistryPart,
    actor: Reader,
    after: After = None,
    limit: Limit = 50,
    state: Annotated[CampaignState | None, Query()] = None,
) -> dict[str, Any]:
    """List the campaigns within reach, newest first; a province sees its own and the national ones."""
    statement = scoped(Campaign, actor)
    if state is not None:
        statement = statement.where(Campaign.state == state.value)
    with registry.database.read() as session:
        return page(
            session,
            statement,
            Campaign.id,
            after,
            limit,
            lambda rows: [show_campaign(row) for row in rows],
            request,
            response,
            newest_first=True,
        )


@router.get("/transitions", operation_id="listCampaignTransitions")
def list_campaign_transitions(_actor: Reader) -> dict[str, Any]:
    """Return the table of legal steps of a campaign."""
    return {
        "items": [
            {
                "from": edge.source.value,
                "event": edge.event.value,
                "to": edge.target.value,
                "roles": sorted(role.value for role in edge.roles),
            }
            for edge in TABLE
        ]
    }


@router.get("/{campaign_id}", operation_id="getCampaign")
def get_campaign(campaign_id: PathId, response: Response, registry: RegistryPart, actor: Reader) -> dict[str, Any]:
    """Return a campaign and how far it is; its ETag is needed to move it."""
    with registry.database.read() as session:
        row = find_campaign(session, actor, campaign_id)
        response.headers["ETag"] = etag(row.version)
        progress = progress_of(session, actor, row)
        return {**show_campaign(row), "progress": {key: progress[key] for key in progress if key != "app_rows"}}


@router.get("/{campaign_id}/apps", operation_id="listCampaignApps")
def list_campaign_apps(
    campaign_id: PathId,
    request: Request,
    response: Response,
    registry: RegistryPart,
    actor: Reader,
    after: After = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    """List the apps within reach that the campaign took in when it started, with their audits for it."""
    with registry.database.read() as session:
        campaign = find_campaign(session, actor, campaign_id)

        def show(rows: list[CampaignApp]) -> list[dict[str, Any]]:
            ids = [row.app_id for row in rows]
            apps = {app.id: app for app in session.exec(select(App).where(col(App.id).in_(ids))).all()}
            wanted = [row.run_id for row in rows if row.run_id]
            states = dict(session.exec(select(AuditRun.id, AuditRun.state).where(col(AuditRun.id).in_(wanted))).all())
            return [
                {
                    "package": apps[row.app_id].package,
                    "app": apps[row.app_id].name,
                    "province": row.province,
                    "app_version_id": row.app_version_id,
                    "audit": row.run_id,
                    "audit_state": states.get(row.run_id or "") or ("queued" if row.app_version_id else None),
                }
                for row in rows
            ]

        statement = select(CampaignApp).where(CampaignApp.campaign_id == campaign.id, scope_of(CampaignApp, actor))
        return page(session, statement, CampaignApp.app_id, after, limit, show, request, response)


@router.post("/{campaign_id}/transitions", operation_id="moveCampaign")
def move(
    campaign_id: PathId, body: CampaignStepBody, request: Request, registry: RegistryPart, actor: Auditing
) -> JSONResponse:
    """Take a step: `start` freezes the scope and requests the audits, `close` keeps the figures, `cancel`."""

    def work(session: Session) -> Reply:
        row = find_campaign(session, actor, campaign_id, lock=True)
        require_match(request, row.version)
        return _reply(move_campaign(session, actor, row, body.event))

    answer = reply_once(registry, actor, request, body.model_dump(), work)
    if body.event is CampaignEvent.START:
        request_runs(registry, campaign_id)  # what is interrupted here, the sweep of a worker goes on with
    return answer


@router.get(
    "/{campaign_id}/report",
    operation_id="getCampaignReport",
    responses={200: {"content": {kind: {} for kind in MEDIA_TYPES.values()}, "description": "the report"}},
)
def get_campaign_report(
    campaign_id: PathId,
    registry: RegistryPart,
    actor: Reader,
    form: Annotated[Literal["json", "html", "xlsx", "pdf"], Query(alias="format")] = "json",
    lang: Literal["zh", "en"] = "zh",
) -> Any:
    """Return the report: figures of the moment, or those kept when the campaign was closed."""
    with registry.database.read() as session:
        report = report_of(session, actor, find_campaign(session, actor, campaign_id))
    if form == "json":
        return report
    return Response(
        WRITERS[form](campaign_booklet(report, lang)),
        media_type=MEDIA_TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="campaign-{campaign_id}.{form}"'},
    )
