"""SDKs: which are shipped, by how many apps, and who ships one in a range of its versions."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from registry_api.accounts.access import Action, can
from registry_api.audits.models import ShippedSdk
from registry_api.audits.shipped import shippers, version_key
from registry_api.errors import RegistryError
from registry_api.kit.requests import RegistryPart
from registry_api.kit.schemas import WIDEST_ID
from registry_api.statistics import kept
from registry_api.web.rendering import render
from registry_api.web.visitors import Lang, PageRoute, Signed

router = APIRouter(route_class=PageRoute)

_PAGE = 50
_BARS = 25
Version = Annotated[str, Query(max_length=100)]


@router.get("/sdks")
def sdks_page(
    request: Request,
    registry: RegistryPart,
    actor: Signed,
    lang: Lang = "zh",
    q: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """List every SDK of the apps within reach, the commonest first."""
    shown = kept.sdks(registry, actor)
    wanted = q.strip().casefold()
    items = [item for item in shown.counted if wanted in f"{item['sdk']} {item['name']}".casefold()]
    return render("sdks.html", lang, items=items, made=shown, q=q, signed_in=actor, here=request.url)


@router.get("/sdks/{sdk}")
def sdk_page(
    sdk: str,
    request: Request,
    registry: RegistryPart,
    actor: Signed,
    lang: Lang = "zh",
    at_most: Version = "",
    at_least: Version = "",
    known: Annotated[bool, Query(description="leave out apps whose version of it is not known")] = False,
    after: Annotated[int | None, Query(ge=0, le=WIDEST_ID)] = None,
) -> Response:
    """Show who ships one SDK, and at which versions."""
    wrong = [text for text in (at_most.strip(), at_least.strip()) if text and version_key(text) is None]
    shown = kept.versions(registry, actor, sdk)
    versions = shown.counted
    if not versions:
        raise RegistryError("not-found", f"no app within reach ships {sdk}")
    with registry.database.read() as session:
        statement = shippers(actor, sdk, at_most=at_most or None, at_least=at_least or None, unknown=not known)
        if after is not None:
            statement = statement.where(ShippedSdk.app_version_id > after)
        rows = session.exec(statement.order_by(ShippedSdk.app_version_id).limit(_PAGE + 1)).all() if not wrong else []
        items = [
            {
                "package": app.package,
                "app": app.name,
                "province": app.province,
                "app_version": version.version_name,
                "version": row.version,
                "state": row.state,
                "confidence": row.confidence,
            }
            for row, app, version in rows[:_PAGE]
        ]
        following = rows[_PAGE - 1][0].app_version_id if len(rows) > _PAGE else None
    return render(
        "sdk.html",
        lang,
        422 if wrong else 200,
        sdk=sdk,
        name=versions[0]["name"],
        versions=versions,
        made=shown,
        apps=sum(item["apps"] for item in versions),
        option=_bars(versions, lang),
        items=items,
        wrong=wrong,
        at_most=at_most,
        at_least=at_least,
        known=known,
        after=after,
        following=following,
        may_notify=can(actor, Action.NOTICE),
        signed_in=actor,
        here=request.url,
    )


def _bars(versions: list[dict[str, Any]], lang: str) -> dict[str, Any]:
    """Return the chart of apps per version, the newest at the top; the table has the rest."""
    shown = versions[:_BARS][::-1]
    unknown = "unknown" if lang == "en" else "版本不明"
    return {
        "grid": {"left": 8, "right": 40, "top": 8, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "value", "minInterval": 1},
        "yAxis": {"type": "category", "data": [item["version"] or unknown for item in shown]},
        "series": [
            {"type": "bar", "data": [item["apps"] for item in shown], "label": {"show": True}, "barMaxWidth": 28}
        ],
        "color": ["#2f7ed8"],
    }
