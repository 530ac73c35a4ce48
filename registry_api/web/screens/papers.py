"""Papers for a browser that is signed in: certificate, notice, case file, attachments; what is gone has a page."""

from __future__ import annotations

from fastapi import APIRouter, Response

from registry_api.certificates.endpoints import paper_response
from registry_api.certificates.papers import case_paper, certificate_paper, notice_paper
from registry_api.filings.attachment_endpoints import Noun, get_attachment
from registry_api.filings.service import find_filing
from registry_api.kit.requests import RegistryPart
from registry_api.kit.schemas import PathId
from registry_api.notices.endpoints import get_attachment as get_reply_file
from registry_api.web.visitors import PageRoute, Signed
from registry_api.web.words import field_name, word

router = APIRouter(route_class=PageRoute, prefix="/papers")


@router.get("/filings/{filing_id}/certificate.pdf")
def certificate_file(filing_id: PathId, registry: RegistryPart, actor: Signed) -> Response:
    """Return the certificate of a filing in force."""
    with registry.database.read() as session:
        filing = find_filing(session, actor, filing_id)
        return paper_response(certificate_paper(registry, session, filing), f"{filing.number}.pdf")


@router.get("/filings/{filing_id}/case.pdf")
def case_file(filing_id: PathId, registry: RegistryPart, actor: Signed) -> Response:
    """Return the case file."""
    content, name = case_paper(
        registry, actor, filing_id, lambda key: field_name(key, "zh"), lambda code: word(code, "zh")
    )
    return paper_response(content, name)


@router.get("/notices/{notice_id}/notice.pdf")
def notice_file(notice_id: PathId, registry: RegistryPart, actor: Signed) -> Response:
    """Return a notice."""
    content, name = notice_paper(registry, actor, notice_id)
    return paper_response(content, name)


@router.get("/notices/{notice_id}/attachments/{number}")
def reply_file(notice_id: PathId, number: PathId, registry: RegistryPart, actor: Signed) -> Response:
    """Return a file that came with the reply to a notice."""
    return get_reply_file(notice_id, number, registry, actor)


@router.get("/{record}/{filing_id}/attachments/{attachment_id}")
def attachment_file(
    record: Noun, filing_id: PathId, attachment_id: PathId, registry: RegistryPart, actor: Signed
) -> Response:
    """Return an attachment; one that was deleted since the list was opened says so on a page."""
    return get_attachment(record, filing_id, attachment_id, registry, actor)
