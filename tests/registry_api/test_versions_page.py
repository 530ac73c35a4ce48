"""Two versions side by side, from stored facts."""

import pytest
from sqlmodel import select

from registry_api.audits.models import StoredFacts

PAGE = "/apps/cn.example.study/versions"


@pytest.fixture
def reviewer(api, key_of):
    def sign():
        api.http.post("/login", data={"key": key_of("reviewer", "31")})
        return api.http

    return sign


@pytest.fixture
def two(api, registry, submitted, upload, drain):
    """An app that was filed at version 1.0 and handed in again as 2.0 with another SDK."""
    filing = submitted({"version": "1.0", "sdks": [["umeng.analytics", "9.4.0"]]}).json()["id"]
    drain()
    path = f"/filings/{filing}/transitions"
    answer = api("POST", path, role="reviewer", province="31", json={"event": "approve"}, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text
    sdks = [["umeng.analytics", "9.6.0"], ["<b>evil</b>", "1"]]
    body = {"artifact_upload": upload({"version": "2.0", "sdks": sdks})}
    answer = api("POST", "/apps/cn.example.study/versions", json=body)
    assert answer.status_code in {200, 201, 202}, answer.text
    drain()


def test_the_filed_version_is_compared_with_the_present_one(reviewer, two):
    http = reviewer()
    page = http.get(PAGE).text
    for text in ("1.0", "2.0", "备案时版本", "umeng.analytics", "9.4.0", "9.6.0", "第三方 SDK", "升级"):
        assert text in page, text
    assert "&lt;b&gt;evil" in page
    assert "<b>evil" not in page
    english = http.get(f"{PAGE}?lang=en&old=1&new=2").text
    assert "Third-party SDKs" in english
    assert "第三方" not in english
    same = http.get(f"{PAGE}?old=1&new=1").text
    assert "没有差异" in same


def test_what_cannot_be_compared_is_said(registry, reviewer, two):
    http = reviewer()
    assert http.get(f"{PAGE}?old=99").status_code == 404
    assert http.get(f"{PAGE}?old=x").status_code == 422
    with registry.database.write() as session:
        for row in session.exec(select(StoredFacts)).all():
            session.delete(row)
    page = http.get(PAGE)
    assert page.status_code == 200
    assert "没有可读的检测事实" in page.text


def test_another_province_sees_nothing_and_one_version_is_not_compared(api, key_of, reviewer, submitted, drain):
    submitted({})
    drain()
    assert "只有一个版本" in reviewer().get(PAGE).text
    api.http.post("/login", data={"key": key_of("reviewer", "51")})
    assert api.http.get(PAGE).status_code == 404
