"""What else is public of one app: for whom it is, who uses it, and which public notices stand against it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, func, select

import analyzer
from registry_api.filings.models import Filing, UserFiling
from registry_api.filings.user_states import IN_USE
from registry_api.kit.china import day_of
from registry_api.notices.models import Notice
from registry_api.notices.states import NoticeState
from registry_api.organizations.models import App, Organization
from registry_api.public.service import PUBLIC

_PUBLIC_NOTICES = ("public_naming", "delisting")
"""Kinds of notices that are meant for the public; an order to rectify and a summons are between office and provider."""
_OVER = (NoticeState.CLOSED.value, NoticeState.CANCELLED.value)
_MOST = 100


def detail_of(session: Session, app: App) -> dict[str, Any]:
    """Return stages, institutions that filed their use, and current public notices of an app that is public."""
    document = session.exec(
        select(Filing.document)
        .where(Filing.app_id == app.id, col(Filing.state).in_(list(PUBLIC)), col(Filing.number).is_not(None))
        .order_by(col(Filing.id).desc())
        .limit(1)
    ).first()
    form = (document or {}).get("app") or {}
    stages, names = form.get("stages") or [], analyzer.code_names("stages")
    using = (UserFiling.app_id == app.id, col(UserFiling.state).in_([state.value for state in IN_USE]))
    users = session.exec(
        select(Organization.name)
        .join(UserFiling, col(UserFiling.organization_id) == Organization.id)
        .where(*using)
        .order_by(col(Organization.name), col(Organization.id))
        .limit(_MOST)
    ).all()
    count = session.exec(select(func.count()).select_from(UserFiling).where(*using)).one()
    return {
        "platform": "ios" if app.package.startswith("ios:") else "android",
        "stages": [
            {
                "code": str(code),
                "zh": names.get(str(code), (str(code), ""))[0],
                "en": names.get(str(code), ("", str(code)))[1],
            }
            for code in stages
        ],
        "institutions": {"count": count, "names": list(users)},
        "notices": public_notices(session, [app.id or 0]).get(app.id or 0, []),
    }


def public_notices(session: Session, apps: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """Return app → the public notices that stand against it, the newest first, a hundred of one app at most."""
    templates = analyzer.notice_templates()
    # scope: of apps that are public, and of notices that were issued for everybody to read
    rows = session.exec(
        select(Notice)
        .where(
            col(Notice.app_id).in_(apps),
            col(Notice.kind).in_(_PUBLIC_NOTICES),
            col(Notice.issued_at).is_not(None),
            col(Notice.state).not_in(_OVER),
        )
        .order_by(col(Notice.id).desc())
        .limit(_MOST * len(apps))
    ).all()
    found: dict[int, list[dict[str, Any]]] = {}
    for item in rows:
        if item.kind in templates and len(found.setdefault(item.app_id, [])) < _MOST:
            title = templates[item.kind].title
            found[item.app_id].append(
                {
                    "number": item.number,
                    "title": {"zh": title.zh, "en": title.en},
                    "issued_on": day_of(item.issued_at).isoformat() if item.issued_at else None,
                }
            )
    return found
