"""Identifiers: check digits, patterns with their guards, key names, and the data they point to."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.catalogue import checksums, identifiers, taxonomy
from analyzer.model import RuleDataError, read_record, record_plain

RULES = Path(__file__).parents[2] / "rules"
ROWS = identifiers.parse_identifiers(RULES)


def test_every_identifier_points_to_known_data():
    data = taxonomy.parse_personal_data(RULES)
    assert [row.id for row in ROWS.values() if row.data is not None and row.data not in data] == []


def test_registry_numbers_are_no_personal_data():
    assert {row.id for row in ROWS.values() if row.kind == "registry"} == {
        "edu_filing", "icp", "miit_app", "gongan", "mlps", "uscc",
    }  # fmt: skip


@pytest.mark.parametrize(
    "identity", ["imei", "android_id", "oaid", "bank_card", "location", "gaid", "meid", "mac_plain"]
)
def test_patterns_that_prove_little_never_count_alone(identity):
    assert ROWS[identity].alone == "never"


def test_a_pattern_alone_may_hint_where_a_check_or_a_shape_stands_behind_it():
    assert {row.id for row in ROWS.values() if row.alone == "hint"} == {
        "imsi", "iccid", "mac", "suci", "phone", "id_card", "student_national_id", "email",
        "edu_filing", "icp", "miit_app", "gongan", "uscc",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("identity", "text", "found"),
    [
        ("id_card", '{"idCard":"11010519491231002X"}', ["11010519491231002X"]),
        ("id_card", "order 110105194912310020", []),
        ("student_national_id", "学籍号G11010519491231002X。", ["G11010519491231002X"]),
        ("phone", "phone=13900000000&t=1700000000000", ["13900000000"]),
        ("phone", "id=1390000000012345", []),
        ("phone", "tel:+86 13900000000", ["13900000000"]),
        ("imei", "imei=490154203237518", ["490154203237518"]),
        ("imei", "t=170000000000000", []),
        ("mac", "02:00:00:00:00:00", []),
        ("mac", "mac=00:DB:96:D2:80:79", ["00:DB:96:D2:80:79"]),
        ("oaid", "oaid=00000000-0000-0000-0000-000000000000", []),
        ("uscc", "统一社会信用代码：91350100M000100Y43", ["91350100M000100Y43"]),
        ("miit_app", "京ICP备18027903号-11A", ["京ICP备18027903号-11A"]),
        ("icp", "京ICP备18027903号-11A", []),
        ("edu_filing", "教APP备1100871号", ["教APP备1100871号"]),
        ("email", "mail to pupil@example.org.", []),
        ("email", "mail to pupil@example.org, now", ["pupil@example.org"]),
    ],
)
def test_find(identity, text, found):
    assert ROWS[identity].find(text) == found


def test_ignore_lists_disregard_case_and_separators():
    assert ROWS["mac"].ignores("FF-FF-FF-FF-FF-FF")
    assert ROWS["oaid"].ignores("00000000000000000000000000000000")
    assert not ROWS["mac"].ignores("00:DB:96:D2:80:79")


def test_key_names_are_compared_without_case_and_separators():
    assert identifiers.key_form("Imei_MD5") == identifiers.key_form("imei-md5") == identifiers.key_form("imeiMd5")
    assert identifiers.key_form("身份证 号") == "身份证号"


def test_a_strong_key_is_not_weak_or_contrary_in_the_same_row():
    for row in ROWS.values():
        forms = [{identifiers.key_form(key) for key in keys} for keys in (row.keys, row.weak_keys, row.other_keys)]
        assert not forms[0] & forms[1], row.id
        assert not forms[0] & forms[2], row.id


def test_a_hardware_identifier_lists_the_spellings_of_ad_exchanges():
    assert {"colons_upper", "plain_upper", "colons_lower", "plain_lower"} <= set(ROWS["mac"].spellings)
    assert {"md5", "sha1", "sha256", "md5_md5", "sha256_md5", "md5_16"} == set(ROWS["imei"].digests)


def test_rows_survive_the_round_trip_through_json():
    for row in ROWS.values():
        assert read_record(identifiers.Identifier, record_plain(row)) == row


@given(st.text(alphabet="0123456789", min_size=1, max_size=18))
def test_exactly_one_last_digit_passes_luhn(body):
    assert sum(checksums.luhn(body + digit) for digit in "0123456789") == 1


@given(st.text(alphabet="0123456789", min_size=17, max_size=17))
def test_exactly_one_check_character_passes_id18(body):
    good = [character for character in "0123456789X" if checksums.id18(body + character)]
    assert len(good) == 1
    assert checksums.xueji("G" + body + good[0])
    assert checksums.xueji("J" + body + good[0].lower())


@given(st.text(alphabet="0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17))
def test_exactly_one_check_character_passes_uscc(body):
    assert sum(checksums.uscc(body + character) for character in "0123456789ABCDEFGHJKLMNPQRTUWXY") == 1


@given(st.text(max_size=25))
def test_checks_never_raise(text):
    for check in checksums.VALIDATORS.values():
        assert check(text) in (True, False)


@given(st.text(max_size=200))
def test_find_never_raises(text):
    for row in ROWS.values():
        row.find(text)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("490154203237518", "490154203237519", "samples: 490154203237519 is not found"),
        ("validator: luhn", "validator: lunh", "validator: Input should be"),
        ("  alone: never", "  alone: sometimes", "alone: Input should be"),
        ("data: device.imei", "data: null", "null for registry numbers"),
    ],
)
def test_a_mistake_is_named(tmp_path, old, new, message):
    text = (RULES / "identifiers.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "identifiers.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RuleDataError, match=rf"identifiers\.yaml: imei: .*{message}"):
        identifiers.parse_identifiers(tmp_path)


def test_a_broken_pattern_is_named(tmp_path):
    shutil.copy(RULES / "identifiers.yaml", tmp_path / "identifiers.yaml")
    path = tmp_path / "identifiers.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace(r"'(?<!\d)\d{15}(?!\d)'", r"'(?<!\d\d{15}'", 1), encoding="utf-8"
    )
    with pytest.raises(RuleDataError, match=r"imei: .*pattern"):
        identifiers.parse_identifiers(tmp_path)
