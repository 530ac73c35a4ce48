"""Attachments: licences, letters, certificates. Deleting one keeps its row, and says who and why."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, col, select

import analyzer
from registry_api.accounts.access import Actor
from registry_api.db import now
from registry_api.errors import FieldError, RegistryError
from registry_api.filings.models import Attachment, Filing
from registry_api.registry import Registry
from registry_api.storage.models import Upload
from registry_api.trail.chain import Act, append

SIZE_LIMIT = 30 * 1024 * 1024
COUNT_LIMIT = 100
_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"PK\x03\x04", "application/zip"),
)
"""What is taken: PDF, PNG, JPEG, and the ZIP containers DOCX and OFD."""


def media_type(head: bytes) -> str | None:
    """Return the media type of a file by its first bytes; `None`: not one that is taken."""
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), None)


def attach(
    registry: Registry, session: Session, actor: Actor, row: Any, noun: str, *, kind: str, upload: Upload
) -> Attachment:
    """Tie an uploaded file to a filing (``noun`` is ``filing`` or ``user_filing``)."""
    kinds = [code.id for code in analyzer.filing_codes()["attachment_kinds"].codes]
    if kind not in kinds:
        raise _wrong("/kind", "code", f"“{kind}”不在附件类型表中 / {kind!r} is not in the code table", ", ".join(kinds))
    if upload.size > SIZE_LIMIT:
        raise _wrong("/upload", "too_large", f"附件超过 {SIZE_LIMIT >> 20} MiB / the file is larger than that")
    with registry.blobs.path(upload.blob_sha256).open("rb") as file:
        if media_type(file.read(16)) is None:
            raise _wrong(
                "/upload",
                "attachment_type",
                "附件须为 PDF、PNG、JPEG、DOCX 或 OFD / only PDF, PNG, JPEG, DOCX and OFD are taken",
            )
    if len(attachments_of(session, row, noun, all_of=True)) >= COUNT_LIMIT:
        raise RegistryError("conflict", f"a filing holds at most {COUNT_LIMIT} attachments, deleted ones included")
    item = Attachment(
        kind=kind,
        name=upload.name,
        blob_sha256=upload.blob_sha256,
        size=upload.size,
        added_at=now(),
        added_by=actor.key_id,
        **{f"{noun}_id": row.id},
    )
    session.add(item)
    session.flush()
    _tell(session, actor, row, noun, "attach", item)
    return item


def detach(session: Session, actor: Actor, row: Any, noun: str, item: Attachment, reason: str) -> None:
    """Mark an attachment as deleted; what it was stays on record."""
    if item.deleted_at is not None:
        raise RegistryError("conflict", f"attachment {item.id} was deleted already")
    item.deleted_at, item.deleted_by, item.delete_reason = now(), actor.key_id, reason or None
    session.add(item)
    session.flush()
    _tell(session, actor, row, noun, "detach", item, reason)


def attachments_of(session: Session, row: Any, noun: str, *, all_of: bool = False) -> list[Attachment]:
    """Return the attachments of a filing; ``all_of``: the deleted ones too."""
    statement = select(Attachment).where(getattr(Attachment, f"{noun}_id") == row.id).order_by(col(Attachment.id))
    if not all_of:
        statement = statement.where(col(Attachment.deleted_at).is_(None))
    return list(session.exec(statement).all())


def find_attachment(session: Session, row: Any, noun: str, attachment_id: int) -> Attachment:
    """Return one attachment of a filing, deleted or not, or raise ``not-found``."""
    found = session.get(Attachment, attachment_id)
    if found is None or getattr(found, f"{noun}_id") != row.id:
        raise RegistryError("not-found", f"there is no attachment {attachment_id} of this filing")
    return found


def missing_attachments(session: Session, filing: Filing) -> list[FieldError]:
    """Return warnings for documents that a province will ask for: the official list is not verified."""
    there = {item.kind for item in attachments_of(session, filing, "filing")}
    document = filing.document
    system, form = document.get("system") or {}, document.get("app") or {}
    wanted = {"licence": "/unit/licence_file", "mlps_certificate": "/system/mlps"}
    if form.get("category") == "subject_tutoring":
        wanted["tutoring_licence"] = "/app/tutoring_licence"
    if system.get("third_party_developer"):
        wanted["outsourcing_contract"] = "/system/third_party_developer"
    if system.get("mlps_level") == 3:
        wanted["mlps_report"] = "/system/mlps_report"
    titles = {code.id: code.title for code in analyzer.filing_codes()["attachment_kinds"].codes}
    return [
        FieldError(
            pointer,
            "attachment_missing",
            f"尚未上传附件：{titles[kind].zh} / no attachment yet: {titles[kind].en}",
            f"POST /api/v1/filings/{filing.id}/attachments {{kind: {kind}}}",
        )
        for kind, pointer in wanted.items()
        if kind not in there
    ]


def show_attachment(item: Attachment) -> dict[str, Any]:
    """Return an attachment as the API shows it."""
    return {
        "id": item.id,
        "kind": item.kind,
        "name": item.name,
        "sha256": item.blob_sha256,
        "size": item.size,
        "added_at": item.added_at.isoformat(timespec="seconds"),
        "deleted_at": item.deleted_at.isoformat(timespec="seconds") if item.deleted_at else None,
        "delete_reason": item.delete_reason,
    }


def _tell(session: Session, actor: Actor, row: Any, noun: str, verb: str, item: Attachment, reason: str = "") -> None:
    append(
        session,
        Act(
            actor.label,
            actor.role.value,
            f"{noun}.{verb}",
            noun,
            str(row.id),
            app_id=row.app_id,
            province=row.province,
            reason=reason,
            payload={"attachment": item.id, "kind": item.kind, "name": item.name, "sha256": item.blob_sha256},
        ),
    )


def _wrong(pointer: str, code: str, message: str, suggestion: str = "") -> RegistryError:
    return RegistryError("invalid", f"{pointer[1:]}: {message}", [FieldError(pointer, code, message, suggestion)])
