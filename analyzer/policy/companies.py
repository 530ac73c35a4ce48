"""Which SDK a policy means where it names only the company and what its service is for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from analyzer.catalogue.sdks import SdkRule

_SERVES: Mapping[str, re.Pattern[str]] = {
    key: re.compile(words)
    for key, words in {
        "push": r"推送|消息提醒|消息通知|系统通知|厂商通道|push",
        "analytics": r"统计|数据分析|使用分析|行为分析|埋点|分析(?:使用|用户|功能)|点得多",
        "crash": r"崩溃|异常|稳定性|性能监控|闪退|卡顿|卡不卡|报错|crash",
        "login": r"一键登录|登录|号码认证|号码校验|本机号码",
        "social": r"分享",
        "payment": r"支付|付款|收款|缴费|充值|收钱|收银|扣款|结算",
        "location": r"定位|位置",
        "map": r"地图|导航",
        "im": r"即时通讯|即时通信|聊天|群聊|消息收发",
        "rtc": r"直播|音视频|连麦|语音通话|视频通话|实时音|通话",
        "video": r"点播|视频播放|播放器",
        "speech": r"语音评测|语音识别|语音合成|语音转|口语|发音|朗读|跟读|打分|评测",
        "ocr": r"文字识别|图像识别|拍照识别|识别文字|题目识别|识题|ocr",
        "face": r"人脸|活体|实人",
        "risk_control": r"风险|风控|反作弊|滑动验证|滑块|行为验证|(?<!短信)验证码|安全验证|人机验证|作弊",
        "advertising": r"广告",
        "attribution": r"归因|渠道统计|渠道来源",
        "cloud": r"云存储|对象存储|存储|存放|存(?:照片|图片|作业|视频|文件|录像)|图床|cdn|加速|放在|托管",
        "other": r"客服|工单|在线咨询",
    }.items()
}
"""Category of an SDK → words of a purpose (`fold`-ed)."""


BRANDS: Mapping[str, tuple[str, ...]] = {
    brand: tuple(vendors.split("、"))
    for brand, vendors in {
        "小米": "北京小米移动软件有限公司",
        "华为": "华为终端有限公司",
        "荣耀": "荣耀终端股份有限公司",
        "oppo": "广东欢太科技有限公司（OPPO）",
        "vivo": "维沃移动通信有限公司",
        "魅族": "珠海市魅族科技有限公司",
        "阿里云": "阿里云计算有限公司",
        "阿里": "阿里云计算有限公司",
        "腾讯云": "腾讯云计算（北京）有限责任公司、深圳市腾讯计算机系统有限公司",
        "腾讯": "深圳市腾讯计算机系统有限公司、腾讯云计算（北京）有限责任公司",
        "百度": "百度在线网络技术（北京）有限公司",
        "百度智能云": "百度在线网络技术（北京）有限公司",
        "华为云": "华为云计算技术有限公司",
        "网易": "网易（杭州）网络有限公司、杭州网易智企科技有限公司",
        "火山引擎": "北京火山引擎科技有限公司",
        "字节跳动": "北京火山引擎科技有限公司、北京巨量引擎网络技术有限公司",
        "友盟": "友盟同欣（北京）科技有限公司",
        "极光": "深圳市和讯华谷信息技术有限公司",
        "个推": "每日互动股份有限公司",
        "中国移动": "中国移动通信集团（中移互联网有限公司）",
        "中国联通": "联通在线信息科技有限公司",
        "中国电信": "天翼数字生活科技有限公司",
        "谷歌": "Google LLC",
        "google": "Google LLC",
        "京东": "北京京东世纪贸易有限公司",
        "快手": "北京快手科技有限公司",
        "mob": "上海掌之淘信息技术有限公司（MobTech 袤博）",
    }.items()
}
"""A name by which texts call a vendor (`fold`-ed): it tells which SDK is meant only beside a purpose."""
HANDS_OVER = re.compile(
    r"由[^，。；]{0,16}(?:提供|完成|负责|承担|送达|支持|实现|处理|办|发|代)|交(?:给|由)|委托|接入|集成|嵌入|合作|借助|通过|使用(?:了)?[^，。；]{0,12}(?:的|服务|通道|sdk)|"
    r"调用|采用|走(?:的)?|存(?:放)?(?:在|到|于)|放在|托管|传给|传到|发给|(?:用|靠|请)(?:的是)?|sdk|第三方"
)
"""A sentence that speaks of somebody else's service."""
NO_SERVICE = re.compile(
    r"(?:手机|平板|手表|电脑|用户|应用市场|应用商店|软件商店|机型|设备|账号|帐号|浏览器|钱包|学习机|品牌|地图|邮箱)"
)
"""After a brand: the thing of that name is meant, not a service."""


def by_vendor(sdks: Mapping[str, SdkRule]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return the (id, category) of all SDKs of each vendor."""
    found: dict[str, list[tuple[str, str]]] = {}
    for key, row in sdks.items():
        found.setdefault(row.vendor.zh, []).append((key, row.category))
    return {vendor: tuple(rows) for vendor, rows in found.items()}


def meant_sdks(
    companies: Iterable[str], sentence: str, vendors: Mapping[str, tuple[tuple[str, str], ...]]
) -> list[str]:
    """Return the SDKs of these companies whose category is what the sentence says that their service is for.

    Where no purpose is told, nothing is meant: one company has SDKs for many ends.
    """
    purposes = {category for category, words in _SERVES.items() if words.search(sentence)}
    if not purposes:
        return []
    return sorted({key for name in companies for key, category in vendors.get(name, ()) if category in purposes})
