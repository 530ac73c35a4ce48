"""Shapes of bodies that SDKs of known make send: how to open them, or that their maker has encrypted them.

Read off public SDK sources and studies of captures; the hosts are the customers' own as often as the maker's, so path
and names decide.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs

from proxy_addons.sources.message import Message

APPLOG = re.compile(r"/service/2/(?:app_log|device_register)")
PANGLE = re.compile(r"/api/ad/union/sdk/|/service/2/app_log")
MOBTECH = re.compile(r"/(?:dinfo|dsign|dck|macinfo|cdata|cconf|gcl|gcf)\b")
ENVELOPES = tuple(
    (maker, re.compile(hosts), re.compile(paths))
    for maker, hosts, paths in (
        ("U-App of Umeng (envelope)", r"(?:^|\.)umeng(?:cloud)?\.com\Z", r"/(?:unify_logs|app_logs|umpx_\w+)"),
        ("JPush of Jiguang", r"(?:^|\.)(?:jpush\.cn|jiguang\.cn)\Z", r""),
        ("Getui", r"(?:^|\.)(?:igexin\.com|getui\.com|gepush\.com)\Z", r""),
        ("Bugly of Tencent", r"(?:^|\.)(?:bugly|rqd\.uu|mdt)\.qq\.com\Z|^rqd\.uu\.qq\.com\Z", r""),
        ("GDT of Tencent", r"(?:^|\.)(?:gdt\.qq\.com|e\.qq\.com)\Z", r""),
        ("Baidu Mobstat", r"^(?:hmma|mtj|bes-mtj)\.baidu\.com\Z", r""),
        ("Baidu's advertising SDK", r"^(?:mobads(?:-logs)?|als|afd|mime)\.baidu\.com\Z", r""),
        ("AMap's positioning", r"(?:^|\.)(?:apilocate|apiinit|logs|cgicol)\.amap\.com\Z", r""),
        (
            "HiAnalytics of Huawei",
            r"(?:^|\.)(?:dt\.hicloud\.com|data\.hicloud\.com|logservice\d*\.hicloud\.com)\Z",
            r"",
        ),
        ("UT of Alibaba", r"^(?:adash\w*)\.(?:man\.aliyuncs|m\.taobao|ut\.taobao)\.com\Z", r""),
        ("Kuaishou's advertising SDK", r"(?:^|\.)(?:open\.e\.kuaishou|adukwai|adkwai)\.com\Z", r""),
        ("OPPO's advertising SDK", r"(?:^|\.)ads\.heytapmobi\.com\Z", r""),
        ("vivo's advertising SDK", r"^(?:adxlog-adnet|adsdk)\.vivo\.com\.cn\Z", r""),
        ("Yidun of NetEase (fingerprint)", r"(?:^|\.)dun\.163\.com\Z", r""),
        ("Shumei (fingerprint)", r"(?:^|\.)fengkongcloud\.com\Z", r""),
        ("Pangle", r"(?:^|\.)pangolin-sdk-toutiao[\w-]*\.com\Z", r""),
        ("AppLog of ByteDance", r"(?:^|\.)(?:snssdk|ctobsnssdk|zijieapi)\.com\Z", r""),
    )
)
"""(maker, host, path) of SDKs that are known to encrypt what they send themselves: none of a bare shape, for those see
below."""
CIPHERED = frozenset({"cypher", "message"})
"""Names of a body of Pangle, whose cipher text is told apart by them alone."""
SENSORS_ENCRYPTED = "9"
"""Value of ``gzip`` in a SensorsData form whose events are encrypted with the customer's key."""


def growingio(message: Message) -> bytes | None:
    """Return the Snappy block of a GrowingIO upload: each byte was combined with the low byte of the time ``stm``.

    `None` where the headers do not say so.
    """
    if message.header("x-crypt-codec") != "1" or not message.body:
        return None
    sent = parse_qs(message.target.partition("?")[2]).get("stm", [""])[0]
    if not sent.isdigit() or len(sent) > 20:  # digits of 64 bits
        return None
    key = int(sent) & 0xFF
    return message.body.translate(bytes(code ^ key for code in range(256)))


def encrypted_by(message: Message, names: frozenset[str]) -> str | None:
    """Return whose encryption a request carries, where its shape says so; ``names`` are the keys of its body."""
    path = message.target.partition("?")[0]
    if "tt-data=a" in message.header("content-type") or (APPLOG.search(path) and "tt_data=a" in message.target):
        return "AppLog of ByteDance (ttEncrypt)"
    if names >= CIPHERED and PANGLE.search(path):
        return "Pangle (cypher)"
    if "m" in names and "appkey" in names and MOBTECH.search(path):
        return "MobTech (form field m)"
    if {"pkv", "ekey", "payloads"} <= names or {"pkv", "ekey", "payload"} <= names:
        return "SensorsData (encrypted events)"
    if "BIData" in names:
        return "Getui (BIData)"
    host = message.host.lower()
    return next((maker for maker, hosts, paths in ENVELOPES if hosts.search(host) and paths.search(path)), None)
