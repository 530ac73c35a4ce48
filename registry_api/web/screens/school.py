"""The school's side: pick an app that is filed, file its use, see what has become of the apps in use."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool

from registry_api.accounts.access import Actor, Role, scoped
from registry_api.errors import FieldError, RegistryError
from registry_api.filings import corrections
from registry_api.filings.machine import step_of
from registry_api.filings.models import UserFiling
from registry_api.filings.user_endpoints import require_own, show_user_filings
from registry_api.filings.user_filings import (
    change_usage,
    draft_usage,
    find_user_filing,
    mend_usage,
    reach,
    submit_usage,
    usage_warnings,
)
from registry_api.filings.user_states import USER_EDITABLE, UserEvent, UserState
from registry_api.filings.user_transitions import USER_MACHINE
from registry_api.kit.requests import RegistryPart
from registry_api.kit.schemas import WIDEST_ID, PathId
from registry_api.organizations.models import App, Organization
from registry_api.public.detail import public_notices
from registry_api.public.service import looked_for, published, show_published
from registry_api.registry import Registry
from registry_api.reviews import cases
from registry_api.reviews.models import ReviewCase
from registry_api.reviews.queue import days_left
from registry_api.web.deciding import may_decide
from registry_api.web.filing_fields import USER, all_fields
from registry_api.web.filing_forms import document_of, errors_by_field, typed_of, values_of
from registry_api.web.merging import chosen, marks_of
from registry_api.web.rendering import render
from registry_api.web.screens.vendor import Filer, Typed, lang_of, one, require_version
from registry_api.web.typed import KeptRoute
from registry_api.web.visitors import Lang, read_form

router = APIRouter(route_class=KeptRoute, prefix="/school")

FIELDS = all_fields(USER)
_PAGE = 50
_ACTS = (UserEvent.WITHDRAW, UserEvent.END)


def _require_school(actor: Actor) -> None:
    if actor.role not in {Role.SCHOOL, Role.ADMIN}:
        raise RegistryError("forbidden", f"role {actor.role.value} files no use of apps")


@router.get("")
def list_page(
    request: Request,
    registry: RegistryPart,
    actor: Filer,
    lang: Lang = "zh",
    q: Annotated[str, Query(max_length=100)] = "",
    after: Annotated[int | None, Query(ge=0, le=WIDEST_ID)] = None,
) -> Response:
    """List what is to be decided, the apps in use with their warnings, and the filed apps that match the words."""
    _require_school(actor)
    wrong, found = "", []
    with registry.database.read() as session:
        statement = select(UserFiling).where(reach(actor)).order_by(col(UserFiling.id).desc())
        if after is not None:
            statement = statement.where(col(UserFiling.id) < after)
        rows = list(session.exec(statement.limit(_PAGE + 1)).all())
        following = rows[_PAGE - 1].id if len(rows) > _PAGE else None
        items = _warned(session, show_user_filings(session, rows[:_PAGE]))
        due = _due(session, actor)
        if q.strip():
            number = q.strip() if q.strip().startswith("教APP备") else ""
            try:
                statement, key = looked_for(session, number=number, q="" if number else q)
                apps = session.exec(statement.order_by(col(key)).limit(20)).all()
            except RegistryError as error:
                wrong = error.errors[0].code
            else:
                found = show_published(session, list(apps), number)
    return render(
        "school.html",
        lang,
        items=items,
        due=due,
        found=found,
        q=q,
        wrong=wrong,
        after=after,
        following=following,
        signed_in=actor,
        here=request.url,
    )


# scope: of cases within reach that were laid before this very unit
def _due(session: Session, actor: Actor) -> list[dict[str, Any]]:
    """Return what units below this one wait for, the most urgent first, as many as fit."""
    open_cases = (ReviewCase.superior_id == actor.organization_id, ReviewCase.state == "open")
    rows = session.exec(
        select(ReviewCase, UserFiling, App, Organization)
        .where(cases.reach(actor), *open_cases)
        .join(UserFiling, col(UserFiling.id) == ReviewCase.user_filing_id)
        .join(App, col(App.id) == ReviewCase.app_id)
        .join(Organization, col(Organization.id) == ReviewCase.organization_id)
        .order_by(col(ReviewCase.due_on), col(ReviewCase.id))
        .limit(_PAGE)
    ).all()
    return [
        {"case": case, "left": days_left(case.due_on), "state": row.state, "app": app.name, "unit": unit.name}
        for case, row, app, unit in rows
    ]


def _warned(session: Session, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the items with what is public against each app: its present state, and notices that stand."""
    names = {item["package"] for item in items}
    apps = {app.package: app for app in session.exec(published().where(col(App.package).in_(names))).all()}
    states = {row["package"]: row["state"] for row in show_published(session, list(apps.values()))}
    notices = public_notices(session, [app.id or 0 for app in apps.values()])

    def warnings(package: str) -> list[dict[str, Any]]:
        if package not in apps:
            return []
        against = [{"notice": row} for row in notices.get(apps[package].id or 0, ())]
        return ([{"state": states[package]}] if states[package] != "filed" else []) + against

    return [{**item, "warnings": warnings(item["package"])} for item in items]


@router.get("/new")
def new_page(
    request: Request,
    registry: RegistryPart,
    actor: Filer,
    lang: Lang = "zh",
    package: Annotated[str, Query(max_length=255)] = "",
) -> Response:
    """Show the form for an app that was picked, with what is known filled in."""
    _require_school(actor)
    with registry.database.read() as session:
        unit = session.exec(scoped(Organization, actor).order_by(col(Organization.id)).limit(1)).first()
        apps = list(session.exec(published().where(App.package == package)).all())
        picked = next(iter(show_published(session, apps)), None)
    known: dict[str, Any] = {"institution": {"legal_name": unit.name, "uscc": unit.uscc}} if unit else {}
    if picked:
        known["app"] = {"number": picked["number"], "package": picked["package"], "name": picked["name"]}
    return _new(request, actor, lang, values_of(known, FIELDS), None)


def _new(request: Request, actor: Actor, lang: str, values: dict[str, Any], typed: Typed | None) -> Response:
    return render(
        "school_filing.html",
        lang,
        typed.error.status if typed else 200,
        row=None,
        case_id=None,
        items=[],
        hints={},
        groups=USER,
        typed=values,
        marks="",
        clashes=[],
        taken=[],
        errors=_errors(typed),
        answers={},
        editable=True,
        changeable=False,
        acts=[],
        signed_in=actor,
        here=request.url,
    )


def _errors(typed: Typed | None) -> dict[str, list[FieldError]]:
    if typed is None:
        return {}
    found = errors_by_field(typed.error.errors, FIELDS)
    return found or {"": [FieldError("", typed.error.slug, typed.error.detail)]}


@router.post("/new")
async def create(request: Request, registry: RegistryPart, actor: Filer) -> Response:
    """Save a new draft."""
    _require_school(actor)
    form = await read_form(request, actor)

    def work() -> Response:
        typed = typed_of(form, FIELDS)
        try:
            with registry.database.write() as session:
                document = document_of(typed, FIELDS, {"schema": "eduaudit.user_filing/1"})
                row_id = draft_usage(session, actor, document).id
        except RegistryError as error:
            return _new(request, actor, lang_of(form), typed, Typed(typed, error))
        return RedirectResponse(f"/school/filings/{row_id}?lang={lang_of(form)}", 303)

    return await run_in_threadpool(work)


@router.get("/filings/{filing_id}")
def filing_page(
    filing_id: PathId, request: Request, registry: RegistryPart, actor: Filer, lang: Lang = "zh"
) -> Response:
    """Show one filing of use."""
    return _page(request, registry, actor, filing_id, lang)


def _page(
    request: Request,
    registry: Registry,
    actor: Actor,
    filing_id: int,
    lang: str,
    typed: Typed | None = None,
    answers: dict[int, str] | None = None,
) -> Response:
    with registry.database.read() as session:
        row = find_user_filing(session, actor, filing_id)
        shown = _warned(session, show_user_filings(session, [row]))[0]
        items = corrections.all_items(session, user_filing_id=row.id)
        case = cases.find_case(session, "user_filing", user_filing_id=row.id) if may_decide(actor, row) else None
    stored = values_of(row.document, FIELDS)
    possible = {item.event for item in USER_MACHINE.table if item.source == row.state}
    own = actor.role is not Role.SCHOOL or actor.organization_id == row.organization_id
    return render(
        "school_filing.html",
        lang,
        typed.error.status if typed else 200,
        row=shown,
        case_id=case.id if case and case.state == "open" else None,
        items=items,
        hints=errors_by_field(usage_warnings(row.document), FIELDS),
        groups=USER,
        marks=marks_of(stored),
        **(typed.beside(stored) if typed else {"typed": stored, "clashes": [], "taken": []}),
        errors=_errors(typed),
        answers=answers or {},
        editable=own and row.state in USER_EDITABLE,
        changeable=own and row.state == UserState.FILED,
        acts=[event for event in _ACTS if own and event in possible],
        signed_in=actor,
        here=request.url.replace(path=f"/school/filings/{filing_id}", query=f"lang={lang}"),
    )


@router.post("/filings/{filing_id}")
async def act(filing_id: PathId, request: Request, registry: RegistryPart, actor: Filer) -> Response:
    """Do what the pressed button says: save, submit, change, withdraw, end."""
    _require_school(actor)
    form = await read_form(request, actor)
    return await run_in_threadpool(_act, request, registry, actor, filing_id, form)


def _act(request: Request, registry: Registry, actor: Actor, filing_id: int, form: dict[str, list[str]]) -> Response:
    filled = any(item.pointer in form for item in FIELDS)
    typed = typed_of(form, FIELDS) if filled else {}
    answers = {int(key[6:]): rows[0] for key, rows in form.items() if key[:6] == "reply-" and key[6:].isdecimal()}
    try:
        with registry.database.write() as session:
            row = find_user_filing(session, actor, filing_id, lock=True)
            require_version(form, row.version)
            require_own(actor, row)
            typed = chosen(form, typed, values_of(row.document, FIELDS))
            _do(session, actor, row, form, typed, answers)
    except RegistryError as error:
        kept = Typed(typed, error, one(form, "marks"))
        return _page(request, registry, actor, filing_id, lang_of(form), kept, answers)
    return RedirectResponse(f"/school/filings/{filing_id}?lang={lang_of(form)}", 303)


def _do(
    session: Session,
    actor: Actor,
    row: UserFiling,
    form: dict[str, list[str]],
    typed: dict[str, Any],
    answers: dict[int, str],
) -> None:
    what, reason = one(form, "do"), one(form, "reason")
    document = document_of(typed, FIELDS, row.document) if typed else row.document
    if what in {"save", "submit"} and document != row.document:
        mend_usage(session, actor, row, document)
    if what == "submit":
        replies = tuple((key, text) for key, text in answers.items() if text.strip())
        submit_usage(session, row, step_of(actor, replies=replies))
    elif what == "change":
        change_usage(session, row, document, step_of(actor, reason))
    elif what in set(_ACTS):
        USER_MACHINE.apply(session, row, UserEvent(what), step_of(actor, reason))
    elif what != "save":
        raise RegistryError("invalid", f"no such act: {what[:40]}")
