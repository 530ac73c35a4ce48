"""A school's filing on the page of who decides it."""

import re

import pytest
from filing_year import Office, usage_of
from filing_year import uscc as code_of

from registry_api.filings.models import UserFiling


@pytest.fixture
def case(api, registry):
    office = Office(api, registry)
    office.person("admin", "admin")
    office.person("reviewer", "reviewer", province="31")
    unit = office.ask("admin", "POST", "/organizations", json={"name": "甲校", "uscc": code_of("000500")}).json()["id"]
    office.person("school", "school", organization_id=unit)
    document = usage_of(code_of("000500"), None, origin="self_built")
    document["app"] = {"package": "cn.school.own"}
    document["provider"] = {"app": {"name": "校内通<b>"}}
    body = {"package": "cn.school.own", "name": "校内通", "organization_id": unit}
    assert office.ask("school", "POST", "/apps", json=body).status_code == 201
    made = office.ask("school", "POST", "/user-filings", json={"document": document}).json()["id"]
    office.post("school", f"/user-filings/{made}", "/submit", {})
    api.http.post("/login", data={"key": office.keys["reviewer"]})
    return api.http


def test_a_school_s_case_is_read_returned_and_never_decided_twice(registry, case):
    http = case
    assert "/cases/1" in http.get("/queue?kind=user_filing").text
    page = http.get("/cases/1").text
    for text in ("甲校", "cn.school.own", "校内通&lt;b&gt;", "本单位自研", "校长办公会纪要"):
        assert text in page, text
    assert set(re.findall(r'name="event" value="([a-z_]+)"', page)) == {"return", "approve", "refuse"}
    hidden = dict(re.findall(r'type="hidden" name="(csrf|version)" value="([^"]*)"', page.partition("decide-form")[2]))
    typed = {**hidden, "event": "return", "field": "/use/decision", "problem": "附决议", "suggestion": ""}
    assert "附决议" in http.post("/cases/1/decision", data={**typed, "add": "blank"}).text
    assert http.post("/cases/1/decision", data={**typed, "csrf": "0"}).status_code == 412
    assert http.post("/cases/1/decision", data={**typed, "event": "suspend", "reason": "r"}).status_code == 409
    answer = http.post("/cases/1/decision", data=typed, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    with registry.database.read() as session:
        assert session.get(UserFiling, 1).state == "returned_for_correction"
    late = http.post("/cases/1/decision", data={**typed, "event": "refuse", "reason": "不合规定"})
    assert late.status_code == 412
    assert "不合规定" in late.text
    assert "附决议" in late.text
