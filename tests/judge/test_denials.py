"""Which sentences of a policy deny a collection so plainly that traffic can prove the contrary."""

from dataclasses import replace

import pytest

from analyzer.judge import judge
from analyzer.judge.denials import is_plain

PLAIN = (
    "我们不收集IMEI。",
    "本客户端不会读取您的通讯录。",
    "我们从不获取位置信息，也不扫描已安装的应用。",
    "We do not collect your location.",
    "The app never reads contacts.",
)
NARROWED = (
    "未经您同意，我们不会收集您的位置信息。",
    "如果您拒绝授权，我们不会收集位置信息。",
    "我们仅处理IP地址，不收集其他信息。",
    "除邮箱之外，我们不会收集您的任何身份信息。",
    "我们不会在您关闭该功能之后继续读取剪贴板。",
    "我们不会将手机号用于注册以外的目的，也不收集身份证。",
    "我们不收集位置，但会收集设备型号。",
    "说明无须提供任何证件。",
    "头像由学校同步，无需从相册选择。",
    "We do not collect your location unless you agree.",
    "Without your consent we never read contacts.",
)


@pytest.mark.parametrize("sentence", PLAIN)
def test_a_sentence_without_a_condition_is_plain(sentence):
    assert is_plain(sentence)


@pytest.mark.parametrize("sentence", NARROWED)
def test_a_condition_an_exception_or_another_verb_is_for_a_reader(sentence):
    assert not is_plain(sentence)


@pytest.mark.parametrize(
    ("sentence", "status", "severity", "said"),
    [("我们不读取IMEI。", "proven", "high", "属实证"), ("未经同意不读取IMEI。", "suspected", "medium", "人工核对原句")],
)
def test_only_a_plain_denial_is_proven_wrong_by_what_was_sent(build, catalogue, sentence, status, severity, said):
    """The sending is proven in both; what the sentence means, only in the first."""
    denial = [replace(row, quote=sentence) for row in build.said("device.imei", negated=True)]
    facts = build.facts(traffic=build.traffic(build.sent("device.imei")), policy=build.policy(*denial))
    (finding,) = [row for row in judge(facts, catalogue).findings if row.rule == "DISCLOSURE.DENIED_BUT_SENT"]
    assert (finding.status, finding.severity) == (status, severity)
    assert said in finding.explanation.zh
