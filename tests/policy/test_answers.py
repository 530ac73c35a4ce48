"""Answers that say of data what their question names, and denials that stand behind what they deny."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.catalogue import load_catalogue
from analyzer.policy import policy_facts
from analyzer.policy.answers import verdict
from analyzer.policy.negation import readings
from analyzer.policy.text import text_of

CATALOGUE = load_catalogue()


def read(text):
    facts = policy_facts(text_of("a.md", text.encode()), CATALOGUE)
    rows = [row for row in facts.declarations if row.data and not row.general]
    return {row.data for row in rows if not row.negated}, {row.data for row in rows if row.negated}


@pytest.mark.parametrize(
    ("text", "said", "denied"),
    [
        ("问：你们会不会读我的通讯录？\n答：从来不看。", set(), {"contacts"}),
        ("**问：通话记录、短信内容呢？**\n答：统统不碰。", set(), {"call_log", "sms"}),
        ("要不要身份证号？不要。", set(), {"identity.id_card"}),
        ("会不会看我的相册？\n答：除非您自己换头像，否则不会。", {"photos", "account.profile"}, set()),
        # who sees it, or how, is another question
        ("别人看得到我的成绩吗？\n答：看不到。", set(), set()),
        ("会不会一直读取位置？\n答：不会，只在您点地图时读取位置。", {"location.coarse", "location.precise"}, set()),
        ("会收集手机号吗？\n答：这要看学校。", set(), set()),
    ],
)
def test_an_answer_says_of_data_what_its_question_names(text, said, denied):
    assert read(text) == (said, denied)


def test_the_answer_quotes_the_question_and_stands_where_the_answer_stands():
    text = "问：会不会读通讯录？\n答：不会。"
    row = next(r for r in policy_facts(text_of("a.md", text.encode()), CATALOGUE).declarations if r.negated)
    assert row.quote == "问：会不会读通讯录？ 答：不会。"
    assert row.offset == text.index("答")


@pytest.mark.parametrize(
    ("sentence", "said", "denied"),
    [
        ("我们不会获知您的银行卡号及支付密码。", set(), {"bank_card", "account.password"}),
        ("日历、通讯录，我们没写过读这些的代码。", set(), {"calendar", "contacts"}),
        ("IMEI我们已经不用了。", set(), {"device.imei"}),
        ("我们不建立用于广告的用户画像。", set(), {"ad_profile"}),
        ("IP地址无法不收集，因为没有它连不上。", {"network.ip"}, set()),
        ("我们不仅不收集身份证号，也不收集银行卡号。", set(), {"identity.id_card", "bank_card"}),
        ("教师可以查看学生的姓名，看不到身份证号。", {"identity.name"}, set()),
        ("需要您上传一张证件照。不上传的，证书上不印照片。", {"photos"}, set()),
        ("采集设备标识（IMEI/IDFA）与应用列表。", {"device.imei", "device.idfa", "installed_apps"}, set()),
        ("我们收集唯一设备标识符（Android ID、OAID）。", {"device.android_id", "device.oaid"}, set()),
    ],
)
def test_denials_behind_and_before_what_they_deny(sentence, said, denied):
    assert read(sentence) == (said, denied)


@pytest.mark.parametrize(
    ("text", "sdks"),
    [
        ("它会拿到一个推送用的编号。", set()),
        ("推送由个推负责。", {"getui-push"}),
        ("检查您是否装有高德地图。", set()),
        ("隐私政策见 https://geetest.example/privacy", set()),
        ("你的银行卡号在支付宝那边，我们看不着。", {"alipay-sdk"}),
    ],
)
def test_what_only_looks_like_an_sdk_is_none(text, sdks):
    found = {row.sdk for row in policy_facts(text_of("a.md", text.encode()), CATALOGUE).declarations if row.sdk}
    assert sdks <= found
    assert bool(found) is bool(sdks)


@given(st.text(alphabet="不会没有读看要IMEI，。、（）通讯录我们除外之", max_size=40))
def test_the_stretches_of_any_sentence_follow_one_another(sentence):
    found = readings(sentence)
    assert all(row.start <= row.end for row in found)
    assert all(one.end <= two.start for one, two in itertools.pairwise(found))
    assert {row.meant for row in found} <= {"said", "denied", "unshared", "disclaimed"}


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_verdict_is_one_of_three(question, answer):
    assert verdict(question, answer) in {"said", "denied", None}
