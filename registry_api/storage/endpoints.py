"""The route of uploads: a raw body that is counted and hashed while it is written."""

from __future__ import annotations

import re
import uuid
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import APIRouter, Header, Path, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from registry_api.accounts.access import Actor
from registry_api.db import now
from registry_api.errors import FieldError, RegistryError
from registry_api.kit.requests import Filer, Reader, RegistryPart
from registry_api.kit.strict import StrictRoute
from registry_api.registry import Registry
from registry_api.storage.blobs import receive, record_blob
from registry_api.storage.models import Upload

router = APIRouter(route_class=StrictRoute)

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

UploadId = Annotated[uuid.UUID, Path(description="chosen by the client, so that a repeated PUT is the same upload")]


def _show(upload: Upload) -> dict[str, Any]:
    return {"id": upload.id, "sha256": upload.blob_sha256, "size": upload.size, "name": upload.name}


@router.put(
    "/uploads/{upload_id}",
    operation_id="putUpload",
    status_code=201,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        },
    },
)
async def put_upload(
    upload_id: UploadId,
    request: Request,
    registry: RegistryPart,
    actor: Filer,
    x_content_sha256: Annotated[str | None, Header(description="SHA-256 of the body, hex")] = None,
    x_file_name: Annotated[str, Header(description="name of the file, percent-encoded", max_length=900)] = "package",
) -> JSONResponse:
    """Upload a file. It is there whole when this answers 201; a body that is cut leaves nothing."""
    limit = registry.settings.upload_limit
    length = request.headers.get("content-length")
    if length and length.isdigit() and int(length) > limit:
        raise RegistryError("too-large", f"the upload exceeds {limit} bytes")
    if x_content_sha256 is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", x_content_sha256):
        raise RegistryError(
            "invalid",
            "X-Content-SHA256 is no SHA-256",
            [FieldError("/headers/X-Content-SHA256", "format", "64 hex digits are expected")],
        )
    try:
        sha256, size = await receive(registry.blobs, request.stream(), limit=limit, expected=x_content_sha256)
    except ClientDisconnect:
        raise RegistryError("bad-request", "the upload was cut; nothing was kept") from None
    name = _CONTROL.sub("", unquote(x_file_name)).replace("\\", "/").rsplit("/", 1)[-1].strip()[:300] or "package"
    upload, created = await run_in_threadpool(_note, registry, actor, str(upload_id), sha256, size, name)
    return JSONResponse(_show(upload), 201 if created else 200, {"Location": f"/api/v1/uploads/{upload.id}"})


def _note(registry: Registry, actor: Actor, upload_id: str, sha256: str, size: int, name: str) -> tuple[Upload, bool]:
    with registry.database.write() as session:
        known = session.get(Upload, upload_id)
        if known is not None:
            if known.key_id != actor.key_id or known.blob_sha256 != sha256:
                raise RegistryError("conflict", "this upload id was used for another file")
            return known, False
        record_blob(session, sha256, size)
        upload = Upload(id=upload_id, key_id=actor.key_id, blob_sha256=sha256, name=name, size=size, created_at=now())
        session.add(upload)
        return upload, True


@router.get("/uploads/{upload_id}", operation_id="getUpload")
def get_upload(upload_id: UploadId, registry: RegistryPart, actor: Reader) -> dict[str, Any]:
    """Return what is known of an upload of this key."""
    with registry.database.read() as session:
        upload = session.get(Upload, str(upload_id))
        if upload is None or upload.key_id != actor.key_id:
            raise RegistryError("not-found", f"there is no upload {upload_id}")
        return _show(upload)
