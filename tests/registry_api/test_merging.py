"""Two people at one form, and a session that ends in the middle of one: nothing that was typed is lost."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from registry_api.accounts.access import Role
from registry_api.accounts.keys import issue
from registry_api.filings.models import Filing
from registry_api.organizations.models import Organization
from registry_api.web.merging import chosen, marks_of, merge

WORD = st.sampled_from(["", "a", "b", "c\nd", "c\r\nd"])


@given(st.dictionaries(st.sampled_from("xyz"), st.tuples(WORD, WORD, WORD)))
def test_nothing_that_either_changed_is_lost(fields):
    base, mine, theirs = ({key: row[place] for key, row in fields.items()} for place in range(3))
    values, clashes, taken = merge(mine, theirs, marks_of(base))
    both = {one.pointer for one in clashes}

    def same(one, other):
        return one.replace("\r\n", "\n") == other.replace("\r\n", "\n")

    for key in fields:
        if key in both:
            assert values[key] == mine[key]
            assert not same(mine[key], base[key])
            assert not same(theirs[key], base[key])
        elif key in taken:
            assert values[key] == theirs[key]
            assert same(mine[key], base[key])
        else:
            assert same(mine[key], theirs[key]) or same(theirs[key], base[key])
            assert values[key] == mine[key]


@pytest.mark.parametrize("marks", ["", "[]", "{", "null", "[" * 3000])
def test_without_marks_every_difference_is_put_before_the_person(marks):
    _, clashes, taken = merge({"/a": "1", "/b": "2"}, {"/a": "1", "/b": "3"}, marks)
    assert ([(one.mine, one.theirs) for one in clashes], taken) == ([("2", "3")], [])


def test_what_is_chosen_is_taken():
    form = {"take:/a": ["theirs"], "take:/b": ["mine"], "take:/no": ["theirs"]}
    assert chosen(form, {"/a": "1", "/b": "2"}, {"/a": "3", "/b": "4", "/no": "5"}) == {"/a": "3", "/b": "2"}


@pytest.fixture
def draft(api, registry, filing_of):
    """A vendor's draft; returns its path and a function that opens a session of the vendor."""
    document = filing_of()
    api("POST", "/organizations", json={"name": document["unit"]["legal_name"], "uscc": document["unit"]["uscc"]})
    filing = api("POST", "/filings", json={"document": document}).json()["id"]
    with registry.database.write() as session:
        unit = session.exec(select(Organization)).one()
        key = issue(session, name="v", role=Role.VENDOR, organization_id=unit.id)[1]

    def enter():
        api.http.cookies.clear()
        assert api.http.post("/login", data={"key": key}, follow_redirects=False).status_code == 303

    enter()
    return f"/vendor/filings/{filing}", enter


def fields(page):
    """The form of a filing as a browser would send it unchanged."""
    part = page.partition('name="marks"')[0].rpartition("<form")[2] + page.partition('name="marks"')[2]
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', part))
    found["marks"] = html.unescape(re.search(r'name="marks" value="([^"]*)"', page)[1])
    for name, value in re.findall(r'<input id="[^"]+" name="(/[^"]+)" value="([^"]*)"', part):
        found[name] = html.unescape(value)
    for name, value in re.findall(r'<textarea id="[^"]+" name="(/[^"]+)"[^>]*>([^<]*)</textarea>', part):
        found[name] = html.unescape(value)
    for name, inner in re.findall(r'<select id="[^"]+" name="(/[^"]+)"[^>]*>(.*?)</select>', part, re.DOTALL):
        found[name] = next(iter(re.findall(r'value="([^"]*)" selected', inner)), "")
    for name, value in re.findall(r'<input type="checkbox" name="(/[^"]+)" value="([^"]*)" checked', part):
        found.setdefault(name, []).append(html.unescape(value))
    return found


def test_two_people_at_one_filing_see_both_texts_and_choose(api, registry, draft):
    path, _ = draft
    mine = theirs = fields(api.http.get(path).text)
    theirs = {**theirs, "/system/name": "对方的平台", "/app/description": "对方写的简介", "do": "save"}
    assert api.http.post(path, data=theirs, follow_redirects=False).status_code == 303
    mine = {**mine, "/app/description": "我写的简介", "/unit/contact_name": "王五", "do": "save"}
    answer = api.http.post(path, data=mine, follow_redirects=False)
    assert answer.status_code == 412 or answer.status_code == 409
    merging = answer.text.partition('id="merge"')[2].partition("</section>")[0]
    assert "我写的简介" in merging
    assert "对方写的简介" in merging
    assert 'name="take:/app/description"' in merging
    assert 'value="对方的平台"' in answer.text, "what I had not changed is as it was saved"
    assert 'value="王五"' in answer.text
    again = {**fields(answer.text), "take:/app/description": "theirs", "do": "save"}
    assert api.http.post(path, data=again, follow_redirects=False).status_code == 303
    with registry.database.read() as session:
        document = session.exec(select(Filing)).one().document
    assert document["app"]["description"] == "对方写的简介"
    assert (document["system"]["name"], document["unit"]["contact_name"]) == ("对方的平台", "王五")


def test_a_session_that_ends_in_the_middle_of_a_form_costs_no_text(api, registry, draft):
    path, enter = draft
    typed = {**fields(api.http.get(path).text), "/app/description": "写了很久的简介", "do": "save"}
    api.http.cookies.clear()
    lost = api.http.post(path, data=typed, follow_redirects=False)
    assert lost.status_code == 401
    assert "写了很久的简介" in lost.text
    enter()
    kept = api.http.post(path, data={k: v for k, v in typed.items() if k != "csrf"}, follow_redirects=False)
    assert kept.status_code == 403, "nothing is done without a token"
    assert "写了很久的简介" in kept.text
    part = kept.text.partition("<section")[2]
    again = {
        html.unescape(n): html.unescape(v) for n, v in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', part)
    }
    again |= {
        html.unescape(n): html.unescape(v) for n, v in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)<', part)
    }
    assert api.http.post(path, data=again, follow_redirects=False).status_code == 303
    with registry.database.read() as session:
        assert session.exec(select(Filing)).one().document["app"]["description"] == "写了很久的简介"


def test_the_reasons_of_a_colleague_can_be_added_to_ones_own(api, submitted, drain, key_of):
    submitted({"findings": ["DATA.X|device.imei|high"]})
    drain()
    api.http.post("/login", data={"key": key_of("lead_reviewer", "31")}, follow_redirects=False)
    page = api.http.get("/apps/cn.example.study").text
    part = page.partition('id="decide-form"')[2]
    hidden = {name: re.search(rf'name="{name}" value="([^"]*)"', part)[1] for name in ("csrf", "version", "seen")}
    who = {"role": "reviewer", "province": "31"}
    for event in ("approve", "suspend"):
        done = api("POST", "/filings/1/transitions", json={"event": event, "reason": f"同事的理由 {event}"}, headers={"If-Match": "*"}, **who)  # fmt: skip
        assert done.status_code == 200, done.text
    answer = api.http.post(
        "/apps/cn.example.study/decision", data={**hidden, "event": "approve", "reason": "我写的理由"}
    )
    assert answer.status_code in {409, 412}
    assert "同事的理由 suspend" in answer.text
    seen = re.search(r'name="merge" value="(\d+)"', answer.text)[1]
    part = answer.text.partition('id="decide-form"')[2]
    fresh = {name: re.search(rf'name="{name}" value="([^"]*)"', part)[1] for name in ("csrf", "version", "seen")}
    merged = api.http.post(
        "/apps/cn.example.study/decision", data={**fresh, "merge": seen, "reason": "我写的理由"}
    ).text
    text = re.search(r'<textarea id="reason"[^>]*>([^<]*)<', merged)[1]
    assert text.split("\n") == ["我写的理由", "同事的理由 approve", "同事的理由 suspend"]
