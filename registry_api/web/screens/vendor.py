"""The provider's side: own filings, draft, self-check, submission, corrections, changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool

from registry_api.accounts.access import Action, Actor, require, scope_of, scoped
from registry_api.audits.models import AuditRun
from registry_api.audits.progress import of_run
from registry_api.audits.runs import FINISHED
from registry_api.errors import FieldError, RegistryError
from registry_api.filings import corrections
from registry_api.filings.change_endpoints import answer_item
from registry_api.filings.models import Filing
from registry_api.filings.service import decide, draft, find_filing, mend, request_change, submit
from registry_api.filings.states import EDITABLE, IN_FORCE
from registry_api.filings.transitions import TRANSITIONS, Event, State, step_of
from registry_api.kit.requests import RegistryPart
from registry_api.kit.schemas import PathId
from registry_api.notices.endpoints import show_notices
from registry_api.notices.models import Notice
from registry_api.organizations.models import App, Organization
from registry_api.registry import Registry
from registry_api.web.filing_fields import PROVIDER, all_fields
from registry_api.web.filing_forms import document_of, errors_by_field, typed_of, values_of
from registry_api.web.merging import chosen, marks_of, merge
from registry_api.web.rendering import render
from registry_api.web.typed import KeptRoute
from registry_api.web.visitors import Lang, Signed, read_form

router = APIRouter(route_class=KeptRoute, prefix="/vendor")

FIELDS = all_fields(PROVIDER)
_CHANGEABLE = frozenset({State.FILED, State.CHANGE_RETURNED})
_ACTS = (Event.WITHDRAW, Event.WITHDRAW_CHANGE, Event.CANCEL)
_MOST = 200


def filer(actor: Signed) -> Actor:
    """Return who may file."""
    require(actor, Action.FILE)
    return actor


Filer = Annotated[Actor, Depends(filer)]


@dataclass
class Typed:
    """What came with a form that was refused, to be shown again with what is wrong."""

    values: dict[str, Any]
    error: RegistryError
    marks: str = ""
    """Of the state from which the form was opened (`registry_api.web.merging`)."""

    def beside(self, stored: dict[str, Any]) -> dict[str, Any]:
        """Return what a form shows of it beside the stored state."""
        if self.error.slug != "stale" or not self.values:
            return {"typed": self.values or stored, "clashes": [], "taken": []}
        values, clashes, taken = merge(self.values, stored, self.marks)
        return {"typed": values, "clashes": clashes, "taken": taken}


def one(form: dict[str, list[str]], name: str) -> str:
    """Return the value of a field that has one."""
    return form.get(name, [""])[0].strip()


def lang_of(form: dict[str, list[str]]) -> str:
    """Return the language of the page that sent a form."""
    return "en" if one(form, "lang") == "en" else "zh"


def require_version(form: dict[str, list[str]], version: int) -> None:
    """Refuse a form that was made from an older state of the record."""
    if one(form, "version") != str(version):
        raise RegistryError(
            "stale", "记录已被修改；您填写的内容仍在下方 / the record has changed; what you typed is still here"
        )


@router.get("")
def list_page(request: Request, registry: RegistryPart, actor: Filer, lang: Lang = "zh") -> Response:
    """List own filings and the notices that wait."""
    with registry.database.read() as session:
        rows = session.exec(
            select(Filing, App)
            .join(App, col(App.id) == Filing.app_id)
            .where(scope_of(Filing, actor))
            .order_by(col(Filing.id).desc())
            .limit(_MOST)
        ).all()
        notices = session.exec(scoped(Notice, actor).order_by(col(Notice.id).desc()).limit(_MOST)).all()
        shown = show_notices(session, list(notices), actor)
        items = [(filing, app) for filing, app in rows]
    more: dict[str, Any] = {"items": items, "notices": shown, "in_force": IN_FORCE}
    return render("vendor.html", lang, signed_in=actor, here=request.url, **more)


@router.get("/new")
def new_page(request: Request, registry: RegistryPart, actor: Filer, lang: Lang = "zh") -> Response:
    """Show an empty form with what is known of the unit."""
    return _draft_page(request, registry, actor, lang)


def _draft_page(request: Request, registry: Registry, actor: Actor, lang: str, typed: Typed | None = None) -> Response:
    with registry.database.read() as session:
        unit = session.exec(scoped(Organization, actor).order_by(col(Organization.id)).limit(1)).first()
    known = {"unit": {"legal_name": unit.name, "uscc": unit.uscc, "region": f"{unit.province}0000"} if unit else {}}
    return render(
        "vendor_new.html",
        lang,
        typed.error.status if typed else 200,
        groups=PROVIDER,
        typed=typed.values if typed else values_of(known, FIELDS),
        errors=_errors(typed),
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
    form = await read_form(request, actor)

    def work() -> Response:
        typed = typed_of(form, FIELDS)
        try:
            with registry.database.write() as session:
                document = document_of(typed, FIELDS, {"schema": "eduaudit.filing/1"})
                filing_id = draft(registry, session, actor, document).id
        except RegistryError as error:
            return _draft_page(request, registry, actor, lang_of(form), Typed(typed, error))
        return RedirectResponse(f"/vendor/filings/{filing_id}?lang={lang_of(form)}", 303)

    return await run_in_threadpool(work)


@router.get("/filings/{filing_id}")
def filing_page(
    filing_id: PathId, request: Request, registry: RegistryPart, actor: Filer, lang: Lang = "zh"
) -> Response:
    """Show one filing: where it stands, what is asked, the form, what may be done next."""
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
        filing = find_filing(session, actor, filing_id)
        app = session.get(App, filing.app_id)
        items = corrections.all_items(session, filing_id=filing.id)
        notices = session.exec(
            scoped(Notice, actor).where(Notice.app_id == filing.app_id).order_by(col(Notice.id).desc())
        ).all()
        shown = show_notices(session, list(notices), actor)
        run = session.exec(
            select(AuditRun)
            .where(AuditRun.app_id == filing.app_id)
            .order_by(col(AuditRun.requested_at).desc())
            .limit(1)
        ).first()
        under_way = run is not None and run.state not in FINISHED
        progress = of_run(session, run, registry.analysis.engine()) if run is not None and under_way else None
    stored = values_of(filing.document, FIELDS)
    hints = errors_by_field(registry.analysis.filing_warnings(filing.document), FIELDS)
    lacking = [item for item in registry.analysis.validate_filing(filing.document) if item.code == "required"]
    possible = {item.event for item in TRANSITIONS if item.source == filing.state and actor.role.value in item.roles}
    return render(
        "vendor_filing.html",
        lang,
        typed.error.status if typed else 200,
        filing=filing,
        app=app,
        groups=PROVIDER,
        items=items,
        notices=shown,
        run=run,
        progress=progress,
        hints=hints,
        lacking=lacking if filing.state in EDITABLE else [],
        marks=marks_of(stored),
        **(typed.beside(stored) if typed else {"typed": stored, "clashes": [], "taken": []}),
        errors=_errors(typed),
        answers=answers or {},
        editable=filing.state in EDITABLE,
        changeable=filing.state in _CHANGEABLE,
        acts=[event for event in _ACTS if event in possible],
        certified=filing.state in IN_FORCE and filing.number is not None,
        signed_in=actor,
        here=request.url.replace(path=f"/vendor/filings/{filing_id}", query=f"lang={lang}"),
    )


@router.post("/filings/{filing_id}")
async def act(filing_id: PathId, request: Request, registry: RegistryPart, actor: Filer) -> Response:
    """Do what the pressed button says: save, submit, change, answer, withdraw, cancel."""
    form = await read_form(request, actor)
    return await run_in_threadpool(_act, request, registry, actor, filing_id, form)


def _act(request: Request, registry: Registry, actor: Actor, filing_id: int, form: dict[str, list[str]]) -> Response:
    filled = any(item.pointer in form for item in FIELDS)
    typed = typed_of(form, FIELDS) if filled else {}
    answers = {int(key[6:]): rows[0] for key, rows in form.items() if key[:6] == "reply-" and key[6:].isdecimal()}
    try:
        with registry.database.write() as session:
            filing = find_filing(session, actor, filing_id, lock=True)
            require_version(form, filing.version)
            typed = chosen(form, typed, values_of(filing.document, FIELDS))
            _do(registry, session, actor, filing, form, typed, answers)
    except RegistryError as error:
        kept = Typed(typed, error, one(form, "marks"))
        return _page(request, registry, actor, filing_id, lang_of(form), kept, answers)
    return RedirectResponse(f"/vendor/filings/{filing_id}?lang={lang_of(form)}", 303)


def _do(
    registry: Registry,
    session: Session,
    actor: Actor,
    filing: Filing,
    form: dict[str, list[str]],
    typed: dict[str, Any],
    answers: dict[int, str],
) -> None:
    what, replies = one(form, "do"), tuple((key, text) for key, text in answers.items() if text.strip())
    if what in {"save", "submit"} and typed:
        mend(registry, session, actor, filing, document_of(typed, FIELDS, filing.document))
    if what == "submit":
        artifact, policy = one(form, "artifact_upload") or None, one(form, "policy_upload") or None
        submit(registry, session, actor, filing, artifact, policy, replies)
    elif what == "answer":
        for key, text in replies:
            answer_item(session, actor, filing, key, text)
        if not replies:
            raise RegistryError("invalid", "请先填写答复 / write an answer first")
    elif what == "change":
        step = step_of(actor, one(form, "reason"), replies=replies)
        request_change(registry, session, actor, filing, document_of(typed, FIELDS, filing.document), step)
    elif what in set(_ACTS):
        decide(registry, session, filing, Event(what), step_of(actor, one(form, "reason")))
    elif what != "save":
        raise RegistryError("invalid", f"no such act: {what[:40]}")
