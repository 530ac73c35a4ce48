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
    if {"cypher", "message"} <= names and PANGLE.search(path):
        return "Pangle (cypher)"
    if "m" in names and "appkey" in names and MOBTECH.search(path):
        return "MobTech (form field m)"
    if {"pkv", "ekey", "payloads"} <= names or {"pkv", "ekey", "payload"} <= names:
        return "SensorsData (encrypted events)"
    if "BIData" in names:
        return "Getui (BIData)"
    return None
