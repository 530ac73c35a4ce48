import re

import pytest

from registry_api.accounts.sessions import one_time_token
from registry_api.web.rendering import asset

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


@pytest.fixture
def browser(api, registry, key_of):
    """The test client, signed in through a one-time link."""
    key = key_of()
    with registry.database.write() as session:
        token = one_time_token(session, key.split("_")[1])
    answer = api.http.get(f"/login?token={token}", follow_redirects=False)
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    browser = api.http
    browser.token = token
    return browser


def test_a_page_needs_a_session_and_a_link_works_once(api, browser):
    browser.cookies.clear()
    away = browser.get("/apps/cn.example.study?lang=en", follow_redirects=False)
    assert away.headers["location"].startswith("/login?lang=en&next=%2Fapps%2Fcn.example.study")
    assert browser.get(f"/login?token={browser.token}").status_code == 401


def test_signing_in_with_a_key_stays_on_this_server(api, key_of):
    http = api.http
    for target in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        answer = http.post("/login", data={"key": key_of(), "next": target}, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/"), target
    assert (
        http.post("/login", data={"key": key_of(), "next": "/apps/x?lang=en"}, follow_redirects=False).headers[
            "location"
        ]
        == "/apps/x?lang=en"
    )
    assert http.post("/login", data={"key": "edr_a_b"}).status_code == 401
    assert http.post("/login", data={"key": key_of()}, headers={"Origin": "https://evil.example"}).status_code == 403
    assert http.post("/login", data={"key": key_of()}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert http.post("/logout", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_cookie_reads_but_never_writes(api, browser):
    assert browser.get("/api/v1/apps").status_code == 200
    assert browser.post("/api/v1/weekly", json={}).status_code == 403, "without the page's token it changes nothing"


def test_the_record_shows_filing_findings_clauses_and_trail(api, browser, submitted, drain):
    submitted({"findings": ["DATA.X|device.imei|high"], "version": "2.5"}, version_name="1.0")
    drain()
    page = browser.get("/apps/cn.example.study").text
    for text in (
        "申报与检出",
        "待核对",
        "标题 DATA.X",
        "一（1） — 未公开收集使用规则",
        "classes.dex",
        "个人信息台账",
        "数据device.imei",
        "提交备案",
        "审核中",
        "晨光教育科技有限公司",
        'href="/apps/cn.example.study/evidence/device.imei?lang=zh#code"',
        'id="e-device.imei"',
    ):
        assert text in page, text
    english = browser.get("/apps/cn.example.study?lang=en").text
    for text in ("Filed beside found", "title DATA.X", "under review", "Personal-data ledger"):
        assert text in english, text
    assert "Filed beside found" not in page
    listing = browser.get("/?q=晨光").text
    assert "cn.example.study" in listing
    assert "cn.example.study" not in browser.get("/?q=没有").text


def test_a_failed_audit_never_reads_as_nothing_found(api, browser, submitted, drain):
    submitted({"crash": True})
    drain()
    page = browser.get("/apps/cn.example.study").text
    assert "最近一次检测失败" in page
    assert "尚无完成的检测" in page


def test_hostile_text_is_inert_and_nothing_comes_from_elsewhere(api, browser, submitted, drain, traffic):
    submitted({"findings": [f"DATA.X|{EVIL}|high"], "label": EVIL, "version": EVIL}, name=EVIL[:200])
    drain()
    body = traffic("device.imei")
    body["transmissions"][0].update(host=EVIL, key=EVIL, value_redacted=EVIL)
    api("POST", "/apps/cn.example.study/traffic", json=body)
    drain()
    for path in ("/apps/cn.example.study", "/apps/cn.example.study?lang=en", "/", "/login?next=" + EVIL):
        answer = browser.get(path)
        assert answer.status_code == 200
        scripts = re.findall(r"<script[^>]*>", answer.text)
        ours = [f'<script defer src="{asset(name)}">' for name in ("vendor/htmx-2.0.11.min.js", "peek.js")]
        assert scripts == (ours if "/apps/" in path else ours[:1]), "our own, and no other"
        assert "<img" not in answer.text
        assert not re.search(r"(?:src|href|action)=[\"'](?:https?:)?//(?!testserver)", answer.text)
        assert " style=" not in answer.text
        assert "script-src 'self';" in answer.headers["content-security-policy"]


def test_an_unknown_app_is_a_page_and_a_report_can_be_read(api, browser, submitted, drain):
    run = submitted({}).json()["audit"]
    assert browser.get("/apps/no.such").status_code == 404
    drain()
    assert browser.get(f"/runs/{run}/report.json").json()["schema"] == "eduaudit.report/1"


def test_the_index_has_a_fixed_number_of_queries(api, browser, submitted, drain, registry):
    import sqlalchemy as sa

    counted = []
    sa.event.listen(registry.database.reader, "before_cursor_execute", lambda *a: counted.append(a[2]))
    numbers = []
    for index in range(3):
        submitted({"findings": ["A.B|c|low"]}, package=f"cn.example.n{index}")
        drain()
        counted.clear()
        browser.get("/")
        numbers.append(len(counted))
    assert len(set(numbers)) == 1


def test_a_browser_s_own_form_is_accepted_whatever_it_says_of_its_origin(api, key_of):
    """Under some policies a browser sends ``Origin: null`` with a form of the very same site."""
    headers = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    answer = api.http.post("/login", data={"key": key_of()}, headers=headers, follow_redirects=False)
    assert answer.status_code == 303
    assert api.http.get("/login").headers["referrer-policy"] == "same-origin"
    refused = api.http.post("/login", data={"key": key_of()}, headers={"Origin": "null"})
    assert refused.status_code == 403
    assert "来自其他网站" in refused.text


def test_signing_in_again_ends_the_session_before(api, key_of):
    http = api.http
    http.post("/login", data={"key": key_of()}, follow_redirects=False)
    before = http.cookies["eduaudit_session"]
    http.post("/login", data={"key": key_of()}, follow_redirects=False)
    assert http.cookies["eduaudit_session"] != before
    http.cookies.clear()
    stale = http.get("/", headers={"Cookie": f"eduaudit_session={before}"}, follow_redirects=False)
    assert stale.status_code == 303


def test_the_cookie_is_secure_where_the_page_is(registry, key_of):
    from fastapi.testclient import TestClient

    from registry_api.app import create_app

    with TestClient(create_app(registry), base_url="https://registry.example") as http:
        answer = http.post("/login", data={"key": key_of()}, follow_redirects=False)
    assert "Secure" in answer.headers["set-cookie"]


def test_a_page_speaks_one_language_at_a_time(api, browser, submitted, drain):
    submitted({"findings": ["DATA.X|device.imei|high"]}, contains=[], sdks=[], charges=False)
    drain()
    page = browser.get("/apps/cn.example.study").text
    for text in ("未申报", "申报为无", "上海", "统一社会信用代码", "平台管理", "读取代码", "单位名称"):
        assert text in page, text
    for text in ("not filed", "declared: none", " / yes", "legal_name", ">access<"):
        assert text not in page, text
    english = browser.get("/apps/cn.example.study?lang=en").text
    for text in ("not filed", "declared: none", "Shanghai", "Legal name", "administrator"):
        assert text in english, text
    for text in ("未申报", "申报为无", "上海", "平台管理", "手机号码"):
        assert text not in english, text


def test_the_queue_shows_the_apps_of_one_state(api, browser, submitted, drain):
    submitted({})
    drain()
    submitted({}, package="cn.example.other")
    waiting = browser.get("/?state=under_review").text
    assert "cn.example.study" in waiting
    assert "cn.example.other" not in waiting
    assert 'aria-current="true">审核中' in waiting
    assert "cn.example.study" not in browser.get("/?state=filed").text
    assert "cn.example.other" in browser.get("/?state=").text


def test_a_vendor_is_not_told_who_in_the_authority_decided(api, browser, registry, submitted, drain, key_of):
    from registry_api.accounts.access import Role
    from registry_api.accounts.keys import issue

    filing = submitted({}).json()["id"]
    drain()
    with registry.database.write() as session:
        reviewer = issue(session, name="审核员乙", role=Role.REVIEWER, province="31")[1]
        mine = issue(session, name="提供者甲", role=Role.VENDOR, organization_id=1)[1]
    body = {"event": "return", "corrections": [{"field": "/app", "problem": "p"}]}
    path = f"/filings/{filing}/transitions"
    assert api("POST", path, key=reviewer, json=body, headers={"If-Match": "*"}).status_code == 200
    assert "审核员乙" in browser.get("/apps/cn.example.study").text
    browser.post("/login", data={"key": mine})
    page = browser.get("/apps/cn.example.study").text
    assert "省级审核" in page
    assert "审核员乙" not in page
