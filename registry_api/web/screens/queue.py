"""My queue: what is due, in the order in which it falls due; taken, given back, handed on."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool

from analyzer.model import Severity
from registry_api.accounts.access import DECIDERS, Action, Actor, Role, can, require
from registry_api.accounts.throttle import over_https
from registry_api.audits.findings import OPEN
from registry_api.audits.models import FindingRow
from registry_api.errors import RegistryError
from registry_api.kit.requests import RegistryPart
from registry_api.kit.schemas import WIDEST_ID
from registry_api.registry import Registry
from registry_api.reviews import cases
from registry_api.reviews.endpoints import show_cases
from registry_api.reviews.queue import Wanted, colleagues, days_left, place_of, select_cases
from registry_api.web.rendering import render
from registry_api.web.typed import FormRoute, Typed, read_typed
from registry_api.web.visitors import Lang, Signed, inside
from registry_api.web.words import provinces

router = APIRouter(route_class=FormRoute)

WATCHERS = DECIDERS | {Role.AUDITOR}
"""Roles that have the page; an auditor reads it."""
SHORT = 2
"""Fewer working days than this are shown in red."""
STATES = ("open", "waiting", "paused", "closed")
KINDS = ("filing", "user_filing", "change", "reaudit")
CLAIMS = ("mine", "none", "any")
_PAGE = 50
_COOKIE = "eduaudit_queue"
_YEAR = 365 * 24 * 3600
_KEPT = ("state", "kind", "claimed", "province", "severity", "q", "overdue")
_VERBS = Literal["claim", "release", "assign"]


@router.get("/queue")
def queue_page(
    request: Request,
    registry: RegistryPart,
    actor: Signed,
    lang: Lang = "zh",
    state: Annotated[Literal["open", "waiting", "paused", "closed"], Query()] = "open",
    kind: Annotated[Literal["", "filing", "change", "reaudit", "user_filing"], Query()] = "",
    claimed: Annotated[Literal["", "mine", "none", "any"], Query()] = "",
    province: Annotated[str, Query(pattern=r"^([1-9]\d)?$")] = "",
    severity: Annotated[Literal["", "critical", "high", "medium", "low", "info"], Query()] = "",
    q: Annotated[str, Query(max_length=200)] = "",
    overdue: Annotated[bool, Query()] = False,
    after: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Show the cases within reach; without any filter in the address, by the filter that the person has saved."""
    _require_watcher(actor)
    saved = _saved(request.cookies.get(_COOKIE, ""))
    if saved and not set(_KEPT) & request.query_params.keys():
        return RedirectResponse(f"/queue?{urlencode({'lang': lang, **saved})}", 303)
    grave = tuple(level.value for level in Severity if severity and level.rank <= Severity(severity).rank)
    wanted = Wanted(state, kind, claimed, overdue, province, grave, q)
    return _page(request, registry, actor, lang, wanted, severity, after)


def _page(
    request: Request,
    registry: Registry,
    actor: Actor,
    lang: str,
    wanted: Wanted,
    severity: str,
    after: str,
    *,
    status: int = 200,
    problem: RegistryError | None = None,
    typed: Typed | None = None,
) -> Response:
    with registry.database.read() as session:
        rows = list(session.exec(select_cases(actor, wanted, after).limit(_PAGE + 1)).all())
        more, rows = len(rows) > _PAGE, rows[:_PAGE]
        items = show_cases(session, rows)
        counts = standing_of(session, [row.app_id for row in rows])
        hands = _hands(session, actor, {row.province for row in rows})
    for item, row in zip(items, rows, strict=True):
        item["left"] = days_left(row.due_on) if row.state in {"open", "waiting"} else None
        item["app_id"] = row.app_id
    filters = dict(
        zip(_KEPT[:6], (wanted.state, wanted.kind, wanted.claimed, wanted.province, severity, wanted.q), strict=True)
    )
    here = request.url if request.method == "GET" else request.url.replace(path="/queue", query=urlencode(filters))
    return render(
        "queue.html",
        lang,
        status,
        items=items,
        counts=counts,
        hands=hands,
        wanted=wanted,
        severity=severity,
        filters=filters,
        states=STATES,
        kinds=KINDS,
        claims=CLAIMS,
        severities=[level.value for level in Severity],
        provinces=sorted(provinces()) if actor.role not in (Role.REVIEWER, Role.LEAD) else [],
        following=place_of(rows[-1]) if more else None,
        after=after,
        urgent=SHORT,
        may_claim=can(actor, Action.REVIEW),
        may_assign=can(actor, Action.REVIEW) and actor.role.value in cases.LEADS,
        saved=bool(request.cookies.get(_COOKIE)),
        problem=problem,
        typed=typed or Typed(),
        signed_in=actor,
        here=here,
    )


# scope: of apps that were found within reach
def standing_of(session: Session, apps: list[int]) -> dict[int, dict[str, int]]:
    """Return app id → severity → number of standing findings."""
    from sqlalchemy import func  # noqa: PLC0415 - one query

    counts: dict[int, dict[str, int]] = {}
    for app_id, severity, number in session.exec(
        select(FindingRow.app_id, FindingRow.severity, func.count())
        .where(col(FindingRow.app_id).in_(apps), col(FindingRow.status).in_(OPEN))
        .group_by(col(FindingRow.app_id), col(FindingRow.severity))
    ).all():
        counts.setdefault(app_id, {})[severity] = number
    return counts


def _hands(session: Session, actor: Actor, among: set[str]) -> dict[str, list[Any]]:
    """Return province → who may be given its cases; nothing for who may not give them."""
    if not can(actor, Action.REVIEW) or actor.role.value not in cases.LEADS:
        return {}
    return {province: colleagues(session, province) for province in sorted(among)}


def _require_watcher(actor: Actor) -> None:
    if actor.role not in WATCHERS:
        raise RegistryError("forbidden", "the queue is for reviewers / 待办仅供审核人员使用")


def _saved(text: str) -> dict[str, str]:
    """Return the saved filter; a cookie may hold anything."""
    fields = {name: value for name, value in parse_qsl(text[:600]) if name in _KEPT and len(value) <= 200}
    allowed = {"state": STATES, "kind": KINDS, "claimed": CLAIMS, "severity": tuple(level.value for level in Severity)}
    return {
        name: value
        for name, value in fields.items()
        if value and (name not in allowed or value in allowed[name])
        if name != "province" or value in provinces()
    }


@router.post("/queue/filter")
async def save_filter(request: Request, registry: RegistryPart, actor: Signed, lang: Lang = "zh") -> Response:
    """Keep a filter as the person's own, or forget it: the address with all filters can be bookmarked as well."""
    _require_watcher(actor)
    typed = await read_typed(request, actor)
    kept = {} if typed.one("forget") else _saved(urlencode({name: typed.one(name) for name in _KEPT}))
    answer = RedirectResponse(f"/queue?{urlencode({'lang': lang, 'state': 'open', **kept})}", 303)
    if typed.fresh:
        secure = over_https(request, registry.settings.trusted_proxies)
        age = _YEAR if kept else 0
        answer.set_cookie(
            _COOKIE, urlencode(kept), max_age=age, path="/queue", httponly=True, samesite="lax", secure=secure
        )
    return answer


@router.post("/queue/{case_id}/{verb}")
async def hand_on(
    case_id: Annotated[int, Path(ge=1, le=WIDEST_ID)],
    verb: _VERBS,
    request: Request,
    registry: RegistryPart,
    actor: Signed,
    lang: Lang = "zh",
) -> Response:
    """Claim, release or reassign a case as the API does; the page says who was faster."""
    typed = await read_typed(request, actor)
    return await run_in_threadpool(_hand_on, request, registry, actor, lang, case_id, verb, typed)


def _hand_on(
    request: Request, registry: Registry, actor: Actor, lang: str, case_id: int, verb: str, typed: Typed
) -> Response:
    require(actor, Action.REVIEW)
    try:
        with registry.database.write() as session:
            _apply(session, actor, case_id, verb, typed)
    except RegistryError as error:
        _require_watcher(actor)
        return _page(request, registry, actor, lang, Wanted(), "", "", status=error.status, problem=error, typed=typed)
    back = inside(typed.one("back") or "/queue")
    return RedirectResponse(back if back != "/" else f"/queue?lang={lang}", 303)


def _apply(session: Session, actor: Actor, case_id: int, verb: str, typed: Typed) -> None:
    case = cases.find(session, actor, case_id)
    if not typed.fresh:
        raise RegistryError("stale", "登录已更新，请再次确认 / you signed in again: please confirm once more")
    if typed.one("version") != str(case.version):
        holder = case.claimed_name or "–"
        raise RegistryError("stale", f"该事项已有变动，现认领人：{holder} / the case has changed; held by: {holder}")
    if verb == "claim":
        cases.claim(session, actor, case)
    elif verb == "release":
        cases.release(session, actor, case, typed.one("reason")[:4000])
    else:
        cases.assign(session, actor, case, typed.one("key_id")[:16], typed.one("reason")[:4000])
