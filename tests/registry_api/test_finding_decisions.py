"""A finding's life: what audits see, what people decide, and what time brings about."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_api.accounts.access import DECIDERS, Role
from registry_api.audits import waivers
from registry_api.audits.shipped import version_key
from registry_api.audits.standing import (
    DECIDED,
    DECISIONS,
    ENDED,
    STANDING,
    SYSTEM,
    TABLE,
    FindingEvent,
    FindingStatus,
    decide,
    step,
)
from registry_api.db import now
from registry_api.errors import RegistryError

SPEC = {"findings": ["DATA.X|device.imei|high", "ADS.Y|sdk|medium"]}
PATH = "/apps/cn.example.study"


@pytest.fixture
def again(api, upload, drain):
    def version(spec):
        answer = api("POST", f"{PATH}/versions", json={"artifact_upload": upload(spec)})
        drain()
        return api("GET", f"/audits/{answer.json()['audit']}").json()

    return version


@pytest.fixture
def found(api, submitted, drain):
    submitted(SPEC)
    drain()

    def of(rule):
        return next(item for item in api("GET", f"{PATH}/findings").json()["items"] if item["rule"] == rule)

    return of


def decision(api, finding, event, *, role="supervisor", **more):
    body = {"event": event, "status": finding["record_status"], "reason": "经核实 / checked", **more}
    return api("POST", f"/findings/{finding['id']}/decisions", role=role, json=body)


def in_days(days):
    return (waivers.today() + dt.timedelta(days=days)).isoformat()


# --- the table


def test_every_triple_is_either_in_the_table_or_refused():
    edges = {(edge.source, edge.event): edge for edge in TABLE}
    assert len(edges) == len(TABLE), "one edge for a status and an event"
    for status in FindingStatus:
        for event in FindingEvent:
            edge = edges.get((status, event))
            assert step(status, event) == (edge.target if edge else status)
            for role in (*Role, SYSTEM):
                allowed = edge is not None and event in DECISIONS and role in edge.roles
                if allowed:
                    assert decide(status, event, role, "r") is edge
                    continue
                with pytest.raises(RegistryError) as refused:
                    decide(status, event, role, "r")
                known = edge is not None and event in DECISIONS
                assert refused.value.slug == ("forbidden" if known else "illegal-transition")


def test_statuses_fall_into_three_groups_and_only_people_decide():
    assert set(FindingStatus) == STANDING | ENDED | DECIDED
    for edge in TABLE:
        assert (edge.event in DECISIONS) == (SYSTEM not in edge.roles)
        if edge.event in DECISIONS:
            assert edge.roles <= {role.value for role in DECIDERS}


@given(st.lists(st.sampled_from(list(FindingEvent)), max_size=30))
def test_our_own_change_never_reads_as_mended(events):
    status = FindingStatus.OPEN
    for event in events:
        before, status = status, step(status, event)
        if event is FindingEvent.OVERRULED:
            assert status is not FindingStatus.RECTIFIED or before is FindingStatus.RECTIFIED
        if status is FindingStatus.RECTIFIED and before is not status:
            assert event is FindingEvent.MISSED


# --- people


def test_a_finding_is_confirmed_and_its_history_says_by_whom_and_why(api, found):
    answer = decision(api, found("DATA.X"), "confirm", role="supervisor")
    assert (answer.status_code, answer.json()["record_status"]) == (200, "confirmed")
    shown = api("GET", f"/findings/{answer.json()['id']}", role="supervisor").json()
    assert [item["outcome"] for item in shown["observations"]] == ["new"]
    assert [(item["action"], item["from"], item["to"]) for item in shown["decisions"]] == [
        ("finding.confirm", "open", "confirmed")
    ]
    assert shown["decisions"][0]["actor"].startswith("key:")


def test_a_decision_about_another_status_than_was_seen_is_stale(api, found):
    finding = found("DATA.X")
    assert decision(api, finding, "confirm").status_code == 200
    answer = decision(api, finding, "dismiss")
    assert (answer.status_code, answer.json()["code"]) == (412, "stale")


@pytest.mark.parametrize("event", ["waive", "dismiss"])
def test_a_reason_is_needed(api, found, event):
    answer = decision(api, found("DATA.X"), event, reason=" ", until=in_days(30))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/reason"
    assert found("DATA.X")["record_status"] == "open"


@pytest.mark.parametrize("until", [None, "yesterday", "past"])
def test_a_waiver_needs_an_end_within_a_year(api, found, until):
    value = {"yesterday": in_days(-1), "past": in_days(400)}.get(until)
    answer = decision(api, found("DATA.X"), "waive", until=value)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/until"


def test_a_province_s_reviewer_waives_nothing_and_another_province_s_sees_nothing(api, found):
    finding = found("DATA.X")
    for role, province, status in (("reviewer", "31", 403), ("lead_reviewer", "31", 200), ("lead_reviewer", "51", 404)):
        body = {"event": "waive", "status": found("DATA.X")["record_status"], "reason": "r", "until": in_days(9)}
        answer = api("POST", f"/findings/{finding['id']}/decisions", role=role, province=province, json=body)
        assert answer.status_code == status, (role, province, answer.text)


def test_a_vendor_decides_nothing(api, found):
    assert decision(api, found("DATA.X"), "dismiss", role="vendor").status_code == 403
    assert decision(api, found("DATA.X"), "dismiss", role="admin").status_code == 403


def test_many_are_decided_each_by_itself(api, found):
    one, two = found("DATA.X"), found("ADS.Y")
    items = [
        {"id": one["id"], "status": "open"},
        {"id": two["id"], "status": "confirmed"},
        {"id": 999, "status": "open"},
    ]
    answer = api(
        "POST", "/findings/decisions", role="supervisor", json={"event": "dismiss", "findings": items, "reason": "误报"}
    )
    body = answer.json()
    assert (body["done"], body["refused"]) == (1, 2)
    assert [item["error"] and item["error"]["code"] for item in body["items"]] == [None, "stale", "not-found"]
    assert (found("DATA.X")["record_status"], found("ADS.Y")["record_status"]) == ("false_positive", "open")
    foreign = api(
        "POST",
        "/findings/decisions",
        role="reviewer",
        province="51",
        json={"event": "dismiss", "findings": [items[1]], "reason": "误报"},
    )
    assert foreign.json()["items"][0]["error"]["code"] == "not-found"


# --- audits and time


def test_a_waived_finding_stays_waived_while_its_evidence_is_the_same(api, found, again):
    decision(api, found("DATA.X"), "waive", until=in_days(30))
    assert again({**SPEC, "version": "2"})["summary"]["open"] == 2
    assert found("DATA.X")["record_status"] == "waived"


def test_a_waived_finding_that_grows_is_open_again_and_the_trail_says_so(api, found, again):
    decision(api, found("DATA.X"), "waive", until=in_days(30))
    again({"findings": ["DATA.X|device.imei|critical"], "version": "2"})
    finding = found("DATA.X")
    assert finding["record_status"] == "reopened"
    assert api("GET", "/waivers?live=false").json()["items"][0]["ended_why"] == "grew"
    shown = api("GET", f"/findings/{finding['id']}", role="supervisor").json()
    assert shown["decisions"][0]["action"] == "finding.grew"


def test_a_waiver_that_ends_opens_the_finding_on_the_day_after_its_last(api, registry, found):
    decision(api, found("DATA.X"), "waive", until=in_days(2))
    for days, status in ((2, "waived"), (3, "reopened")):
        with registry.database.write() as session:
            waivers.expire(session, now() + dt.timedelta(days=days))
        assert found("DATA.X")["record_status"] == status
    assert api("GET", "/waivers").json()["items"][0]["ended_why"] == "expired"


def test_a_waived_finding_that_went_and_came_back_is_waived_while_the_waiver_runs(api, found, again):
    decision(api, found("DATA.X"), "waive", until=in_days(30))
    again({"findings": [], "version": "2"})
    assert found("DATA.X")["record_status"] == "rectified"
    again({**SPEC, "version": "3"})
    assert found("DATA.X")["record_status"] == "waived"
    assert found("ADS.Y")["record_status"] == "reopened"


def test_a_false_positive_stays_one_and_is_not_told_as_gone_each_week(api, found, again):
    decision(api, found("DATA.X"), "dismiss")
    run = again({"findings": [], "version": "2"})
    assert run["summary"]["gone"] == 1, "the other one"
    assert found("DATA.X")["record_status"] == "false_positive"
    again({**SPEC, "version": "3"})
    assert found("DATA.X")["record_status"] == "false_positive"


def test_a_decision_is_taken_back(api, found):
    decision(api, found("DATA.X"), "waive", until=in_days(30))
    assert decision(api, found("DATA.X"), "reopen").json()["record_status"] == "reopened"
    assert api("GET", "/waivers").json()["items"][0]["ended_why"] == "withdrawn"


def test_rules_that_no_longer_say_so_retract_and_do_not_rectify(api, registry, found, drain):
    registry.analysis.rules_name, registry.analysis.suppressed = "rules-2", {"DATA.X"}
    api("POST", f"{PATH}/audits")
    drain()
    assert found("DATA.X")["record_status"] == "retracted"
    registry.analysis.rules_name, registry.analysis.suppressed = "rules-3", set()
    api("POST", f"{PATH}/audits")
    drain()
    assert found("DATA.X")["record_status"] == "open", "and its return is no relapse"


def test_lists_take_groups_and_single_statuses(api, found):
    decision(api, found("DATA.X"), "confirm")
    for status, number in (("standing", 2), ("ended", 0), ("confirmed", 1), ("open", 1), ("waived", 0)):
        assert len(api("GET", f"/findings?status={status}").json()["items"]) == number, status
    assert api("GET", "/findings?status=gone").status_code == 422


# --- SDKs


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ("9.2", "10.0"),
        ("1.2.3-beta", "1.2.3"),
        ("1.0-alpha", "1.0-beta2"),
        ("1.0-rc1", "1.0-rc2"),
        ("v1.9", "1.10"),
        ("1", "1.0.1"),
    ],
)
def test_versions_sort_by_value(low, high):
    assert version_key(low) < version_key(high)


@pytest.mark.parametrize(("one", "other"), [("1.2", "1.2.0"), ("v3.4", "3.4"), ("2.0+build7", "2.0")])
def test_equal_versions_have_equal_keys(one, other):
    assert version_key(one) == version_key(other)


@pytest.mark.parametrize("text", [None, "", "master", "$version", "版本"])
def test_what_is_no_version_has_no_key(text):
    assert version_key(text) is None


@given(st.lists(st.integers(0, 99999), min_size=1, max_size=6), st.lists(st.integers(0, 99999), min_size=1, max_size=6))
def test_keys_order_numbers_as_tuples_do(one, other):
    def plain(parts):
        while parts and parts[-1] == 0:
            parts = parts[:-1]
        return parts

    keys = [version_key(".".join(map(str, parts))) for parts in (one, other)]
    assert (keys[0] < keys[1]) == (plain(one) < plain(other))


def test_who_ships_an_sdk_is_found_by_version_within_reach(api, registry, submitted, drain, again):
    for package, province, version in (
        ("cn.example.study", "31", "9.2.0"),
        ("cn.p51.app", "51", "10.1"),
        ("cn.p31.odd", "31", None),
    ):
        submitted({"package": package, "sdks": [["umeng", version]]}, package=package, province=province)
    drain()

    def packages(query="", **who):
        return [item["package"] for item in api("GET", f"/sdks/umeng/apps{query}", **who).json()["items"]]

    assert packages() == ["cn.example.study", "cn.p51.app", "cn.p31.odd"]
    assert packages("?at_most=9.4") == ["cn.example.study", "cn.p31.odd"]
    assert packages("?at_most=9.4&unknown=false") == ["cn.example.study"]
    assert packages("?at_least=10&unknown=false") == ["cn.p51.app"]
    assert packages(role="reviewer", province="51") == ["cn.p51.app"]
    assert api("GET", "/sdks").json()["items"] == [{"sdk": "umeng", "name": "umeng", "apps": 3, "versions": 2}]
    again({"sdks": [["umeng", "11"]], "version": "2"})
    assert packages("?at_most=9.4&unknown=false") == []
    assert packages("?at_most=9.4&unknown=false&every_version=true") == ["cn.example.study"]
    assert api("GET", "/sdks/umeng/apps?at_most=master").json()["errors"][0]["pointer"] == "/query/at_most"


# --- drift


def test_a_version_after_the_approval_is_compared_with_the_one_that_was_filed(api, registry, submitted, drain, again):
    """The registry hands the filed version's facts to the judge; what the judge says of them is its own test."""
    handed = []
    judge = registry.analysis.report_of
    registry.analysis.report_of = lambda facts: (handed.append(facts.filed), judge(facts))[1]
    filing = submitted({"version": "1"}).json()["id"]
    drain()
    again({"version": "2"})
    assert handed == [None, None], "no number was given yet"
    shown = api("GET", f"/filings/{filing}")
    approved = api(
        "POST",
        f"/filings/{filing}/transitions",
        role="supervisor",
        json={"event": "approve"},
        headers={"If-Match": shown.headers["etag"]},
    )
    assert approved.status_code == 200, approved.text
    api("POST", f"{PATH}/audits")
    drain()
    assert handed[2] is None, "it is the filed version itself"
    again({"version": "3"})
    assert handed[3].app.version_name == "2"
    again({"version": "4"})
    assert handed[4].app.version_name == "2"
    assert registry.analysis.extractions == 4, "the filed version's facts are on store"
