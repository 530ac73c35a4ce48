"""From the record to paper, within the reader's reach."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

import analyzer
from registry_api.accounts.access import Actor, scope_of
from registry_api.audits.models import FindingRow
from registry_api.certificates.service import signed_certificate
from registry_api.certificates.signature import sign_paper
from registry_api.db import now
from registry_api.filings import corrections
from registry_api.filings.attachments import attachments_of
from registry_api.filings.models import Filing
from registry_api.filings.service import find_filing
from registry_api.kit.china import day_of
from registry_api.notices.endpoints import show_notices
from registry_api.notices.models import Notice
from registry_api.notices.service import find_notice
from registry_api.organizations.models import App, Organization
from registry_api.registry import Registry
from registry_api.trail.models import TrailEntry

_MOST = 500


def certificate_paper(registry: Registry, session: Session, filing: Filing) -> bytes:
    """Return the certificate of a filing that was found within reach; raises where it has none."""
    from registry_api.certificates.certificate_paper import certificate_pdf  # noqa: PLC0415 - reportlab is heavy

    certificate, text = signed_certificate(registry, session, filing)
    paper = certificate_pdf(certificate, text, registry.settings.public_url.rstrip("/"))
    return sign_paper(paper, registry.settings, "教育移动互联网应用程序备案证明")


def notice_paper(registry: Registry, actor: Actor, notice_id: int) -> tuple[bytes, str]:
    """Return the PDF of a notice within reach, and a file name."""
    from registry_api.certificates.notice_paper import notice_pdf  # noqa: PLC0415 - as above

    with registry.database.read() as session:
        notice = find_notice(session, actor, notice_id)
        shown = show_notices(session, [notice], actor)[0]
    issued = day_of(datetime.fromisoformat(shown["issued_at"])).isoformat() if shown["issued_at"] else None
    organ = _organ(registry.settings.organs, notice.province)
    paper = notice_pdf(shown, issued, organ)
    if issued:  # a draft is no paper of the office yet
        paper = sign_paper(paper, registry.settings, str(shown["number"]))
    return paper, f"{shown['number'] or notice_id}.pdf"


def _organ(names: str, province: str) -> str:
    """Return who signs for a province: as the setting names it, else by what the law calls it."""
    given = dict(item.strip().partition("=")[::2] for item in names.split(";"))
    short = analyzer.code_names("provinces").get(province, (province, ""))[0]
    return given.get(province) or f"{short}教育行政部门"


# scope: of a filing that was found within reach
def case_paper(
    registry: Registry, actor: Actor, filing_id: int, label: Callable[[str], str], word: Callable[[str], str]
) -> tuple[bytes, str]:
    """Return the case file of a filing within reach, and a file name; ``label`` and ``word`` are the words of pages."""
    from registry_api.certificates.case_paper import CaseFile, case_pdf  # noqa: PLC0415 - as above

    def rows(statement: Any) -> list[Any]:
        return list(session.exec(statement.limit(_MOST)).all())

    with registry.database.read() as session:
        filing = find_filing(session, actor, filing_id)
        app, unit = session.get(App, filing.app_id), session.get(Organization, filing.organization_id)
        notices = rows(
            select(Notice).where(Notice.app_id == filing.app_id, scope_of(Notice, actor)).order_by(col(Notice.id))
        )
        case = CaseFile(
            name=app.name if app else "",
            package=app.package if app else "",
            provider=unit.name if unit else "",
            uscc=unit.uscc if unit else "",
            province=analyzer.code_names("provinces").get(filing.province, (filing.province, ""))[0],
            state=filing.state,
            number=filing.number,
            filed_on=filing.filed_at,
            document=filing.document,
            corrections=corrections.all_items(session, filing_id=filing.id),
            findings=rows(select(FindingRow).where(FindingRow.app_id == filing.app_id).order_by(col(FindingRow.id))),
            notices=show_notices(session, notices, actor),
            attachments=attachments_of(session, filing, "filing"),
            trail=rows(
                select(TrailEntry)
                .where(TrailEntry.object_kind == "filing", TrailEntry.object_id == str(filing.id))
                .order_by(col(TrailEntry.seq))
            ),
            clauses=registry.analysis.clauses(),
        )
        return case_pdf(case, label, word, now()), f"{filing.number or app.package if app else filing_id}-案卷.pdf"
