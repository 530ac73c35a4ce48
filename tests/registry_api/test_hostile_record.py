"""A record of everything whose every free text is hostile: inert on every page, in every paper and every report."""

import io
import re
import zipfile

import pytest
import sqlalchemy as sa
from everything import PAGES, fill
from inert import ALL, faults, poison
from sqlmodel import col, select

from registry_api.accounts.models import ApiKey
from registry_api.audits.models import FindingRow, ShippedSdk
from registry_api.campaigns.models import Campaign
from registry_api.filings.models import Attachment, Correction, Filing, UserFiling
from registry_api.notices.models import Notice
from registry_api.organizations.models import App, AppVersion, Organization

FREE = {
    Organization: ("name",),
    App: ("name",),
    AppVersion: ("version_name", "artifact_name"),
    Campaign: ("name", "basis"),
    Notice: ("body", "basis", "reply", "reason", "batch"),
    ShippedSdk: ("name", "version"),
    ApiKey: ("name",),
    Correction: ("field", "problem", "suggestion", "reply"),
    Filing: ("decision_reason",),
    UserFiling: ("decision_reason",),
    Attachment: ("name",),
}
"""Table → columns that somebody outside writes."""
SPARED = ("cn.example.study", "cn.example.other", "cn.example.third", "cn.example.fourth", "required", "free")


@pytest.fixture
def hostile(api, registry, submitted, drain, upload, traffic):
    office, ids = fill(api, registry, submitted, drain, upload, traffic)
    with registry.database.write() as session:
        for model, names in FREE.items():
            for name in names:
                column = col(getattr(model, name))
                room = getattr(column.type, "length", None) or 600
                session.execute(sa.update(model).where(column.is_not(None)).values({name: ALL[:room]}))
        for row in session.exec(select(UserFiling)).all():
            row.document = poison(row.document, *SPARED)
        for row in session.exec(select(Filing)).all():
            row.document, row.facts = poison(row.document, *SPARED), poison(row.facts, *SPARED)
        for row in session.exec(select(FindingRow)).all():
            texts = {key: poison(row.document[key]) for key in ("title", "explanation", "advice", "evidence")}
            row.document, row.subject = {**row.document, **texts}, ALL[:900]
    return office, ids


def test_every_page_shows_it_inert(api, hostile):
    office, ids = hostile
    wrong, silent = [], []
    for who, paths in PAGES.items():
        api.http.cookies.clear()
        if who in office.keys:
            api.http.post("/login", data={"key": office.keys[who]}, follow_redirects=False)
        for listed in paths:
            path = re.sub("|".join(ids), lambda found: ids[found[0]], listed)
            for lang in ("zh", "en"):
                answer = api.http.get(f"{path}{'&' if '?' in path else '?'}lang={lang}")
                assert answer.status_code == 200, (who, path, answer.text[-300:])
                wrong += [(who, path, fault) for fault in faults(answer.text)]
                assert not re.search(rf"\b{7 * 191}\b", answer.text), (who, path, "a template was filled in")
            if "alert(1)" not in answer.text:
                silent.append(f"{who} {listed.partition('?')[0]}")
    assert wrong == []
    # Pages that show nothing which somebody outside wrote; every other one showed it.
    plain = ("login", "password", "/clauses/", "/rules", "/settings", "/progress", "/new", "/statistics", "/trail")
    assert [item for item in silent if not item.endswith(plain) and not any(part in item for part in plain)] == []


def test_every_report_and_paper_holds_it_as_text(api, hostile):
    office, ids = hostile
    pages = [
        "/campaigns/1/report?format=html",
        "/weekly/2026-W47/report?format=html",
        f"/audits/{ids['RUN']}/report?format=html",
    ]
    api("POST", "/weekly", json={"week": "2026-W47"})
    for path in pages:
        answer = office.ask("supervisor", "GET", path)
        if answer.status_code == 200 and answer.headers["content-type"].startswith("text/html"):
            found = [item for item in faults(answer.text) if not item.startswith(("<style", "<svg", "<script"))]
            assert [item for item in found if "alert" in item or "evil" in item] == [], path
    book = office.ask("supervisor", "GET", "/campaigns/1/report?format=xlsx")
    with zipfile.ZipFile(io.BytesIO(book.content)) as archive:
        for name in archive.namelist():
            assert b"<f>" not in archive.read(name), "no text became a formula"
    api.http.post("/login", data={"key": office.keys["vendor"]}, follow_redirects=False)
    for path in ("/papers/filings/1/case.pdf", "/papers/notices/1/notice.pdf", "/papers/filings/1/certificate.pdf"):
        answer = api.http.get(path)
        assert answer.content[:5] == b"%PDF-", path
        for active in (b"/JavaScript", b"/JS", b"/OpenAction", b"/Launch", b"/URI"):
            assert active not in answer.content, (path, active)
