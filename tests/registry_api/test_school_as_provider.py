"""A school that offers an app files it as a provider; it reaches nothing beyond its own rows and decides nothing."""

import pytest

from registry_api.accounts.access import Role
from registry_api.accounts.keys import issue


@pytest.fixture
def school(api, registry, filing_of):
    unit = filing_of(serial="0009A1")["unit"]
    made = api("POST", "/organizations", json={"name": unit["legal_name"], "uscc": unit["uscc"]}).json()
    with registry.database.write() as session:
        return issue(session, name="school", role=Role.SCHOOL, organization_id=made["id"])[1]


def test_a_school_files_its_own_app_as_a_provider(api, registry, school, upload, filing_of, drain):
    document = filing_of(package="cn.school.own", serial="0009A1")
    filing = api("POST", "/filings", key=school, json={"document": document})
    assert filing.status_code == 201, filing.text
    where = f"/filings/{filing.json()['id']}"
    handed = api(
        "POST",
        where + "/submit",
        key=school,
        json={"artifact_upload": upload({"package": "cn.school.own"}, key=school)},
        headers={"If-Match": filing.headers["etag"]},
    )
    assert handed.status_code == 202, handed.text
    drain()
    own = api("POST", where + "/transitions", key=school, json={"event": "approve"}, headers={"If-Match": "*"})
    assert (own.status_code, own.json()["code"]) == (403, "forbidden")
    done = api(
        "POST",
        where + "/transitions",
        role="reviewer",
        province="31",
        json={"event": "approve"},
        headers={"If-Match": "*"},
    )
    assert done.status_code == 200, done.text
    assert done.json()["number"].startswith("教APP备31")
    assert api("GET", where, key=school).json()["state"] == "filed"


def test_it_files_for_no_other_unit_and_sees_no_other_filing(api, school, submitted, filing_of):
    submitted({})
    theirs = api("POST", "/filings", key=school, json={"document": filing_of(package="cn.not.mine")})
    assert theirs.status_code == 422
    assert [item["code"] for item in theirs.json()["errors"]] == ["unknown_organization"]
    taken = api("POST", "/filings", key=school, json={"document": filing_of(package="cn.not.mine", serial="0009A1")})
    assert taken.status_code == 201
    assert [item["package"] for item in api("GET", "/filings", key=school).json()["items"]] == ["cn.not.mine"]
