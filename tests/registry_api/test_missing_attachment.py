"""An attachment that is deleted, or lost from the store, while a reviewer has the page open: a clear page, no loss."""

import html
import re
from urllib.parse import quote

import pytest

PDF = b"%PDF-1.7\n%%EOF"


@pytest.fixture
def case(api, filing_of, upload, key_of, drain):
    """A filing under review with an attachment; returns (its id, path for the API, browser of the reviewer)."""
    document = filing_of()
    api("POST", "/organizations", json={"name": "甲", "uscc": document["unit"]["uscc"]})
    filing = api("POST", "/filings", json={"document": document}).json()["id"]
    body = {"upload": upload(PDF, quote("执照.pdf")), "kind": "licence"}
    item = api("POST", f"/filings/{filing}/attachments", json=body)
    assert item.status_code == 201, item.text
    api.http.cookies.clear()
    signed = api.http.post("/login", data={"key": key_of("reviewer", "31")}, follow_redirects=False)
    assert signed.status_code == 303
    return f"/filings/{filing}/attachments/{item.json()['id']}", item.json(), api.http


def link_of(browser):
    return re.search(r'href="(/papers/filings/[^"]+)"', browser.get("/apps/cn.example.study").text)[1]


def test_an_attachment_is_opened_from_the_case_page(case):
    _, _, browser = case
    answer = browser.get(html.unescape(link_of(browser)))
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, PDF, "application/pdf")


def test_one_deleted_meanwhile_says_when_and_why_and_the_case_goes_on(api, case):
    path, _, browser = case
    link = html.unescape(link_of(browser))
    assert api("DELETE", f"{path}?reason=传错文件").status_code == 200
    answer = browser.get(link)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "附件“执照.pdf”已于" in answer.text
    assert "传错文件" in answer.text
    page = browser.get("/apps/cn.example.study")
    assert page.status_code == 200
    assert "<del>执照.pdf</del>" in page.text


def test_one_lost_from_the_store_is_told_and_nothing_else_is_lost(api, case, registry):
    _, item, browser = case
    link = html.unescape(link_of(browser))
    registry.blobs.path(item["sha256"]).unlink()
    answer = browser.get(link)
    assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert "缺失或已被改动" in answer.text
    assert browser.get("/apps/cn.example.study").status_code == 200
    assert browser.get("/papers/filings/1/case.pdf").status_code == 200, "the case file names it all the same"


def test_what_is_not_within_reach_has_no_page(api, case, key_of):
    _, _, browser = case
    link = html.unescape(link_of(browser))
    browser.cookies.clear()
    browser.post("/login", data={"key": key_of("reviewer", "51")}, follow_redirects=False)
    answer = browser.get(link)
    assert answer.status_code == 404
    assert "执照" not in answer.text
