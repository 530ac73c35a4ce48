"""What a person can decide about a filing on its page, and the list of correction items that the form keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from sqlmodel import Session, col, select

from analyzer.model import Bilingual
from registry_api.accounts.access import Action, Actor, Role, can
from registry_api.audits.models import FindingRow
from registry_api.audits.progress import Progress
from registry_api.audits.standing import DECISIONS, TABLE
from registry_api.errors import FieldError, RegistryError
from registry_api.filings.attachments import attachments_of
from registry_api.filings.corrections import all_items
from registry_api.filings.endpoints import TransitionBody
from registry_api.filings.machine import Machine, step_of
from registry_api.filings.models import Attachment, Correction, Filing, UserFiling
from registry_api.filings.transitions import MACHINE
from registry_api.reviews.cases import find_case
from registry_api.reviews.models import ReviewCase
from registry_api.reviews.queue import days_left
from registry_api.trail.models import TrailEntry
from registry_api.web.comparison import Row
from registry_api.web.typed import Typed

WITH_ITEMS = frozenset({"return", "return_change"})
"""Decisions that carry correction items."""
ORDERS = frozenset({"order_rectification", "reject_rectification"})
"""Decisions that may set a day."""
MOST = 200
_CASES = ("filing", "change", "reaudit")
_OWN = frozenset({"withdraw", "withdraw_change", "end"})
"""Steps of whoever filed, not of whoever decides."""
_FORMS = frozenset(TransitionBody.model_fields["event"].annotation.__args__)  # type: ignore[union-attr]  # a Literal has them


@dataclass(frozen=True)
class Choice:
    """One decision that the table allows for this role and state."""

    event: str
    target: str
    refusals: tuple[FieldError, ...]
    """What stands in the way of it now, apart from what the form still has to say."""


@dataclass(frozen=True)
class Item:
    """One correction item of the form."""

    field: str = ""
    problem: str = ""
    suggestion: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing was typed."""
        return not (self.field.strip() or self.problem.strip() or self.suggestion.strip())


@dataclass(frozen=True)
class Desk:
    """What the page shows of deciding, beside the record."""

    filing: Filing | UserFiling | None
    case: ReviewCase | None
    left: int | None
    """Working days until the case falls due."""
    choices: tuple[Choice, ...]
    verdicts: tuple[str, ...]
    """Decisions about findings that this role may take."""
    corrections: tuple[Correction, ...]
    attachments: tuple[Attachment, ...]
    seen: int
    """The last entry of the app's trail: what came after it was not seen."""
    items: tuple[Item, ...] = ()
    typed: Typed = field(default_factory=Typed)
    problem: RegistryError | None = None
    since: tuple[TrailEntry, ...] = ()
    """What others did since the form was opened."""
    outcomes: tuple[tuple[int, str, str], ...] = ()
    """Of a decision about several findings: id, code and detail of each that was refused."""
    progress: Progress | None = None
    """How far the audit is that is under way."""
    done: str = ""
    action: str = ""
    """Where the form goes, if not to the page of the app."""

    @property
    def gathering(self) -> bool:
        """Whether correction items can be gathered now."""
        return any(choice.event in WITH_ITEMS for choice in self.choices)


def may_decide(actor: Actor, filing: Any) -> bool:
    """Tell whether deciding is for ``actor``: a reviewer, or the authority above the school whose filing it is."""
    above = isinstance(filing, UserFiling) and filing.superior_id == actor.organization_id
    return can(actor, Action.REVIEW) or (actor.role is Role.SCHOOL and actor.organization_id is not None and above)


def choices(session: Session, actor: Actor, filing: Any, machine: Machine[Any, Any, Any] = MACHINE) -> list[Choice]:
    """Return the decisions that role and state allow, each with what stands in its way."""
    if not may_decide(actor, filing):
        return []
    # A step that says all that a form can say: what is still refused does not depend on the form.
    full = step_of(actor, "–", ({"field": "/", "problem": "–", "suggestion": ""},))
    found = []
    for edge in machine.table:
        named = edge.event.value in _FORMS and edge.event.value not in _OWN
        if edge.source == filing.state and actor.role.value in edge.roles and named:
            refused = tuple(item for guard in edge.guards if (item := guard(session, filing, full)))
            found.append(Choice(edge.event.value, edge.target.value, refused))
    return found


def open_desk(session: Session, actor: Actor, app_id: int, filing: Filing | None) -> Desk:
    """Return the desk as the page opens it."""
    case, items, files = None, [], []
    if filing is not None:
        for kind in _CASES:
            case = case or find_case(session, kind, filing_id=filing.id)
        items = all_items(session, filing_id=filing.id)
        files = attachments_of(session, filing, "filing", all_of=True)
    mine = [edge for edge in TABLE if edge.event in DECISIONS and actor.role.value in edge.roles]
    verdicts = sorted({edge.event.value for edge in mine})
    last = session.exec(
        select(TrailEntry.seq).where(TrailEntry.app_id == app_id).order_by(col(TrailEntry.seq).desc()).limit(1)
    ).first()
    return Desk(
        filing=filing,
        case=case,
        left=days_left(case.due_on) if case and case.state in {"open", "waiting"} else None,
        choices=tuple(choices(session, actor, filing)) if filing is not None else (),
        verdicts=tuple(verdicts) if can(actor, Action.REVIEW) else (),
        corrections=tuple(items),
        attachments=tuple(files),
        seen=last or 0,
    )


def since_of(session: Session, app_id: int, seen: str) -> tuple[TrailEntry, ...]:
    """Return what is on the app's trail after an entry, the oldest first."""
    if not (seen.isascii() and seen.isdigit() and len(seen) < 10):
        return ()
    return tuple(
        session.exec(
            select(TrailEntry)
            .where(TrailEntry.app_id == app_id, col(TrailEntry.seq) > int(seen))
            .order_by(col(TrailEntry.seq))
            .limit(20)
        ).all()
    )


def items_of(typed: Typed) -> list[Item]:
    """Return the correction items of a form; a list that is cut short lacks the rest."""
    rows = zip(typed.all("field"), typed.all("problem"), typed.all("suggestion"), strict=False)
    return [Item(*row) for row in rows][:MOST]


def change_items(typed: Typed, items: list[Item], findings: dict[int, FindingRow], rows: list[Row], lang: str) -> None:
    """Do what an ``add`` or ``drop`` button of the form asks: ``finding:<id>``, ``row:<place>``, ``blank``."""
    kind, _, which = typed.one("add").partition(":")
    number = int(which) if which.isascii() and which.isdigit() and len(which) < 10 else -1
    if kind == "finding" and number in findings:
        items.append(item_of_finding(findings[number], lang))
    elif kind == "row" and 0 <= number < len(rows):
        items.append(item_of_row(rows[number], lang))
    elif kind == "blank":
        items.append(Item())
    drop = typed.one("drop")
    if drop.isascii() and drop.isdigit() and int(drop[:4]) < len(items):
        del items[int(drop[:4])]


_POINTERS = {
    "permission": "/app/permissions",
    "request": "/artifact",
    "sdk": "/app/sdks",
    "policy": "/policy",
}


def item_of_finding(row: FindingRow, lang: str) -> Item:
    """Return the correction item that a finding suggests; where its evidence is a field of the filing, that field."""
    document = row.document
    kinds = [evidence["kind"] for evidence in document.get("evidence", ())]
    where = [evidence["where"] for evidence in document.get("evidence", ()) if evidence["kind"] == "filing"]
    if where and where[0].startswith("/"):
        pointer = where[0]
    else:
        pointer = next((_POINTERS[kind] for kind in kinds if kind in _POINTERS), "/artifact")
    problem = f"{document['title'][lang]}（{row.subject}）：{document['explanation'][lang]}"
    return Item(pointer[:300], problem[:4000], document["advice"][lang][:4000])


def item_of_row(row: Row, lang: str) -> Item:
    """Return the correction item that a mismatch between filing and package suggests."""

    def told(values: tuple[str | Bilingual, ...]) -> str:
        texts = [value.pick(lang) if isinstance(value, Bilingual) else value for value in values[:20]]
        return ("、" if lang == "zh" else ", ").join(texts) or "–"

    note = row.note.pick(lang)
    zh = f"{row.field.zh}：申报为“{told(row.filed)}”，检出“{told(row.found)}”。{note}"
    en = f"{row.field.en}: filed “{told(row.filed)}”, found “{told(row.found)}”. {note}"
    fix = "请核实，并更正备案材料或应用。" if lang == "zh" else "Verify, and mend the filing or the app."
    return Item(row.pointer or "/app", (en if lang == "en" else zh)[:4000], fix)


def body_of(typed: Typed, items: list[Item]) -> TransitionBody:
    """Return the decision that a form describes, or raise ``invalid`` with each wrong field."""
    event = typed.one("event")
    if not event:
        message = "请选择处理决定 / choose a decision"
        raise RegistryError("invalid", message, [FieldError("/event", "required", message)])
    written = [{"field": i.field, "problem": i.problem, "suggestion": i.suggestion} for i in items if not i.empty]
    try:
        return TransitionBody.model_validate(
            {
                "event": event,
                "reason": typed.one("reason"),
                "corrections": written if event in WITH_ITEMS else [],
                "due_on": (typed.one("due_on") or None) if event in ORDERS else None,
            }
        )
    except ValidationError as error:
        rows = error.errors()[:20]
        wrong = [FieldError("/" + "/".join(map(str, row["loc"])), str(row["type"]), _told(row)) for row in rows]
        raise RegistryError("invalid", "; ".join(item.message for item in wrong[:3]), wrong) from None


def _told(row: Any) -> str:
    place = " ".join(str(part + 1) if isinstance(part, int) else str(part) for part in row["loc"])
    if row["type"] in {"string_too_short", "missing"}:
        return f"{place}：须填写 / must not be empty"
    if row["type"] == "string_too_long":
        return f"{place}：超过 {row['ctx']['max_length']} 字 / longer than {row['ctx']['max_length']} characters"
    return f"{place}：填写有误 / {row['msg']}"
