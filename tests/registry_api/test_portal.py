import re
from dataclasses import replace

import pytest
from sqlmodel import select

from registry_api.filings.models import Filing
from registry_api.notices.models import Notice

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


@pytest.fixture
def filed(api, submitted, drain):
    def make(**more):
        answer = submitted({}, stages=["primary"], **more).json()
        drain()
        moved = api(
            "POST",
            f"/filings/{answer['id']}/transitions",
            role="reviewer",
            province="31",
            json={"event": "approve"},
            headers={"If-Match": "*"},
        )
        assert moved.status_code == 200, moved.text
        return moved.json()

    return make


def test_anyone_looks_an_app_up_reads_its_page_and_checks_its_number(api, filed):
    number = filed()["number"]
    get = api.http.get
    for words in ("晨光", "cn.example", "教育科技", number):
        page = get("/portal", params={"q": words})
        assert page.status_code == 200
        assert "/portal/apps/cn.example.study?lang=zh" in page.text, words
    assert "没有查到" in get("/portal", params={"q": "夜光"}).text
    assert "每个词至少两个字" in get("/portal", params={"q": "学"}).text
    page = get("/portal/apps/cn.example.study").text
    for said in (number, "晨光教育科技有限公司", "小学", "目前没有公开通报", "尚无单位备案使用", "该备案目前有效"):
        assert said in page, said
    assert "13800138000" not in page, "the contact is nobody's business"
    assert "primary" in get("/portal/apps/cn.example.study?lang=en").text.lower()
    assert "该备案目前有效" in get("/portal/verify", params={"code": number}).text
    assert get("/portal/apps/no.such").status_code == 404


def test_what_is_under_review_is_not_shown_and_what_changed_or_ended_is(api, filed, submitted, drain, registry):
    submitted({}, package="cn.other.app", name="夜光学习")
    drain()
    assert "没有查到" in api.http.get("/portal", params={"q": "夜光"}).text
    assert api.http.get("/portal/apps/cn.other.app").status_code == 404
    number = filed()["number"]
    for state, said in (
        ("rectification", "该备案目前有效"),
        ("change_requested", "该备案目前有效"),
        ("suspended", "已被暂停"),
        ("delisted", "要求下架"),
        ("revoked", "不再有效"),
        ("cancelled", "不再有效"),
    ):
        with registry.database.write() as session:
            session.exec(select(Filing).where(Filing.number == number)).one().state = state
        page = api.http.get("/portal/apps/cn.example.study").text
        assert said in page, state
        assert "整改" not in page, "an order to rectify is between office and provider"


def test_a_public_naming_is_shown_while_it_stands_and_a_rectification_never(api, filed, registry):
    filed()
    role = {"role": "reviewer", "province": "31"}
    numbers = {}
    for kind in ("rectification", "public_naming"):
        notice = api(
            "POST", "/notices", json={"kind": kind, "package": "cn.example.study", "remark": "测试"}, **role
        ).json()
        for event, who in (("sign", "lead_reviewer"), ("issue", "reviewer")):
            moved = api(
                "POST",
                f"/notices/{notice['id']}/transitions",
                json={"event": event},
                headers={"If-Match": "*"},
                role=who,
                province="31",
            )
            assert moved.status_code == 200, moved.text
        numbers[kind] = moved.json()["number"]
    page = api.http.get("/portal/apps/cn.example.study").text
    assert numbers["public_naming"] in page
    assert numbers["rectification"] not in page
    for state in ("closed", "cancelled"):
        with registry.database.write() as session:
            session.exec(select(Notice).where(Notice.kind == "public_naming")).one().state = state
        page = api.http.get("/portal/apps/cn.example.study").text
        assert numbers["public_naming"] not in page, state


def test_pages_may_be_kept_by_caches_and_hold_nothing_of_a_session(api, filed, registry, key_of):
    filed()
    page = api.http.get("/portal/apps/cn.example.study")
    assert page.headers["cache-control"] == "public, max-age=300"
    assert api.http.get(page.url, headers={"If-None-Match": page.headers["etag"]}).status_code == 304
    api.http.post("/login", data={"key": key_of()})
    signed = api.http.get("/portal/apps/cn.example.study")
    assert signed.text == page.text
    assert "set-cookie" not in signed.headers
    assert api.http.get("/portal/apps/no.such").headers["cache-control"] == "no-store"


def test_one_address_is_limited_over_pages_and_api_together(api, registry):
    registry.settings = replace(registry.settings, public_rate="2/minute")
    assert api.http.get("/portal").status_code == 200
    assert api.http.get("/api/v1/public/apps?q=晨光").status_code == 200
    answer = api.http.get("/portal/verify")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert "请求过于频繁" in answer.text


def test_hostile_text_is_inert_on_every_public_page(api, filed, registry):
    filed(name=EVIL[:200])
    for path, params in (
        ("/portal", {"q": EVIL}),
        ("/portal", {"q": "script"}),
        ("/portal/apps/cn.example.study", {}),
        ("/portal/verify", {"code": EVIL}),
        ("/portal/verify", {"code": "教APP备" + EVIL}),
        ("/portal", {"q": "晨光", "lang": "en"}),
    ):
        answer = api.http.get(path, params=params)
        assert answer.status_code == 200
        assert len(re.findall(r"<script", answer.text)) == 1, "our own, and no other"
        assert "<img" not in answer.text
        assert not re.search(r"(?:src|href|action)=[\"'](?:https?:)?//(?!testserver)", answer.text)
        assert " style=" not in answer.text
