"""Correction items (补正): raised one by one, answered one by one, marked as resolved one by one."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, col, select

from analyzer.model import canonical_json
from registry_api.db import now
from registry_api.errors import FieldError, RegistryError
from registry_api.filings.machine import Step
from registry_api.filings.models import Correction
from registry_api.organizations.models import App, AppVersion


def raise_items(session: Session, row: Any, step: Step, document: dict[str, Any], **subject: Any) -> None:
    """Put the items of a return on record, with what the fields hold now."""
    for item in step.corrections:
        session.add(
            Correction(
                **subject,
                round=row.rounds,
                field=item["field"][:300],
                problem=item["problem"],
                suggestion=item.get("suggestion", ""),
                before=held(session, row.app_id, document, item["field"]),
                raised_at=now(),
                raised_by=step.key_id,
            )
        )


def open_items(session: Session, **subject: Any) -> list[Correction]:
    """Return the items that are not resolved, in the order in which they were raised."""
    return list(session.exec(_of(subject).where(col(Correction.resolved_at).is_(None))).all())


def all_items(session: Session, **subject: Any) -> list[Correction]:
    """Return every item of a filing, of all rounds."""
    return list(session.exec(_of(subject)).all())


def _of(subject: dict[str, Any]) -> Any:
    statement = select(Correction).order_by(col(Correction.id))
    for name, value in subject.items():
        statement = statement.where(getattr(Correction, name) == value)
    return statement


def unanswered(session: Session, row: Any, step: Step, document: dict[str, Any], **subject: Any) -> FieldError | None:
    """Return an error naming the items that were neither mended nor answered; `None` when there is none."""
    items = open_items(session, **subject)
    replies = dict(step.replies)
    left = [
        item
        for item in items
        if not item.reply
        and not replies.get(item.id or 0, "").strip()
        and held(session, row.app_id, document, item.field) == item.before
    ]
    if not left:
        return None
    named = "; ".join(f"#{item.id} {item.field}" for item in left[:10])
    return FieldError(
        "/replies",
        "unanswered",
        f"以下补正事项既未修改也未说明：{named} / these items were neither mended nor answered: {named}",
        "修改该字段，或逐项说明 / mend the field, or answer: replies: [{id, reply}]",
    )


def note_answers(session: Session, row: Any, step: Step, document: dict[str, Any], **subject: Any) -> None:
    """Record the answers of a hand-in, and what the fields hold now."""
    items = {item.id: item for item in open_items(session, **subject)}
    for identity, text in step.replies:
        item = items.get(identity)
        if item is None:
            raise RegistryError(
                "invalid",
                f"there is no open correction item {identity}",
                [FieldError("/replies", "unknown", f"没有待补正事项 {identity} / there is no open item {identity}")],
            )
        reply(item, text, step.key_id)
    for item in items.values():
        item.after = held(session, row.app_id, document, item.field)
        session.add(item)


def reply(item: Correction, text: str, by: str | None) -> None:
    """Answer one item."""
    item.reply, item.answered_at, item.answered_by = text.strip(), now(), by


def resolve(item: Correction, by: str | None, *, resolved: bool = True) -> None:
    """Mark one item as settled, or as not."""
    item.resolved_at, item.resolved_by = (now(), by) if resolved else (None, None)


def settle(session: Session, step: Step, **subject: Any) -> None:
    """Mark what is left as settled: the decision says that it is."""
    for item in open_items(session, **subject):
        resolve(item, step.key_id)
        session.add(item)


def held(session: Session, app_id: int, document: dict[str, Any], field: str) -> str:
    """Return what a pointer names, as canonical JSON: a part of the document, or the package or policy in force."""
    if field in {"/artifact", "/policy"}:
        app = session.get(App, app_id)
        version = session.get(AppVersion, app.current_version_id) if app and app.current_version_id else None
        if version is None:
            return "null"
        return str(canonical_json(version.artifact_sha256 if field == "/artifact" else version.policy_sha256))
    value: Any = document
    for part in field.split("/")[1:]:
        part = part.replace("~1", "/").replace("~0", "~")  # noqa: PLW2901 - RFC 6901
        if isinstance(value, list) and part.isascii() and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return str(canonical_json(value))
