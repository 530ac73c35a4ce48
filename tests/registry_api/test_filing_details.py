"""iOS, attachments, packages under another provider, cases and their clock, and what is wrong with a request."""

import datetime as dt

import pytest
from filing_year import Clock, Office, usage_of
from filing_year import uscc as code_of
from hypothesis import given
from hypothesis import strategies as st

from registry_api.errors import RegistryError
from registry_api.kit.china import add_months, day_of
from registry_api.kit.workdays import count

PDF = b"%PDF-1.7 licence"


@pytest.fixture
def office(api, registry):
    made = Office(api, registry)
    made.person("admin", "admin")
    made.person("reviewer", "reviewer", province="31")
    made.person("second", "reviewer", province="31")
    made.person("far", "reviewer", province="51")
    made.person("lead", "lead_reviewer", province="31")
    made.person("supervisor", "supervisor")
    return made


@pytest.fixture
def vendor(office):
    def make(name, serial):
        office.person(name, "vendor")
        answer = office.ask(name, "POST", "/organizations", json={"name": name, "uscc": code_of(serial)})
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    return make


def drafted(office, who, document):
    answer = office.ask(who, "POST", "/filings", json={"document": document})
    assert answer.status_code == 201, answer.text
    return f"/filings/{answer.json()['id']}"


def test_an_ios_app_is_filed_without_a_package_and_the_record_says_so(office, vendor, filing_of, upload, drain):
    vendor("v", "000100")
    android = drafted(office, "v", filing_of())
    at = drafted(office, "v", filing_of(platform="ios"))
    shown = office.get("v", at)
    assert (shown["package"], shown["platform"]) == ("ios:cn.example.study", "ios")
    assert shown["analysis"]["binary"] is False
    assert "未作安装包分析" in shown["analysis"]["note"]["zh"]
    assert office.get("v", android)["analysis"] == {"binary": True, "note": None}
    wrong = office.post("v", at, "/submit", {"artifact_upload": upload({}, key=office.keys["v"])}, 422)
    assert wrong["errors"][0]["code"] == "ios_binary"
    office.post("v", at, "/submit", {}, 202)
    drain()
    done = office.move("reviewer", at, "approve")
    assert (done["state"], done["analysis"]["binary"]) == ("filed", False)
    audits = office.get("v", "/audits?package=ios:cn.example.study")["items"]
    assert audits[0]["summary"]["channels"]["static"] is False
    assert audits[0]["summary"]["complete"] is False


def test_one_business_system_serves_several_apps(office, vendor, filing_of):
    vendor("v", "000100")
    drafted(office, "v", filing_of())
    other = filing_of(package="cn.example.two")
    other["system"]["icp"] = "沪ICP备87654321号"
    answer = office.ask("v", "POST", "/filings", json={"document": other}).json()
    assert ("/system/icp", "system_differs") in {(item["pointer"], item["code"]) for item in answer["warnings"]}
    systems = office.get("v", "/systems")["items"]
    assert [item["name"] for item in systems] == ["晨光学习平台"]
    assert [item["package"] for item in systems[0]["filings"]] == ["cn.example.study", "cn.example.two"]
    assert office.get("far", "/systems")["items"] == []


def test_attachments_are_kept_given_out_and_deleted_with_a_trace(office, vendor, filing_of, upload, registry):
    vendor("v", "000100")
    at = drafted(office, "v", filing_of())

    def add(content, kind="licence", status=201, name="执照.pdf"):
        from urllib.parse import quote

        body = {"upload": upload(content, quote(name), key=office.keys["v"]), "kind": kind}
        return office.post("v", at, "/attachments", body, status)

    assert add(b"MZ program", status=422)["errors"][0]["code"] == "attachment_type"
    assert add(PDF, kind="poem", status=422)["errors"][0]["pointer"] == "/kind"
    item = add(PDF)
    warned = office.ask("v", "PUT", at, json={"document": filing_of()}, headers={"If-Match": "*"}).json()["warnings"]
    missing = {row["suggestion"] for row in warned if row["code"] == "attachment_missing"}
    assert not any("{kind: licence}" in text for text in missing)
    assert any("{kind: mlps_certificate}" in text for text in missing)
    given_out = office.ask("reviewer", "GET", f"{at}/attachments/{item['id']}")
    assert given_out.content == PDF
    assert given_out.headers["content-type"] == "application/pdf"
    assert given_out.headers["content-disposition"].startswith("attachment;")
    assert office.ask("far", "GET", f"{at}/attachments/{item['id']}").status_code == 404
    assert office.ask("v", "GET", f"{at}/attachments/999").status_code == 404
    gone = office.ask("v", "DELETE", f"{at}/attachments/{item['id']}?reason=传错")
    assert (gone.status_code, gone.json()["delete_reason"]) == (200, "传错")
    assert office.ask("v", "GET", f"{at}/attachments/{item['id']}").status_code == 404
    assert office.ask("v", "DELETE", f"{at}/attachments/{item['id']}").status_code == 409
    assert office.get("v", at + "/attachments")["items"][0]["deleted_at"] is not None
    again = add(PDF)
    registry.blobs.path(again["sha256"]).unlink()
    assert office.ask("v", "GET", f"{at}/attachments/{again['id']}").status_code == 503


def test_a_package_under_another_provider_is_claimed_and_moves(office, vendor, filing_of, upload, drain):
    mine, other = vendor("v", "000100"), vendor("w", "000200")
    vendor("x", "000300")
    at = drafted(office, "w", filing_of(serial="000200"))
    refused = office.ask("v", "POST", "/filings", json={"document": filing_of()})
    assert refused.status_code == 409
    error = refused.json()["errors"][0]
    assert (error["pointer"], error["code"]) == ("/app/package", "taken")
    assert "POST /api/v1/apps/cn.example.study/claims" in error["suggestion"]
    body = {"organization_id": mine, "reason": "本单位持有软件著作权", "signer_md5": "a" * 32}
    assert office.ask("x", "POST", "/apps/cn.example.study/claims", json=body).status_code == 422
    claim = office.ask("v", "POST", "/apps/cn.example.study/claims", json=body)
    assert (claim.status_code, claim.json()["kind"], claim.json()["holder_id"]) == (201, "claim", other)
    assert office.ask("v", "POST", "/apps/cn.example.study/claims", json=body).status_code == 409
    assert [len(office.get(who, "/claims")["items"]) for who in ("v", "w", "x", "reviewer", "far")] == [1, 1, 0, 1, 0]
    path = f"/claims/{claim.json()['id']}"

    def decide(who, decision, status=200):
        answer = office.ask(
            who, "POST", path + "/decision", json={"decision": decision, "reason": "r"}, headers={"If-Match": "*"}
        )
        assert answer.status_code == status, answer.text
        return answer.json()

    decide("v", "accept", 403)
    decide("far", "accept", 404)
    decide("w", "withdraw", 403)
    office.post("w", at, "/submit", {"artifact_upload": upload({}, key=office.keys["w"])}, 202)
    assert decide("lead", "accept", 409)["errors"][0]["code"] == "in_force"
    drain()
    office.move("reviewer", at, "refuse", reason="非权利人")
    draft = drafted(office, "w", filing_of(serial="000200"))
    assert decide("lead", "accept")["state"] == "accepted"
    assert office.get("w", draft)["state"] == "withdrawn"
    assert office.ask("w", "GET", "/apps/cn.example.study").status_code == 404
    assert office.get("v", "/apps/cn.example.study")["organization"]["id"] == mine
    assert office.get("v", drafted(office, "v", filing_of()))["state"] == "draft"
    decide("lead", "refuse", 409)
    actions = [row["action"] for row in office.get("admin", "/trail?limit=200")["items"]]
    assert [item for item in actions if item.startswith("claim.")] == ["claim.make", "claim.accepted"]
    assert office.get("admin", "/trail/verification")["intact"]


def test_cases_are_claimed_released_and_reassigned(office, vendor, filing_of, upload, drain):
    vendor("v", "000100")
    for package in ("cn.example.a", "cn.example.b", "cn.example.c"):
        at = drafted(office, "v", filing_of(package=package))
        office.post("v", at, "/submit", {"artifact_upload": upload({"package": package}, key=office.keys["v"])}, 202)
    assert office.get("reviewer", "/queue")["items"] == []
    assert len(office.get("reviewer", "/queue?state=waiting")["items"]) == 3
    drain()
    assert office.get("far", "/queue")["items"] == []
    first = office.get("reviewer", "/queue?limit=2")
    second = office.get("reviewer", f"/queue?limit=2&after={first['next']}")
    rows = first["items"] + second["items"]
    assert [row["package"] for row in rows] == ["cn.example.a", "cn.example.b", "cn.example.c"]
    assert second["next"] is None
    assert office.ask("reviewer", "GET", "/queue?after=nowhere").status_code == 422
    at = f"/queue/{rows[0]['id']}"
    office.post("reviewer", at, "/claim", {})
    assert [row["id"] for row in office.get("reviewer", "/queue?claimed=mine")["items"]] == [rows[0]["id"]]
    assert len(office.get("second", "/queue?claimed=none")["items"]) == 2
    office.post("second", at, "/release", {}, 403)
    stranger = office.person("stranger", "reviewer", province="51")
    other = office.person("third", "reviewer", province="31")
    office.post("second", at, "/assign", {"key_id": other}, 403)
    assert office.post("lead", at, "/assign", {"key_id": stranger}, 422)["errors"][0]["code"] == "no_reviewer"
    assert office.post("lead", at, "/assign", {"key_id": other, "reason": "休假"})["claimed_name"] == "third"
    office.post("third", at, "/release", {})
    office.post("far", at, "/claim", {}, 404)
    office.post("v", at, "/claim", {}, 403)
    stale = office.ask("reviewer", "POST", at + "/claim", headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    office.move("lead", f"/filings/{rows[0]['filing_id']}", "refuse", reason="r")
    office.post("reviewer", at, "/claim", {}, 409)


class _Week:
    """Mondays to Fridays, and nothing after 2026."""

    def due_on(self, received, working_days, pauses=()):
        from registry_api.kit import workdays

        if received.year > 2026:
            raise RegistryError(workdays.UNKNOWN, "no such year")
        day = workdays._plain_week(received, working_days, tuple(pauses))
        return workdays.Due(day, day.year > 2026, "week-1")


class _Session:
    def __init__(self, calendar=None):
        self.info = {"workdays": calendar} if calendar else {}


def test_days_are_counted_by_the_calendar_and_provisional_where_it_does_not_know(monkeypatch):
    from registry_api.kit import workdays

    friday = dt.date(2026, 11, 20)
    due = count(_Session(_Week()), friday, 5)
    assert (due.on, due.provisional, due.calendar) == (dt.date(2026, 11, 27), False, "week-1")
    assert count(_Session(_Week()), dt.date(2026, 12, 30), 5).provisional
    unknown = count(_Session(_Week()), dt.date(2027, 1, 1), 1)
    assert (unknown.on, unknown.provisional, unknown.calendar) == (dt.date(2027, 1, 4), True, None)
    monkeypatch.setattr(workdays, "CALENDAR", "registry_api.no_such_calendar")
    assert count(_Session(), friday, 5).provisional
    pause = [(dt.date(2026, 11, 23), dt.date(2026, 11, 25))]
    assert count(_Session(_Week()), friday, 5, pause).on == dt.date(2026, 12, 1)


def test_the_clock_stands_still_while_a_filing_is_with_its_provider(
    office, vendor, filing_of, upload, drain, monkeypatch
):
    from registry_api.kit import workdays

    monkeypatch.setattr(workdays, "_installed", _Week)
    clock = Clock(monkeypatch)
    clock.on(dt.date(2026, 12, 1))  # a Tuesday
    vendor("v", "000100")
    at = drafted(office, "v", filing_of())
    office.post("v", at, "/submit", {"artifact_upload": upload({}, key=office.keys["v"])}, 202)
    drain()
    case = office.get("reviewer", "/queue")["items"][0]
    assert (case["due_on"], case["due_provisional"], case["working_days"]) == ("2026-12-15", False, 10)
    clock.on(dt.date(2026, 12, 3))
    office.move("reviewer", at, "return", corrections=[{"field": "/unit/address", "problem": "缺"}])
    assert office.get("reviewer", "/queue?state=paused")["items"][0]["paused_intervals"][0][1] is None
    clock.on(dt.date(2026, 12, 2))  # the machine's clock is set back: no negative pause
    item = office.get("v", at + "/corrections")["items"][0]["id"]
    office.post("v", at, "/submit", {"replies": [{"id": item, "reply": "已补"}]}, 202)
    drain()
    set_back = office.get("reviewer", "/queue")["items"][0]
    assert set_back["due_on"] == "2026-12-15"
    assert set_back["paused_intervals"][0][0] == set_back["paused_intervals"][0][1]
    clock.on(dt.date(2026, 12, 4))
    office.move("reviewer", at, "return", corrections=[{"field": "/unit/address", "problem": "缺"}])
    clock.on(dt.date(2026, 12, 9))
    item = office.get("v", at + "/corrections")["items"][1]["id"]
    office.post("v", at, "/submit", {"replies": [{"id": item, "reply": "已补"}]}, 202)
    drain()
    moved = office.get("reviewer", "/queue")["items"][0]
    assert moved["due_on"] == "2026-12-18"  # three working days later
    clock.on(dt.date(2026, 12, 19))
    assert [row["id"] for row in office.get("reviewer", "/queue?overdue=true")["items"]] == [moved["id"]]
    assert office.ask("lead", "POST", "/queue-due-days").json() == {"looked_at": 0, "certain": 0}


def test_a_province_has_its_own_period(registry):
    from dataclasses import replace

    from analyzer.model import EduauditError
    from registry_api.reviews.terms import length_of, review_days

    with registry.database.write() as session:
        assert length_of(session, "filing", "31") == 10
        session.info["settings"] = replace(registry.settings, review_days="12,31=15")
        assert [length_of(session, "filing", code) for code in ("31", "51")] == [15, 12]
        assert (length_of(session, "rectification", "31"), length_of(session, "ban_months", "31")) == (5, 6)
    for wrong in ("0", "x", "31:5", "1=2", "12,31="):
        with pytest.raises(EduauditError, match="EDUAUDIT_REVIEW_DAYS"):
            review_days(wrong)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)), st.integers(0, 30))
def test_months_end_on_the_same_day_or_on_the_last_one(day, months):
    end = add_months(day, months)
    assert (end.year * 12 + end.month) - (day.year * 12 + day.month) == months
    assert end.day == day.day or (end.day < day.day and (end + dt.timedelta(days=1)).day == 1)


def test_a_day_begins_at_midnight_in_china():
    assert day_of(dt.datetime(2026, 1, 1, 15, 59, tzinfo=dt.UTC)) == dt.date(2026, 1, 1)
    assert day_of(dt.datetime(2026, 1, 1, 16, 0, tzinfo=dt.UTC)) == dt.date(2026, 1, 2)
    assert add_months(dt.date(2026, 8, 31), 6) == dt.date(2027, 2, 28)


@pytest.mark.parametrize("name", ["𠮷野学堂🎒", "龘𪚥", "學" * 200])
def test_rare_characters_and_long_names_come_back_as_they_were(office, vendor, filing_of, name):
    vendor("v", "000100")
    at = drafted(office, "v", filing_of(name=name))
    assert office.get("v", at)["document"]["app"]["name"] == name
    assert office.get("v", at)["name"] == name


@pytest.mark.parametrize("name", ["学" * 201, "a\u202eb", "\u0007x"])
def test_a_name_that_is_too_long_or_hides_something_is_refused(office, vendor, filing_of, name):
    vendor("v", "000100")
    answer = office.ask("v", "POST", "/filings", json={"document": filing_of(name=name)})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/app/name")
    assert office.get("admin", "/apps")["items"] == []


def test_a_repeated_request_is_done_once_and_a_wrong_one_leaves_nothing(office, vendor, filing_of, upload, drain):
    vendor("v", "000100")
    at = drafted(office, "v", filing_of())
    office.post("v", at, "/submit", {"artifact_upload": upload({}, key=office.keys["v"])}, 202)
    drain()
    office.move("reviewer", at, "approve")
    changed = filing_of(version_name="2")
    etag = office.ask("v", "GET", at).headers["etag"]
    headers = {"If-Match": etag, "Idempotency-Key": "change-1"}
    first = office.ask("v", "POST", at + "/changes", json={"document": changed}, headers=headers)
    again = office.ask("v", "POST", at + "/changes", json={"document": changed}, headers=headers)
    assert (first.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    other = office.ask("v", "POST", at + "/changes", json={"document": filing_of()}, headers=headers)
    assert other.json()["code"] == "idempotency-mismatch"
    assert len(office.get("v", at + "/changes")["items"]) == 1
    assert office.post("v", at, "/changes", {"document": changed}, 409)["code"] == "illegal-transition"
    stale = office.ask("v", "POST", at + "/changes", json={"document": changed}, headers={"If-Match": etag})
    assert stale.status_code == 412
    office.move("v", at, "withdraw_change")
    same = office.get("v", at)["document"]
    assert office.post("v", at, "/changes", {"document": same}, 422)["errors"][0]["code"] == "unchanged"
    moved = filing_of(package="cn.other.app")
    assert office.post("v", at, "/changes", {"document": moved}, 422)["errors"][0]["code"] == "immutable"
    assert office.move("reviewer", at, "order_rectification", 422, reason="r", due_on="2020-01-01")["errors"]
    assert office.get("v", at)["state"] == "filed"
    assert office.move("reviewer", at, "order_rectification", reason="r")["rectify_by"]
    assert office.move("v", at, "cancel", 409, reason="r")["code"] == "illegal-transition"


def test_a_measure_lets_a_waiting_change_lapse(office, vendor, filing_of, upload, drain):
    vendor("v", "000100")
    at = drafted(office, "v", filing_of())
    office.post("v", at, "/submit", {"artifact_upload": upload({}, key=office.keys["v"])}, 202)
    drain()
    office.move("reviewer", at, "approve")
    office.post("v", at, "/changes", {"document": filing_of(version_name="2")}, 201)
    office.move("reviewer", at, "return_change", corrections=[{"field": "/app/version_name", "problem": "p"}])
    again = office.post("v", at, "/changes", {"document": filing_of(version_name="2")}, 409)
    assert again["errors"][0]["code"] == "unanswered"
    office.post("v", at, "/changes", {"document": filing_of(version_name="3")}, 201)
    assert [row["kind"] for row in office.get("reviewer", "/queue")["items"]] == ["change"]
    office.move("reviewer", at, "suspend", reason="r")
    assert office.get("v", at + "/changes")["items"][0]["state"] == "lapsed"
    assert office.get("reviewer", "/queue")["items"] == []
    assert office.get("v", at)["document"] == filing_of()


def test_a_school_files_what_it_built_itself_and_sees_no_other(office, vendor, filing_of):
    unit = office.ask("admin", "POST", "/organizations", json={"name": "甲校", "uscc": code_of("000500")}).json()["id"]
    away = office.ask("admin", "POST", "/organizations", json={"name": "乙校", "uscc": code_of("000600")}).json()["id"]
    office.person("school", "school", organization_id=unit)
    office.person("other", "school", organization_id=away)
    document = usage_of(code_of("000500"), None, origin="self_built")
    document["app"] = {"package": "cn.school.own"}
    document["provider"] = {"app": {"name": "校内通"}}
    unknown = office.ask("school", "POST", "/user-filings", json={"document": document})
    assert unknown.json()["errors"][0]["code"] == "unknown_app"
    body = {"package": "cn.school.own", "name": "校内通", "organization_id": unit}
    assert office.ask("school", "POST", "/apps", json=body).status_code == 201
    made = office.ask("school", "POST", "/user-filings", json={"document": document})
    assert (made.status_code, made.json()["number"]) == (201, None)
    assert office.ask("school", "POST", "/user-filings", json={"document": document}).status_code == 409
    at = f"/user-filings/{made.json()['id']}"
    assert office.ask("other", "GET", at).status_code == 404
    assert office.ask("far", "GET", at).status_code == 404
    office.post("school", at, "/submit", {})
    item = [{"field": "/use/decision", "problem": "缺会议日期"}]
    assert office.move("reviewer", at, "return", corrections=item)["state"] == "returned_for_correction"
    assert office.post("school", at, "/submit", {}, 409)["errors"][0]["code"] == "unanswered"
    document["use"]["decision"] = "2026年9月1日校长办公会"
    etag = office.ask("school", "GET", at).headers["etag"]
    assert office.ask("school", "PUT", at, json={"document": document}, headers={"If-Match": etag}).status_code == 200
    office.post("school", at, "/submit", {})
    assert office.move("reviewer", at, "approve")["state"] == "filed"
    changed = usage_of(code_of("000500"), None, mode="required", origin="self_built")
    changed |= {"app": document["app"], "provider": document["provider"]}
    assert office.post("school", at, "/changes", {"document": changed})["use_mode"] == "recommended"
    assert office.move("reviewer", at, "approve_change")["use_mode"] == "required"
    free = usage_of(code_of("000500"), None, mode="required", origin="self_built", charges=True, charge_basis="x")
    free |= {"app": document["app"], "provider": document["provider"]}
    assert office.post("school", at, "/changes", {"document": free}, 422)["errors"][0]["pointer"] == "/use/charges"
