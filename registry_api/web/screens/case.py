"""The case page: what was filed beside what was found, mismatches first, and what a person decides about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool

from analyzer.model import Severity
from registry_api.accounts.access import Action, Actor, require, scope_of
from registry_api.audits.decisions import Decision, apply_many
from registry_api.audits.models import FindingRow
from registry_api.audits.progress import Progress, of_run
from registry_api.audits.runs import FINISHED
from registry_api.audits.standing import DECISIONS, FindingEvent, FindingStatus
from registry_api.errors import FieldError, RegistryError
from registry_api.filings.endpoints import check_step, take_step
from registry_api.filings.service import find_filing
from registry_api.kit.requests import RegistryPart
from registry_api.kit.schemas import WIDEST_ID
from registry_api.organizations.models import App
from registry_api.registry import Registry
from registry_api.reviews import cases
from registry_api.reviews.models import ReviewCase
from registry_api.web.deciding import Desk, body_of, change_items, items_of, open_desk, since_of
from registry_api.web.record import Record, read_record
from registry_api.web.rendering import render
from registry_api.web.screens.usage import show_usage
from registry_api.web.typed import FormRoute, Typed, read_typed
from registry_api.web.visitors import Lang, Signed

router = APIRouter(route_class=FormRoute)

_BULK = 500
_NARROW = frozenset({*(level.value for level in Severity), *(status.value for status in FindingStatus)})
_AGAIN = "登录已更新，内容未提交：请核对后再次提交 / you signed in anew; nothing was sent: check it and send it again"
_CHANGED = "备案在您填写期间已有变动 / the filing has changed since you opened the form"


@router.get("/cases/{case_id}")
def find_case(
    case_id: Annotated[int, Path(ge=1, le=WIDEST_ID)],
    request: Request,
    registry: RegistryPart,
    actor: Signed,
    lang: Lang = "zh",
    done: Annotated[str, Query(pattern="^[a-z_]{0,30}$")] = "",
) -> Response:
    """Lead from a row of the queue to the page on which it is decided; a school's filing has one here."""
    with registry.database.read() as session:
        found = session.exec(select(ReviewCase).where(ReviewCase.id == case_id, cases.reach(actor))).first()
        app = session.get(App, found.app_id) if found else None
    if found is None or app is None:
        raise RegistryError("not-found", f"there is no case {case_id}")
    if found.user_filing_id is not None:
        return show_usage(request, registry, actor, lang, found, done=done)
    return RedirectResponse(f"/apps/{quote(app.package, safe='')}?lang={lang}", 303)


@router.get("/apps/{package}")
def case_page(
    package: str,
    request: Request,
    registry: RegistryPart,
    actor: Signed,
    lang: Lang = "zh",
    page: Annotated[int, Query(ge=1, le=100_000, description="page of the findings")] = 1,
    only: Annotated[str, Query(max_length=20, description="a severity or a status of findings")] = "",
    done: Annotated[str, Query(pattern="^[a-z_]{0,30}$")] = "",
) -> Response:
    """Show the record of one app, and what can be decided about it."""
    record = read_record(registry, actor, package, page=page, only=only if only in _NARROW else "")
    return _show(request, actor, lang, record, replace(_desk(registry, actor, record), done=done))


def _desk(registry: Registry, actor: Actor, record: Record) -> Desk:
    with registry.database.read() as session:
        desk = open_desk(session, actor, record.app.id or 0, record.filing)
        return replace(desk, progress=_progress(registry, session, record))


def _progress(registry: Registry, session: Session, record: Record) -> Progress | None:
    under_way = bool(record.runs) and record.runs[0].state not in FINISHED
    return of_run(session, record.runs[0], registry.analysis.engine()) if under_way else None


def _show(request: Request, actor: Actor, lang: str, record: Record, desk: Desk, status: int = 200) -> Response:
    here = request.url
    if request.method == "POST":
        here = here.replace(path=f"/apps/{quote(record.app.package, safe='')}", query=f"lang={lang}")
    return render("app.html", lang, status, record=record, desk=desk, signed_in=actor, here=here)


@router.post("/apps/{package}/decision")
async def decide_filing(
    package: str, request: Request, registry: RegistryPart, actor: Signed, lang: Lang = "zh"
) -> Response:
    """Gather correction items, or take the decision that the form describes; its text is kept whatever happens."""
    typed = await read_typed(request, actor)
    return await run_in_threadpool(_decide, package, request, registry, actor, lang, typed)


def _decide(package: str, request: Request, registry: Registry, actor: Actor, lang: str, typed: Typed) -> Response:
    require(actor, Action.REVIEW)
    record = read_record(registry, actor, package)
    items = items_of(typed)
    if typed.one("add") or typed.one("drop"):
        change_items(typed, items, _named(registry, actor, record, typed.one("add")), record.comparison, lang)
        return _again(request, registry, actor, lang, typed, package, items=tuple(items))

    if typed.one("merge"):
        with registry.database.read() as session:
            others = since_of(session, record.app.id or 0, typed.one("merge"))
        reasons = [text for text in (typed.one("reason").strip(), *(entry.reason or "" for entry in others)) if text]
        typed = replace(typed, fields={**typed.fields, "reason": ["\n".join(dict.fromkeys(reasons))[:4000]]})
        return _again(request, registry, actor, lang, typed, package, items=tuple(items))

    def act() -> str:
        body = body_of(typed, items)
        check_step(actor, body)
        if record.filing is None:
            raise RegistryError("not-found", f"{package} has no filing")
        with registry.database.write() as session:
            filing = find_filing(session, actor, record.filing.id or 0, lock=True)
            if typed.one("version") != str(filing.version):
                raise RegistryError(
                    "stale", "备案在您填写期间已有变动 / the filing has changed since you opened the form"
                )
            take_step(registry, session, actor, filing, body)
        return body.event

    return _attempt(request, registry, actor, lang, typed, package, act, items=tuple(items))


# scope: the id is looked up within reach
def _named(registry: Registry, actor: Actor, record: Record, add: str) -> dict[int, FindingRow]:
    number = add.partition(":")[2]
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return {}
    with registry.database.read() as session:
        row = session.exec(
            select(FindingRow).where(
                col(FindingRow.id) == int(number), FindingRow.app_id == record.app.id, scope_of(FindingRow, actor)
            )
        ).first()
    return {row.id or 0: row} if row else {}


@router.post("/apps/{package}/findings")
async def decide_findings(
    package: str, request: Request, registry: RegistryPart, actor: Signed, lang: Lang = "zh"
) -> Response:
    """Decide about one finding or about many: each by itself, and what was refused is said."""
    typed = await read_typed(request, actor)
    return await run_in_threadpool(_judge, package, request, registry, actor, lang, typed)


def _judge(package: str, request: Request, registry: Registry, actor: Actor, lang: str, typed: Typed) -> Response:
    require(actor, Action.REVIEW)
    read_record(registry, actor, package)
    refused: list[tuple[int, str, str]] = []

    def act() -> str:
        decision, seen = _decision_of(typed), _chosen(typed)
        with registry.database.write() as session:
            outcomes = apply_many(session, actor, seen, decision)
        refused.extend((id_, error.slug, _said(error)) for id_, _, error in outcomes if error is not None)
        if refused:
            done = len(outcomes) - len(refused)
            said = f"{done} 项已办理，{len(refused)} 项未办理 / {done} done, {len(refused)} refused"
            raise RegistryError("stale" if any(slug == "stale" for _, slug, _ in refused) else "conflict", said)
        return "findings"

    return _attempt(request, registry, actor, lang, typed, package, act, outcomes=refused)


def _said(error: RegistryError) -> str:
    return "; ".join(item.message for item in error.errors or ()) or error.detail


def _decision_of(typed: Typed) -> Decision:
    quick = typed.one("quick").partition(":")[0]
    event = quick or typed.one("verdict")
    if event not in {item.value for item in DECISIONS}:
        raise _wrong("/verdict", "请选择对问题的处理 / choose what to do with the findings")
    try:
        until = date.fromisoformat(typed.one("until")) if typed.one("until") and event == "waive" else None
    except ValueError:
        raise _wrong("/until", "日期应为 YYYY-MM-DD / a date is YYYY-MM-DD") from None
    if len(typed.one("why")) > 4000:
        raise _wrong("/why", "理由超过 4000 字 / the reason is longer than 4000 characters")
    return Decision(FindingEvent(event), typed.one("why").strip(), until)


def _chosen(typed: Typed) -> dict[int, str]:
    quick = typed.one("quick").partition(":")[2]
    seen = {}
    for item in [quick] if quick else typed.all("finding")[: _BULK + 1]:
        number, _, status = item.partition(":")
        if number.isascii() and number.isdigit() and 0 < int(number[:10]) <= WIDEST_ID and status in set(FindingStatus):
            seen[int(number[:10])] = status
    if not seen:
        raise _wrong("/finding", "请先勾选问题 / tick the findings first")
    if len(seen) > _BULK:
        raise _wrong("/finding", f"一次最多 {_BULK} 项 / at most {_BULK} at once")
    return seen


def _wrong(pointer: str, message: str) -> RegistryError:
    return RegistryError("invalid", message, [FieldError(pointer, "invalid", message)])


def _attempt(
    request: Request,
    registry: Registry,
    actor: Actor,
    lang: str,
    typed: Typed,
    package: str,
    act: Callable[[], str],
    **more: Any,
) -> Response:
    """Act and lead back to the page; or show the page as it is now with what was typed and what stood in the way."""
    try:
        if not typed.fresh:
            more["problem"] = RegistryError("stale", _AGAIN)
        else:
            return RedirectResponse(f"/apps/{quote(package, safe='')}?lang={lang}&done={act()}", 303)
    except RegistryError as error:
        more["problem"] = error
    return _again(request, registry, actor, lang, typed, package, **more)


def _again(
    request: Request, registry: Registry, actor: Actor, lang: str, typed: Typed, package: str, **more: Any
) -> Response:
    record = read_record(registry, actor, package)
    problem: RegistryError | None = more.get("problem")
    with registry.database.read() as session:
        desk = open_desk(session, actor, record.app.id or 0, record.filing)
        since = since_of(session, record.app.id or 0, typed.one("seen")) if problem else ()
        progress = _progress(registry, session, record)
    desk = replace(desk, typed=typed, since=since, progress=progress, **more)
    return _show(request, actor, lang, record, desk, problem.status if problem else 200)
