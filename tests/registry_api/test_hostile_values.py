import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_api.kit.strict import read_json

HUGE = "9" * 23


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ('{"document": {"app": NaN}}', "NaN"),
        ('{"document": {"app": -Infinity}}', "-Infinity"),
        ('{"document": {"app": 1e999}}', "out of range"),
        ('{"document": {"app": "\\ud800"}}', "surrogate"),
        ('{"document": {"app": "a\\u0000b"}}', "NUL"),
        ('{"document": {"app": ' + HUGE + "}}", "64 bits"),
        ('{"document": {"app": ' + "9" * 100_000 + "}}", "64 bits"),
    ],
)
def test_a_value_that_no_database_keeps_is_refused_by_name(api, body, word):
    answer = api("POST", "/filings", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), answer.text
    assert word in answer.json()["detail"]


def test_json_deeper_than_any_reader_is_refused(api):
    deep = '{"document": {"a": ' + "[" * 100_000 + "]" * 100_000 + "}}"
    assert api("POST", "/filings", content=deep, headers={"Content-Type": "application/json"}).status_code == 400


@pytest.mark.parametrize(
    "path",
    [f"/filings/{HUGE}", f"/organizations/{HUGE}", f"/apps?after={HUGE}", "/filings?state=no_such", "/audits?state=x"],
)
def test_an_id_or_state_that_cannot_be_is_refused(api, path):
    answer = api("GET", path)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_a_body_without_its_content_type_is_told_so(api):
    answer = api("POST", "/filings", content=b'{"document": {}}')
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")
    assert "application/json" in answer.json()["detail"]
    assert api("POST", "/filings", data={"document": "x"}).status_code == 415


def test_a_text_that_spells_an_escape_is_no_escape():
    assert read_json(rb'{"a": "\\u0000"}') == {"a": r"\u0000"}


_plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
    max_leaves=8,
)


@given(_plain, st.booleans())
def test_every_value_that_can_be_kept_is_read_as_it_is(value, ascii_only):
    assert read_json(json.dumps(value, ensure_ascii=ascii_only).encode()) == value
