"""The case page: deciding, correction items by one click, findings, and text that is never lost."""

import re

import pytest

from registry_api.accounts.access import Role
from registry_api.accounts.keys import issue
from registry_api.audits.models import FindingRow
from registry_api.filings.models import Filing
from registry_api.organizations.models import App

PAGE = "/apps/cn.example.study"
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


@pytest.fixture
def signed_in(api, registry, key_of):
    """Sign the test client in as a role; return the client."""

    def sign(role="reviewer", province="31", key=None):
        api.http.cookies.clear()
        api.http.post("/login", data={"key": key or key_of(role, province)})
        return api.http

    return sign


@pytest.fixture
def waiting(submitted, drain):
    answer = submitted({"findings": ["DATA.X|device.imei|high", "DATA.Y|device.mac|low"]}, version_name="0.9")
    drain()
    return answer.json()["id"]


def form(page, **fields):
    """The hidden fields of the decision form, and what is typed."""
    part = page.partition('id="decide-form"')[2]
    hidden = {name: re.search(rf'name="{name}" value="([^"]*)"', part)[1] for name in ("csrf", "version", "seen")}
    return {**hidden, **fields}


def state_of(registry):
    with registry.database.read() as session:
        return session.get(Filing, 1).state


EVENTS = {
    ("reviewer", "under_review"): {"return", "approve", "refuse"},
    ("reviewer", "filed"): {"order_rectification", "suspend"},
    ("lead_reviewer", "suspended"): {"restore", "delist", "revoke"},
    ("reviewer", "suspended"): {"restore"},
    ("supervisor", "rectification"): {"suspend", "delist", "revoke"},
    ("auditor", "under_review"): set(),
    ("admin", "under_review"): set(),
    ("reviewer", "refused"): set(),
}


def test_each_role_is_offered_what_the_table_allows_in_each_state(registry, signed_in, waiting):
    for (role, state), events in EVENTS.items():
        with registry.database.write() as session:
            session.get(Filing, 1).state = state
        page = signed_in(role, "31" if role.endswith("reviewer") else None).get(PAGE).text
        offered = set(re.findall(r'name="event" value="([a-z_]+)"', page))
        assert offered == events, (role, state)
        assert ('name="add"' in page) is ("return" in events), (role, state)


def test_a_vendor_sees_the_record_but_no_form(registry, signed_in, waiting):
    with registry.database.write() as session:
        vendor = issue(session, name="v", role=Role.VENDOR, organization_id=1)[1]
    http = signed_in(key=vendor)
    page = http.get(PAGE).text
    assert "申报与检出" in page
    assert 'id="decide-form"' not in page
    assert 'name="finding"' not in page
    token = re.search(r'name="csrf" value="(\w+)"', page)[1]
    assert http.post(f"{PAGE}/decision", data={"csrf": token, "event": "approve"}).status_code == 403
    assert http.post(f"{PAGE}/findings", data={"csrf": token, "quick": "confirm:1:open"}).status_code == 403


def test_one_click_makes_a_finding_or_a_mismatch_a_correction_item_and_keeps_what_was_typed(
    registry, signed_in, waiting
):
    http = signed_in()
    page = http.get(PAGE).text
    data = form(page, reason="说了<一半>", event="return", field="/app/name", problem="手写", suggestion="改")
    page = http.post(f"{PAGE}/decision", data={**data, "add": "finding:1"}).text
    assert "说了&lt;一半&gt;</textarea>" in page
    assert page.count('<textarea name="problem"') == 2
    assert "标题 DATA.X（device.imei）" in page
    page = http.post(f"{PAGE}/decision", data={**data, "add": "row:0"}).text
    assert "申报为" in page
    page = http.post(f"{PAGE}/decision", data={**data, "drop": "0"}).text
    assert '<textarea name="problem"' not in page
    assert state_of(registry) == "under_review", "gathering decides nothing"
    for odd in ("finding:99", "finding:x", "row:-1", "row:9999", "x", "finding:" + "9" * 40):
        answer = http.post(f"{PAGE}/decision", data={**data, "add": odd})
        assert answer.status_code == 200, odd
        assert answer.text.count('<textarea name="problem"') == 1, odd


def test_a_return_sends_the_items_and_an_approval_gives_the_number(api, registry, signed_in, waiting):
    http = signed_in()
    data = form(http.get(PAGE).text, event="return", field="/app/sdks", problem="未列 SDK", suggestion="补列")
    answer = http.post(f"{PAGE}/decision", data=data, follow_redirects=False)
    assert (answer.status_code, state_of(registry)) == (303, "returned_for_correction")
    page = http.get(PAGE).text
    assert "未列 SDK" in page.partition('id="corrections"')[2]
    with registry.database.write() as session:
        session.get(Filing, 1).state = "under_review"
    data = form(http.get(PAGE).text, event="approve")
    page = http.post(f"{PAGE}/decision", data=data).text
    assert "已办理" in page
    assert state_of(registry) == "filed"


def test_what_is_missing_is_said_beside_the_form_with_the_text(registry, signed_in, waiting):
    http = signed_in()
    page = http.get(PAGE).text
    for fields, said in (
        ({}, "请选择处理决定"),
        ({"event": "refuse"}, "须说明理由"),
        ({"event": "return"}, "至少列出一项"),
        ({"event": "return", "field": "/a", "problem": "x" * 4001, "suggestion": ""}, "超过 4000 字"),
        ({"event": "return", "field": "", "problem": "p", "suggestion": ""}, "须填写"),
        ({"event": "bogus"}, "填写有误"),
    ):
        answer = http.post(f"{PAGE}/decision", data=form(page, reason=" ", **fields))
        assert answer.status_code in {409, 422}, fields
        assert said in answer.text, fields
        if "problem" in fields:
            assert fields["problem"] in answer.text, "what was typed is still there"
    assert state_of(registry) == "under_review"


def test_of_two_who_decide_at_once_the_second_keeps_the_text_and_sees_what_happened(api, registry, signed_in, waiting):
    http = signed_in()
    page = http.get(PAGE).text
    with registry.database.write() as session:
        faster = issue(session, name="审核员甲", role=Role.REVIEWER, province="31")[1]
    body = {"event": "refuse", "reason": "材料不实"}
    path = f"/filings/{waiting}/transitions"
    assert api("POST", path, key=faster, json=body, headers={"If-Match": "*"}).status_code == 200
    data = form(page, event="return", reason="我的长理由", field="/f", problem="我的问题", suggestion="")
    answer = http.post(f"{PAGE}/decision", data=data)
    assert answer.status_code == 412
    for text in ("已有变动", "审核员甲", "材料不实", "不予备案", "我的长理由", "我的问题"):
        assert text in answer.text, text
    assert state_of(registry) == "refused"


def test_only_our_own_form_of_this_session_decides(registry, signed_in, waiting):
    http = signed_in()
    data = form(http.get(PAGE).text, event="refuse", reason="理由甲")
    assert http.post(f"{PAGE}/decision", data=data, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    old = http.post(f"{PAGE}/decision", data={**data, "csrf": "0" * 64})
    assert old.status_code == 412
    assert "理由甲" in old.text
    http.cookies.clear()
    gone = http.post(f"{PAGE}/decision", data=data)
    assert gone.status_code == 401
    assert "理由甲</textarea>" in gone.text
    assert state_of(registry) == "under_review"


def test_findings_are_decided_one_by_one_and_many_at_once(registry, signed_in, waiting):
    http = signed_in("lead_reviewer", "31")
    token = form(http.get(PAGE).text)

    def status():
        with registry.database.read() as session:
            return [session.get(FindingRow, number).status for number in (1, 2)]

    http.post(f"{PAGE}/findings", data={**token, "quick": "confirm:1:open"})
    assert status() == ["confirmed", "open"]
    both = ["1:confirmed", "2:open"]
    for fields, said in (
        ({"verdict": "dismiss"}, "请先勾选问题"),
        ({"finding": both}, "请选择对问题的处理"),
        ({"verdict": "waive", "finding": both, "why": "缘由", "until": "soon"}, "YYYY-MM-DD"),
        ({"verdict": "waive", "finding": both, "why": "缘由"}, "请填写豁免的截止日期"),
        ({"verdict": "dismiss", "finding": both}, "请说明理由"),
    ):
        answer = http.post(f"{PAGE}/findings", data={**token, **fields})
        assert answer.status_code in {409, 422}, fields
        assert said in answer.text, fields
        assert fields.get("why", "") in answer.text
    assert status() == ["confirmed", "open"]
    answer = http.post(
        f"{PAGE}/findings", data={**token, "verdict": "dismiss", "finding": ["1:open", "2:open"], "why": "经核实"}
    )
    assert answer.status_code == 412, "the first was confirmed meanwhile"
    assert "1 项已办理，1 项未办理" in answer.text
    assert 'value="经核实"' in answer.text
    assert status() == ["confirmed", "false_positive"]
    http.post(f"{PAGE}/findings", data={**token, "verdict": "reopen", "finding": "2:false_positive", "why": "再看"})
    assert status() == ["confirmed", "reopened"]


@pytest.mark.parametrize(
    ("spec", "said"),
    [(b"x", "安装包无法读取 — app.apk: is not a ZIP archive"), ({"crash": True}, "检测程序出错 — RuntimeError")],
)
def test_a_package_that_cannot_be_read_leaves_a_page_that_says_so(signed_in, submitted, drain, spec, said):
    submitted(spec)
    drain()
    page = signed_in().get(PAGE)
    assert page.status_code == 200
    assert said in page.text


def test_a_case_of_five_thousand_findings_is_paged_and_light(registry, signed_in, submitted, drain):
    spec = {"findings": [f"RULE.X|sub{number}|{('high', 'low')[number % 2]}" for number in range(5000)]}
    submitted(spec)
    drain()
    with registry.database.write() as session:
        session.get(App, 1).name = "名" * 300
    http = signed_in()
    page = http.get(PAGE).text
    assert len(page.encode()) < 300_000
    assert "第 1 / 125 页，共 5000 项" in page
    last = http.get(f"{PAGE}?page=125").text
    assert "sub999<" in last
    assert len(last.encode()) < 300_000
    assert http.get(f"{PAGE}?page=9999&only=high").status_code == 200
    assert http.get(f"{PAGE}?only=<x>").status_code == 200
    assert http.get(f"{PAGE}?page=0").status_code == 422


def test_hostile_text_stays_text_in_every_field_of_the_forms(registry, signed_in, submitted, drain):
    submitted({"findings": [f"DATA.X|{EVIL}|high"], "label": EVIL, "version": EVIL}, name=EVIL[:200])
    drain()
    http = signed_in()
    page = http.get(PAGE).text
    number = re.search(r'value="(finding:\d+)"', page)[1]
    fields = {"reason": EVIL, "field": EVIL, "problem": EVIL, "suggestion": EVIL, "event": EVIL, "due_on": EVIL}
    for more in ({"add": number}, {"add": "row:1"}, {"send": "1"}, {"csrf": EVIL}, {"seen": EVIL}, {"version": EVIL}):
        text = http.post(f"{PAGE}/decision", data={**form(page), **fields, **more}).text
        assert "<img" not in text, more
        assert "<script>alert" not in text, more
    text = http.post(f"{PAGE}/findings", data={**form(page), "verdict": EVIL, "why": EVIL, "finding": EVIL}).text
    assert "<script>alert" not in text
    http.cookies.clear()
    text = http.post(f"{PAGE}/decision", data={**fields, EVIL: EVIL}).text
    assert "<script>alert" not in text
    assert "<img" not in text


def test_a_row_of_the_queue_leads_to_its_page(signed_in, waiting):
    http = signed_in()
    assert http.get("/cases/1", follow_redirects=False).headers["location"] == f"{PAGE}?lang=zh"
    assert http.get("/cases/99").status_code == 404
    assert signed_in("reviewer", "51").get("/cases/1").status_code == 404
