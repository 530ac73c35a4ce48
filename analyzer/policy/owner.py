"""Whose policy it is: the app and the operator that the text names in its title and its first lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal

from analyzer.model import PolicyPassage

from .layout import Line

_TITLE_LINES = 6
_HEAD = 1500
"""Characters in which an operator introduces itself; later companies are partners and SDKs."""
_KIND = (
    r"(?:用户|个人信息|儿童|未成年人|APP|App)*(?:隐私权?(?:保护)?|个人信息(?:保护|处理|收集)?|用户隐私)"
    r"(?:政策|协议|声明|条款|指引|规则|说明|告知书?|须知|问答|问题)"
)
_TITLE = re.compile(
    rf"^[#*\s《【]*(?:关于|欢迎使用)?(?P<name>[^《》，。：:\s][^《》，。：:]{{0,24}}?)[\s—·-]*(?:的)?{_KIND}"
)
_QUOTED = re.compile(rf"《(?P<name>[^《》]{{1,24}}?){_KIND}》")
_INTRODUCED = re.compile(
    r"(?:使用|欢迎使用|适用于|关于|是|下载)(?P<name>[A-Za-z0-9\u4e00-\u9fff][A-Za-z0-9 \u4e00-\u9fff]{1,15}?)"
    r"(?:移动应用程序|应用程序|移动应用|客户端|App|APP)?[（(](?:以下|下)?(?:简称|称)[“\"「]?(?:本应用|本软件|本产品|本平台|App|APP|应用)"
)
_GENERIC = re.compile(
    r"^(?:本|我们|用户|我们的|平台|产品|应用|软件|移动应用|APP|App|个人|儿童|未成年人|最新|完整|本应用|本平台|常见|给.*看|关于|您问我答|以下|一|您|的|更新)*$"
)
_COMPANY = (
    r"(?P<name>[A-Za-z\u4e00-\u9fff（）()]{2,40}?"
    r"(?:股份有限公司|有限责任公司|有限公司|集团|研究院|(?:教育|技术|服务)中心|大学|学院))"
)
_OPERATOR = (
    re.compile(
        rf"{_COMPANY}\s*[（(]\s*(?:以下|下)?(?:简称|称|统称|或)?[^）)]{{0,12}}?(?:我们|本公司|公司|运营者|“[^”]{{1,8}}”)"
    ),
    re.compile(
        rf"(?:运营者|运营方|运营主体|运营|主体|开发者|主办|提供者|公司名称|公司|我们是|由)"
        rf"\s*(?:名称|为|是)?\s*[:：|\t]?\s*{_COMPANY}"
    ),
    re.compile(rf"[“\"]?我们[”\"]?\s*(?:是指|指|即|系)\s*{_COMPANY}"),
    re.compile(rf"(?:^|[。，：:\n\t|*\s])\s*{_COMPANY}", re.MULTILINE),
)
_NO_NAME = re.compile(r"^(?:.*[了由]|本公司|我们|第三方|该|其|任何|关联|分别|是|为|和|与|向|及)+")
_TRAILING = re.compile(r"(?:\s|Privacy|常见|用户|（|\(|的|之|-|—)+$")


def read_owner(text: str, lines: list[Line], known: Callable[[str], bool]) -> Iterator[PolicyPassage]:
    """Yield the names of the app and of the operator, each once; nothing where the text stays general.

    `known` tells whether a company is one that others contract with; such a one is taken for a partner.
    """
    seen: set[tuple[str, str]] = set()
    found: tuple[tuple[Literal["app_name", "operator"], str, int, int], ...] = (*_apps(text), *_operators(lines, known))
    for kind, name, start, end in found:
        if name and (kind, name) not in seen:
            seen.add((kind, name))
            line_end = text.find("\n", end)
            quote = text[text.rfind("\n", 0, start) + 1 : line_end if line_end >= 0 else len(text)]
            yield PolicyPassage(kind=kind, value=name, quote=" ".join(quote.split())[:120], offset=start)


def _apps(text: str) -> Iterator[tuple[Literal["app_name"], str, int, int]]:
    at = 0
    for line in text.split("\n")[:_TITLE_LINES]:
        match = _TITLE.match(line)
        if match and not _GENERIC.match(match["name"].strip("#* ")):
            yield "app_name", _clean(match["name"]), at + match.start("name"), at + match.end("name")
            break
        at += len(line) + 1
    for shape in (_QUOTED, _INTRODUCED):
        match = shape.search(text, 0, _HEAD)
        if match and not _GENERIC.match(match["name"].strip()):
            yield "app_name", _clean(match["name"]), match.start("name"), match.end("name")


def _clean(name: str) -> str:
    return _TRAILING.sub("", name.strip('#* “”"【】'))


def _operators(lines: list[Line], known: Callable[[str], bool]) -> Iterator[tuple[Literal["operator"], str, int, int]]:
    found: list[tuple[int, int, str]] = []
    for line in lines:
        if line.start > _HEAD:
            break
        if line.topic == "sdk":
            continue
        for shape in _OPERATOR:
            for match in shape.finditer(line.text):
                name = _NO_NAME.sub("", match["name"])
                if len(name) > 5 and not known(name):
                    found.append((line.start + match.end("name") - len(name), -len(name), name))
    if found:
        start, _, name = min(found)
        yield "operator", name, start, start + len(name)
