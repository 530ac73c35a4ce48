"""The authority above a school on the console: what waits for it, its decision; and apps for one function."""

import re

import pytest
from everything import fill
from sqlmodel import Session

from registry_api.filings.models import UserFiling


@pytest.fixture
def people(api, registry, submitted, drain, upload, traffic):
    office, ids = fill(api, registry, submitted, drain, upload, traffic)

    def sign(who):
        api.http.cookies.clear()
        api.http.post("/login", data={"key": office.keys[who]}, follow_redirects=False)
        return api.http

    return sign, f"/cases/{ids['CASE']}"


def decision(http, case, **fields):
    hidden = re.findall(
        r'type="hidden" name="(csrf|version)" value="([^"]*)"', http.get(case).text.split("decide-form")[1]
    )
    return http.post(f"{case}/decision", data={**dict(hidden), **fields}, follow_redirects=False)


def test_the_authority_above_finds_what_waits_for_it_and_decides(people, registry):
    sign, case = people
    http = sign("school")
    assert case not in http.get("/school").text
    assert http.get(case).status_code in {200, 404}
    assert 'name="event"' not in http.get(case).text, "the school does not decide about itself"
    http = sign("bureau")
    page = http.get("/school").text
    assert f'href="{case}?lang=zh"' in page
    assert "待本单位审核" in page
    page = http.get(case).text
    assert set(re.findall(r'name="event" value="(\w+)"', page)) == {"return", "approve", "refuse"}
    assert "/apps/cn" not in re.sub("/portal/apps/", "", page), "an app's record is not for a school"
    for said in ("要求（统一）使用", "小学", "如何使用"):
        assert said in page, "in words, not in codes"
    assert decision(http, case, event="withdraw", reason="x").status_code in {403, 409}
    assert decision(http, case, event="approve", reason="同意").status_code == 303
    assert case not in http.get("/school").text
    with registry.database.read() as session:
        assert states(session) == ["filed", "filed", "filed"]


def test_a_school_cannot_decide_through_the_form_of_the_authority(people, registry, api):
    sign, case = people
    http = sign("school")
    csrf = re.search(r'name="csrf" value="(\w+)"', http.get("/school/filings/3").text)[1]
    answer = http.post(f"{case}/decision", data={"csrf": csrf, "event": "approve", "version": "2"})
    assert answer.status_code in {403, 404}
    with registry.database.read() as session:
        assert states(session)[-1] == "under_review"


def states(session: Session):
    return [session.get(UserFiling, number).state for number in (1, 2, 3)]


def test_apps_that_one_institution_uses_for_one_function_stand_together(people):
    sign, _ = people
    for who in ("reviewer", "bureau", "school"):
        page = sign(who).get("/duplicates?lang=en").text
        for said in ("实验小学", "Learning", "cn.example.study", "cn.example.third", "required"):
            assert said in page, (who, said)
        assert "cn.example.fourth" not in page, "not in use yet"
    assert "实验小学" not in sign("vendor").get("/duplicates").text
    assert "/duplicates" in sign("reviewer").get("/queue").text
