import copy
from datetime import date

import pytest

from analyzer.judge.filing import validate_filing
from analyzer.judge.usage_form import usage_number, validate_usage

TODAY = date(2026, 11, 22)
GOOD = {
    "schema": "eduaudit.filing/1",
    "unit": {
        "legal_name": "晨光教育科技有限公司",
        "uscc": "91350100M000100Y43",
        "region": "350100",
        "contact_name": "测试",
        "contact_phone": "13800138000",
    },
    "system": {"name": "晨光平台", "icp": "闽ICP备12345678号", "mlps": "35010099001-00001"},
    "app": {"name": "晨光学习", "package": "cn.example.study", "category": "learning"},
}
USE = {
    "institution": {
        "legal_name": "第一中学",
        "uscc": "91350100M000100Y43",
        "department": "教务处",
        "contact_name": "测试",
    },
    "app": {"number": "教APP备 3500001号"},
    "use": {"mode": "required", "origin": "self_chosen", "decision": "办公会纪要"},
}


def codes(document, today=TODAY, check=validate_filing):
    return {row.pointer: (row.code, row.level) for row in check(document, today=today)}


def with_(document, **blocks):
    made = copy.deepcopy(document)
    for name, values in blocks.items():
        made[name].update(values)
    return made


def test_a_good_filing_has_nothing_against_it():
    assert codes(GOOD) == {}
    assert codes(USE, check=validate_usage) == {}


@pytest.mark.parametrize(
    ("blocks", "pointer", "expected"),
    [
        ({"system": {"mlps_level": 1}}, "/system/mlps_level", ("mlps_level", "warning")),
        ({"system": {"mlps_date": "2026-11-23"}}, "/system/mlps_date", ("future", "error")),
        ({"system": {"mlps_date": "2023-01-01"}}, "/system/mlps_date", ("mlps_old", "warning")),
        (
            {"system": {"mlps_level": 3, "mlps_report_date": "2025-11-01"}},
            "/system/mlps_report_date",
            ("mlps_report_old", "warning"),
        ),
        ({"system": {"mlps_level": 3}}, "/system/mlps_report", ("mlps_report", "warning")),
        ({"system": {"outsourced": True}}, "/system/third_party_developer", ("required", "error")),
        (
            {"system": {"miit_app_filing": "闽ICP备87654321号-2A"}},
            "/system/miit_app_filing",
            ("miit_other_subject", "warning"),
        ),
        (
            {"app": {"category": "subject_tutoring", "tutoring_licence": "x", "stages": ["preschool"]}},
            "/app/stages",
            ("preschool_training", "error"),
        ),
        (
            {"app": {"use_mode": "required", "charges": True, "charge_method": "x"}},
            "/app/charges",
            ("required_use_charges", "warning"),
        ),
        ({"app": {"user_groups": ["students"], "contains": ["ads"]}}, "/app/contains", ("minors_content", "warning")),
        ({"app": {"name": "晨光\u202e学习"}}, "/app/name", ("characters", "error")),
        ({"app": {"name": "🎒🎒"}}, "/app/name", ("name", "error")),
        ({"app": {"name": "晨光🎒"}}, "/app/name", ("name_symbols", "warning")),
        ({"app": {"name": "学" * 201}}, "/app/name", ("too_long", "error")),
        ({"app": {"signer_sha256": "ab"}}, "/app/signer_sha256", ("signer_sha256", "error")),
    ],
)
def test_what_stands_against_a_filing_is_named(blocks, pointer, expected):
    assert codes(with_(GOOD, **blocks)) == {pointer: expected}


@pytest.mark.parametrize("name", ["𠮷野教育", "龘𪚥学堂", "㐀〇课堂", "Ａ１学习", "École"])
def test_rare_characters_of_a_name_are_letters_like_any_other(name):
    assert codes(with_(GOOD, app={"name": name})) == {}


@pytest.mark.parametrize(
    ("blocks", "pointer", "code"),
    [
        ({"use": {"charges": True, "charge_basis": "x"}}, "/use/charges", "required_use_charges"),
        ({"use": {"mode": "recommended", "charges": True}}, "/use/charge_basis", "required"),
        ({"use": {"mode": "forced"}}, "/use/mode", "code"),
        ({"use": {"origin": "imposed"}}, "/use/imposed_by", "required"),
        ({"use": {"origin": "self_built"}}, "/provider", "required"),
        ({"use": {"decision": None}}, "/use/decision", "required"),
        ({"use": {"decision_date": "2027-01-01"}}, "/use/decision_date", "future"),
        ({"use": {"biometrics": True}}, "/use/opinions_collected", "opinions"),
        ({"app": {"last_updated": "2026-01-01"}}, "/app/last_updated", "stale"),
        ({"app": {"number": "备案号一"}}, "/app/number", "edu_filing"),
        ({"institution": {"uscc": "91350100M000100Y44"}}, "/institution/uscc", "uscc_checksum"),
        ({"institution": {"colour": "red"}}, "/institution/colour", "unknown_key"),
    ],
)
def test_what_stands_against_a_school_s_filing_is_named(blocks, pointer, code):
    found = codes(with_(USE, **blocks), check=validate_usage)
    assert found[pointer][0] == code


def test_the_number_of_a_picked_app_is_read_in_every_spelling():
    assert usage_number(USE) == "教APP备3500001号"
    assert usage_number({"app": {}}) is None
