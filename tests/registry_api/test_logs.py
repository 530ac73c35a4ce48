import io
import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_api.logs import JsonLines, Requests, clean


@pytest.fixture
def lines():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("registry_api.requests")
    logger.addHandler(handler)
    before = logger.level, logger.propagate
    logger.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logger.removeHandler(handler)
    logger.level, logger.propagate = before


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("call 13800138000 now", "13800138000"),
        ("+86 138-0013-8000", "8000"),
        ("id 11010519491231002X", "11010519491231002X"),
        ("mail a.b@example.cn", "example.cn"),
        ("Authorization: Bearer abc.def", "abc.def"),
        ("edr_12ab_secret", "secret"),
        ("postgresql://user:hunter2@host/db", "hunter2"),
    ],
)
def test_what_is_personal_or_secret_is_cut_out(text, gone):
    assert gone not in clean(text)


def test_what_is_neither_stays():
    text = "audit 0f1e2d3c-1111-4222-8333-123456789012 of 2026-W47 failed: blob 3f2a is missing, 1234567 bytes"
    assert clean(text) == text


@given(st.text(), st.from_regex(r"1[3-9]\d{9}", fullmatch=True, alphabet="0123456789"))
def test_a_number_among_any_words_is_cut_out(words, number):
    words = "".join(char for char in words if not char.isdigit())
    assert number not in clean(f"{words} {number} {words}")


def test_an_error_has_its_kind_and_place_and_no_values(lines):
    log = logging.getLogger("registry_api.requests")
    try:
        int("phone 13800138000\nsecond line")
    except ValueError:
        log.exception("audit %s", "r-1", extra={"fields": {"run": "r-1"}})
    [line] = lines()
    assert (line["level"], line["error"], line["run"]) == ("error", "ValueError", "r-1")
    assert "<phone>" in line["why"]
    assert "13800138000" not in json.dumps(line)
    assert line["where"][-1].split("/")[-1].startswith("test_logs.py:")


def test_a_request_is_a_line_with_its_route_and_not_its_path(lines, api, registry):
    import warnings

    from registry_api.app import create_app

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from fastapi.testclient import TestClient

    with TestClient(Requests(create_app(registry))) as client:
        client.get("/api/v1/apps/cn.secret.package?phone=13800138000")
        client.get("/nowhere/13800138000")
    first, second = lines()
    assert (first["method"], first["status"]) == ("GET", 401)
    assert first["route"].endswith("/apps/{package}")
    assert second["status"] == 404
    assert "secret" not in json.dumps([first, second])
    assert "138" not in json.dumps([first, second])


def test_values_of_the_record_stay_out_of_errors_of_the_database(registry):
    import sqlalchemy as sa

    from registry_api.organizations.models import Organization

    with pytest.raises(sa.exc.IntegrityError) as refused, registry.database.write() as session:
        session.execute(sa.insert(Organization), [{"name": "13800138000", "uscc": None, "province": None}])
    assert "13800138000" not in str(refused.value)
