"""Wording of interest: sentences that call for a look, and their honest neighbours that do not."""

import pytest

from analyzer.catalogue import load_catalogue
from analyzer.policy.points import read_points
from analyzer.policy.wording import read_wording


def kinds(text):
    return {row.kind for row in read_wording(text, load_catalogue().vocabularies)}


@pytest.mark.parametrize(
    ("kind", "calling", "silent"),
    [
        (
            "use_means_consent",
            "您下载、安装、使用本应用，即视为您已阅读并同意本政策。",
            "您点击“同意”即表示您已阅读并同意本政策。",
        ),
        ("use_means_consent", "登录即代表您同意本政策。", "您的使用情况表明课程难度合适。"),
        ("personalised_push", "我们会为您进行个性化推荐。", "我们不使用您的个人信息进行个性化推荐。"),
        ("personalised_push", "首页的猜你喜欢根据浏览记录生成。", "我们不进行个性化推荐和定向推送。"),
        ("third_party_list", "我们接入的SDK见下表。", "合作伙伴包括为我们提供技术支持的公司。"),
        ("third_party_list", "合作伙伴的名称详见我们网站。", "我们会要求合作伙伴采取保密措施。"),
        ("third_party_list", "请阅读《信息共享目录》。", "请阅读《用户协议》。"),
        ("refusal_blocks", "如您拒绝提供，将无法使用本应用。", "如您拒绝，无法使用口语评测，其他功能不受影响。"),
        ("answer_time", "我们将在30个工作日内答复您的请求。", "退款在30个工作日内到账。"),
        ("unreasonable_cancellation", "您可以联系学校管理员申请注销账号。", "您可以在“我的”中注销账号。"),
        ("unreasonable_cancellation", "请提供手持身份证照片。", "注销无需提供手持身份证照片。"),
    ],
)
def test_a_sentence_and_its_honest_neighbour(kind, calling, silent):
    assert kind in kinds(calling)
    assert kind not in kinds(silent)


@pytest.mark.parametrize(
    "text",
    [
        "我们接入了某某SDK，提供方为某某公司，用于统计，涉及设备型号，其隐私政策见网站。",
        "第三方SDK目录。某某公司。个人信息种类：设备型号。隐私政策链接：http://example.com/",
    ],
)
def test_one_sdk_with_its_particulars_is_a_list(text):
    points = {row.id: row for row in read_points(text, "zh", load_catalogue().policy_points)}
    assert points["POL-06"].found


def test_each_part_with_a_check_of_its_own_names_an_existing_one():
    catalogue = load_catalogue()
    named = {group.check for point in catalogue.policy_points.values() for group in point.groups if group.check}
    assert named == {"RIGHTS.WITHDRAW_MISSING", "RIGHTS.CANCEL_MISSING", "RIGHTS.COMPLAINT_MISSING"}
    assert named <= set(catalogue.checks)
