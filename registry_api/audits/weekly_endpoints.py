"""Routes of the weekly round: start it, see how far it is, fetch its report."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import JSONResponse
from sqlmodel import Session

from analyzer.model import Severity
from registry_api.accounts.access import Actor
from registry_api.audits import weekly
from registry_api.audits.kept_rounds import find_kept, head_of, keep
from registry_api.audits.round_booklet import weekly_booklet
from registry_api.audits.round_notices import draft_for_round
from registry_api.audits.rounds import compile_round
from registry_api.audits.weekly import Part
from registry_api.campaigns.service import find_campaign
from registry_api.errors import FieldError, RegistryError
from registry_api.exchange.booklet import MEDIA_TYPES, WRITERS
from registry_api.kit.requests import Auditing, Notifier, Reader, RegistryPart
from registry_api.kit.schemas import WIDEST_ID, Body, ProvinceCode, RowId
from registry_api.kit.snapshots import kept_while_unchanged
from registry_api.kit.strict import StrictRoute

router = APIRouter(route_class=StrictRoute)

_WEEK = r"^\d{4}-W(0[1-9]|[1-4]\d|5[0-3])$"
Week = Annotated[str, Path(pattern=_WEEK)]
InProvince = Annotated[ProvinceCode | None, Query()]
OfCampaign = Annotated[int | None, Query(ge=1, le=WIDEST_ID)]
Since = Annotated[date | None, Query(description="only apps to which something came in on this day or later")]


class WeeklyBody(Body):
    """Which week and which part of the apps; left out: the present one, all within reach."""

    week: Annotated[str, Query(pattern=_WEEK)] | None = None
    province: ProvinceCode | None = None
    campaign: RowId | None = None
    since: date | None = None


class DraftBody(Body):
    """For which findings notices are drafted."""

    level: Severity = Severity.HIGH
    """This grave or graver."""
    province: ProvinceCode | None = None
    campaign: RowId | None = None
    since: date | None = None


def check_week(week: str) -> str:
    """Return a week that its year has, or raise ``invalid``."""
    try:
        weekly.begin_of(week)
        weekly.week_before(week)
    except (ValueError, OverflowError):
        raise RegistryError(
            "invalid", f"there is no week {week}", [FieldError("/week", "unknown", f"no week {week}", "2026-W47")]
        ) from None
    return week


def part_of(session: Session, actor: Actor, part: Part) -> Part:
    """Return the part after a look at whether its campaign is within reach; raises ``not-found``."""
    if part.campaign is not None:
        find_campaign(session, actor, part.campaign)
    return part


@router.post("/weekly", operation_id="startWeekly", status_code=202)
def start_weekly(body: WeeklyBody, registry: RegistryPart, actor: Auditing) -> JSONResponse:
    """Start the round of a week; what was started before is not started again."""
    week = check_week(body.week) if body.week else weekly.iso_week()
    with registry.database.read() as session:
        part = part_of(session, actor, Part(body.province, body.campaign, body.since))
    count = weekly.start(registry, actor, week, part)
    return JSONResponse({"week": week, "started": count}, 202, {"Location": f"/api/v1/weekly/{week}"})


@router.get("/weekly/{week}", operation_id="getWeekly")
def get_weekly(
    week: Week,
    registry: RegistryPart,
    actor: Reader,
    province: InProvince = None,
    campaign: OfCampaign = None,
    since: Since = None,
    brief: Annotated[bool, Query(description="only how far it is")] = False,
) -> dict[str, Any]:
    """Return where a week stands and what it found."""
    with registry.database.read() as session:
        part = part_of(session, actor, Part(province, campaign, since))
        return (weekly.tally if brief else weekly.status)(session, actor, check_week(week), part)


@router.get(
    "/weekly/{week}/report",
    operation_id="getWeeklyReport",
    responses={200: {"content": {kind: {} for kind in MEDIA_TYPES.values()}, "description": "the report"}},
)
def get_weekly_report(
    week: Week,
    registry: RegistryPart,
    actor: Reader,
    province: InProvince = None,
    campaign: OfCampaign = None,
    since: Since = None,
    form: Annotated[Literal["json", "html", "xlsx", "pdf"], Query(alias="format")] = "json",
    lang: Literal["zh", "en"] = "zh",
) -> Any:
    """Return the report of a week beside the week before, as JSON or as a file.

    Of a large part of the country it may have been made up to a quarter of an hour ago: `made_at` says when.
    """
    with registry.database.read() as session:
        part = part_of(session, actor, Part(province, campaign, since))
        kept = find_kept(session, actor, check_week(week), part)
        if kept is not None and form == "json":
            return Response(kept, media_type="application/json")
        report = json.loads(kept) if kept is not None else None
        if report is None:
            far, head = weekly.tally(session, actor, week, part)["states"], head_of(session)
            key = ("week", actor, week, part, weekly.iso_week(), tuple(sorted(far.items())))
            report = kept_while_unchanged(session, key, lambda: compile_round(session, actor, week, part))
    if kept is None:
        keep(registry, actor, week, part, report, head)
    if form == "json":
        return report
    return Response(
        WRITERS[form](weekly_booklet(report, lang)),
        media_type=MEDIA_TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="weekly-{week}.{form}"'},
    )


@router.post("/weekly/{week}/notices", operation_id="draftWeeklyNotices", status_code=201)
def draft_weekly_notices(week: Week, body: DraftBody, registry: RegistryPart, actor: Notifier) -> JSONResponse:
    """Draft one notice for each app with new or reopened proven findings of this round; others sign and issue them.

    Doing it again drafts nothing twice.
    """
    with registry.database.read() as session:
        part = part_of(session, actor, Part(body.province, body.campaign, body.since))
    drafted = draft_for_round(registry, actor, check_week(week), body.level, part)
    return JSONResponse({"week": week, "drafted": drafted}, 201)
