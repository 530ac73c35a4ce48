"""Routes of the papers, and of what makes a certificate checkable by anybody."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Response

from registry_api.certificates.keys import pem, public_keys, signing_key
from registry_api.certificates.papers import certificate_paper, notice_paper
from registry_api.certificates.service import examine
from registry_api.certificates.token import CertificateError
from registry_api.errors import FieldError, RegistryError
from registry_api.filings.service import find_filing
from registry_api.kit.requests import Reader, RegistryPart, WithoutKey
from registry_api.kit.schemas import PathId
from registry_api.kit.strict import StrictRoute

router = APIRouter(route_class=StrictRoute)

PDF = "application/pdf"
_PAPER: dict[int | str, dict[str, Any]] = {
    200: {"description": "the paper", "content": {PDF: {"schema": {"type": "string"}}}}
}
_PUBLIC: dict[str, Any] = {"security": []}


def paper_response(content: bytes, name: str) -> Response:
    """Return a PDF under a file name."""
    head = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(content, media_type=PDF, headers=head)


@router.get(
    "/filings/{filing_id}/certificate",
    operation_id="getCertificate",
    response_class=Response,
    responses=_PAPER,
)
def get_certificate(filing_id: PathId, registry: RegistryPart, actor: Reader) -> Response:
    """Return the certificate of a filing that is in force, as PDF."""
    with registry.database.read() as session:
        filing = find_filing(session, actor, filing_id)
        return paper_response(certificate_paper(registry, session, filing), f"{filing.number}.pdf")


@router.get(
    "/notices/{notice_id}/paper",
    operation_id="getNoticePaper",
    response_class=Response,
    responses=_PAPER,
)
def get_notice_paper(notice_id: PathId, registry: RegistryPart, actor: Reader) -> Response:
    """Return a notice as PDF."""
    content, name = notice_paper(registry, actor, notice_id)
    return paper_response(content, name)


@router.get("/public/certificate-keys", operation_id="getCertificateKeys", openapi_extra=_PUBLIC)
def get_certificate_keys(registry: RegistryPart, _within: WithoutKey) -> dict[str, Any]:
    """Return the public keys that certificates were signed with; ``current`` signs today. Needs no key."""
    current, _ = signing_key(registry.settings.data)
    keys = public_keys(registry.settings.data)
    return {"items": [{"id": name, "current": name == current, "pem": pem(key)} for name, key in keys.items()]}


@router.get("/public/certificates", operation_id="examineCertificate", openapi_extra=_PUBLIC)
def examine_certificate(
    registry: RegistryPart,
    _within: WithoutKey,
    code: Annotated[str, Query(min_length=1, max_length=6000, description="text of the QR code, or a number")],
) -> dict[str, Any]:
    """Say whether a certificate was signed here and what its number stands for now. Needs no key."""
    try:
        return examine(registry, code)
    except CertificateError as error:
        raise RegistryError("invalid", str(error), [FieldError("/query/code", "certificate", str(error))]) from None
