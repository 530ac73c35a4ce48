import json

import pytest

from analyzer.model import UnreadableInputError
from proxy_addons.marks import Mark, append_mark, read_marks
from proxy_addons.profile import doubtful, read_profile
from proxy_addons.testvalues import new_profile

IDS = frozenset(
    {
        "device.imei",
        "device.mac",
        "phone_number",
        "location.precise",
        "account.id",
        "identity.gender",
        "identity.name",
        "email",
        "student.number",
        "clipboard",
        "contacts",
        "network.ssid",
        "device.android_id",
    }
)
GOOD = """profile: 1
name: 一号机
values:
  device.imei: [490154203237518]
  device.mac: ["00:DB:96:D2:80:79"]
  location.precise: ["31.2304,121.4737"]
keys: {vendor: k1}
"""


def read(tmp_path, text, name="p.yaml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_profile(path, IDS)


def test_values_are_the_text_that_was_written(tmp_path):
    profile = read(tmp_path, GOOD.replace("490154203237518", "0490154203237518"))
    assert profile.name == "一号机"
    assert profile.values["device.imei"] == ("0490154203237518",)
    assert dict(profile.keys) == {"vendor": "k1"}


def test_json_with_tabs_is_a_profile_too(tmp_path):
    text = json.dumps({"profile": 1, "name": "x", "values": {"device.imei": ["490154203237518"]}}, indent="\t")
    assert read(tmp_path, text, "p.json").values["device.imei"] == ("490154203237518",)


@pytest.mark.parametrize(
    ("change", "line", "why"),
    [
        (("keys:", "kes:"), 7, "unknown key: kes"),
        (("device.imei", "device.imey"), 4, "unknown personal-data id: device.imey"),
        (("[490154203237518]", "[]"), 4, "empty value"),
        (("[490154203237518]", '[""]'), 4, "empty value"),
        (("[490154203237518]", "[~]"), 4, "empty value"),
        (("[490154203237518]", "490154203237518"), 4, "a list is expected"),
        (("[490154203237518]", "[490154203237518, 490154203237518]"), 4, "twice"),
        (("[490154203237518]", "[imei]"), 4, "malformed"),
        (("[490154203237518]", "['000000000000000']"), 4, "placeholder"),
        (("00:DB:96:D2:80:79", "02:00:00:00:00:00"), 5, "placeholder"),
        (("00:DB:96:D2:80:79", "00:DB"), 5, "malformed"),
        (("31.2304,121.4737", "121.4737,31.2304"), 6, "latitude,longitude"),
        (("31.2304,121.4737", "Shanghai"), 6, "latitude,longitude"),
        (("profile: 1", "profile: 2"), 1, "only version 1"),
        (("name: 一号机", "name:"), 2, "empty value"),
        (("  device.mac", "  device.imei"), 5, "given twice"),
        (("keys: {vendor: k1}", "keys: {vendor: }"), 7, "empty value"),
        (("values:", "values: ["), 3, "YAML"),
    ],
)
def test_errors_name_file_and_line(tmp_path, change, line, why):
    with pytest.raises(UnreadableInputError, match=why) as raised:
        read(tmp_path, GOOD.replace(*change))
    assert raised.value.path.startswith(str(tmp_path / "p.yaml"))
    if why != "YAML":
        assert raised.value.path.endswith(f":{line}")


@pytest.mark.parametrize(
    "text", ["", "# only a comment\n", "[]", "x", "profile: 1\nname: a\n", "profile: 1\nname: a\nvalues: {}\n", "\x00"]
)
def test_an_empty_or_foreign_file_is_told(tmp_path, text):
    with pytest.raises(UnreadableInputError):
        read(tmp_path, text)


def test_wrong_check_digits_and_short_values_are_warnings(tmp_path):
    profile = read(tmp_path, GOOD.replace("490154203237518", "490154203237519"))
    assert "p.yaml:4: device.imei:" in profile.warnings[0]
    assert doubtful("identity.gender", "女") is not None
    assert doubtful("device.imei", "490154203237518") is None


def test_a_value_under_two_kinds_is_a_warning(tmp_path):
    text = "profile: 1\nname: a\nvalues:\n  phone_number: ['13912345678']\n  account.id: ['13912345678']\n"
    assert "told apart by key name only" in read(tmp_path, text).warnings[0]


def test_a_new_profile_is_in_order_and_never_the_same(tmp_path, catalogue):
    path = tmp_path / "new.yaml"
    path.write_text(new_profile("x"), encoding="utf-8")
    profile = read_profile(path, frozenset(catalogue.personal_data))
    assert profile.warnings == ()
    assert new_profile("x") != new_profile("x")


def marks_of(tmp_path, text, **kwargs):
    path = tmp_path / "m.jsonl"
    path.write_text(text, encoding="utf-8")
    return read_marks(path, **kwargs)


def test_marks_in_epoch_seconds_and_iso(tmp_path):
    text = '{"time": 1785549700, "mark": "agreed", "note": "home"}\n\n{"time": "2026-08-01T10:00:00+08:00", "mark": "first_start"}\n'
    assert marks_of(tmp_path, text) == (Mark(1785549600.0, "first_start"), Mark(1785549700.0, "agreed", "home"))


def test_a_mark_that_was_appended_is_read_back(tmp_path):
    path = tmp_path / "m.jsonl"
    append_mark(path, Mark(5.5, "function", "拍照搜题"))
    append_mark(path, Mark(5.5, "agreed"))
    assert read_marks(path) == (Mark(5.5, "function", "拍照搜题"), Mark(5.5, "agreed"))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('{"time": 1, "mark": "agree"}', "unknown mark"),
        ('{"time": 1, "mark": "agreed", "x": 1}', "unknown key: x"),
        ('{"mark": "agreed"}', "ISO 8601"),
        ('{"time": 1700000000000, "mark": "agreed"}', "not milliseconds"),
        ('{"time": "soon", "mark": "agreed"}', "ISO 8601"),
        ("[]", "JSON"),
        ("{", "JSON"),
        ('{"time": NaN, "mark": "agreed"}', "epoch"),
    ],
)
def test_a_wrong_mark_is_named_with_its_line(tmp_path, line, why):
    with pytest.raises(UnreadableInputError, match=why) as raised:
        marks_of(tmp_path, '{"time": 1, "mark": "agreed"}\n' + line + "\n")
    assert raised.value.path.endswith("m.jsonl:2")


def test_a_last_line_cut_by_a_crash_is_left_out_only_where_that_may_be(tmp_path):
    text = '{"time": 1, "mark": "agreed"}\n{"time": 2, "ma'
    assert marks_of(tmp_path, text, may_be_cut=True) == (Mark(1.0, "agreed"),)
    with pytest.raises(UnreadableInputError):
        marks_of(tmp_path, text)
