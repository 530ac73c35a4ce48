"""Answers are written where they were read, and nothing that was kept for speed outlives what it stands for."""

import json
from datetime import UTC, datetime

import pytest

from registry_api.db import write_json
from registry_api.kit.answering import answered_in_thread, original_of, write
from registry_api.kit.shown import Document, plain, show_time


def test_a_document_passes_through_as_it_was_written_and_reads_as_a_dictionary():
    document = Document('{"app": {"name": "晨光"}}')
    assert write({"document": document}) == '{"document":{"app": {"name": "晨光"}}}'.encode()
    assert {**document} == plain(document) == {"app": {"name": "晨光"}}


def test_what_the_quick_writer_does_not_take_is_written_all_the_same():
    moment = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
    body = json.loads(write({"at": moment, "set": {1}, "wide": 2**70, "document": Document('{"a": 1}')}))
    assert body == {"at": "2026-11-22T08:00:00Z", "set": [1], "wide": 2**70, "document": {"a": 1}}


@pytest.mark.parametrize("value", [{"名": "晨"}, [], {"a": 2**70}, {1: "a"}, {"half": "\ud800"}, [1.5, None, True]])
def test_a_json_column_reads_as_what_was_written(value):
    assert json.loads(write_json(value)) == json.loads(json.dumps(value))


def test_a_moment_is_no_json_column():
    with pytest.raises(TypeError):
        write_json({"at": datetime.now(UTC)})


def test_a_moment_is_shown_in_utc_to_the_second():
    assert show_time(datetime.fromisoformat("2026-11-22T16:00:00.5+08:00")) == "2026-11-22T08:00:00+00:00"
    assert show_time("2026-11-22T08:00:00+00:00") == "2026-11-22T08:00:00+00:00"
    assert show_time(None) is None


def test_the_plain_function_behind_an_endpoint_is_found():
    def read() -> dict[str, object]:
        return {}

    async def later() -> dict[str, object]:
        return {}

    assert original_of(answered_in_thread(read, reads=True, status=None)) is read
    assert answered_in_thread(later, reads=True, status=None) is later


def test_a_key_that_was_just_used_is_refused_once_it_is_revoked(api, key_of):
    text = key_of("auditor")
    headers = {"Authorization": f"Bearer {text}"}
    for _ in range(3):
        assert api.http.get("/api/v1/apps", headers=headers).status_code == 200
    assert api("DELETE", f"/keys/{text.split('_')[1]}").status_code < 300
    assert api.http.get("/api/v1/apps", headers=headers).status_code == 401
    assert api.http.get("/api/v1/apps", headers={"Authorization": f"Bearer {text}x"}).status_code == 401


def test_a_listed_filing_is_the_filing_itself(api, submitted):
    submitted({"findings": []})
    listed = api("GET", "/filings").json()["items"][0]
    assert api("GET", f"/filings/{listed['id']}").json() == listed
    assert isinstance(listed["document"], dict)
    assert listed["created_at"].endswith("+00:00")
    assert len(listed["created_at"]) == 25
