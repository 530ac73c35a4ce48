import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_api.accounts.access import Role
from registry_api.errors import RegistryError
from registry_api.notices import calendar
from registry_api.notices.models import Notice
from registry_api.notices.service import sweep_notices
from registry_api.notices.states import NOTICE_TRANSITIONS, NoticeEvent, NoticeState, find_step
from registry_api.trail.chain import verify

PACKAGE = "cn.example.study"


@pytest.fixture
def case(api, submitted, drain, key_of):
    """An audited app with two proven findings, and its provider's key."""
    submitted({"findings": ["A.ONE|device.imei|high", "B.TWO|phone_number|low"]})
    drain()
    unit = api("GET", "/organizations").json()["items"][0]["id"]
    vendor = api("POST", "/keys", json={"name": "v", "role": "vendor", "organization_id": unit}).json()["secret"]

    class Case:
        organization, key = unit, vendor

        @staticmethod
        def draft(kind="rectification", role="reviewer", **more):
            answer = api("POST", "/notices", role=role, province="31", json={"kind": kind, "package": PACKAGE, **more})
            assert answer.status_code == 201, answer.text
            return answer.json()

        @staticmethod
        def step(notice, event, role="reviewer", province="31", key=None, **more):
            return api(
                "POST",
                f"/notices/{notice['id']}/transitions",
                role=role,
                province=province,
                key=key,
                json={"event": event, **more},
                headers={"If-Match": "*"},
            )

        @classmethod
        def issued(cls, **more):
            notice = cls.draft(**more)
            for event, role in (("sign", "lead_reviewer"), ("issue", "reviewer")):
                answer = cls.step(notice, event, role)
                assert answer.status_code == 200, answer.text
            return answer.json()

    return Case


def test_a_notice_goes_from_draft_to_close_over_reply_and_re_audit(api, case, upload, drain, registry):
    draft = case.draft(batch="2026-3")
    assert "classes.dex" in draft["body"]
    assert "191-1.1" in draft["body"]
    assert "〔到期日〕" in draft["body"]
    assert api("GET", "/notices", key=case.key).json()["items"] == [], "nobody reads what is being written"
    assert api("GET", f"/notices/{draft['id']}", key=case.key).status_code == 404

    same = case.step(draft, "sign")
    assert (same.status_code, same.json()["code"]) == (403, "forbidden")
    assert case.step(draft, "issue").json()["code"] == "illegal-transition"
    assert case.step(draft, "sign", "lead_reviewer").status_code == 200
    issued = case.step(draft, "issue").json()
    assert issued["number"].startswith("教APP整改〔")
    assert issued["number"].endswith("31-0001号")
    assert issued["due_on"]
    assert "〔到期日〕" not in issued["body"]

    seen = api("GET", f"/notices/{draft['id']}", key=case.key)
    assert "drafted_by" not in seen.json()
    assert case.step(draft, "receive", key=case.key).json()["received_at"]
    empty = case.step(draft, "reply", key=case.key)
    assert empty.json()["errors"][0]["pointer"] == "/reply"
    file = upload(b"proof", "proof.pdf", key=case.key)
    replied = case.step(draft, "reply", key=case.key, reply="已整改", attachments=[file]).json()
    assert replied["state"] == "replied"
    got = api("GET", f"/notices/{draft['id']}/attachments/1", role="reviewer", province="31")
    assert got.content == b"proof"
    assert api("GET", f"/notices/{draft['id']}/attachments/2").status_code == 404

    assert case.step(draft, "close").json()["errors"][0]["code"] == "no_re_audit"
    ordered = case.step(draft, "re_audit").json()
    assert ordered["state"] == "re_audit"
    assert case.step(draft, "close").json()["errors"][0]["code"] == "no_re_audit"
    drain()
    shown = api("GET", f"/notices/{draft['id']}").json()
    assert (shown["re_audit_state"], shown["still_standing"]) == ("succeeded", shown["findings"])
    assert case.step(draft, "close").json()["errors"][0]["code"] == "still_standing"
    again = case.step(draft, "reopen", reason="复测不合格", term=3).json()
    assert (again["state"], again["term"]) == ("received", 3)

    new = upload({"findings": []}, key=case.key)
    api("POST", f"/apps/{PACKAGE}/versions", key=case.key, json={"artifact_upload": new})
    case.step(draft, "reply", key=case.key, reply="新版本已提交")
    case.step(draft, "re_audit")
    drain()
    closed = case.step(draft, "close")
    assert closed.json()["state"] == "closed", closed.text

    acts = [item["action"] for item in api("GET", "/trail", params={"object_id": str(draft["id"])}).json()["items"]]
    assert [item for item in acts if item.startswith("notice.")] == [
        f"notice.rectification.{event}"
        for event in ("draft", "sign", "issue", "receive", "reply", "re_audit", "reopen", "reply", "re_audit", "close")
    ]
    ordered = api("GET", "/trail", params={"action": "notice.rectification.issue"}).json()["items"][0]["supervision"]
    assert (ordered["item"], ordered["result"], ordered["organ"]) == (
        "rectification",
        "rectification_ordered",
        "310000",
    )
    with registry.database.read() as session:
        assert verify(session).broken_at is None


def test_who_drafted_a_notice_or_approved_the_filing_does_not_sign_it(api, case):
    draft = case.draft(role="lead_reviewer")
    answer = case.step(draft, "sign", "lead_reviewer")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "four_eyes")
    assert case.step(draft, "sign", "supervisor", None).status_code == 200

    filing = api("GET", "/filings").json()["items"][0]["id"]
    done = api(
        "POST",
        f"/filings/{filing}/transitions",
        role="lead_reviewer",
        province="31",
        json={"event": "approve"},
        headers={"If-Match": "*"},
    )
    assert done.status_code == 200, done.text
    second = case.step(case.draft(role="reviewer"), "sign", "lead_reviewer")
    assert "审批" in second.json()["errors"][0]["message"]


def test_the_key_that_filed_and_the_same_person_s_other_key_do_not_sign(registry, case):
    from registry_api.accounts.access import Actor
    from registry_api.notices.states import _needs_four_eyes, step_by

    one = Actor("u1", "x", Role.LEAD, "31", via="k1", personal=True)
    other = Actor("u1", "x", Role.LEAD, "31", personal=True)
    with registry.database.read() as session:
        notice = Notice(
            kind="interview", state="drafted", app_id=1, organization_id=1, province="31", term=5, drafted_by=one.person
        )
        assert (one.label, other.label) == ("user:u1/key:k1", "user:u1")
        assert _needs_four_eyes(session, notice, step_by(other)).code == "four_eyes"


def test_an_overdue_notice_is_escalated_once_and_the_next_one_is_drafted(api, case, registry):
    issued = case.issued()
    assert sweep_notices(registry) == (0, 0)
    late = dt.datetime.fromisoformat(issued["due_on"] + "T12:00:00+08:00") + dt.timedelta(days=1)

    with registry.database.write() as session:  # as if it had been issued long ago
        notice = session.get(Notice, issued["id"])
        notice.due_on = dt.date(2026, 1, 6)
    assert api("GET", "/notices", params={"overdue": True}).json()["items"][0]["id"] == issued["id"]
    assert sweep_notices(registry, late) == (0, 1)
    assert sweep_notices(registry, late) == (0, 0)
    following = api("GET", "/notices").json()["items"][0]
    assert (following["kind"], following["state"], following["parent"]) == ("interview", "drafted", issued["id"])
    assert issued["number"] in following["body"]
    assert following["drafted_by"] == "system"
    act = api("GET", "/trail", params={"action": "notice.rectification.escalate"}).json()["items"][0]
    assert (act["role"], act["supervision"]["result"]) == ("system", "escalated")


def test_a_term_into_an_unknown_year_is_not_escalated_before_it_was_counted_anew(api, case, registry, monkeypatch):
    issued = case.issued()
    with registry.database.write() as session:
        notice = session.get(Notice, issued["id"])
        notice.clock_from = dt.datetime(2026, 12, 30, 4, tzinfo=dt.UTC)
        notice.due_on, notice.due_provisional = dt.date(2027, 1, 6), True
    late = dt.datetime(2027, 1, 7, 4, tzinfo=dt.UTC)
    assert sweep_notices(registry, late) == (0, 0)
    import analyzer

    class Year:
        days_off = staticmethod(lambda: {dt.date(2027, 1, 1)})
        make_up_days = staticmethod(set)

    known = calendar.WorkCalendar({**analyzer.calendar(), "2027": Year})
    monkeypatch.setattr("registry_api.notices.service.work_calendar", lambda: known)
    monkeypatch.setattr("registry_api.notices.states.work_calendar", lambda: known)
    assert sweep_notices(registry, late) == (1, 0)
    assert api("GET", f"/notices/{issued['id']}").json()["due_on"] == "2027-01-07"


def test_a_suspected_finding_is_named_only_on_request_and_as_suspected(api, case, registry):
    from registry_api.audits.models import FindingRow

    rows = api("GET", f"/apps/{PACKAGE}/findings").json()["items"]
    one = rows[0]["id"]
    with registry.database.write() as session:
        row = session.get(FindingRow, one)
        row.sureness, row.document = "suspected", {**row.document, "status": "suspected"}
    assert one not in case.draft()["findings"]
    assert "疑似" in case.draft(findings=[one])["body"]
    wrong = api(
        "POST",
        "/notices",
        role="reviewer",
        province="31",
        json={"kind": "rectification", "package": PACKAGE, "findings": [99]},
    )
    assert wrong.json()["errors"][0]["pointer"] == "/findings"
    assert (
        api("POST", "/notices", role="reviewer", province="31", json={"kind": "fine", "package": PACKAGE}).status_code
        == 422
    )


def test_another_province_sees_no_notice_and_writes_none(api, case):
    notice = case.issued()
    other = {"role": "lead_reviewer", "province": "51"}
    assert api("GET", "/notices", **other).json()["items"] == []
    assert api("GET", f"/notices/{notice['id']}", **other).status_code == 404
    assert case.step(notice, "close", "lead_reviewer", "51", reason="x").status_code == 404
    answer = api("POST", "/notices", **other, json={"kind": "rectification", "package": PACKAGE})
    assert answer.status_code == 404
    assert case.step(notice, "receive").status_code == 403


def test_numbers_of_notices_have_no_gaps_within_kind_province_and_year(case):
    numbers = [case.issued()["number"] for _ in range(2)] + [case.issued(kind="delisting")["number"]]
    assert [item[-7:] for item in numbers] == ["1-0001号", "1-0002号", "1-0001号"]


def test_the_due_date_calculator_says_when_it_guesses(api):
    sure = api("GET", "/calendar/due", params={"received": "2026-09-24", "term": 5}).json()
    assert (sure["due_on"], sure["provisional"]) == ("2026-10-09", False)
    assert api("GET", "/calendar/due", params={"received": "2026-12-30", "term": 5}).json()["provisional"]
    unknown = api("GET", "/calendar/due", params={"received": "2035-01-02", "term": 5})
    assert (unknown.status_code, unknown.json()["code"]) == (409, "calendar-unknown")


def test_lists_are_kept_with_reason_and_span_and_answer_the_guard(api, case, registry):
    from registry_api.notices.lists import listed

    lead = {"role": "lead_reviewer", "province": "31"}
    assert (
        api(
            "POST",
            "/listings",
            role="reviewer",
            province="31",
            json={"kind": "black", "package": PACKAGE, "reason": "x"},
        ).status_code
        == 403
    )
    assert (
        api(
            "POST",
            "/listings",
            role="lead_reviewer",
            province="51",
            json={"kind": "black", "package": PACKAGE, "reason": "x"},
        ).status_code
        == 404
    )
    one = api(
        "POST",
        "/listings",
        **lead,
        json={"kind": "black", "package": PACKAGE, "reason": "拒不整改", "until_on": "2099-01-01"},
    )
    assert one.status_code == 201, one.text
    assert (
        api("POST", "/listings", **lead, json={"kind": "white", "package": PACKAGE, "reason": "x"}).status_code == 409
    )
    with registry.database.read() as session:
        assert listed(session, app_id=1).reason == "拒不整改"
        assert listed(session, organization_id=case.organization) is None, "one app does not bar its provider"
        assert listed(session, app_id=1, on=dt.date(2099, 1, 2)) is None
        assert listed(session, app_id=1, kind="white") is None
    whole = api(
        "POST", "/listings", **lead, json={"kind": "black", "organization_id": case.organization, "reason": "情节严重"}
    )
    assert whole.json()["package"] is None
    assert [item["id"] for item in api("GET", "/listings", key=case.key).json()["items"]] == [2, 1]
    assert api("GET", "/listings", role="reviewer", province="51").json()["items"] == []
    assert api("POST", "/listings/1/end", **lead, json={"reason": "已整改"}).status_code == 200
    assert api("POST", "/listings/1/end", **lead, json={"reason": "已整改"}).status_code == 409
    with registry.database.read() as session:
        assert listed(session, app_id=1).reason == "情节严重", "the provider's entry covers its apps"
    acts = api("GET", "/trail", params={"item": "listing"}).json()["items"]
    assert [item["supervision"]["result"] for item in acts] == ["listed_black", "listed_black", "taken_off"]
    assert all(item["supervision"]["subject"].startswith("晨光") for item in acts)


@given(st.sampled_from(NoticeState), st.sampled_from(NoticeEvent), st.sampled_from([*Role, "system"]))
def test_every_triple_is_in_the_table_or_refused(state, event, role):
    role = getattr(role, "value", role)
    legal = [item for item in NOTICE_TRANSITIONS if (item.source, item.event) == (state, event)]
    assert len(legal) <= 1
    if legal and role in legal[0].roles:
        assert find_step(state, event, role) is legal[0]
    else:
        with pytest.raises(RegistryError) as caught:
            find_step(state, event, role)
        assert caught.value.slug == ("forbidden" if legal else "illegal-transition")


def test_no_path_issues_an_unsigned_notice_and_the_administrator_decides_nothing():
    reached, grown = {NoticeState.DRAFTED}, True
    while grown:
        more = {t.target for t in NOTICE_TRANSITIONS if t.source in reached and t.event is not NoticeEvent.SIGN}
        grown = not more <= reached
        reached |= more
    assert reached == {NoticeState.DRAFTED, NoticeState.CANCELLED}
    assert all("admin" not in item.roles and "auditor" not in item.roles for item in NOTICE_TRANSITIONS)


def test_the_text_survives_braces_and_line_breaks_in_what_providers_write():
    from types import SimpleNamespace

    from registry_api.notices.text import write_body

    template = SimpleNamespace(opening="{provider}{app}", demand="{due}", closing="{term}")
    both = {"zh": "标题 {x}\n1. 伪造", "en": "t"}
    body = write_body(
        template,
        {"provider": "{evil}\n\n伪造的段落", "app": "%s", "term": 5},
        [
            {
                "title": both,
                "subject": "s",
                "status": "proven",
                "clauses": ["x"],
                "evidence": [{"where": "{0}", "excerpt": "a\nb"}],
                "advice": both,
            }
        ],
        {},
        remark="{y}",
    )
    assert body.startswith("{evil} 伪造的段落%s\n\n1. 标题 {x} 1. 伪造（s；已证实）")
    json.dumps(body)


def test_who_is_on_the_black_list_hands_nothing_in_until_taken_off(api, filing_of, upload):
    document = filing_of()
    unit = api("POST", "/organizations", json={"name": "甲", "uscc": document["unit"]["uscc"]}).json()["id"]
    filing = api("POST", "/filings", json={"document": document})
    body = {"kind": "black", "organization_id": unit, "reason": "屡次拒不整改"}
    entry = api("POST", "/listings", role="lead_reviewer", province="31", json=body)
    assert entry.status_code == 201, entry.text

    def submit():
        return api(
            "POST",
            f"/filings/{filing.json()['id']}/submit",
            json={"artifact_upload": upload({})},
            headers={"If-Match": filing.headers["etag"]},
        )

    refused = submit()
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (409, "black_listed")
    assert "屡次拒不整改" in refused.json()["errors"][0]["message"]
    ended = api(
        "POST", f"/listings/{entry.json()['id']}/end", role="lead_reviewer", province="31", json={"reason": "已整改"}
    )
    assert ended.status_code == 200, ended.text
    assert submit().status_code == 202
