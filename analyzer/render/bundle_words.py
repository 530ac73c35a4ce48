"""What was read of a script bundle and what was not, in Chinese; the record keeps one English sentence for each."""

from __future__ import annotations

import re

_SENTENCE = re.compile(
    r"(?P<what>.+?) in (?P<where>.+?): "
    r"(?:(?P<count>\d+) files of code: (?P<how>[^;]+)|no code of it was read)"
    r"(?:; (?P<left>\d+) files of the framework itself left out)?"
    r"(?:; not read: (?P<unread>.+?)(?: and (?P<more>\d+) more)?)?"
)
_HOW = {
    "its string table was read, its instructions were not": "只读取了字符串表，没有读取指令",
    "channel and package names were read, its machine code was not": "读取了通道名和包名，没有读取机器码",
    "interface names and other names for them were looked up, values and calls through arguments were not followed": (
        "检索了接口名称及其在同一代码块内的别名；没有跟踪参数的值和经参数传递的调用"
    ),
}
_WHY = (
    ("the bundle's manifest says it is encrypted", "应用包的清单标明已加密"),
    ("no text: encrypted, or compiled in a form that is not known", "不是文本：已加密，或以未知形式编译"),
    ("encrypted with a password", "已用密码加密"),
    ("encrypted (V1MMWX): its key is made of the mini-program's id", "已加密（V1MMWX）：密钥由小程序 ID 生成"),
    (
        "the app's own code is not in the package, or in a split that is not here",
        "应用自身的代码不在安装包内，或在没有提交的拆分包中",
    ),
    (
        "neither a ZIP archive nor a mini-program package: encrypted, or of an unknown format",
        "既不是 ZIP 也不是小程序包：已加密，或格式未知",
    ),
)


def bundle_sentence(detail: str) -> str:
    """Return the sentence in Chinese; one of another shape stays as it is recorded."""
    match = _SENTENCE.fullmatch(detail)
    if match is None:
        return detail
    how = _HOW.get(match["how"] or "", match["how"])
    parts = [f"{match['count']} 个代码文件，{how}" if match["count"] else "没有读取其代码"]
    parts += [f"框架自带的 {match['left']} 个文件不计入"] if match["left"] else []
    more = f" 等，另有 {match['more']} 个" if match["more"] else ""
    parts += [f"未读取：{reasons_in_chinese(match['unread'])}{more}"] if match["unread"] else []
    return f"{match['what']}，{match['where']}：{'；'.join(parts)}"


def reasons_in_chinese(text: str) -> str:
    """Return why files of a bundle were not read; what has no translation stays."""
    for english, chinese in _WHY:
        text = text.replace(english, chinese)
    return text
