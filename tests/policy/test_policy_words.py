"""The vocabulary of policies: spellings of one word, expressions that hold a word and name nothing, denials."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.catalogue import load_catalogue
from analyzer.policy import policy_facts
from analyzer.policy.text import text_of
from analyzer.policy.words import WordIndex, fold, spellings

CATALOGUE = load_catalogue()


def meant(sentence, head="# 隐私政策\n"):
    """What one sentence says of each kind of data: said, denied or general."""
    read = text_of("one.md", (head + sentence + "\n").encode())
    rows = policy_facts(read, CATALOGUE).declarations
    return {row.data: "denied" if row.negated else "general" if row.general else "said" for row in rows if row.data}


def test_one_word_is_found_in_every_usual_spelling():
    index = WordIndex({"ssid": ["WiFi名称"], "uid": ["账户ID"]})
    for text in ("wifi名称", "Wi-Fi 名称", "WLAN名称", "ｗｉｆｉ名称"):
        assert [hit.ids for hit in index.find(fold(text))] == [("ssid",)], text
    assert [hit.ids for hit in index.find(fold("帐户 ID"))] == [("uid",)]


@given(st.text(alphabet="账户wifi位置 a1", max_size=12))
def test_a_word_is_among_its_own_spellings_and_none_is_shorter_than_its_signs(word):
    found = spellings(word)
    assert word in found
    assert all(one.replace(" ", "").replace("-", "") for one in found) or not word.strip()


def test_an_expression_that_names_nothing_holds_a_word_of_its_own_kind():
    for key, row in CATALOGUE.personal_data.items():
        words = [
            fold(w)
            for words in (row.words.zh, row.words.en, row.compound_words, row.weak_words.zh, row.weak_words.en)
            for w in (*words, *row.item_words)
        ]
        for expression in map(fold, row.not_words):
            assert any(word in expression and word != expression for word in words), (key, expression)
            assert expression not in words, (key, expression)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("您可以在班级圈发布照片，我们会收集您上传的照片。", {"student.grade": None, "photos": "said"}),
        ("我们会收集您所在的年级和班级。", {"student.grade": "said"}),
        ("您可以通过短信登录，我们会收集手机号。", {"sms": None, "phone_number": "said"}),
        ("我们会收集设备名称、处理器型号、剩余存储和时区。", {"device.model": "said", "device.fingerprint": "said"}),
        ("系统会采集 Wi-Fi 扫描列表、IP 属地。", {"network.wifi_list": "said", "network.ip": "said"}),
        ("我们会记录您的学情数据与搜索关键词。", {"student.score": "said", "browsing": "said"}),
        ("教师上传学生的考勤与成绩。", {"student.score": "said"}),
        ("ACCESS_FINE_LOCATION：用于考勤，需要您授权", {"location.precise": "said"}),
        # denials
        ("我们不读您的短信，也不翻看相册。", {"sms": "denied", "photos": "denied"}),
        ("您的身份证号和银行卡号，我们从不索取。", {"identity.id_card": "denied", "bank_card": "denied"}),
        ("学生的人脸、指纹不在采集范围之内。", {"biometric.face": "denied", "biometric.fingerprint": "denied"}),
        ("我们不会获得您的面容或指纹数据。", {"biometric.face": "denied", "biometric.fingerprint": "denied"}),
        ("除非法律另有规定，我们不会采集您的人脸信息。", {"biometric.face": "denied"}),
        # one moment, manner or receiver only: nothing is denied
        ("在您同意本政策之前，我们不会收集IMEI。", {"device.imei": "said"}),
        ("我们没有获得您的授权前，不会读取相册。", {"photos": "said"}),
        ("我们不会超范围收集位置信息。", {"location.coarse": "said"}),
        ("我们不会向广告商提供学生的姓名。", {"identity.name": None}),
        ("我们会尽力保护您的密码和身份证号。", {"account.password": "general", "identity.id_card": "general"}),
    ],
)
def test_what_a_sentence_says_of_its_kinds(sentence, expected):
    found = meant(sentence)
    assert {key: found.get(key) for key in expected} == expected


def test_a_heading_that_asks_for_nothing_denies_its_entries_and_leaves_full_sentences_alone():
    head = "# 隐私政策\n## 一、哪些信息我们不要\n"
    assert meant("- 通话记录", head) == {"call_log": "denied"}
    assert meant("为了签到，我们只会在您点击时收集您的精确位置。", head) == {"location.precise": "said"}
