"""The queue: what is due, who holds it, and forms that never lose what was typed."""

import re
from datetime import date, timedelta

import pytest

from registry_api.accounts.access import Role
from registry_api.accounts.keys import issue
from registry_api.reviews.models import ReviewCase
from registry_api.reviews.queue import days_left


@pytest.fixture
def signed_in(api, registry, key_of):
    """Sign the test client in as a role; return the client."""

    def sign(role="reviewer", province="31", key=None):
        api.http.cookies.clear()
        api.http.post("/login", data={"key": key or key_of(role, province)})
        return api.http

    return sign


def csrf(page):
    return re.search(r'name="csrf" value="([0-9a-f]+)"', page)[1]


def act(http, verb, case=1, **fields):
    page = http.get("/queue?state=open").text
    version = re.search(rf'/queue/{case}/[a-z]+\?.*?name="version" value="(\d+)"', page, re.DOTALL)
    data = {"csrf": csrf(page), "version": version[1] if version else "1", "back": "/queue?lang=zh", **fields}
    return http.post(f"/queue/{case}/{verb}", data=data, follow_redirects=False)


@pytest.fixture
def waiting(submitted, drain):
    submitted({"findings": ["DATA.X|device.imei|high"]})
    drain()


def due_in(registry, days):
    """Move the first case's due day so that it falls due in ``days`` calendar days."""
    from registry_api.kit.china import today

    with registry.database.write() as session:
        case = session.get(ReviewCase, 1)
        case.due_on = today() + timedelta(days=days)
        session.add(case)


def test_working_days_left_count_holidays_and_lateness():
    friday, monday = date(2026, 9, 18), date(2026, 9, 21)
    assert days_left(monday, friday) == 2, "Sunday 20 September 2026 is worked, for the National Day"
    assert days_left(friday, friday) == 0
    assert days_left(date(2026, 10, 8), date(2026, 9, 30)) == 1, "the week of the National Day does not count"
    assert days_left(date(2026, 9, 30), date(2026, 10, 8)) == -1
    assert days_left(date(2049, 3, 8), date(2049, 3, 5)) == 1, "no calendar of 2049: Mondays to Fridays"


def test_who_decides_begins_with_what_is_due(api, registry, signed_in, waiting):
    http = signed_in()
    assert http.get("/", follow_redirects=False).headers["location"] == "/queue?lang=zh"
    page = http.get("/").text
    for text in ("晨光学习", "提供者备案", "未认领", "高 1", "个工作日"):
        assert text in page, text
    due_in(registry, 200)
    assert "row-short" not in http.get("/queue").text
    due_in(registry, 0)
    assert "row-short" in http.get("/queue").text
    due_in(registry, -30)
    page = http.get("/queue?lang=en").text
    assert "working days late" in page
    assert "逾期" not in page


@pytest.mark.parametrize(
    ("role", "province", "sees", "acts"),
    [
        ("reviewer", "31", True, {"claim"}),
        ("reviewer", "51", False, set()),
        ("lead_reviewer", "31", True, {"claim", "assign"}),
        ("supervisor", None, True, {"claim", "assign"}),
        ("auditor", None, True, set()),
    ],
)
def test_each_role_sees_its_cases_and_its_acts(signed_in, waiting, role, province, sees, acts):
    http = signed_in(role, province)
    page = http.get("/queue").text
    assert ("晨光学习" in page) is sees
    assert set(re.findall(r"/queue/1/([a-z]+)\?", page)) == acts
    if not acts:
        answer = http.post("/queue/1/claim", data={"csrf": csrf(page), "version": "1"})
        assert answer.status_code in {403, 404}


def test_those_who_do_not_decide_keep_the_list_of_apps(api, registry, signed_in, waiting):
    with registry.database.write() as session:
        vendor = issue(session, name="v", role=Role.VENDOR, organization_id=1)[1]
    http = signed_in(key=vendor)
    assert "cn.example.study" in http.get("/").text
    assert http.get("/queue").status_code == 403
    assert 'href="/queue' not in http.get("/").text


def test_a_case_is_claimed_given_back_and_handed_on(api, registry, signed_in, waiting, key_of):
    http = signed_in()
    assert act(http, "claim").status_code == 303
    assert "我</span>" in http.get("/queue?claimed=mine").text
    assert "晨光学习" not in http.get("/queue?claimed=none").text
    assert act(http, "release").status_code == 303
    assert act(http, "claim").status_code == 303
    assert act(http, "assign", key_id="x").status_code == 403
    with registry.database.write() as session:
        other = issue(session, name="审核员乙", role=Role.REVIEWER, province="31")[0].id
        strange = issue(session, name="外省", role=Role.REVIEWER, province="51")[0].id
    http = signed_in("lead_reviewer", "31")
    page = http.get("/queue").text
    assert f'value="{other}"' in page
    assert strange not in page
    refused = act(http, "assign", key_id=strange, reason="本人<b>回避</b>")
    assert refused.status_code == 422
    assert "本人&lt;b&gt;回避&lt;/b&gt;" in refused.text, "the reason is still there"
    assert act(http, "assign", key_id=other, reason="本人回避").status_code == 303
    assert "审核员乙" in http.get("/queue").text


def test_of_two_who_claim_at_once_the_second_is_told_who_was_faster(api, registry, signed_in, waiting):
    http = signed_in()
    page = http.get("/queue").text
    with registry.database.write() as session:
        faster = issue(session, name="审核员甲", role=Role.REVIEWER, province="31")[1]
    etag = api("GET", "/queue/1", key=faster).headers["etag"]
    assert api("POST", "/queue/1/claim", key=faster, headers={"If-Match": etag}, json={}).status_code == 200
    late = http.post("/queue/1/claim", data={"csrf": csrf(page), "version": etag.strip('"')})
    assert late.status_code == 412
    assert "审核员甲" in late.text


def test_forms_of_another_site_or_of_an_old_session_do_nothing(registry, signed_in, waiting):
    http = signed_in()
    page = http.get("/queue").text
    data = {"csrf": csrf(page), "version": "1"}
    assert http.post("/queue/1/claim", data=data, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert http.post("/queue/1/claim", data={**data, "csrf": "0" * 64}).status_code == 412
    assert http.post("/queue/1/claim", data={"version": "1"}).status_code == 412
    with registry.database.read() as session:
        assert session.get(ReviewCase, 1).claimed_by is None


def test_a_form_whose_session_has_ended_shows_its_text_again(signed_in, waiting):
    http = signed_in("lead_reviewer", "31")
    http.cookies.clear()
    answer = http.post("/queue/1/assign", data={"csrf": "x", "version": "1", "reason": "长文<script>", "key_id": "k"})
    assert answer.status_code == 401
    assert "长文&lt;script&gt;</textarea>" in answer.text
    assert 'name="reason" value="长文&lt;script&gt;"' in answer.text
    away = http.post("/queue/1/assign", data={"reason": "r"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert away.status_code == 403, "another site gets nothing shown"


def test_filters_narrow_and_the_saved_one_is_used(api, registry, signed_in, submitted, drain):
    submitted({"findings": ["DATA.X|device.imei|high"]})
    drain()
    submitted({"findings": ["DATA.Y|device.mac|low"]}, package="cn.example.other", name="夕阳阅读")
    drain()
    http = signed_in("supervisor", None)
    found = {
        "q=晨光学习": {"study"},
        "q=夕阳": {"other"},
        "severity=high": {"study"},
        "severity=low": {"study", "other"},
        "severity=critical": set(),
        "kind=change": set(),
        "province=31": {"study", "other"},
        "province=51": set(),
        "claimed=mine": set(),
        "overdue=true": set(),
        "state=closed": set(),
        "": {"study", "other"},
    }
    for query, apps in found.items():
        page = http.get(f"/queue?{query}").text
        assert set(re.findall(r"cn\.example\.(\w+)", page)) == apps, query
    for query in ("state=x", "severity=x", "kind=x", "province=9999", "after=zz", "overdue=maybe"):
        assert http.get(f"/queue?{query}").status_code == 422, query
    page = http.get("/queue?q=夕阳").text
    http.post("/queue/filter", data={"csrf": csrf(page), "q": "夕阳", "state": "open", "severity": "<x>"})
    assert "cn.example.study" not in http.get("/queue").text
    assert "cn.example.study" in http.get("/queue?state=open").text
    http.post("/queue/filter", data={"csrf": csrf(page), "forget": "1"})
    assert "cn.example.study" in http.get("/queue").text


def test_a_long_queue_is_paged(monkeypatch, signed_in, submitted, drain):
    monkeypatch.setattr("registry_api.web.screens.queue._PAGE", 2)
    for index in range(3):
        submitted({}, package=f"cn.example.n{index}")
        drain()
    http = signed_in()
    page = http.get("/queue").text
    assert set(re.findall(r"<code>cn\.example\.n(\d)", page)) == {"0", "1"}
    following = re.search(r'href="([^"]*after=[^"]*)"', page)[1].replace("&amp;", "&")
    page = http.get(following).text
    assert set(re.findall(r"<code>cn\.example\.n(\d)", page)) == {"2"}
    assert "下一页" not in page
