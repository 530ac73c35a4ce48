"""Campaigns: plan, freeze the scope, request the audits, close with figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import batched
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

import analyzer
from registry_api.accounts.access import PROVINCIAL, Actor, scoped
from registry_api.audits import runs
from registry_api.audits.models import AuditRun
from registry_api.campaigns.models import Campaign, CampaignApp
from registry_api.campaigns.states import CampaignEvent, CampaignState, step
from registry_api.db import now, serialise_writers
from registry_api.errors import FieldError, RegistryError
from registry_api.filings.models import Filing, UserFiling
from registry_api.filings.states import UNDER_SUPERVISION
from registry_api.filings.user_states import IN_USE
from registry_api.organizations.models import App
from registry_api.registry import Registry
from registry_api.trail.chain import Act, append

_BATCH = 200
_LOCK = 0x45445504
_TABLES = {"provinces": "provinces", "categories": "categories", "use_modes": "use_modes", "stages": "stages"}


@dataclass(frozen=True)
class Plan:
    """What a campaign is to be."""

    name: str
    basis: str = ""
    provinces: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    use_modes: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    due_on: date | None = None


def plan_campaign(session: Session, actor: Actor, plan: Plan) -> Campaign:
    """Write a planned campaign; raises what `draft_campaign` does."""
    campaign = draft_campaign(actor, plan)
    session.add(campaign)
    session.flush()
    _tell(session, actor, campaign, "plan", {"name": plan.name, **scope_of_campaign(campaign)})
    return campaign


def draft_campaign(actor: Actor, plan: Plan) -> Campaign:
    """Return a planned campaign that is not on record; a province's own covers that province alone.

    Raises ``invalid`` for a code that the rules do not know, or another province than one's own.
    """
    for name, table in _TABLES.items():
        known = analyzer.code_names(table)
        wrong = [code for code in getattr(plan, name) if code not in known]
        if wrong:
            fix = ", ".join(list(known)[:40])
            raise _wrong(f"/{name}", "unknown", f"未知代码 / unknown code: {', '.join(wrong)}", fix)
    province, provinces = None, plan.provinces
    if actor.role in PROVINCIAL:
        province = actor.province
        if province is None or set(provinces) - {province}:
            raise _wrong("/provinces", "out_of_reach", "只能选择本省 / only one's own province", province or "")
        provinces = (province,)
    return Campaign(
        name=plan.name,
        basis=plan.basis,
        province=province,
        provinces=list(dict.fromkeys(provinces)),
        categories=list(dict.fromkeys(plan.categories)),
        use_modes=list(dict.fromkeys(plan.use_modes)),
        stages=list(dict.fromkeys(plan.stages)),
        state=CampaignState.PLANNED.value,
        due_on=plan.due_on,
        created_by=actor.person,
        created_at=now(),
    )


def find_campaign(session: Session, actor: Actor, campaign_id: int, *, lock: bool = False) -> Campaign:
    """Return a campaign within reach, or raise ``not-found``."""
    statement = scoped(Campaign, actor).where(Campaign.id == campaign_id)
    found: Campaign | None = session.exec(statement.with_for_update() if lock else statement).first()
    if found is None:
        raise RegistryError("not-found", f"there is no campaign {campaign_id}")
    return found


def scope_of_campaign(campaign: Campaign) -> dict[str, list[str]]:
    """Return the scope as plain lists."""
    return {name: list(getattr(campaign, name)) for name in _TABLES}


def apps_within(session: Session, campaign: Campaign) -> list[App]:
    """Return the apps under supervision that are within a campaign's scope now, by their newest such filing."""
    states = [state.value for state in UNDER_SUPERVISION]
    newest = select(sa.func.max(Filing.id)).where(col(Filing.state).in_(states)).group_by(col(Filing.app_id))
    statement = (
        select(App, Filing.facts)
        .join(Filing, col(Filing.app_id) == App.id)
        .where(col(Filing.id).in_(newest))  # scope: the campaign's own, which its author was allowed to set
        .order_by(col(App.id))
    )
    if campaign.provinces:
        statement = statement.where(col(App.province).in_(campaign.provinces))
    used: set[int] = set()
    if campaign.use_modes:
        used = set(
            session.exec(
                select(UserFiling.app_id).where(
                    col(UserFiling.state).in_([state.value for state in IN_USE]),
                    col(UserFiling.use_mode).in_(campaign.use_modes),
                )
            ).all()
        )
    return [
        app
        for app, facts in session.exec(statement).all()
        if _within(campaign, dict(facts or {}), used_so=app.id in used)
    ]


def _within(campaign: Campaign, facts: dict[str, Any], *, used_so: bool) -> bool:
    return (
        (not campaign.categories or facts.get("category") in campaign.categories)
        and (not campaign.use_modes or used_so or facts.get("use_mode") in campaign.use_modes)
        and (not campaign.stages or bool(set(facts.get("stages") or ()) & set(campaign.stages)))
    )


def move_campaign(session: Session, actor: Actor, campaign: Campaign, event: CampaignEvent) -> Campaign:
    """Take a step in the caller's transaction, with snapshot or closing figures and the trail; or raise."""
    from registry_api.campaigns.progress import count_campaign  # noqa: PLC0415 - it reads what is written here

    edge = step(campaign, event, actor)
    payload: dict[str, Any] = {"from": edge.source.value, "to": edge.target.value}
    if event is CampaignEvent.START:
        campaign.started_at = now()
        apps = apps_within(session, campaign)
        session.add_all(
            CampaignApp(
                campaign_id=campaign.id or 0,
                app_id=app.id or 0,
                province=app.province,
                organization_id=app.organization_id,
                app_version_id=app.current_version_id,
            )
            for app in apps
        )
        payload["apps"] = len(apps)
    elif event is CampaignEvent.CLOSE:
        campaign.ended_at = now()
        campaign.closing = count_campaign(session, campaign)
    else:
        campaign.ended_at = now()
    campaign.state = edge.target.value
    session.add(campaign)
    session.flush()
    _tell(session, actor, campaign, event.value, payload)
    return campaign


def request_runs(registry: Registry, campaign_id: int) -> int:
    """Request the audits that a running campaign still lacks, in batches of one transaction each; return how many."""
    count = 0
    while True:
        with registry.database.write() as session:
            serialise_writers(session, _LOCK)
            rows = session.exec(
                select(CampaignApp, App)
                .join(App, col(App.id) == CampaignApp.app_id)
                .join(Campaign, col(Campaign.id) == CampaignApp.campaign_id)
                .where(
                    Campaign.state == CampaignState.RUNNING.value,
                    CampaignApp.campaign_id == campaign_id,
                    col(CampaignApp.run_id).is_(None),
                    col(CampaignApp.app_version_id).is_not(None),
                )
                .order_by(col(CampaignApp.app_id))
                .limit(_BATCH)
            ).all()
            if not rows:
                return count
            keys = {f"campaign:{campaign_id}:{app.id}": (row, app) for row, app in rows}
            there = dict(
                session.exec(select(AuditRun.dedupe, AuditRun.id).where(col(AuditRun.dedupe).in_(list(keys)))).all()
            )
            lacking = [(app, key) for key, (_, app) in keys.items() if key not in there]
            for bundle in batched(lacking, runs.BUNDLE):
                made = runs.request_bundle(session, registry.jobs, list(bundle), kind="campaign")
                there.update(zip((key for _, key in bundle), made, strict=True))
            for key, (row, _) in keys.items():
                row.run_id = there[key]
                session.add(row)
            count += len(rows)


def sweep_campaigns(registry: Registry) -> int:
    """Go on where a start was interrupted between the snapshot and the last request."""
    with registry.database.read() as session:
        left = session.exec(
            select(CampaignApp.campaign_id)
            .join(Campaign, col(Campaign.id) == CampaignApp.campaign_id)
            .where(
                Campaign.state == CampaignState.RUNNING.value,
                col(CampaignApp.run_id).is_(None),
                col(CampaignApp.app_version_id).is_not(None),
            )
            .distinct()
        ).all()
    return sum(request_runs(registry, item) for item in left)


def _tell(session: Session, actor: Actor, campaign: Campaign, verb: str, payload: dict[str, Any]) -> None:
    append(
        session,
        Act(
            actor.label,
            actor.role.value,
            f"campaign.{verb}",
            "campaign",
            str(campaign.id),
            province=campaign.province,
            basis=campaign.basis,
            payload=payload,
        ),
    )


def _wrong(pointer: str, code: str, message: str, suggestion: str = "") -> RegistryError:
    return RegistryError("invalid", f"{pointer}: {message}", [FieldError(pointer, code, message, suggestion)])
