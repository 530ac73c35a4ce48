"""Two versions of an app side by side, and what drifted away from the version that was filed."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import col, select

import analyzer
from analyzer.model import Diff, StaticFacts
from registry_api.accounts.access import scope_of
from registry_api.audits.facts import filed_version, stored_static
from registry_api.audits.models import FindingRow
from registry_api.errors import RegistryError
from registry_api.kit.requests import RegistryPart
from registry_api.kit.schemas import WIDEST_ID
from registry_api.organizations.models import AppVersion
from registry_api.organizations.service import find_app
from registry_api.web.rendering import render
from registry_api.web.visitors import Lang, PageRoute, Signed

router = APIRouter(route_class=PageRoute)

_VERSIONS = 200
_ROWS = 300
_DRIFT = 60
VersionId = Annotated[int | None, Query(ge=1, le=WIDEST_ID)]


@router.get("/apps/{package}/versions")
def versions_page(
    package: str,
    request: Request,
    registry: RegistryPart,
    actor: Signed,
    lang: Lang = "zh",
    old: VersionId = None,
    new: VersionId = None,
) -> Response:
    """Compare two versions from their stored facts; at first the filed one with the present one."""
    with registry.database.read() as session:
        app = find_app(session, actor, package)
        versions = list(
            session.exec(
                select(AppVersion)
                .where(AppVersion.app_id == app.id)
                .order_by(col(AppVersion.id).desc())
                .limit(_VERSIONS)
            ).all()
        )
        filed = filed_version(session, app)
        drift = list(
            session.exec(
                select(FindingRow)
                .where(
                    FindingRow.app_id == app.id,
                    col(FindingRow.rule).startswith("DRIFT."),
                    scope_of(FindingRow, actor),
                )
                .order_by(col(FindingRow.id))
                .limit(_DRIFT)
            ).all()
        )
    first, second = _chosen(versions, app.current_version_id, filed, old, new)
    facts = {item.id: stored_static(registry, item) for item in (first, second) if item is not None}
    missing = [item for item in (first, second) if item is not None and facts[item.id] is None]
    diff, rows = None, []
    one, other = (facts.get(item.id) if item is not None else None for item in (first, second))
    if first is not None and second is not None and one is not None and other is not None:
        diff = _compare(first, second, (one, other))
        rows = analyzer.difference_rows(diff, lang)
    return render(
        "versions.html",
        lang,
        app=app,
        versions=versions,
        filed=filed,
        drift=drift,
        first=first,
        second=second,
        missing=missing,
        diff=diff,
        shown=_shown(rows),
        beyond=max(0, len(rows) - _ROWS),
        signed_in=actor,
        here=request.url,
    )


def _shown(rows: list[dict[str, Any]]) -> list[tuple[str, bool, list[dict[str, Any]]]]:
    """Return (area, whether to be looked at first, rows), what comes first at the top."""
    groups: dict[tuple[bool, str], list[dict[str, Any]]] = {}
    for row in sorted(rows[:_ROWS], key=lambda row: not row["first"]):
        groups.setdefault((row["first"], row["area"]), []).append(row)
    return [(area, first, found) for (first, area), found in groups.items()]


def _chosen(
    versions: list[AppVersion], current: int | None, filed: AppVersion | None, old: int | None, new: int | None
) -> tuple[AppVersion | None, AppVersion | None]:
    known = {item.id: item for item in versions}
    for wanted in (old, new):
        if wanted is not None and wanted not in known:
            raise RegistryError("not-found", f"the app has no version {wanted}")
    second = known.get(new) or known.get(current)
    before = [item for item in versions if second is not None and (item.id or 0) < (second.id or 0)]
    return known.get(old) or filed or (before[0] if before else None), second


_MADE: dict[tuple[str, ...], Diff] = {}
_MOST = 16


def _compare(old: AppVersion, new: AppVersion, facts: tuple[StaticFacts, StaticFacts]) -> Diff:
    """Return the comparison: judging takes a second for a large app, and nothing changes while the rules stand."""
    named = (item for part in facts for item in (part.engine, part.rules))
    key = (old.artifact_sha256, new.artifact_sha256, analyzer.rules_version(), *named)
    found = _MADE.get(key)
    if found is None:
        found = analyzer.compare_facts(*facts)
        if len(_MADE) >= _MOST:
            _MADE.clear()
        _MADE[key] = found
    return found
