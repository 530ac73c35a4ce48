"""Which SDK a policy means where it names only the company and what its service is for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from analyzer.catalogue.sdks import SdkRule

_SERVES: Mapping[str, re.Pattern[str]] = {
    key: re.compile(words)
    for key, words in {
        "push": r"推送|消息提醒|消息通知",
        "analytics": r"统计|数据分析|使用分析|埋点",
        "crash": r"崩溃|异常|稳定性|性能监控",
        "login": r"一键登录|登录|号码认证|号码校验|本机号码",
        "social": r"分享",
        "payment": r"支付|付款|收款|缴费",
        "location": r"定位|位置",
        "map": r"地图|导航",
        "im": r"即时通讯|即时通信|聊天|群聊|消息收发",
        "rtc": r"直播|音视频|连麦|语音通话|视频通话|实时音",
        "video": r"点播|视频播放|播放器",
        "speech": r"语音评测|语音识别|语音合成|口语评|发音",
        "ocr": r"文字识别|图像识别|拍照识别|ocr",
        "face": r"人脸|活体|实人",
        "risk_control": r"风险|风控|反作弊|滑动验证|行为验证|验证码|安全验证",
        "advertising": r"广告",
        "attribution": r"归因|渠道统计|渠道来源",
        "cloud": r"云存储|对象存储|存储服务|存储|cdn|加速",
        "other": r"客服|工单",
    }.items()
}
"""Category of an SDK → words of a purpose (`fold`-ed)."""


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
