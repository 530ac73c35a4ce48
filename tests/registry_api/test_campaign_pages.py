"""Campaigns on the console, and the same by command against a server."""

import re
from types import SimpleNamespace

import pytest

FIND = {"findings": ["DATA.X|device.imei|high"], "sdks": [["com.bad", "1.0"]]}


@pytest.fixture
def two_provinces(submitted, drain):
    submitted({**FIND, "package": "cn.example.study"})
    submitted({**FIND, "package": "cn.p51.app"}, package="cn.p51.app", province="51", serial="000300")
    drain()


@pytest.fixture
def office(api, key_of):
    """Sign in as a role; forms are sent with the session's token."""

    def sign(role="supervisor", province=None):
        http = api.http
        http.cookies.clear()
        answer = http.post("/login", data={"key": key_of(role, province)}, follow_redirects=False)
        assert answer.status_code == 303

        def send(path, form_of="/campaigns/new", **fields):
            token = re.search(r'name="csrf" value="([^"]+)"', http.get(form_of).text)
            return http.post(path, data={"csrf": token[1] if token else "", **fields}, follow_redirects=False)

        return SimpleNamespace(get=http.get, send=send)

    return sign


def test_a_campaign_is_looked_at_planned_started_and_closed(office, two_provinces, drain, api):
    desk = office()
    assert "尚无专项治理" in desk.get("/campaigns").text
    looked = desk.send("/campaigns/new", name="广告专项", provinces="51", preview="1")
    assert looked.status_code == 200
    assert "1 个应用" in looked.text
    assert "cn.p51.app" in looked.text
    assert "cn.example.study" not in looked.text
    assert 'value="广告专项"' in looked.text
    assert re.search(r'value="51" checked', looked.text)
    assert api("GET", "/campaigns").json()["items"] == [], "a look writes nothing"
    made = desk.send("/campaigns/new", name="广告专项", provinces="51", due_on="2027-01-31", save="1")
    assert (made.status_code, made.headers["location"]) == (303, "/campaigns/1?lang=zh")
    page = desk.get("/campaigns/1").text
    assert "会纳入 1 个应用" in page
    started = desk.send("/campaigns/1/steps", "/campaigns/1", event="start", version="1")
    assert started.status_code == 303
    drain()
    page = desk.get("/campaigns/1?lang=en").text
    assert "running" in page
    assert "cn.p51.app" in page
    stale = desk.send("/campaigns/1/steps", "/campaigns/1", event="close", version="1")
    assert stale.status_code == 412
    version = api("GET", "/campaigns/1").json()["version"]
    assert desk.send("/campaigns/1/steps", "/campaigns/1", event="close", version=str(version)).status_code == 303
    page = desk.get("/campaigns/1").text
    assert "总结" in desk.get("/api/v1/campaigns/1/report?format=html").text
    assert "已结束" in page
    assert "/steps" not in page, "nothing is left to be done"
    assert "广告专项" in desk.get("/campaigns").text


def test_who_may_not_plan_sees_no_form_and_a_province_its_own_alone(office, two_provinces):
    assert office("auditor").get("/campaigns/new").status_code == 403
    assert "/campaigns/new" not in office("auditor").get("/campaigns").text
    desk = office("lead_reviewer", "51")
    assert re.findall(r'name="provinces" value="(\d+)"', desk.get("/campaigns/new").text) == ["51"]
    refused = desk.send("/campaigns/new", name="x", provinces="31", save="1")
    assert refused.status_code == 422
    assert desk.send("/campaigns/new", name="x", save="1").status_code == 303
    assert office("reviewer", "31").get("/campaigns/1").status_code == 404
    assert office().send("/campaigns/new", name="x", save="1", csrf="wrong").status_code == 403


def test_the_commands_work_against_a_server(api, key_of, server, two_provinces, drain, capsys, tmp_path):
    from analyzer.cli.dispatch import run

    def call(*args):
        capsys.readouterr()
        place = ("--url", f"http://127.0.0.1:{server}", "--key", key_of("supervisor"))
        try:
            code = run("registry", "registry_api.cli:registry", [*args, *place])
        except SystemExit as stop:
            code = stop.code
        out, err = capsys.readouterr()
        assert code in {0, None}, err
        return out

    assert call("campaign", "new", "专项", "--province", "51", "--due", "2027-01-31") == "1  planned  专项\n"
    assert "2027-01-31" in call("campaign", "list")
    assert call("campaign", "start", "1").startswith("1 ")
    assert call("campaign", "start", "1").startswith("1 "), "starting it again is harmless"
    drain()
    report = tmp_path / "c.xlsx"
    assert "cn.p51.app" not in call("campaign", "show", "1", "--report", str(report))
    assert report.read_bytes()[:2] == b"PK"
    assert "closed" in call("campaign", "close", "1")
    assert "2 个应用集成 com.bad" in call("alert", "com.bad", "--dry-run")
    assert api("GET", "/notices").json()["items"] == []
    assert call("duplicates") == ""


def test_all_who_ship_an_sdk_are_told_from_its_page(office, two_provinces, api):
    desk = office()
    assert "/sdks/com.bad/alert" in desk.get("/sdks/com.bad").text
    looked = desk.get("/sdks/com.bad/alert?at_most=2.0").text
    assert "将拟稿 2" in looked
    assert api("GET", "/notices").json()["items"] == [], "a look writes nothing"
    path = "/sdks/com.bad/alert"
    wrong = desk.send(path, path, at_most="newest")
    assert wrong.status_code == 422
    assert 'value="newest"' in wrong.text
    done = desk.send(path, path, at_most="2.0", reason="泄露设备标识")
    assert "已拟稿 2" in done.text
    assert len(api("GET", "/notices").json()["items"]) == 2
    assert "本批已有 2" in desk.send(path, path, at_most="2.0", reason="x").text
    assert desk.get("/sdks/none.such/alert").status_code == 404
    assert office("auditor").get(path).status_code == 403
