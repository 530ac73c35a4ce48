import copy
import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.judge.filing import filing_schema, read_filing, validate_filing
from analyzer.model import UnreadableInputError

GOOD = {
    "schema": "eduaudit.filing/1",
    "unit": {
        "legal_name": "示例教育科技有限公司", "uscc": "91350100M000100Y43", "unit_type": "enterprise", "region": "110108",
        "contact_name": "王某", "contact_phone": "010-12345678", "contact_email": "contact@example.com",
    },
    "system": {"name": "示例学习平台", "domains": ["example.cn"], "ips": ["192.0.2.1"], "icp": "京ICP备12345678号-1", "miit_app_filing": "京ICP备12345678号-2A", "mlps": "11010812345-00001", "mlps_level": 2, "mlps_date": "2025-03-01"},
    "app": {
        "name": "示例学习", "platform": "android", "package": "cn.example.study", "signer_md5": ":".join(["AB"] * 16), "version_name": "1.0",
        "category": "learning", "stages": ["primary"], "user_groups": ["students"], "use_mode": "recommended", "charges": False,
        "app_types": [19], "personal_data": ["phone_number"], "permissions": [], "edu_filing": "教APP备1100001号",
    },
}  # fmt: skip


def changed(pointer, value):
    data = copy.deepcopy(GOOD)
    *path, last = pointer.split("/")[1:]
    target = data
    for part in path:
        target = target.setdefault(part, {})
    if value is None:
        target.pop(last, None)
    else:
        target[last] = value
    return data


def test_a_good_filing_has_no_problem_and_fits_the_published_schema():
    assert validate_filing(GOOD) == []
    jsonschema.Draft202012Validator(filing_schema()).validate(GOOD)


@pytest.mark.parametrize(("pointer", "value", "code"), [
    ("/unit/uscc", "91350100M000100Y44", "uscc_checksum"),
    ("/unit/uscc", "91350100M000100Y4", "uscc_format"),
    ("/unit/uscc", None, "required"),
    ("/unit/legal_name", "  ", "empty"),
    ("/unit/region", "北京", "region"),
    ("/unit/unit_type", "club", "code"),
    ("/unit/contact_phone", "12345", "phone"),
    ("/unit/contact_email", "a@b", "email"),
    ("/unit/adress", "x", "unknown_key"),
    ("/unit/legal_name", "长" * 201, "too_long"),
    ("/system/icp", "京ICP12345678", "icp"),
    ("/system/icp", None, "required"),
    ("/system/miit_app_filing", "京ICP备12345678号", "miit_app"),
    ("/system/mlps", "1101081234-00001", "mlps"),
    ("/system/domains", ["https://example.cn/a"], "domain"),
    ("/system/ips", ["300.1.1.1"], "ip"),
    ("/app/package", "study", "package"),
    ("/app/package", 7, "type"),
    ("/app/signer_md5", "zz", "signer_md5"),
    ("/app/edu_filing", "教APP备11号", "edu_filing"),
    ("/app/stages", ["kindergarten"], "code"),
    ("/app/category", "games", "code"),
    ("/app/category", "subject_tutoring", "required"),
    ("/app/use_mode", "forced", "code"),
    ("/app/contains", ["dogs"], "code"),
    ("/app/app_types", [40], "type"),
    ("/app/personal_data", ["device.unknown"], "data_id"),
    ("/app/charges", True, "required"),
    ("/app/privacy_policy_url", "javascript:alert(1)", "format"),
])  # fmt: skip
def test_a_wrong_field_is_named_with_what_to_do(pointer, value, code):
    found = validate_filing(changed(pointer, value))
    assert [row.code for row in found] == [code]
    row = found[0]
    assert row.level == "error"
    assert row.message.zh
    assert row.message.en
    assert row.suggestion.zh
    assert row.suggestion.en
    assert row.pointer.startswith(pointer.rsplit("/", 1)[0])


@pytest.mark.parametrize(("pointer", "value"), [
    ("/app/edu_filing", "教APP备5100118号"), ("/app/edu_filing", "教APP备110213号"), ("/system/icp", "沪ICP备12345678号"), ("/unit/region", "990000"),
])  # fmt: skip
def test_a_number_of_another_province_is_only_a_warning(pointer, value):
    assert [(row.pointer, row.level) for row in validate_filing(changed(pointer, value))] == [(pointer, "warning")]


def test_second_names_of_provinces_are_known():
    data = changed("/system/icp", "蜀ICP备12345678号")
    data["unit"]["region"], data["app"]["edu_filing"], data["system"]["miit_app_filing"] = (
        "510100",
        "教APP备5100118号",
        "川ICP备12345678号-1A",
    )
    assert validate_filing(data) == []


@pytest.mark.parametrize("data", [[], "x", None, 3, {"unit": 3, "app": []}, {"unit": {"uscc": ["x"]}}])
def test_a_filing_of_another_shape_is_told_not_crashed(data):
    found = validate_filing(data)
    assert found
    assert all(row.level == "error" for row in found)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["unit", "system", "app", "uscc", "domains", "x"]) | st.text(max_size=3), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(data=json_values)
def test_no_json_makes_the_validator_fail(data):
    found = validate_filing(data)
    assert [row.pointer for row in found] == sorted(row.pointer for row in found)


def test_reading_gives_the_facts_to_compare(tmp_path):
    path = tmp_path / "f.json"
    path.write_text("\ufeff" + json.dumps(GOOD, ensure_ascii=False), encoding="utf-8")
    facts = read_filing(path)
    assert (facts.package, facts.signer_md5, facts.use_mode, facts.app_types) == (
        "cn.example.study",
        "ab" * 16,
        "recommended",
        (19,),
    )
    assert facts.permissions == ()
    assert facts.sdks is None
    assert facts.mlps == "11010812345-00001"


def test_a_draft_may_lack_fields(tmp_path):
    path = tmp_path / "f.json"
    path.write_text('{"app": {"package": "cn.example.study"}}', encoding="utf-8")
    assert read_filing(path).package == "cn.example.study"


@pytest.mark.parametrize(("text", "why"), [
    ("{", "is not JSON"), ("[1]", "a JSON object"), ('{"unit": {"uscc": "91350100M000100Y44"}}', "/unit/uscc: the check character"),
    ('{"app": {"pakage": "x"}}', "/app/pakage: unknown key"), ('{"app": {"package": NaN}}', "/app/package"), ("[" * 100_000, "nested too deeply"),
])  # fmt: skip
def test_a_filing_that_cannot_be_read_says_file_and_field(tmp_path, text, why):
    path = tmp_path / "f.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableInputError) as caught:
        read_filing(path)
    assert str(path) in str(caught.value)
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_or_binary_filing_is_one_line(tmp_path):
    with pytest.raises(UnreadableInputError, match="No such file"):
        read_filing(tmp_path / "none.json")
    path = tmp_path / "f.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UnreadableInputError, match="UTF-8"):
        read_filing(path)
