"""Routes of attachments, of providers' and of schools' filings alike."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import FileResponse, JSONResponse
from sqlmodel import Session

from registry_api.accounts.access import Actor
from registry_api.errors import RegistryError
from registry_api.filings.attachments import (
    attach,
    attachments_of,
    detach,
    find_attachment,
    media_type,
    show_attachment,
)
from registry_api.filings.service import find_filing
from registry_api.filings.states import EDITABLE, FINAL, State
from registry_api.filings.user_filings import find_user_filing
from registry_api.filings.user_states import USER_EDITABLE, USER_FINAL
from registry_api.kit.china import CHINA
from registry_api.kit.replies import Reply, reply_once
from registry_api.kit.requests import Filer, Reader, RegistryPart
from registry_api.kit.schemas import Body, PathId, Text
from registry_api.kit.strict import StrictRoute
from registry_api.organizations.service import find_upload

router = APIRouter(route_class=StrictRoute)

Noun = Annotated[
    Literal["filings", "user-filings"], Path(description="`filings` of providers, `user-filings` of schools")
]
_LOST = (
    "附件“{}”的文件在存储中缺失或已被改动，备案记录不受影响，请联系平台管理员 / "
    "the attachment's file is missing from the store or was altered; the record of the filing is whole"
)
_FROZEN = FINAL | USER_FINAL
_LOOSE = EDITABLE | USER_EDITABLE | {State.CHANGE_RETURNED}


class AttachmentBody(Body):
    """An uploaded file and what it is."""

    upload: Text
    kind: Text
    """A code of the table ``attachment_kinds``."""


def _row(session: Session, actor: Actor, kind: str, row_id: int, *, lock: bool = False) -> tuple[Any, str]:
    if kind == "filings":
        return find_filing(session, actor, row_id, lock=lock), "filing"
    return find_user_filing(session, actor, row_id, lock=lock), "user_filing"


@router.post("/{record}/{filing_id}/attachments", operation_id="addAttachment", status_code=201)
def add_attachment(
    record: Noun, filing_id: PathId, body: AttachmentBody, request: Request, registry: RegistryPart, actor: Filer
) -> JSONResponse:
    """Tie an uploaded file (PDF, PNG, JPEG, DOCX, OFD) to a filing that has not ended."""

    def work(session: Session) -> Reply:
        row, noun = _row(session, actor, record, filing_id, lock=True)
        if row.state in _FROZEN:
            raise RegistryError("illegal-transition", f"a filing in state {row.state} takes no more attachments")
        upload = find_upload(session, actor, body.upload, "/upload")
        item = attach(registry, session, actor, row, noun, kind=body.kind, upload=upload)
        return Reply(show_attachment(item), 201, {"Location": f"{request.url.path}/{item.id}"})

    return reply_once(registry, actor, request, body.model_dump(), work)


@router.get("/{record}/{filing_id}/attachments", operation_id="listAttachments")
def list_attachments(record: Noun, filing_id: PathId, registry: RegistryPart, actor: Reader) -> dict[str, Any]:
    """List the attachments of a filing; deleted ones say when and why."""
    with registry.database.read() as session:
        row, noun = _row(session, actor, record, filing_id)
        return {"items": [show_attachment(item) for item in attachments_of(session, row, noun, all_of=True)]}


@router.get(
    "/{record}/{filing_id}/attachments/{attachment_id}",
    operation_id="getAttachment",
    response_class=FileResponse,
)
def get_attachment(
    record: Noun, filing_id: PathId, attachment_id: PathId, registry: RegistryPart, actor: Reader
) -> FileResponse:
    """Return the file; a deleted one is not given out any more."""
    with registry.database.read() as session:
        row, noun = _row(session, actor, record, filing_id)
        item = find_attachment(session, row, noun, attachment_id)
    if item.deleted_at is not None:
        moment = item.deleted_at.astimezone(CHINA)
        why = f"：{item.delete_reason}" if item.delete_reason else ""
        said = f"附件“{item.name}”已于 {moment:%Y-%m-%d %H:%M} 删除{why} / the attachment was deleted then"
        raise RegistryError("not-found", said)
    path = registry.blobs.path(item.blob_sha256)
    if registry.blobs.altered(item.blob_sha256):
        raise RegistryError("unavailable", _LOST.format(item.name))
    with path.open("rb") as file:
        kind = media_type(file.read(16)) or "application/octet-stream"
    # A certificate is not shown inside a page of ours: whoever wants to see it saves it.
    head = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(item.name, safe='')}"}
    return FileResponse(path, media_type=kind, headers=head)


@router.delete("/{record}/{filing_id}/attachments/{attachment_id}", operation_id="deleteAttachment")
def delete_attachment(
    record: Noun,
    filing_id: PathId,
    attachment_id: PathId,
    registry: RegistryPart,
    actor: Filer,
    reason: Annotated[str, Query(max_length=1000)] = "",
) -> dict[str, Any]:
    """Mark an attachment as deleted while the filing can be changed; the trail keeps what it was."""
    with registry.database.write() as session:
        row, noun = _row(session, actor, record, filing_id, lock=True)
        if row.state not in _LOOSE:
            raise RegistryError("illegal-transition", f"a filing in state {row.state} keeps its attachments")
        item = find_attachment(session, row, noun, attachment_id)
        detach(session, actor, row, noun, item, reason)
        return show_attachment(item)
