"""Notices as pages: composer, steps as role and state allow, board."""

import datetime as dt
import re

import pytest

from registry_api.notices.models import Notice
from registry_api.web.screens.notices import days_left

PACKAGE = "cn.example.study"


@pytest.fixture
def case(api, submitted, drain, key_of):
    """An app with two proven findings and its provider's key; act as a role through the forms alone."""
    submitted({"findings": ["A.ONE|device.imei|high", "B.TWO|phone_number|low"]})
    drain()
    unit = api("GET", "/organizations").json()["items"][0]["id"]
    vendor = api("POST", "/keys", json={"name": "v", "role": "vendor", "organization_id": unit}).json()["secret"]

    cookies: dict[tuple[str, str], str] = {}

    class Case:
        http = api.http

        @classmethod
        def sign(cls, role="reviewer", province="31"):
            cls.http.cookies.clear()
            if (role, province) in cookies:
                cls.http.cookies.set("eduaudit_session", cookies[role, province])
                return
            key = vendor if role == "vendor" else key_of(role, None if role == "supervisor" else province)
            assert cls.http.post("/login", data={"key": key}, follow_redirects=False).status_code == 303
            cookies[role, province] = cls.http.cookies["eduaudit_session"]

        @classmethod
        def page(cls, path):
            answer = cls.http.get(path)
            assert answer.status_code == 200, answer.text
            return answer.text

        @classmethod
        def post(cls, path, data, page=None):
            csrf = re.search(r'name="csrf" value="(\w+)"', cls.page(page or "/"))[1]
            return cls.http.post(path, data={**data, "csrf": csrf}, follow_redirects=False)

        @classmethod
        def compose(cls, **more):
            cls.sign()
            ids = re.findall(r'name="findings" value="(\d+)" checked', cls.page(f"/notices/compose?package={PACKAGE}"))
            return cls.post(
                "/notices/compose",
                {"package": PACKAGE, "kind": "rectification", "findings": ids, "do": "draft", **more},
            )

        @classmethod
        def step(cls, path, event, role="reviewer", **more):
            cls.sign(role)
            version = re.search(r'name="version" value="(\d+)"', cls.page(path))
            data = {"event": event, "version": version[1] if version else "1", **more}
            return cls.post(path + "/steps", data, path)

        @classmethod
        def offered(cls, path, role):
            cls.sign(role)
            return set(re.findall(r'name="event" value="(\w+)"', cls.page(path)))

    return Case


def test_a_notice_is_composed_signed_issued_answered_and_closed_from_the_pages(case, drain, api, upload):
    case.sign()
    preview = case.post(
        "/notices/compose", {"package": PACKAGE, "kind": "rectification", "findings": ["1"], "remark": "另须说明甲"}
    )
    assert preview.status_code == 200
    assert re.search(r"到期日为 <strong>\d{4}-\d\d-\d\d", preview.text)
    for text in ("存在下列 1 项问题", "另须说明甲</textarea>", "标题 A.ONE", "classes.dex"):
        assert text in preview.text, text
    assert "没有符合条件的文书" in case.page("/notices"), "a preview drafts nothing"

    answer = case.compose(batch="2026-3")
    assert answer.status_code == 303, answer.text
    path = answer.headers["location"].split("?")[0]
    assert "标题 A.ONE" in case.page(path)
    case.sign("vendor")
    assert case.http.get(path).status_code == 404, "nobody reads what is being written"
    assert case.offered(path, "reviewer") == {"cancel"}
    assert case.offered(path, "lead_reviewer") == {"sign", "cancel"}
    assert case.offered(path, "auditor") == set()
    assert case.step(path, "sign", "reviewer").status_code == 403
    assert case.step(path, "sign", "lead_reviewer").status_code == 303
    assert case.step(path, "issue").status_code == 303
    assert "教APP整改〔" in case.page("/notices?batch=2026-3")
    assert case.offered(path, "vendor") == {"receive", "reply"}
    assert "user:" not in case.page(path)
    assert "key:" not in case.page(path)
    assert case.step(path, "receive", "vendor").status_code == 303
    empty = case.step(path, "reply", "vendor", reply=" ")
    assert empty.status_code == 409
    assert "须填写答复" in empty.text
    assert case.step(path, "reply", "vendor", reply="已在 2.0 版整改").status_code == 303
    assert "已在 2.0 版整改" in case.page(path)
    assert case.offered(path, "reviewer") == {"re_audit", "reopen", "close", "escalate"}
    assert "复测尚未完成" in case.page(path)
    refused = case.step(path, "close")
    assert refused.status_code == 409
    vendor = api("POST", "/keys", json={"name": "w", "role": "vendor", "organization_id": 1}).json()["secret"]
    new = upload({"findings": [], "version": "2"}, key=vendor)
    api("POST", f"/apps/{PACKAGE}/versions", key=vendor, json={"artifact_upload": new})
    assert case.step(path, "re_audit").status_code == 303
    drain()
    assert case.step(path, "close").status_code == 303
    assert case.offered(path, "reviewer") == set()
    assert "已办结" in case.page("/notices/board")


def test_who_drafted_sees_why_he_may_not_sign(case):
    case.sign("lead_reviewer")
    data = {"package": PACKAGE, "kind": "rectification", "findings": ["1"], "do": "draft"}
    path = case.post("/notices/compose", data).headers["location"].split("?")[0]
    assert "拟稿人不得签发" in case.page(path)
    refused = case.step(path, "sign", "lead_reviewer")
    assert (refused.status_code, "拟稿人不得签发" in refused.text) == (409, True)
    assert case.step(path, "sign", "supervisor").status_code == 303


def test_two_at_once_are_told_and_keep_what_they_typed(case):
    path = case.compose().headers["location"].split("?")[0]
    case.step(path, "sign", "lead_reviewer")
    case.sign("lead_reviewer")
    late = case.post(path + "/steps", {"event": "cancel", "reason": "写了很久的理由", "version": "1"}, path)
    assert late.status_code == 412
    assert "已被他人办理" in late.text
    assert "写了很久的理由</textarea>" in late.text
    assert case.step(path, "return", "lead_reviewer", reason="改措辞").status_code == 303


def test_a_wrong_form_keeps_its_texts_and_names_the_field(case):
    answer = case.compose(term="900", remark="留住我", basis="依据甲")
    assert answer.status_code == 422
    for text in ("留住我</textarea>", "依据甲</textarea>", 'value="900"', "/term"):
        assert text in answer.text, text
    case.sign("vendor")
    assert case.http.get("/notices/compose").status_code == 403
    case.sign("reviewer", "51")
    assert case.http.get(f"/notices/compose?package={PACKAGE}").status_code == 404


def test_the_board_counts_working_days_and_marks_what_is_late(case, registry):
    path = case.compose().headers["location"].split("?")[0]
    case.step(path, "sign", "lead_reviewer")
    case.step(path, "issue")
    assert "个工作日" in case.page("/notices/board")
    assert "overdue" not in case.page("/notices/board")
    with registry.database.write() as session:
        session.get(Notice, int(path.rsplit("/", 1)[1])).due_on = dt.date(2026, 1, 5)
    board = case.page("/notices/board")
    assert 'class="card slip overdue"' in board
    assert re.search(r"逾期 \d+ 个工作日", board)
    assert PACKAGE in case.page("/notices?overdue=true")
    assert case.step(path, "escalate", reason="逾期").status_code == 303
    assert "后续文书" in case.page(path)
    case.sign("reviewer", "51")
    assert "晨光" not in case.page("/notices/board")


def test_days_that_are_left_are_working_days():
    friday = dt.date(2026, 1, 9)
    assert days_left(dt.date(2026, 1, 12), friday) == 1
    assert days_left(friday, friday) == 0
    assert days_left(friday, dt.date(2026, 1, 12)) == -1
    assert days_left(friday, dt.date(2026, 1, 10)) == -1, "past is past, on a Saturday too"
    assert days_left(None, friday) is None
