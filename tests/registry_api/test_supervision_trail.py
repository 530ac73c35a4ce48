import json

import pysqlite3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_api.filings.transitions import TRANSITIONS
from registry_api.trail.chain import Act, append, digest, verify
from registry_api.trail.export import export_lines, verify_lines
from registry_api.trail.models import TrailEntry
from registry_api.trail.supervision import supervisory_acts

# Written by the version before supervisory acts had parts of their own.
OLD = {
    "seq": 1,
    "actor": "key:1",
    "role": "admin",
    "action": "key.issue",
    "object_kind": "key",
    "object_id": "1",
    "app_id": None,
    "province": None,
    "reason": "",
    "payload": {"name": "甲"},
    "prev_hash": "0" * 64,
}


def test_entries_from_before_the_supervisory_parts_keep_their_hashes():
    import datetime as dt

    entry = TrailEntry(**OLD, at=dt.datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=dt.UTC), hash="")
    assert digest(entry) == "86280b6431ddf804425175bfff550818a89bb8b3e588d6fbcc423d6e105460da"


def test_every_decision_about_a_filing_is_a_supervisory_act():
    from registry_api.accounts.access import DECIDERS

    decided = {
        f"filing.{item.event.value}"
        for item in TRANSITIONS
        if item.roles and item.roles <= {role.value for role in DECIDERS}
    }
    assert decided <= set(supervisory_acts())


def test_an_approval_is_recorded_with_item_organ_unit_result_and_basis(api, submitted, drain):
    answer = submitted({})
    drain()
    filing = answer.json()["id"]
    done = api(
        "POST",
        f"/filings/{filing}/transitions",
        role="reviewer",
        province="31",
        json={"event": "approve"},
        headers={"If-Match": "*"},
    )
    assert done.status_code == 200, done.text
    entries = api("GET", "/trail", params={"item": "filing_review"}).json()["items"]
    assert [item["action"] for item in entries] == ["filing.approve"]
    part = entries[0]["supervision"]
    assert (part["organ"], part["result"]) == ("310000", "passed")
    assert part["subject"].startswith("晨光教育科技有限公司 91")
    assert "教技厅〔2019〕3号" in part["basis"]
    audits = api("GET", "/trail", params={"item": "inspection"}).json()["items"]
    assert audits[0]["supervision"]["organ"] == "system"
    assert api("GET", "/trail", params={"action": "organization.register"}).json()["items"][0]["supervision"] is None


@pytest.fixture
def filled(registry):
    with registry.database.write() as session:
        for index in range(4):
            append(session, Act("key:1", "supervisor", "filing.revoke", "filing", str(index), payload={"名": index}))
    return registry


def lines_of(registry, after=0):
    with registry.database.read() as session:
        return list(export_lines(session, after))


def test_the_export_is_proven_without_the_registry_also_from_the_middle(filled):
    lines = lines_of(filled)
    assert (verify_lines(lines).entries, verify_lines(lines).broken_at) == (4, None)
    assert verify_lines(lines_of(filled, 2)).entries == 2
    with filled.database.read() as session:
        assert verify(session).head == verify_lines(lines).head


@pytest.mark.parametrize("field", ["result", "basis", "organ", "subject", "item"])
def test_a_changed_supervisory_part_is_found_in_the_export_and_in_the_table(filled, settings, field):
    lines = lines_of(filled)
    entry = json.loads(lines[2])
    entry["supervision"][field] = "x"
    assert verify_lines([*lines[:2], json.dumps(entry), lines[3]]).broken_at == 3
    with pysqlite3.connect(settings.data / "registry.sqlite3") as raw:
        raw.execute("DROP TRIGGER trail_no_update")
        raw.execute(f"UPDATE trail SET {field} = 'x' WHERE seq = 3")
    raw.close()
    with filled.database.read() as session:
        assert verify(session).broken_at == 3


def test_a_missing_or_senseless_line_is_named(filled):
    lines = lines_of(filled)
    assert "entry 2 is missing" in verify_lines([lines[0], *lines[2:]]).why
    for bad in ("{}", "nonsense", "[" * 100_000, '{"seq": "1", "prev": "", "hash": ""}'):
        assert verify_lines([bad]).why == "line 1 is no entry of a trail"


def test_an_entry_cannot_be_replaced(filled, settings):
    with pysqlite3.connect(settings.data / "registry.sqlite3") as raw:
        for statement in (
            "INSERT OR REPLACE INTO trail SELECT * FROM trail WHERE seq = 2",
            "INSERT OR IGNORE INTO trail SELECT * FROM trail WHERE seq = 2",
        ):
            with pytest.raises(pysqlite3.IntegrityError, match="append-only"):
                raw.execute(statement)
    raw.close()


@given(st.lists(st.text(max_size=200), max_size=4))
def test_no_text_makes_the_check_of_an_export_fail(lines):
    verify_lines(lines)
