"""SDKs, statistics and the trail, as pages."""

import datetime as dt
import json
import re

import pytest
import sqlalchemy as sa
from sqlmodel import select

from registry_api.filings.models import Filing
from registry_api.reviews.models import ReviewCase

PACKAGE = "cn.example.study"


@pytest.fixture
def sign(api, key_of):
    """Sign the test client in as a role."""

    def go(role="admin", province=None, key=None):
        api.http.cookies.clear()
        answer = api.http.post("/login", data={"key": key or key_of(role, province)}, follow_redirects=False)
        assert answer.status_code == 303
        return api.http

    return go


def test_an_sdk_page_says_who_ships_it_in_a_range_of_versions(sign, submitted, drain):
    for index, (province, version) in enumerate([("31", "1.2"), ("31", "1.10"), ("51", None)]):
        spec = {"sdks": [["umeng.analytics", version]], "package": f"cn.s{index}"}
        submitted(spec, package=f"cn.s{index}", province=province, serial=f"00010{index}")
        drain()
    http = sign("supervisor")
    assert re.search(
        r'href="/sdks/umeng.analytics\?lang=zh">.*?<td class="number">3<', http.get("/sdks").text, re.DOTALL
    )
    assert "umeng" not in http.get("/sdks?q=bugly").text
    page = http.get("/sdks/umeng.analytics").text
    assert page.index("1.10") < page.index(">1.2<") < page.index("版本不明")
    option = json.loads(re.search(r'<script type="application/json" id="versions">(.*?)</script>', page)[1])
    assert option["series"][0]["data"] == [1, 1, 1]

    def named(query):
        return set(re.findall(r'href="/apps/(cn\.s\d)', http.get(f"/sdks/umeng.analytics?{query}").text))

    assert named("") == {"cn.s0", "cn.s1", "cn.s2"}
    assert named("at_most=1.9") == {"cn.s0", "cn.s2"}
    assert named("at_least=1.9&known=true") == {"cn.s1"}
    wrong = http.get("/sdks/umeng.analytics?at_most=newest")
    assert wrong.status_code == 422
    assert 'value="newest"' in wrong.text
    assert http.get("/sdks/no.such").status_code == 404
    assert "/notices/compose?package=cn.s0" in page
    other = sign("reviewer", "51")
    assert "cn.s0" not in other.get("/sdks/umeng.analytics").text
    assert "/notices/compose" not in sign("auditor").get("/sdks/umeng.analytics").text


def test_statistics_have_a_table_under_each_chart_and_stay_within_the_province(sign, registry, submitted, drain):
    spec = {"findings": ["DATA.X|device.imei|high"], "sdks": [["bugly", "3"]], "package": "cn.s0"}
    submitted(spec, package="cn.s0")
    submitted({"package": "cn.s1"}, package="cn.s1", province="51", serial="000101")
    drain()
    with registry.database.write() as session:
        for row in session.exec(select(Filing)).all():
            row.submitted_at = dt.datetime(2026, 2, 12, 2, tzinfo=dt.UTC)
            row.filed_at = row.submitted_at + dt.timedelta(days=14)
            row.decided_at = row.filed_at + dt.timedelta(days=90)
    page = sign("supervisor").get("/statistics").text
    charts = re.findall(r'<script type="application/json" id="(c-\w+)">(.*?)</script>', page)
    assert [name for name, _ in charts] == ["c-months", "c-times", "c-provinces", "c-clauses", "c-sdks"]
    assert all(json.loads(text)["series"] for _, text in charts)
    assert page.count("<table>") == len(charts) + 1
    assert "目前没有逾期" in page
    for text in ("2026-02", "191-1.1", "上海", "四川", "/sdks/bugly"):
        assert text in page, text
    days = re.search(r'<th scope="row">全部</th><td class="number">2</td><td class="number">(.*?)<', page)
    assert days[1] == "5", "the Spring Festival is not worked, the Saturday before it is"
    with registry.database.write() as session:
        for case in session.exec(select(ReviewCase)).all():
            case.due_on = dt.date(2026, 3, 2)
    late = re.search(r'id="c-overdue">(.*?)</script>', sign("supervisor").get("/statistics").text)
    assert [series["data"] for series in json.loads(late[1])["series"]] == [[1, 1], [0, 0]]
    mine = sign("reviewer", "51").get("/statistics").text
    assert "四川" in mine
    for text in ("上海", "191-1.1", "bugly"):
        assert text not in mine, text


def test_the_trail_is_filtered_paged_checked_and_handed_out(sign, submitted, drain, registry):
    submitted({})
    drain()
    http = sign("auditor")
    page = http.get("/trail").text
    assert "提交备案" in page
    assert "完好" not in page
    only = http.get("/trail?action=filing.submit").text
    assert only.count("<tbody><tr>") == 1
    assert "app.register" not in only
    assert "没有符合条件的记录" in http.get("/trail?object_id=none").text
    assert "没有符合条件的记录" in http.get("/trail?actor_is=%25").text
    checked = http.get("/trail?check=true").text
    assert re.search(r"完好：共 \d+ 条", checked)
    lines = http.get("/trail/export.jsonl").text.splitlines()
    assert json.loads(lines[0])["seq"] == 1
    assert f"共 {len(lines)} 条" in checked

    assert sign("reviewer", "31").get("/trail").status_code == 403
    assert sign("reviewer", "31").get("/trail/export.jsonl").status_code == 403
    http = sign("auditor")
    with registry.database.write() as session:
        session.execute(sa.text("DROP TRIGGER trail_no_update"))
        session.execute(sa.text("UPDATE trail SET reason = 'other' WHERE seq = 2"))
    broken = http.get("/trail?check=true").text
    assert "链在第 2 条断开" in broken
    assert "完好：" not in broken
