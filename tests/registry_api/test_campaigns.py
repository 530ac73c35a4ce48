import io

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_api.accounts.access import NATIONAL, Actor, Role
from registry_api.campaigns import service
from registry_api.campaigns.models import Campaign
from registry_api.campaigns.states import TABLE, CampaignEvent, CampaignState, step
from registry_api.errors import RegistryError

FIND = {"findings": ["DATA.X|device.imei|high"]}


@pytest.fixture
def two_provinces(submitted, drain):
    submitted({**FIND, "package": "cn.example.study"})
    submitted({**FIND, "package": "cn.p51.app"}, package="cn.p51.app", province="51", serial="000300")
    drain()


def begin(api, role="supervisor", province=None, **plan):
    made = api("POST", "/campaigns", role=role, province=province, json={"name": "专项", **plan})
    assert made.status_code == 201, made.text
    path = f"/campaigns/{made.json()['id']}"
    step = api(
        "POST", path + "/transitions", role=role, province=province, json={"event": "start"}, headers={"If-Match": "*"}
    )
    assert step.status_code == 200, step.text
    return path


def test_a_province_sees_its_own_figures_of_a_national_campaign(api, two_provinces, drain):
    path = begin(api)
    drain()
    whole = api("GET", path, role="auditor").json()["progress"]
    assert (whole["apps"], whole["found"]) == (2, 2)
    mine = api("GET", path, role="reviewer", province="51")
    assert (mine.json()["progress"]["apps"], mine.json()["progress"]["found"]) == (1, 1)
    for part in ("", "/apps", "/report"):
        assert "cn.example.study" not in api("GET", path + part, role="reviewer", province="51").text
    refused = api(
        "POST",
        path + "/transitions",
        role="lead_reviewer",
        province="51",
        json={"event": "close"},
        headers={"If-Match": "*"},
    )
    assert refused.status_code == 403
    api("POST", path + "/transitions", role="supervisor", json={"event": "close"}, headers={"If-Match": "*"})
    closed = api("GET", path + "/report", role="reviewer", province="51").json()["progress"]
    assert [row["province"] for row in closed["by_province"]] == ["51"]
    assert [row["package"] for row in closed["app_rows"]] == ["cn.p51.app"]
    assert api("GET", path, role="vendor", province=None).status_code in {403, 404}


def test_a_province_plans_for_itself_alone_and_no_other_sees_it(api, two_provinces):
    wrong = api("POST", "/campaigns", role="reviewer", province="51", json={"name": "x", "provinces": ["31"]})
    assert wrong.json()["errors"][0]["pointer"] == "/provinces"
    unknown = api("POST", "/campaigns", role="supervisor", json={"name": "x", "stages": ["kindergarten!"]})
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/stages")
    path = begin(api, "reviewer", "51")
    assert api("GET", path).json()["progress"]["apps"] == 1
    assert api("GET", path, role="reviewer", province="31").status_code == 404
    assert api("GET", "/campaigns", role="reviewer", province="31").json()["items"] == []


def test_the_scope_is_frozen_at_the_start(api, two_provinces, submitted, drain):
    path = begin(api)
    submitted({"package": "cn.example.late"}, package="cn.example.late")
    drain()
    assert [item["package"] for item in api("GET", path + "/apps").json()["items"]] == [
        "cn.example.study",
        "cn.p51.app",
    ]


def test_a_start_that_was_cut_before_its_audits_is_gone_on_with(api, registry, two_provinces, monkeypatch):
    whole = service.runs.request_bundle
    monkeypatch.setattr(service.runs, "request_bundle", lambda *a, **k: 1 / 0)
    made = api("POST", "/campaigns", role="supervisor", json={"name": "x"}).json()["id"]
    path = f"/campaigns/{made}/transitions"
    assert api("POST", path, role="supervisor", json={"event": "start"}, headers={"If-Match": "*"}).status_code == 500
    assert registry.jobs.waiting == []
    monkeypatch.setattr(service.runs, "request_bundle", whole)
    assert [service.sweep_campaigns(registry), service.sweep_campaigns(registry)] == [2, 0]
    assert {job.queue for job in registry.jobs.waiting} == {"weekly"}, "interactive audits go first"


def test_the_report_in_files(api, two_provinces, drain):
    path = begin(api)
    drain()
    page = api("GET", path + "/report", params={"format": "html"}).text
    assert "尚未结束" in page
    book = openpyxl.load_workbook(io.BytesIO(api("GET", path + "/report", params={"format": "xlsx"}).content))
    assert book.worksheets[1].cell(2, 1).value == "上海"


@given(
    st.sampled_from(CampaignState), st.sampled_from(CampaignEvent), st.sampled_from(Role), st.sampled_from([None, "31"])
)
def test_only_what_the_table_names_is_possible(state, event, role, province):
    campaign = Campaign(name="x", state=state.value, province=province)
    actor = Actor("k", "k", role, province="31")
    edge = next((row for row in TABLE if (row.source, row.event) == (state, event)), None)
    allowed = edge is not None and role in edge.roles and (province is not None or role in NATIONAL)
    if allowed:
        assert step(campaign, event, actor) is edge
    else:
        with pytest.raises(RegistryError):
            step(campaign, event, actor)


def test_an_alert_reaches_those_whose_version_is_not_known_and_no_others(api, submitted, drain):
    for number, version in enumerate(["1.9", "2.10", None]):
        name = f"cn.example.s{number}"
        submitted({"package": name, "sdks": [["com.bad", version]]}, package=name)
    drain()
    body = {"at_most": "2.2", "reason": "泄露", "dry_run": True}
    found = api("POST", "/sdks/com.bad/notices", role="supervisor", json=body).json()
    assert [item["package"] for item in found["items"]] == ["cn.example.s0", "cn.example.s2"]
    assert found["outcomes"] == {"would_draft": 2}
    known = api("POST", "/sdks/com.bad/notices", role="supervisor", json={**body, "unknown": False}).json()
    assert [item["package"] for item in known["items"]] == ["cn.example.s0"]
    assert api("GET", "/notices").json()["items"] == []
    no_reason = api("POST", "/sdks/com.bad/notices", role="supervisor", json={"at_most": "2.2"})
    assert no_reason.json()["errors"][0]["pointer"] == "/reason"
    assert api("POST", "/sdks/com.bad/notices", role="supervisor", json={"at_most": "x"}).status_code == 422
    assert api("POST", "/sdks/com.none/notices", role="supervisor", json=body).status_code == 404
    elsewhere = api("POST", "/sdks/com.bad/notices", role="reviewer", province="51", json=body)
    assert elsewhere.status_code == 404


def test_apps_that_one_institution_uses_for_one_function_are_listed(api, registry, submitted, drain):
    from sqlmodel import select

    from registry_api.audits.alerts import duplicates
    from registry_api.commands.group import operator
    from registry_api.db import now
    from registry_api.filings.models import Filing, UserFiling
    from registry_api.organizations.models import App, Organization

    submitted({"package": "cn.example.a"}, package="cn.example.a")
    submitted({"package": "cn.example.b"}, package="cn.example.b")
    submitted({"package": "cn.example.c"}, package="cn.example.c", category="management_service", app_types=[1])
    drain()
    with registry.database.write() as session:
        schools = [Organization(name=f"学校{n}", uscc=f"S{n}", province="31", created_at=now()) for n in range(2)]
        session.add_all(schools)
        session.flush()
        filings = session.exec(select(Filing).order_by(Filing.id)).all()
        for school, number, state in ((0, 0, "filed"), (0, 1, "change_requested"), (0, 2, "filed"), (1, 0, "filed"), (1, 1, "ended")):  # fmt: skip
            session.add(
                UserFiling(
                    app_id=filings[number].app_id, provider_filing_id=filings[number].id, province="31", state=state,
                    organization_id=schools[school].id, use_mode="required", created_at=now(), updated_at=now(),
                )
            )  # fmt: skip
    items = api("GET", "/duplicates", role="auditor").json()["items"]
    assert [(item["institution"], [app["package"] for app in item["apps"]]) for item in items] == [
        ("学校0", ["cn.example.a", "cn.example.b"])
    ]
    assert api("GET", "/duplicates", role="reviewer", province="51").json()["items"] == []
    with registry.database.read() as session:
        assert session.exec(select(App)).first()
        assert duplicates(session, operator(), schools[0].id, 1) == ([], None)
