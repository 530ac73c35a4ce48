"""The words of evidence from traffic. Facts and findings hold codes, so that they are the same in every language."""

from __future__ import annotations

import re

WIRE_WORDS: dict[str, tuple[str, str]] = {
    "query": ("地址参数", "query"),
    "path": ("地址路径", "path"),
    "header": ("请求头", "header"),
    "cookie": ("Cookie", "cookie"),
    "body": ("正文", "body"),
    "websocket": ("WebSocket 消息", "WebSocket message"),
    "plain": ("未编码", "not encoded"),
    "before_consent": ("同意前", "before consent"),
    "after_consent": ("同意后", "after consent"),
    "refused": ("拒绝后", "after refusal"),
    "unknown": ("阶段未标记", "phase not marked"),
    "known_value": ("已知值", "known value"),
    "pattern": ("格式特征", "form alone"),
    "https": ("加密", "encrypted"),
    "http": ("明文", "cleartext"),
}
_PLACE = re.compile(r"(?P<host>\S+) \((?P<place>query|path|header|cookie|body|websocket)(?P<key> .*)?\)\Z", re.DOTALL)
_SECONDS = re.compile(r"\+([\d.]+) s\Z")


def wire_word(code: str, lang: str) -> str:
    """Return the word of a code; one that is not known as it is."""
    pair = WIRE_WORDS.get(code)
    return pair[0 if lang == "zh" else 1] if pair else code


def wire_place(where: str, lang: str) -> str:
    """Return ``host (body imei)`` with the place in words; anything else as it is."""
    found = _PLACE.match(where)
    if found is None:
        return where
    opening, closing = ("（", "）") if lang == "zh" else (" (", ")")
    return f"{found['host']}{opening}{wire_word(found['place'], lang)}{found['key'] or ''}{closing}"


def wire_excerpt(excerpt: str, lang: str) -> str:
    """Return what `analyzer.judge.evidence.of_transmission` writes, in words."""
    first, *rest = excerpt.split(" · ")
    words = []
    for part in rest:
        seconds = _SECONDS.match(part)
        if seconds:
            words.append(f"启动后 {seconds.group(1)} 秒" if lang == "zh" else f"{seconds.group(1)} s after the start")
        else:
            words.append(wire_word(part, lang))
    return " · ".join((first, *words))
