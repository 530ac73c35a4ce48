"""Lists of SDKs and other third parties, row by row: name, company, purpose, data, link."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from analyzer.model import ThirdParty

from .layout import Line
from .words import WordIndex, fold

_COLUMNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("link", re.compile(r"链接|隐私(?:权)?政策|官网|网址|地址|link|url", re.IGNORECASE)),
    ("company", re.compile(r"公司|主体|提供方|运营方|开发者|机构|厂商|company", re.IGNORECASE)),
    ("data", re.compile(r"信息|数据|字段|data", re.IGNORECASE)),
    ("purpose", re.compile(r"目的|用途|用于|场景|功能|purpose", re.IGNORECASE)),
    ("name", re.compile(r"sdk|名称|接入方|组件|插件|合作方|第三方", re.IGNORECASE)),
)
_LIST_HEAD = re.compile(r"sdk|第三方|接入方|合作方|组件", re.IGNORECASE)
_LABELS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "link",
        re.compile(
            r"(?:隐私(?:权)?政策)?(?:链接|网址|官网链接)?(?:见|为)?\s*[:：]?\s*(?P<value>https?://[^\s，。；、）)]+)"
        ),
    ),
    (
        "company",
        re.compile(
            r"(?:公司名称|公司|提供方|第三方主体|开发者|运营方)\s*[:：为]\s*(?P<value>[^，；。;,\n（）()]{2,40}(?:[（(][^）)\n]{1,12}[）)][^，；。;,\n（）()]{2,20})?)"
        ),
    ),
    (
        "data",
        re.compile(
            r"(?:(?:收集|处理|涉及|共享|获取)[^，；。：:\n]{0,10}(?:信息|数据)[^，；。：:\n]{0,6}[:：为]|涉及|可能收集)\s*(?P<value>[^；。;\n，,]{2,120})"
        ),
    ),
    (
        "purpose",
        re.compile(
            r"(?:使用目的|目的|用途|场景)\s*[:：为]\s*(?P<value>[^；。;\n，,]{2,60})|用于(?P<other>[^；。;\n，,]{2,40})"
        ),
    ),
)
_NAME = re.compile(r"^[\s\W\d一二三四五六七八九十]*(?P<name>[^，。；：:（(、/|]{1,40})")
_MAX_CELL = 300


def read_third_parties(lines: list[Line], sdks: WordIndex) -> Iterator[ThirdParty]:
    """Yield each row of a table, and each line of a list, that describes an SDK or third party."""
    for line in lines:
        if line.head_row or line.heading:
            continue
        fields = _row(line) if "\t" in line.text else _sentence(line, sdks)
        name = fields.get("name")
        if not name:
            continue
        hit = next(iter(sdks.find(fold(name))), None)
        yield ThirdParty(
            name=name,
            sdk=hit.ids[0] if hit else None,
            company=fields.get("company"),
            purpose=fields.get("purpose"),
            data=fields.get("data"),
            link=fields.get("link"),
            quote=" ".join(line.text.split())[:_MAX_CELL],
            offset=line.start,
        )


def _row(line: Line) -> Mapping[str, str]:
    heads = line.columns
    if not heads or not any(_LIST_HEAD.search(head) for head in heads):
        return {}
    if not any(re.search(r"公司|主体|提供方|信息|数据|链接|隐私", head) for head in heads):
        return {}
    found: dict[str, str] = {}
    for head, cell in zip(heads, line.text.split("\t"), strict=False):
        kind = next((kind for kind, shape in _COLUMNS if shape.search(head)), None)
        # "SDK名称" is a name, "第三方主体" a company, "SDK收集的信息" data: the first column of a kind counts
        if kind and kind not in found and cell.strip():
            found[kind] = cell.strip()[:_MAX_CELL]
    return found


def _sentence(line: Line, sdks: WordIndex) -> Mapping[str, str]:
    if line.topic != "sdk":
        return {}
    found: dict[str, str] = {}
    for kind, shape in _LABELS:
        match = shape.search(line.text)
        if match:
            found[kind] = next(value for value in match.groups() if value).strip()
    name = _NAME.match(line.text)
    named = name is not None and next(iter(sdks.find(fold(name["name"]))), None) is not None
    if name is None or not (named or (re.search("sdk", name["name"], re.IGNORECASE) and len(found) > 1)):
        return {}
    return {"name": name["name"].strip(), **found} if found else {}
