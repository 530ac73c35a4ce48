"""Each kind of bad input over the API: a problem document that names it, and a record on which nothing has changed."""

import datetime as dt
import io
import uuid
import zipfile

import pytest
from filing_year import Clock
from sqlmodel import func, select

from registry_api.filings.models import Filing
from registry_api.organizations.models import App, Organization
from registry_api.storage.models import Upload
from registry_api.trail.chain import verify
from registry_api.trail.models import TrailEntry

RARE = "𠮷𬎆学习😀👨‍👩‍👧课堂"


def counts(registry):
    with registry.database.read() as session:
        return [session.exec(select(func.count()).select_from(model)).one() for model in (App, Filing, Organization)], (
            session.exec(select(func.count()).select_from(TrailEntry).where(TrailEntry.action != "key.issue")).one()
        )


@pytest.fixture
def refused(api, registry):
    """Ask; the answer must be a problem of this status and code, and the record what it was."""

    def ask(status, code, method, path, **more):
        before = counts(registry)
        answer = api(method, path, **more)
        assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert counts(registry) == before
        return answer.json()

    return ask


@pytest.fixture
def reviewed(submitted, drain, api):
    run = submitted({}).json()
    drain()
    return "/filings/1", api("GET", "/filings/1").headers["etag"], run


def test_steps_that_the_table_does_not_know(refused, reviewed):
    path, tag, _ = reviewed
    step = {"role": "reviewer", "province": "31", "headers": {"If-Match": tag}}
    for event in ("restore", "revoke", "approve_change", "confirm_rectified"):
        refused(409, "illegal-transition", "POST", path + "/transitions", json={"event": event, "reason": "r"}, **step)
    refused(422, "invalid", "POST", path + "/transitions", json={"event": "become_king"}, **step)


def test_an_etag_that_is_stale_or_missing(refused, reviewed):
    path, _, _ = reviewed
    who = {"role": "reviewer", "province": "31", "json": {"event": "approve"}}
    refused(412, "stale", "POST", path + "/transitions", headers={"If-Match": '"1"'}, **who)
    refused(428, "precondition-required", "POST", path + "/transitions", **who)


def test_an_idempotency_key_that_was_used_for_something_else(api, refused, filing_of):
    unit = filing_of()["unit"]
    body, key = {"name": unit["legal_name"], "uscc": unit["uscc"]}, {"Idempotency-Key": "k"}
    assert api("POST", "/organizations", json=body, headers=key).status_code == 201
    refused(422, "idempotency-mismatch", "POST", "/organizations", json={**body, "name": "别的"}, headers=key)
    assert api("POST", "/organizations", json=body, headers=key).headers["idempotency-replayed"] == "true"


def test_an_upload_that_is_not_what_was_said(api, registry, refused):
    where = f"/uploads/{uuid.uuid4()}"
    answer = api("PUT", where, content=b"abc", headers={"X-Content-SHA256": "0" * 64})
    assert answer.status_code in {400, 409, 422}, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert api("GET", where).status_code == 404
    with registry.database.read() as session:
        assert session.exec(select(func.count()).select_from(Upload)).one() == 0


def test_what_is_no_package_is_said_at_once_and_no_audit_of_it_passes(api, upload, filing_of, registry):
    text = api("PUT", f"/uploads/{uuid.uuid4()}", content="不是安装包".encode(), headers={"X-File-Name": "a.apk"})
    assert text.status_code == 201
    assert "not a package" in text.json()["warnings"][0]


def test_a_package_under_another_provider(api, submitted, refused, filing_of):
    submitted({})
    other = filing_of(serial="000200")
    unit = other["unit"]
    assert api("POST", "/organizations", json={"name": "另一公司", "uscc": unit["uscc"]}).status_code == 201
    problem = refused(409, "conflict", "POST", "/filings", json={"document": other})
    assert [item["code"] for item in problem["errors"]] == ["taken"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", b"PK\x03\x04 broken"),
        ("a.xlsx", "bomb"),
        ("a.csv", b"\xff\xfe\x00"),
        ("a.csv", b"unit.legal_name\n" + b"x" * 3_000_000),
    ],
)
def test_a_file_to_import_that_is_malicious_or_broken(api, registry, upload, name, content):
    if content == "bomb":
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            archive.writestr("xl/worksheets/sheet1.xml", b"\0" * 300_000_000)
        content = made.getvalue()
    before = counts(registry)
    answer = api("POST", "/imports", json={"upload": upload(content, name)})
    assert answer.status_code < 500, answer.text
    if answer.status_code < 300:
        assert answer.json()["imported"] == 0
        assert answer.json()["errors"]
    else:
        assert answer.headers["content-type"] == "application/problem+json"
    assert counts(registry) == before


def test_texts_without_end(api, refused, filing_of):
    unit = filing_of()["unit"]
    refused(422, "invalid", "POST", "/organizations", json={"name": "长" * 100_000, "uscc": unit["uscc"]})
    api("POST", "/organizations", json={"name": unit["legal_name"], "uscc": unit["uscc"]})
    document = filing_of(name="长" * 100_000)
    refused(422, "invalid", "POST", "/filings", json={"document": document})
    refused(422, "invalid", "GET", "/apps?q=" + "q" * 201)


def test_rare_characters_come_back_as_they_were_and_are_found(api, filing_of):
    document = filing_of(name=RARE)
    document["unit"]["legal_name"] = RARE + "公司"
    unit = document["unit"]
    assert api("POST", "/organizations", json={"name": unit["legal_name"], "uscc": unit["uscc"]}).status_code == 201
    filing = api("POST", "/filings", json={"document": document})
    assert filing.status_code == 201, filing.text
    assert filing.json()["name"] == RARE
    assert [item["name"] for item in api("GET", "/apps", params={"q": "𠮷𬎆"}).json()["items"]] == [RARE]
    exported = api("GET", "/exports/apps", params={"format": "csv"})
    assert RARE in exported.content.decode("utf-8-sig")


def test_a_clock_that_is_set_back_breaks_no_chain_and_loses_no_step(api, registry, reviewed, monkeypatch):
    path, tag, _ = reviewed
    clock = Clock(monkeypatch)
    clock.shift = -dt.timedelta(days=400)
    answer = api(
        "POST",
        path + "/transitions",
        role="reviewer",
        province="31",
        json={"event": "approve"},
        headers={"If-Match": tag},
    )
    assert answer.status_code == 200, answer.text
    with registry.database.read() as session:
        assert verify(session).why == ""
    clock.shift = dt.timedelta(days=2)
    assert api("GET", path).json()["state"] == "filed"


def test_a_year_that_no_calendar_knows(refused):
    problem = refused(409, "calendar-unknown", "GET", "/calendar/due?received=2031-03-03&term=5")
    assert "2031" in problem["detail"]
