import datetime as dt

import pytest
from sqlmodel import select

from registry_api.filings.models import Filing
from registry_api.statistics.service import working_days


@pytest.fixture
def filings(api, filing_of, registry):
    for index, (province, stages) in enumerate([("31", ["primary"]), ("31", ["primary", "junior"]), ("51", [])]):
        document = filing_of(package=f"cn.s{index}", province=province, serial=f"00010{index}")
        document["app"]["sdks"] = ["bugly", "umeng"][: index + 1]
        api("POST", "/organizations", json={"name": "甲", "uscc": document["unit"]["uscc"]})
        assert api("POST", "/filings", json={"document": document}).status_code == 201
        with registry.database.write() as session:
            row = session.exec(select(Filing).order_by(Filing.id.desc())).first()
            row.facts = {**row.facts, "stages": stages}
            row.submitted_at = dt.datetime(2026, 1, 30, 17, tzinfo=dt.UTC)  # Saturday, the 31st, in Shanghai
            row.filed_at = row.submitted_at + dt.timedelta(days=[3, 10, 10][index])
            row.decided_at = row.filed_at + dt.timedelta(days=200)  # a measure long after it


def rows(api, path, **who):
    return {item["key"]: item for item in api("GET", "/statistics" + path, **who).json()["items"]}


def test_filings_are_counted_by_province_state_stage_category_and_month(api, filings):
    assert {key: row["total"] for key, row in rows(api, "/filings").items()} == {"31": 2, "51": 1}
    assert rows(api, "/filings?by=state")["draft"]["total"] == 3
    assert {key: row["total"] for key, row in rows(api, "/filings?by=stage").items()} == {"primary": 2, "junior": 1}
    assert rows(api, "/filings?by=category")["learning"]["states"] == {"draft": 3}
    assert list(rows(api, "/filings?by=month")) == ["2026-01"]
    assert list(rows(api, "/filings", role="reviewer", province="51")) == ["51"]
    assert api("GET", "/statistics/filings?format=csv").text.splitlines()[1] == "31,2,2"
    assert api("GET", "/statistics/filings?by=name").status_code == 422


def test_time_to_decision_is_in_working_days_of_the_calendar_given(api, filings, registry):
    all_of_them = rows(api, "/decisions")["*"]
    assert (all_of_them["decided"], all_of_them["median_working_days"], all_of_them["longest"]) == (3, 7, 7)
    assert rows(api, "/decisions", role="reviewer", province="31")["31"]["median_working_days"] == 4.5
    assert api("GET", "/statistics/decisions").json()["calendar"] == "cn"


def test_a_refusal_counts_until_it_was_refused(api, filings, registry):
    with registry.database.write() as session:
        row = session.exec(select(Filing).where(Filing.province == "51")).one()
        row.state, row.filed_at = "refused", None
        row.decided_at = row.submitted_at + dt.timedelta(days=3)
    assert rows(api, "/decisions")["51"]["longest"] == working_days(dt.date(2026, 1, 31), dt.date(2026, 2, 3)) == 2


def test_working_days_know_the_holidays_and_fall_back_to_weekdays():
    assert working_days(dt.date(2026, 1, 30), dt.date(2026, 2, 2)) == 1
    assert working_days(dt.date(2026, 2, 2), dt.date(2026, 2, 2)) == 0
    assert working_days(dt.date(2026, 9, 30), dt.date(2026, 10, 8)) == 1, "the week of the National Day"
    assert working_days(dt.date(2040, 1, 2), dt.date(2040, 1, 9)) == 5, "nobody knows that year's holidays"


def test_findings_are_counted_with_clauses_and_those_that_came_back(api, submitted, upload, drain):
    submitted({"findings": ["DATA.A|device.imei|high", "DATA.B|device.imei|low"]})
    drain()
    for version, found in (("2", []), ("3", ["DATA.A|device.imei|high"])):
        body = {"artifact_upload": upload({"version": version, "findings": found})}
        assert api("POST", "/apps/cn.example.study/versions", json=body).status_code == 202
        drain()
    counts = api("GET", "/statistics/findings").json()
    assert counts["status"] == {"rectified": 1, "reopened": 1}
    assert (counts["gone"], counts["reopened"], counts["reopen_rate"]) == (2, 1, 0.5)
    assert counts["top_rules"] == [{"key": "DATA.A", "total": 1}]
    assert counts["top_clauses"] == [{"key": "191-1.1", "total": 1}]
    other = api("GET", "/statistics/findings", role="reviewer", province="51").json()
    assert (other["status"], other["reopen_rate"]) == ({}, None)


def test_declared_sdks_are_ranked(api, filings):
    body = api("GET", "/statistics/sdks").json()
    assert body["source"] == "declared"
    assert body["items"] == [{"key": "bugly", "total": 3}, {"key": "umeng", "total": 2}]
