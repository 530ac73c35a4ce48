"""Papers for a browser that is signed in: certificate, notice, case file."""

from __future__ import annotations

from fastapi import APIRouter, Response

from registry_api.certificates.endpoints import paper_response
from registry_api.certificates.papers import case_paper, certificate_paper, notice_paper
from registry_api.filings.service import find_filing
from registry_api.kit.requests import RegistryPart
from registry_api.kit.schemas import PathId
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
