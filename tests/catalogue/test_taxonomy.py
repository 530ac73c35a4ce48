"""Personal data and permissions: the whole contract is there, and every reference resolves."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from analyzer.catalogue import taxonomy
from analyzer.model import RuleDataError, read_record, record_plain

RULES = Path(__file__).parents[2] / "rules"

CONTRACT = """
device.imei device.meid device.imsi device.iccid device.serial device.mac device.bluetooth_mac device.android_id
device.oaid device.gaid device.idfa device.model device.fingerprint network.ssid network.bssid network.wifi_list
network.ip network.cell location.precise location.coarse location.background contacts sms call_log calendar
phone_number accounts installed_apps running_apps usage_stats clipboard screen notifications camera microphone photos
files sensors body_sensors biometric.face biometric.voice biometric.fingerprint identity.name identity.id_card
identity.passport identity.birthday identity.gender identity.address email bank_card payment account.id
account.password student.number student.national_id student.school student.grade student.score guardian browsing
push_token ad_profile device.vaid device.aaid device.suci health
"""


@pytest.fixture(scope="module")
def data():
    return taxonomy.parse_personal_data(RULES)


@pytest.fixture(scope="module")
def permissions():
    return taxonomy.parse_permissions(RULES)


@pytest.fixture
def copy(tmp_path):
    for name in ("personal_data.yaml", "app_types.yaml", "permissions.yaml"):
        shutil.copy(RULES / name, tmp_path / name)
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_all_ids_of_the_report_contract_are_there(data):
    assert not set(CONTRACT.split()) - data.keys()


def test_every_kind_has_words_in_both_languages(data):
    assert [row.id for row in data.values() if not row.words.zh or not row.words.en] == []


def test_a_word_is_never_both_strong_and_weak(data):
    for row in data.values():
        assert not set(row.words.zh) & set(row.weak_words.zh), row.id
        assert not set(row.words.en) & set(row.weak_words.en), row.id


def test_a_strong_word_names_one_kind_only(data):
    owners: dict[str, list[str]] = {}
    for row in data.values():
        for word in {word.casefold() for word in (*row.words.zh, *row.words.en)}:
            owners.setdefault(word, []).append(row.id)
    assert {word: ids for word, ids in owners.items() if len(ids) > 1} == {}


def test_permissions_of_a_kind_are_in_the_table_and_give_it(data, permissions):
    wrong = [
        (row.id, name)
        for row in data.values()
        for name in row.permissions
        if name not in permissions or row.id not in permissions[name].data
    ]
    assert wrong == []


def test_data_of_a_permission_exist(data, permissions):
    assert [(row.name, item) for row in permissions.values() for item in row.data if item not in data] == []


def test_necessity_comes_from_the_app_types(data):
    assert 19 in data["phone_number"].necessary_for
    assert [row.id for row in data.values() if 19 in row.necessary_for] == ["phone_number"]
    assert data["location.precise"].necessary_for == {1, 2, 22}
    assert data["contacts"].necessary_for == frozenset()


def test_unchangeable_ids_are_hardware_ids(data):
    assert {row.id for row in data.values() if row.unchangeable} == {
        "device.imei", "device.meid", "device.imsi", "device.iccid", "device.serial", "device.mac",
        "device.bluetooth_mac", "device.suci",
    }  # fmt: skip


def test_low_relevance_is_unsure_and_spares_read_phone_state(permissions):
    low = permissions["android.permission.READ_SMS"].low_relevance
    assert low is not None
    assert low.sure == "?"
    assert low.app_types == (19,)
    assert permissions["android.permission.READ_PHONE_STATE"].low_relevance is None
    assert permissions["android.permission.CAMERA"].low_relevance is None


def test_a_special_permission_says_so(permissions):
    usage = permissions["android.permission.PACKAGE_USAGE_STATS"]
    assert usage.special
    assert usage.data == ("usage_stats", "running_apps")


@pytest.mark.parametrize(
    "name",
    ["READ_MEDIA_IMAGES", "READ_MEDIA_VIDEO", "READ_MEDIA_AUDIO", "READ_MEDIA_VISUAL_USER_SELECTED", "BLUETOOTH_SCAN",
     "BLUETOOTH_CONNECT", "POST_NOTIFICATIONS", "FOREGROUND_SERVICE", "FOREGROUND_SERVICE_MICROPHONE", "INTERNET"],
)  # fmt: skip
def test_newer_and_common_permissions_are_known(permissions, name):
    assert f"android.permission.{name}" in permissions


def test_every_function_justifies_something(permissions):
    used = {function for row in permissions.values() for function in row.functions}
    assert set(taxonomy.parse_functions(RULES)) == used
    assert set(taxonomy.parse_permission_groups(RULES)) == {row.group for row in permissions.values()}


def test_rows_survive_the_round_trip_through_json(data, permissions):
    for row in data.values():
        assert read_record(taxonomy.PersonalData, record_plain(row)) == row
    for permission in permissions.values():
        assert read_record(taxonomy.PermissionRule, record_plain(permission)) == permission


def test_necessity_written_in_the_wrong_file_is_an_error(copy):
    edit(copy / "personal_data.yaml", "  category: A11\n", "  category: A11\n  necessary_for: [19]\n")
    with pytest.raises(RuleDataError, match=r"personal_data\.yaml: device\.imei: necessary_for: belongs into"):
        taxonomy.parse_personal_data(copy)


def test_an_app_type_that_needs_unknown_data_is_an_error(copy):
    edit(copy / "app_types.yaml", "necessary: [phone_number]", "necessary: [phone_numbr]")
    with pytest.raises(RuleDataError, match=r"app_types\.yaml: .*unknown data id phone_numbr"):
        taxonomy.parse_personal_data(copy)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    group: calendar", "    group: calender", "group: unknown group calender"),
        ("functions: [class_reminder]", "functions: [class_remind]", "functions: unknown function class_remind"),
        ("    need: common", "    need: often", "need: Input should be"),
        ("    level: dangerous", "    level: risky", "level: Input should be"),
        ("app_types: [19]", "app_type: [19]", "low_relevance: app_types: Field required"),
        ("android.permission.READ_CALENDAR, ", "android.permission.READ_CALENDER, ", "unknown permission"),
    ],
)
def test_a_mistake_in_the_permission_table_is_named(copy, old, new, message):
    edit(copy / "permissions.yaml", old, new)
    with pytest.raises(RuleDataError, match=rf"permissions\.yaml: .*{message}"):
        taxonomy.parse_permissions(copy)
