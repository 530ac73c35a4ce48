"""How far a campaign is, and its closing report: counted by province, so that each reader gets those it may see."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import batched
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from analyzer.model import Severity
from registry_api.accounts.access import NATIONAL, Actor
from registry_api.audits.models import STANDING, AuditRun, FindingRow
from registry_api.campaigns.models import Campaign, CampaignApp
from registry_api.notices.models import Notice
from registry_api.organizations.models import App

SCHEMA = "eduaudit.campaign/1"
FIGURES = ("found", "notified", "rectified", "open", "waived", "retracted")
"""*found*: seen since the start and not dismissed as wrong; *notified*: named by a notice issued since the start."""
_APPS = 5_000
_IN = 500


def count_campaign(session: Session, campaign: Campaign) -> dict[str, Any]:
    """Return the figures of all provinces as plain JSON; this is what a closed campaign keeps."""
    if campaign.started_at is None:
        return {"runs": {}, "findings": [], "apps": [], "more_apps": 0}
    mine = col(CampaignApp.campaign_id) == campaign.id
    runs: dict[str, Counter[str]] = defaultdict(Counter)
    state = sa.case(
        (col(CampaignApp.app_version_id).is_(None), "without_package"),
        else_=sa.func.coalesce(AuditRun.state, "queued"),
    )
    for province, name, number in session.execute(
        sa.select(col(CampaignApp.province), state, sa.func.count())
        .select_from(CampaignApp)
        .outerjoin(AuditRun, col(AuditRun.id) == CampaignApp.run_id)
        .where(mine)
        .group_by(sa.text("1"), sa.text("2"))
    ).all():
        runs[province][name] += number
    found = (
        mine,
        col(CampaignApp.app_id) == col(FindingRow.app_id),
        col(FindingRow.last_seen_at) >= campaign.started_at,
        col(FindingRow.status) != "false_positive",
    )
    cells: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    apps: dict[int, Counter[str]] = defaultdict(Counter)
    for app_id, province, severity, status, number in session.execute(
        sa.select(
            col(FindingRow.app_id),
            col(CampaignApp.province),
            col(FindingRow.severity),
            col(FindingRow.status),
            sa.func.count(),
        )
        .where(*found)
        .group_by(col(FindingRow.app_id), col(CampaignApp.province), col(FindingRow.severity), col(FindingRow.status))
    ).all():
        kind = "open" if status in STANDING else status
        for counter in (cells[province, severity], apps[app_id]):
            counter["found"] += number
            counter[kind] += number
    for province, severity, number in _notified(session, campaign, found):
        cells[province, severity]["notified"] += number
    shown = sorted(apps.items(), key=lambda item: (-item[1]["open"], -item[1]["found"], item[0]))[:_APPS]
    return {
        "runs": {province: dict(states) for province, states in sorted(runs.items())},
        "findings": [
            {"province": province, "severity": severity, **{name: counter[name] for name in FIGURES}}
            for (province, severity), counter in sorted(cells.items())
        ],
        "apps": _named(session, shown),
        "more_apps": len(apps) - len(shown),
    }


def _notified(session: Session, campaign: Campaign, found: tuple[Any, ...]) -> list[tuple[str, str, int]]:
    notices = session.exec(
        select(Notice.findings)
        .join(CampaignApp, col(CampaignApp.app_id) == Notice.app_id)
        .where(CampaignApp.campaign_id == campaign.id, col(Notice.issued_at) >= campaign.started_at)
    ).all()
    ids = sorted({item for findings in notices for item in findings})
    rows: list[tuple[str, str, int]] = []
    for some in batched(ids, _IN):
        rows += [
            (province, severity, number)
            for province, severity, number in session.execute(
                sa.select(col(CampaignApp.province), col(FindingRow.severity), sa.func.count())
                .where(*found, col(FindingRow.id).in_(some))
                .group_by(col(CampaignApp.province), col(FindingRow.severity))
            ).all()
        ]
    return rows


def _named(session: Session, counted: list[tuple[int, Counter[str]]]) -> list[dict[str, Any]]:
    names: dict[int | None, App] = {}
    for some in batched((app_id for app_id, _ in counted), _IN):
        names |= {app.id: app for app in session.exec(select(App).where(col(App.id).in_(some))).all()}
    return [
        {
            "package": names[app_id].package,
            "app": names[app_id].name,
            "province": names[app_id].province,
            **{name: counter[name] for name in ("found", "rectified", "open", "waived", "retracted")},
        }
        for app_id, counter in counted
    ]


def progress_of(session: Session, actor: Actor, campaign: Campaign) -> dict[str, Any]:
    """Return the figures within ``actor``'s reach: as they are, or as they were when the campaign was closed."""
    counted = campaign.closing or count_campaign(session, campaign)

    def seen(province: str) -> bool:
        return actor.role in NATIONAL or province == actor.province

    runs = {province: states for province, states in counted["runs"].items() if seen(province)}
    cells = [row for row in counted["findings"] if seen(row["province"])]
    states = Counter[str]()
    for each in runs.values():
        states.update(each)

    def total(name: str, key: str = "", value: str = "") -> int:
        return sum(row[name] for row in cells if not key or row[key] == value)

    return {
        "apps": states.total(),
        "runs": dict(sorted(states.items())),
        "done": sum(states[name] for name in ("succeeded", "failed", "cancelled", "without_package")),
        **{name: total(name) for name in FIGURES},
        "by_province": [
            {
                "province": province,
                "apps": sum(runs.get(province, {}).values()),
                "audited": runs.get(province, {}).get("succeeded", 0),
                **{name: total(name, "province", province) for name in FIGURES},
            }
            for province in sorted({*runs, *(row["province"] for row in cells)})
        ],
        "by_severity": [
            {"severity": level.value, **{name: total(name, "severity", level.value) for name in FIGURES}}
            for level in Severity
        ],
        "app_rows": [row for row in counted["apps"] if seen(row["province"])],
        "more_apps": counted["more_apps"] if actor.role in NATIONAL else 0,
    }
