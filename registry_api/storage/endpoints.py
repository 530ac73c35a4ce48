"""The routes of uploads: a raw body that is counted and hashed, whole or in parts."""

from __future__ import annotations

import re
import uuid
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import APIRouter, Header, Path, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from registry_api.accounts.access import Actor
from registry_api.db import now
from registry_api.errors import FieldError, RegistryError
from registry_api.kit.requests import Filer, Reader, RegistryPart
from registry_api.kit.strict import StrictRoute
from registry_api.registry import Registry
from registry_api.storage.blobs import record_blob
from registry_api.storage.kinds import kind_of
from registry_api.storage.models import Upload
from registry_api.storage.parts import Part, append, finish

router = APIRouter(route_class=StrictRoute)

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
}
_WARNINGS = {
    "text": "这是文本，不是应用包 / this is a text, not a package",
    "html": "这是网页，不是应用包 / this is a web page, not a package",
    "pdf": "这是 PDF，不是应用包 / this is a PDF, not a package",
    "zip": "压缩包中没有 AndroidManifest.xml / the archive holds no AndroidManifest.xml",
    "unknown": "不是可识别的应用包或文件 / neither a package nor a known kind of file",
}

UploadId = Annotated[uuid.UUID, Path(description="chosen by the client, so that a repeated PUT is the same upload")]
Sha256 = Annotated[str | None, Header(description="SHA-256 of the whole file, hex")]
FileName = Annotated[str, Header(description="name of the file, percent-encoded", max_length=900)]


def _show(upload: Upload) -> dict[str, Any]:
    """Return an upload; a package that is none is noticed here, and refused by the audit."""
    package = (
        upload.name.lower().endswith((".apk", ".xapk", ".apks", ".apkm", ".aab", ".ipa")) or "." not in upload.name
    )
    return {
        "id": upload.id,
        "sha256": upload.blob_sha256,
        "size": upload.size,
        "name": upload.name,
        "kind": upload.kind,
        "warnings": [_WARNINGS[upload.kind]] if package and upload.kind in _WARNINGS else [],
    }


def _check(registry: Registry, request: Request, sha256: str | None, before: int = 0) -> None:
    limit, length = registry.settings.upload_limit, request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and before + int(length[:20]) > limit:
        raise RegistryError("too-large", f"the upload exceeds {limit} bytes")
    if sha256 is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
        raise RegistryError(
            "invalid",
            "X-Content-SHA256 is no SHA-256",
            [FieldError("/headers/X-Content-SHA256", "format", "64 hex digits are expected")],
        )


@router.put("/uploads/{upload_id}", operation_id="putUpload", status_code=201, openapi_extra=_BODY)
async def put_upload(
    upload_id: UploadId,
    request: Request,
    registry: RegistryPart,
    actor: Filer,
    x_content_sha256: Sha256 = None,
    x_file_name: FileName = "package",
) -> JSONResponse:
    """Upload a file from its beginning. It is there whole when this answers 201.

    When the body breaks off, HEAD tells how many bytes have arrived, and PATCH sends the rest.
    """
    _check(registry, request, x_content_sha256)
    part = Part(registry.blobs, actor.key_id, str(upload_id))
    await _receive(registry, part, request, 0)
    return await run_in_threadpool(_finish, registry, actor, part, x_content_sha256, x_file_name)


@router.patch(
    "/uploads/{upload_id}",
    operation_id="resumeUpload",
    status_code=201,
    openapi_extra=_BODY,
    responses={204: {"description": "a part has arrived; `Upload-Offset` says how much there is now"}},
)
async def resume_upload(
    upload_id: UploadId,
    request: Request,
    registry: RegistryPart,
    actor: Filer,
    upload_offset: Annotated[int, Header(ge=0, le=2**53, description="bytes that have arrived, as HEAD told")],
    upload_length: Annotated[int, Header(ge=1, le=2**53, description="bytes of the whole file")],
    x_content_sha256: Sha256 = None,
    x_file_name: FileName = "package",
) -> Response:
    """Send the rest of a file, or one more part of it: 204 while bytes are missing, 201 when it is whole."""
    _check(registry, request, x_content_sha256, upload_offset)
    if upload_length > registry.settings.upload_limit:
        raise RegistryError("too-large", f"the upload exceeds {registry.settings.upload_limit} bytes")
    part = Part(registry.blobs, actor.key_id, str(upload_id))
    if upload_offset and part.offset() is None:
        raise RegistryError("not-found", f"nothing of upload {upload_id} has arrived; begin at 0")
    size = await _receive(registry, part, request, upload_offset)
    if size < upload_length:
        return Response(status_code=204, headers={"Upload-Offset": str(size)})
    if size > upload_length:
        part.path.unlink(missing_ok=True)
        raise RegistryError(
            "invalid",
            f"{size} bytes have arrived, more than the {upload_length} announced",
            [FieldError("/headers/Upload-Length", "length", "more bytes came than were announced", "begin at 0")],
        )
    return await run_in_threadpool(_finish, registry, actor, part, x_content_sha256, x_file_name)


async def _receive(registry: Registry, part: Part, request: Request, offset: int) -> int:
    try:
        return await append(part, request.stream(), offset=offset, limit=registry.settings.upload_limit)
    except ClientDisconnect:
        raise RegistryError("bad-request", "the upload was cut; HEAD tells where to go on") from None


def _finish(registry: Registry, actor: Actor, part: Part, sha256: str | None, name: str) -> JSONResponse:
    digest, size = finish(part, sha256)
    name = _CONTROL.sub("", unquote(name)).replace("\\", "/").rsplit("/", 1)[-1].strip()[:300] or "package"
    kind = kind_of(registry.blobs.path(digest))
    with registry.database.write() as session:
        known = session.get(Upload, part.upload_id)
        if known is not None and (known.key_id != actor.key_id or known.blob_sha256 != digest):
            raise RegistryError("conflict", "this upload id was used for another file")
        upload = known or Upload(
            id=part.upload_id,
            key_id=actor.key_id,
            blob_sha256=digest,
            name=name,
            size=size,
            kind=kind,
            created_at=now(),
        )
        if known is None:
            record_blob(session, digest, size)
            session.add(upload)
    location = {"Location": f"/api/v1/uploads/{upload.id}"}
    return JSONResponse(_show(upload), 201 if known is None else 200, location)


@router.head(
    "/uploads/{upload_id}",
    operation_id="headUpload",
    response_class=Response,
    responses={200: {"description": "`Upload-Offset` bytes have arrived; `Upload-Complete: ?1` when it is whole"}},
)
def head_upload(upload_id: UploadId, registry: RegistryPart, actor: Filer) -> Response:
    """Tell how much of an upload of this key has arrived."""
    with registry.database.read() as session:
        upload = session.get(Upload, str(upload_id))
    if upload is not None and upload.key_id == actor.key_id:
        return Response(headers={"Upload-Offset": str(upload.size), "Upload-Complete": "?1"})
    offset = Part(registry.blobs, actor.key_id, str(upload_id)).offset()
    if offset is None:
        raise RegistryError("not-found", f"there is no upload {upload_id}")
    return Response(headers={"Upload-Offset": str(offset), "Upload-Complete": "?0"})


@router.get("/uploads/{upload_id}", operation_id="getUpload")
def get_upload(upload_id: UploadId, registry: RegistryPart, actor: Reader) -> dict[str, Any]:
    """Return what is known of an upload of this key."""
    with registry.database.read() as session:
        upload = session.get(Upload, str(upload_id))
        if upload is None or upload.key_id != actor.key_id:
            raise RegistryError("not-found", f"there is no upload {upload_id}")
        return _show(upload)
