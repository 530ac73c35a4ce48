import pytest

from analyzer.catalogue import load_catalogue
from analyzer.policy import policy_facts, read_policy
from analyzer.policy.indexes import company_words
from analyzer.policy.negation import readings, sentences
from analyzer.policy.text import PolicyText


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


@pytest.fixture(scope="module")
def read(catalogue):
    return lambda text: policy_facts(PolicyText("p", "0" * 64, text, "zh"), catalogue)


def meaning(facts):
    """Return {data: said / denied / general} of the declarations."""
    return {
        row.data: "denied" if row.negated else "general" if row.general else "said"
        for row in facts.declarations
        if row.data
    }


@pytest.mark.parametrize(("text", "expected"), [
    ("我们会收集您的手机号。", {"phone_number": "said"}),
    ("我们不会收集您的通讯录。", {"contacts": "denied"}),
    ("我们不会收集您的通讯录、通话记录。", {"contacts": "denied", "call_log": "denied"}),
    ("我们不会收集您的通讯录，通话记录，剪贴板。", {"contacts": "denied", "call_log": "denied", "clipboard": "denied"}),
    ("我们会收集您的手机号，但不会收集您的通讯录。", {"phone_number": "said", "contacts": "denied"}),
    ("我们不会收集您的通讯录，但会收集您的手机号。", {"contacts": "denied", "phone_number": "said"}),
    ("您的通讯录我们绝不会读取。", {"contacts": "denied"}),
    ("本应用不读取IMEI、IMSI。", {"device.imei": "denied", "device.imsi": "denied"}),
    ("使用本应用无需提供身份证号。", {"identity.id_card": "denied"}),
    ("未经您同意，我们不会收集您的通讯录。", {"contacts": "said"}),
    ("如您不提供手机号，将无法注册。", {"phone_number": "said"}),
    ("您可以不提供手机号。", {"phone_number": "said"}),
    ("如果我们不收集OAID，则无法统计。", {"device.oaid": "said"}),
    ("我们不仅收集手机号，还收集OAID。", {"phone_number": "said", "device.oaid": "said"}),
    ("收集的信息包括但不限于手机号。", {"phone_number": "said"}),
    ("我们不会收集除手机号以外的信息。", {"phone_number": "said"}),
    ("拒绝授权通讯录不会影响您使用其他功能。", {"contacts": "said"}),
    ("我们不会使用您的手机号发送营销短信。", {"phone_number": "said"}),
    ("我们不会在后台收集您的经纬度。", {"location.precise": "said"}),
    ("我们不会擅自读取您的通讯录。", {"contacts": "said"}),
    ("我们不会收集与服务无关的通话记录。", {"call_log": "said"}),
    ("未满14周岁的用户使用手机号注册时须经监护人同意。", {"phone_number": "said"}),
    ("我们不会收集剪贴板内容，也不会读取通话记录。", {"clipboard": "denied", "call_log": "denied"}),
    ("无需授权位置权限，我们收集IP地址。", {"network.ip": "said"}),
    ("我们从未收集IMEI；我们收集OAID。", {"device.imei": "denied", "device.oaid": "said"}),
    ("除非获得您的同意，我们不会收集通讯录。", {"contacts": "said"}),
    ("不同用户收集的手机号不同。", {"phone_number": "said"}),
    ("我们收集您的位置信息。", {"location.precise": "said", "location.coarse": "said"}),
    ("请您填写姓名、学校。", {"identity.name": "said", "student.school": "said"}),
    ("联系我们：邮箱：a@example.com，电话：010-12345678。", {}),
    ("请您妥善保管账号和密码。", {"account.password": "general"}),
    ("我们收集以下信息：\n手机号；\n通讯录。", {"phone_number": "said", "contacts": "said"}),
    ("我们会向您发送短信验证码。", {"sms": "general"}),
    ("我们不会用它读取设备识别码。", {"device.imei": "general"}),
    ("我们不会向任何第三方出售您的手机号。", {}),
    ("我们可能收集设备标识符。", {"device.imei": "general", "device.oaid": "general"}),
    # a function is no kind of data, and a purpose names none
    ("我们将信息用于向您提供解析、错题本等服务。", {"student.score": "general"}),
    ("我们收集它是为了与学校的学籍库核对。", {"student.school": "general", "student.national_id": "general"}),
    ("我们收集您的学籍。", {"student.national_id": "said"}),
    ("We do not collect your contacts.", {"contacts": "denied"}),
    ("We collect your phone number and IMEI.", {"phone_number": "said", "device.imei": "said"}),
])  # fmt: skip
def test_what_a_sentence_says(read, text, expected):
    found = meaning(read(text))
    assert {key: found.get(key) for key in expected} == expected
    if not expected:
        assert found == {}


def test_a_declaration_quotes_its_sentence_at_its_place(read):
    text = "第一条 总则。\n我们会收集您的ＯＡＩＤ用于统计。\n完"
    row = next(row for row in read(text).declarations if row.data == "device.oaid")
    assert row.quote == "我们会收集您的ＯＡＩＤ用于统计。"
    assert row.offset == text.index("ＯＡＩＤ")
    assert row.source == "policy"


def test_a_very_long_sentence_is_cut_around_the_word(read):
    row = next(row for row in read("甲" * 900 + "通讯录" + "乙" * 900).declarations if row.data == "contacts")
    assert len(row.quote) <= 242
    assert "通讯录" in row.quote


def test_sdks_and_companies_of_a_list_are_named(read):
    facts = read("极光推送SDK\t深圳市和讯华谷信息技术有限公司\t推送\n友盟统计 SDK，由友盟同欣提供\nbugly")
    sdks = {row.sdk for row in facts.declarations if row.sdk}
    assert {"jpush", "umeng-analytics"} <= sdks
    assert "深圳市和讯华谷信息技术有限公司" in {row.company for row in facts.declarations if row.company}


def test_a_short_common_name_names_no_company():
    assert company_words("Jake Wharton") == ("Jake Wharton",)
    assert company_words("深圳市和讯华谷信息技术有限公司")[-1] == "和讯华谷"
    assert "腾讯" not in company_words("腾讯")


def test_points_are_found_with_quotes_and_what_is_missing_is_said(read, catalogue):
    facts = read("更新日期：2026年1月1日\n联系我们：privacy@example.com\n")
    points = {row.id: row for row in facts.points}
    assert sorted(points) == sorted(catalogue.policy_points)
    assert len(points) == 18
    assert points["POL-01"].found is False
    assert [part.en for part in points["POL-01"].missing] == ["date of effect"]
    whole = {row.id: row for row in read("更新日期：2026年1月1日，生效日期：2026年2月1日").points}["POL-01"]
    assert whole.found is True
    assert whole.quote.startswith("更新日期")
    assert whole.offset == 0


def test_points_of_an_english_policy_are_not_judged(tmp_path, catalogue):
    path = tmp_path / "p.txt"
    path.write_text("We collect your phone number.", encoding="utf-8")
    facts = read_policy(path, catalogue)
    assert {row.found for row in facts.points} == {None}
    assert facts.characters == 29
    assert meaning(facts) == {"phone_number": "said"}


def test_sentences_cover_the_text_without_overlap():
    text = "一。二！三？\n四 a.b 五\nOne. Two. "
    parts = [text[s.start : s.end] for s in sentences(text)]
    assert parts == ["一。", "二！", "三？", "四 a.b 五", "One.", "Two. "]


def test_readings_cover_a_sentence():
    sentence = "我们不会收集除手机号以外的信息，谢谢"
    covered = readings(sentence)
    assert covered[0].start == 0
    assert covered[-1].end == len(sentence)


def test_wording_of_interest_is_quoted_with_its_place(read):
    text = "总则。\n登录即表示同意本政策。\n登录不代表同意。"
    assert [(row.kind, row.value, row.found_in) for row in read(text).wording if row.kind == "use_means_consent"] == [
        ("use_means_consent", "登录即表示同意本政策。", "policy @4")
    ]
