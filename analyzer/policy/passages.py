"""Single statements of a policy, compared or shown: dates, rights, times of answer, sending abroad, children."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Iterator, Mapping

from analyzer.catalogue.taxonomy import PersonalData
from analyzer.catalogue.vocabulary import PolicyPointRule
from analyzer.model import Declaration, PolicyPassage

from .layout import Line

MAX_QUOTE = 200

_DATE = (
    r"(?P<year>20\d\d)\s*[年./-]\s*(?P<month>1[0-2]|0?[1-9])\s*(?:[月./-]\s*(?P<day>3[01]|[12]\d|0?[1-9])?\s*日?|月)?"
)
_DATES = (
    (
        "effective",
        re.compile(rf"(?:生效(?:日期|时间)?|施行(?:日期)?|正式生效|Effective)[^\d\n。；]{{0,8}}{_DATE}", re.IGNORECASE),
    ),
    ("effective", re.compile(rf"自?\s*{_DATE}\s*(?:起|日起)?\s*(?:正式)?(?:生效|施行)")),
    ("published", re.compile(rf"(?:发布|公布)(?:日期|时间)?[^\d\n。；]{{0,8}}{_DATE}")),
    (
        "updated",
        re.compile(
            rf"(?:更新|修订|修改)(?:日期|时间|于)?[^\d\n。；]{{0,8}}{_DATE}|Last updated[^\d\n]{{0,8}}", re.IGNORECASE
        ),
    ),
)
_ANSWER = re.compile(
    r"(?P<number>\d{1,3}|[一二三四五六七八九十]{1,3})\s*个?\s*(?P<unit>工作日|天|日(?!期)|小时)(?:之?内)?"
)
_ANSWERS = re.compile(r"答复|回复|回应|响应|处理|反馈|办结|办理|办好|完成|受理|核实|答")
_NO_ANSWER = re.compile(r"退款|退货|退费|发货|发票|到账|保存|存储|保留|清除|期限|告知家长|泄露")
_RIGHTS = (
    ("access", re.compile(r"查阅|查询|查看|访问")),
    ("copy", re.compile(r"复制|副本")),
    ("correct", re.compile(r"更正|修改|改正|更改")),
    ("delete", re.compile(r"删除")),
    ("transfer", re.compile(r"转移|可携带")),
    ("restrict", re.compile(r"限制(?:处理|或者?拒绝)|拒绝(?:他人)?(?:对其)?处理")),
    ("withdraw", re.compile(r"撤回|撤销(?:同意|授权)|取消(?:同意|授权)|关闭授权")),
    ("cancel", re.compile(r"注销|销户")),
    ("complain", re.compile(r"投诉|举报|申诉")),
)
_RIGHTS_CUE = re.compile(
    r"您(?:有权|可以|可|能|想|享有)|用户(?:有权|享有|得以?|可)|家长可以?|能。|权利|请(?:写|发|拨|在线)|您想|能管理|撤回|注销"
)
_ABROAD = re.compile(r"境外|跨境|出境|海外|国外|境内.{0,6}以外")
_NOT_ABROAD = re.compile(
    r"(?:不|未|没有|无)[^，。；]{0,14}(?:境外|跨境|出境|海外|国外)|(?:出境|跨境)[^，。；]{0,6}(?:不存在|无)|不出境"
)
_CHILDREN = (
    ("under_14", re.compile(r"(?:未满|不满|14周?岁以下|十四周?岁以下)[^，。；]{0,4}(?:14|十四)?周?岁")),
    (
        "guardian_consent",
        re.compile(r"(?:监护人|父母|家长)[^。；]{0,24}同意|(?:同意|征得)[^。；]{0,8}(?:监护人|父母|家长)"),
    ),
    ("own_rules", re.compile(r"(?:儿童|未成年人)(?:个人信息|隐私)[^，。；]{0,8}(?:规则|政策|声明|指引)")),
    ("person_in_charge", re.compile(r"专人|(?:儿童|未成年人)[^。；]{0,16}负责人|负责人[^。；]{0,16}(?:儿童|未成年人)")),
)
_ABOUT_CHILDREN = re.compile(r"儿童|未成年|监护|家长|父母|周?岁|孩子")
_PURPOSE = re.compile(r"用于|以便|为了|用来|目的|才能|以(?:实现|完成|进行)|时使用|：|:|\t")


def read_passages(
    lines: list[Line],
    declarations: tuple[Declaration, ...],
    points: Mapping[str, PolicyPointRule],
    personal_data: Mapping[str, PersonalData],
) -> Iterator[PolicyPassage]:
    """Yield the statements in the order of the text; each right and each part of the children's rules once."""
    open_ended = tuple(word for rule in points.values() for word in rule.catch_all)
    once: set[tuple[str, str]] = set()
    for line in lines:
        for begin, end in line.sentences:
            sentence = line.text[begin:end]
            for kind, value in (
                *_dates(sentence),
                *_statements(sentence, line, once),
                *_catch_alls(sentence, line, open_ended),
            ):
                if kind in {"right", "children"}:
                    once.add((kind, value))
                quote = " ".join(sentence.split())[:MAX_QUOTE]
                yield PolicyPassage(kind=kind, value=value, quote=quote, offset=line.start + begin)  # type: ignore[arg-type]
    yield from _permissions(lines, declarations, personal_data)


def _dates(sentence: str) -> Iterator[tuple[str, str]]:
    if "20" not in sentence:
        return  # no year
    taken: set[str] = set()
    for kind, shape in _DATES:
        match = shape.search(sentence)
        if match and kind not in taken and match["year"]:
            taken.add(kind)
            parts = [match["year"], *(f"{int(match[name]):02}" for name in ("month", "day") if match[name])]
            yield kind, "-".join(parts)


def _statements(sentence: str, line: Line, once: set[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    answer = _ANSWER.search(sentence)
    if answer and _ANSWERS.search(sentence) and not _NO_ANSWER.search(sentence):
        unit = {"工作日": "working days", "小时": "hours"}.get(answer["unit"], "days")
        yield "answer_time", f"{number(answer['number'])} {unit}"
    if line.topic == "rights" or _RIGHTS_CUE.search(sentence):
        yield from (
            ("right", name) for name, shape in _RIGHTS if ("right", name) not in once and shape.search(sentence)
        )
    if _ABROAD.search(sentence):
        yield "cross_border", "denied" if _NOT_ABROAD.search(sentence) else "told"
    if not _ABOUT_CHILDREN.search(sentence):
        return
    yield from (
        ("children", name) for name, shape in _CHILDREN if ("children", name) not in once and shape.search(sentence)
    )


_BARE_ETC = re.compile(
    r"(?<=[\u4e00-\u9fffA-Za-z）)])等(?:个人)?(?:信息|数据|资料|内容|情况|方式)?(?=[，。；,;、）)]|$)"
)


_COLLECTS = re.compile(r"收集|采集|获取|读取|提供|填写|记录|使用")


def _catch_alls(sentence: str, line: Line, words: Iterable[str]) -> Iterator[tuple[str, str]]:
    if not _COLLECTS.search(sentence) or line.topic in {
        "rights",
        "security",
        "definition",
    }:
        return
    found = next((word for word in words if word in sentence), None)
    if found is None:
        match = _BARE_ETC.search(sentence)
        found = match.group() if match else None
    if found:
        yield "catch_all", found


def _permissions(
    lines: list[Line], declarations: tuple[Declaration, ...], personal_data: Mapping[str, PersonalData]
) -> Iterator[PolicyPassage]:
    """Yield each kind of data that a sentence on permissions names, and whether a purpose is told beside it."""
    seen: set[str] = set()
    starts = [line.start for line in lines]
    for row in declarations:
        if row.data is None or row.offset is None or row.negated or not personal_data[row.data].permissions:
            continue
        if row.data in seen:
            continue
        line = lines[bisect.bisect_right(starts, row.offset) - 1]  # declarations stand in lines
        if line.topic != "permission" and "权限" not in line.text:
            continue
        seen.add(row.data)
        yield PolicyPassage(
            kind="permission",
            value=row.data,
            quote=row.quote[:MAX_QUOTE],
            offset=row.offset,
            purpose=_PURPOSE.search(line.text) is not None,
        )


_DIGITS = {char: value for value, char in enumerate("一二三四五六七八九", start=1)}


def number(text: str) -> int:
    """Return the value of digits or of a Chinese number below a hundred."""
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.partition("十")
    if not ten:
        return _DIGITS.get(text, 0)
    return _DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0)
