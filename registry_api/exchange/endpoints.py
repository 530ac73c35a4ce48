"""Routes of the exchange: import of filings from an uploaded file."""

from __future__ import annotations

from dataclasses import asdict
from itertools import islice
from typing import Any

from fastapi import APIRouter

from analyzer.model import UnreadableInputError
from registry_api.errors import FieldError, RegistryError
from registry_api.exchange.filings import ImportResult, import_filings, read_rows
from registry_api.kit.requests import Filer, RegistryPart
from registry_api.kit.schemas import Body
from registry_api.kit.strict import StrictRoute
from registry_api.organizations.service import find_upload

router = APIRouter(route_class=StrictRoute)

ROWS = 5_000
"""Rows that one request takes; the command takes a million."""


class ImportBody(Body):
    """A list of filings: an uploaded .csv, .xlsx or .jsonl."""

    upload: str
    dry_run: bool = False
    """Check every row against rules and record, and change nothing."""


def show_result(result: ImportResult) -> dict[str, Any]:
    """Return the outcome as the API shows it; ``errors`` names row and fields."""
    return {
        "dry_run": result.dry_run,
        "imported": result.imported,
        "known": result.known,
        "failed": result.failed,
        "errors": [
            {"row": number, "detail": detail, "fields": [asdict(item) for item in result.fields.get(number, ())]}
            for number, detail in result.errors
        ],
    }


@router.post("/imports", operation_id="importFilings")
def create_import(body: ImportBody, registry: RegistryPart, actor: Filer) -> dict[str, Any]:
    """Import filings as drafts, with errors row by row. Repeating it is harmless: what is on record is left alone."""
    with registry.database.read() as session:
        upload = find_upload(session, actor, body.upload, "/upload")
    try:
        rows = list(islice(read_rows(registry.blobs.path(upload.blob_sha256), upload.name), ROWS + 1))
    except UnreadableInputError as error:
        detail = f"{upload.name}: {error.why}"
        raise RegistryError("invalid", detail, [FieldError("/upload", "unreadable", error.why)]) from error
    if len(rows) > ROWS:
        raise RegistryError(
            "too-large",
            f"{upload.name} has more than {ROWS} rows",
            [FieldError("/upload", "too_long", f"more than {ROWS} rows", "split it, or: eduaudit registry import")],
        )
    return show_result(import_filings(registry, actor, rows, dry_run=body.dry_run))
