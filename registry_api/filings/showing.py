"""Filings and correction items as the API shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from registry_api.db import plain_rows
from registry_api.filings.models import Correction, Filing
from registry_api.filings.states import IN_FORCE
from registry_api.kit.replies import Reply, etag
from registry_api.kit.shown import as_shown, as_written, show_time
from registry_api.organizations.models import App

_FILING: Any = Filing.__table__.c  # type: ignore[attr-defined]  # every table model has it
COLUMNS: tuple[Any, ...] = (
    *(
        getattr(_FILING, name)
        for name in (
            "id",
            "app_id",
            "province",
            "organization_id",
            "state",
            "number",
            "platform",
            "corrections",
            "decision_reason",
            "system_id",
            "previous_id",
            "rectify_by",
            "rectify_provisional",
            "version",
        )
    ),
    as_written(_FILING.document),
    *(as_shown(getattr(_FILING, name)) for name in ("filed_at", "created_at", "submitted_at", "decided_at")),
    col(App.package).label("package"),
    col(App.name).label("name"),
)
"""What `show_filing_rows` reads of a filing and of its app, which is to be joined."""


def show_filings(session: Session, items: Sequence[Filing]) -> list[dict[str, Any]]:
    """Return filings as the API shows them."""
    names = sa.select(col(App.id), col(App.package), col(App.name))
    apps = {row.id: row for row in plain_rows(session, names.where(col(App.id).in_({item.app_id for item in items})))}
    return [_show(item, apps[item.app_id]) for item in items]


def show_filing_rows(rows: Sequence[sa.Row[Any]]) -> list[dict[str, Any]]:
    """Return rows of `COLUMNS` as the API shows them."""
    return [_show(row, row) for row in rows]


def _show(item: Filing | sa.Row[Any], app: sa.Row[Any]) -> dict[str, Any]:
    return {
        "id": item.id,
        "package": app.package,
        "name": app.name,
        "province": item.province,
        "organization_id": item.organization_id,
        "state": item.state,
        "number": item.number,
        "document": item.document,
        "platform": item.platform,
        "analysis": analysis_of(item),
        "in_force": item.state in IN_FORCE,
        "corrections": item.corrections,
        "decision_reason": item.decision_reason,
        "system_id": item.system_id,
        "previous_id": item.previous_id,
        "rectify_by": item.rectify_by.isoformat() if item.rectify_by else None,
        "rectify_provisional": item.rectify_provisional,
        "filed_at": show_time(item.filed_at),
        "version": item.version,
        "created_at": show_time(item.created_at),
        "submitted_at": show_time(item.submitted_at),
        "decided_at": show_time(item.decided_at),
    }


def analysis_of(filing: Filing | sa.Row[Any]) -> dict[str, Any]:
    """Say whether the package is analysed at all: no finding about an iOS app must read as nothing found."""
    if filing.platform != "ios":
        return {"binary": True, "note": None}
    note = {
        "zh": "iOS 应用：未作安装包分析，仅核对备案材料；未发现问题不代表没有问题",
        "en": "iOS app: no binary was analysed, the filing alone was checked; nothing found is no proof of anything",
    }
    return {"binary": False, "note": note}


def reply_of(session: Session, filing: Filing, status: int = 200, **more: Any) -> Reply:
    """Return the reply with one filing and its ETag; ``more`` stands beside its fields."""
    session.flush()
    return Reply(
        {**show_filings(session, [filing])[0], **more},
        status,
        {"ETag": etag(filing.version), "Location": f"/api/v1/filings/{filing.id}"},
    )


def show_correction(item: Correction) -> dict[str, Any]:
    """Return a correction item; ``changed``: the field holds something else than when it was raised."""
    return {
        "id": item.id,
        "round": item.round,
        "field": item.field,
        "problem": item.problem,
        "suggestion": item.suggestion,
        "before": item.before,
        "after": item.after,
        "changed": item.after is not None and item.after != item.before,
        "reply": item.reply,
        "raised_at": item.raised_at.isoformat(timespec="seconds"),
        "answered_at": item.answered_at.isoformat(timespec="seconds") if item.answered_at else None,
        "resolved": item.resolved_at is not None,
        "resolved_at": item.resolved_at.isoformat(timespec="seconds") if item.resolved_at else None,
    }
