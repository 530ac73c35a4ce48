"""Single statements: dates, times of answer, rights, sending abroad, children, owner, rows of SDK lists."""

import pytest

from analyzer.catalogue import load_catalogue
from analyzer.policy import policy_facts
from analyzer.policy.text import PolicyText, text_of


def facts(text):
    return policy_facts(PolicyText("p", "0" * 64, text, "zh"), load_catalogue())


def said(text, kind):
    return [row.value for row in facts(text).passages if row.kind == kind]


@pytest.mark.parametrize(("text", "kind", "values"), [
    ("更新日期：2026年3月1日", "updated", ["2026-03-01"]), ("更新时间：2026/1/5；生效时间：2026/1/12。", "effective", ["2026-01-12"]),
    ("自2026年2月6日起生效", "effective", ["2026-02-06"]), ("发布日期：2025年12月", "published", ["2025-12"]), ("更新日期见页首", "updated", []),
    ("我们将在十五个工作日内答复您。", "answer_time", ["15 working days"]), ("我们将在30天内处理您的请求。", "answer_time", ["30 days"]),
    ("退款将在30个工作日内处理到账。", "answer_time", []), ("您可以注销账号。", "right", ["cancel"]), ("请妥善保管。", "right", []),
    ("我们不会向境外提供个人信息。", "cross_border", ["denied"]), ("部分数据会传输到境外。", "cross_border", ["told"]), ("存储于境内。", "cross_border", []),
    ("不满十四周岁的儿童须经监护人同意。", "children", ["under_14", "guardian_consent"]),
    ("我们收集姓名、电话等信息。", "catch_all", ["等信息"]), ("我们收集姓名、电话。", "catch_all", []),
    ("# 墨指打字隐私政策", "app_name", ["墨指打字"]), ("# 隐私政策", "app_name", []), ("# 用户隐私保护政策", "app_name", []),
    ("本应用由江州桥栈示例信息有限公司提供。", "operator", ["江州桥栈示例信息有限公司"]),
    ("推送由每日互动股份有限公司提供。", "operator", []),
])  # fmt: skip
def test_a_statement_is_told_in_a_form_that_can_be_compared(text, kind, values):
    found = said(text, kind)
    assert sorted(found) == sorted(values)


def test_a_permission_without_a_purpose_is_told():
    rows = {
        row.value: row.purpose
        for row in facts("# 权限\n我们申请相机权限。\n麦克风：用于录音").passages
        if row.kind == "permission"
    }
    assert rows["camera"] is False
    assert rows["microphone"] is True


def test_rows_of_a_list_give_name_company_purpose_data_and_link():
    table = "| SDK | 公司 | 用途 | 收集的信息 | 隐私政策链接 |\n|---|---|---|---|---|\n| 极光推送 | 深圳市和讯华谷信息技术有限公司 | 推送 | OAID | https://a.example |\n| 自研组件 | 本公司 | 登录 | 无 | |\n"
    first, second = facts(text_of("p.md", table.encode()).text).third_parties
    assert (first.name, first.sdk, first.company, first.purpose) == (
        "极光推送",
        "jpush",
        "深圳市和讯华谷信息技术有限公司",
        "推送",
    )
    assert (first.data, first.link) == ("OAID", "https://a.example")
    assert (second.name, second.sdk, second.link) == ("自研组件", None, None)


def test_a_table_about_other_things_is_no_list_of_third_parties():
    assert facts("项目\t内容\n运营者\t示例").third_parties == ()


def test_readability_counts_sentences_but_no_rows_and_headings():
    counts = facts("# 标题\n一二三。四五。\n表\t格\n" + "长" * 101 + "。").readability
    assert (counts.sentences, counts.long_sentences, counts.headings, counts.minutes) == (3, 1, 1, 1)
    assert counts.characters_per_sentence == pytest.approx(35.3)


@pytest.mark.parametrize(("text", "expected"), [
    ("## 我们不收集的信息\n- 通讯录\n- 短信\n## 其他\n- 收集手机号", {"contacts": True, "sms": True, "phone_number": False}),
    ("不会收集：\n• 人脸\n权限：相机", {"biometric.face": True}),
    ("我们没有上传功能（我们不读取通讯录），只收集手机号。", {"contacts": True, "phone_number": False}),
    ("我们不从您的设备上收集日历。", {"calendar": True}), ("至于身份证号，我们一概不问。", {"identity.id_card": True}),
    ("不开启则不会访问日历。", {"calendar": False}), ("人脸不采集将影响门禁。", {"biometric.face": False}),
    ("名称\t目的\n相机\t拍摄人脸", {"camera": False}),
])  # fmt: skip
def test_where_a_word_stands_decides_what_it_means(text, expected):
    found = {row.data: row.negated for row in facts(text).declarations if row.data and not row.general}
    assert {name: found.get(name) for name in expected} == expected
    assert "biometric.face" not in found or "biometric.face" in expected


@pytest.mark.parametrize(("text", "sdks"), [
    ("快手联盟，由北京快手科技有限公司提供。", {"kuaishou-ads"}), ("统计由Firebase Crashlytics完成。", {"firebase-crashlytics"}),
    ("订单会产生交易信息。", set()), ("您可以一键登录。", set()), ("推送由极光完成。", {"jpush", "jiguang-core"}),
])  # fmt: skip
def test_an_sdk_is_named_by_its_own_name_only(text, sdks):
    assert {row.sdk for row in facts(text).declarations if row.sdk} == sdks
