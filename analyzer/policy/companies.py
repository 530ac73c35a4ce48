"""Which SDK a policy means where it names only the company and what its service is for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from analyzer.catalogue.sdks import SdkRule

HANDS_OVER = re.compile(
    r"由[^，。；]{0,28}(?:提供|完成|负责|承担|送达|支持|实现|处理|办|发|代)|交(?:给|由)|委托|接入|集成|嵌入|合作|借助|通过|使用(?:了)?[^，。；]{0,12}(?:的|服务|通道|sdk)|"
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
    companies: Iterable[str],
    sentence: str,
    vendors: Mapping[str, tuple[tuple[str, str], ...]],
    services: Mapping[str, re.Pattern[str]],
) -> list[str]:
    """Return the SDKs of these companies whose category is what the sentence says that their service is for.

    Where no purpose is told, nothing is meant: one company has SDKs for many ends.
    """
    purposes = {category for category, words in services.items() if words.search(sentence)}
    if not purposes:
        return []
    return sorted({key for name in companies for key, category in vendors.get(name, ()) if category in purposes})
