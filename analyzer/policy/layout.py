"""The lines of a policy and where each stands: under which headings, in which column, in a list of what is denied."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from .negation import Sentence, heading_denies, sentences

Topic = Literal["collect", "permission", "sdk", "rights", "security", "definition", "contact", "other"]

_LONGEST_HEADING = 46
_LIST_LINE = 80
"""Characters; a longer line is a paragraph, not an entry of a list."""

_NUMBER = r"[一二三四五六七八九十百]+"
_LEVELS = (
    (re.compile(rf"第(?:{_NUMBER}|\d+)章"), 20),
    (re.compile(rf"第(?:{_NUMBER}|\d+)[条节]"), 25),
    (re.compile(rf"(?:{_NUMBER}|附录\w?|附件\w?)\s*[、.．:：]"), 30),
    (re.compile(rf"[（(]{_NUMBER}[)）]"), 40),
    (re.compile(r"\d{1,2}(?!\d|[.．]\d)\s*[、.．)）]?\s*(?=\D)"), 50),
    (re.compile(r"\d{1,2}(?:[.．]\d{1,2})+\s*[、.．]?\s*(?=\D)"), 60),
    (re.compile(r"\*\*[^*]+\*\*$"), 45),
)
_LEAD = 90
_MARK = re.compile(
    rf"^\s*(?:#{{1,6}}\s*|\*\*|[-*•·▪●]\s+|第(?:{_NUMBER}|\d+)[章节条款]\s*|[（(]?(?:{_NUMBER}|\d{{1,2}}|[a-z])[)）、.．]\s*|\d+(?:\.\d+)+\s*)*"
)
"""The bullet or number in front of an entry."""
_ENTRY = re.compile(rf"^\s*(?:[-*•·▪●]\s|[（(]?(?:{_NUMBER}|\d{{1,2}}|[a-z])[)）、.．]|\d+(?:\.\d+)+\s)")
_TOPICS: tuple[tuple[Topic, re.Pattern[str]], ...] = (
    ("definition", re.compile(r"定义|术语|名词解释")),
    ("permission", re.compile(r"权限")),
    ("sdk", re.compile(r"sdk|第三方|软件开发工具包|共享|接入|合作|与谁", re.IGNORECASE)),
    ("rights", re.compile(r"权利|您可以$|您有权|管理(?:您|自己|个人)|行使")),
    ("security", re.compile(r"安全|(?:怎么|如何|的)保护|^保护$")),
    (
        "collect",
        re.compile(
            r"收集|采集|功能|信息|资料|设备|场景|cookie|(?:拿|要|记|留|问|用到|知道|需要)(?:了|下)?(?:什么|哪些)",
            re.IGNORECASE,
        ),
    ),
    ("contact", re.compile(r"联系")),
)
_DATA_COLUMN = re.compile(r"信息|字段|数据|权限|收集|采集|标识|拿到|得到|获取|看到|读取|内容$|资料")
_AIM_COLUMN = re.compile(
    r"目的|用途|用于|时机|关闭|说明|场景|公司|主体|提供方|链接|后果|必需|必要|如何|方式|隐私|功能|拒绝|序号|地址|网址|谁|来源|渠道|能否|可否|是否|安卓|ios|android|时间|频|期限|保存多久|存放|干什么|做什么|为什么",
    re.IGNORECASE,
)


class Heading(NamedTuple):
    """A line that stands over others."""

    level: int
    text: str
    topic: Topic
    denies: bool


class Line(NamedTuple):
    """One line of the text."""

    start: int
    end: int
    text: str
    heading: bool
    topic: Topic
    """Of the innermost heading that has one."""
    denied: bool
    """It is an entry under a heading that says "this is not collected"."""
    listed: bool
    """It is an entry of a list or table about collecting, permissions or SDKs: it needs no verb of its own."""
    columns: tuple[str, ...]
    """For a row of a table with a head: what stands over each cell."""
    head_row: bool
    sentences: tuple[Sentence, ...]
    """Offsets count in the line."""

    @property
    def mark(self) -> int:
        """Characters of the bullet or number in front."""
        return _bare(self.text)


_LABELLED = re.compile(r"^[^，。；：:]{1,18}(?:[：:]|——)\s*\S")
_OWN_STATEMENT = re.compile(r"我们|收集|采集|读取|获取|将|会|您可|如您|若您|如果")


def lines(text: str) -> Iterator[Line]:
    """Yield every line that holds something, in order, with the headings that stand over it applied."""
    over: list[Heading] = []
    columns: tuple[str, ...] = ()
    previous_row = bulleted = False
    for match in re.finditer(r"[^\n]+", text):
        line = match.group()
        row = "\t" in line
        head_row = row and not previous_row and is_table_head(line)
        if head_row:
            columns = tuple(cell.strip() for cell in line.split("\t"))
        elif not row:
            columns = ()
        previous_row = row
        level = None if row else heading_level(line)
        bullet = _ENTRY.match(line) is not None
        labelled = _LABELLED.match(line[_bare(line) :]) is not None
        if level is not None:
            over = [item for item in over if item.level < level]
            over.append(Heading(level, line, _topic(line), heading_denies(line)))
            bulleted = False
        elif not row:
            over = _still_over(over, line, bullet=bullet, labelled=labelled, bulleted=bulleted)
            bulleted |= bullet
        topic: Topic = next((item.topic for item in reversed(over) if item.topic != "other"), "other")
        short = len(line) < _LIST_LINE
        led = bool(over) and over[-1].level == _LEAD
        entry = bullet or labelled or led
        listed = level is None and (row or (short and entry and topic in {"collect", "permission", "sdk"}))
        denied = (
            level is None
            and short
            and bool(over)
            and over[-1].denies
            and not head_row
            and (row or bullet or not bulleted)
        )
        yield Line(
            match.start(),
            match.end(),
            line,
            level is not None,
            topic,
            denied,
            listed,
            columns,
            head_row,
            tuple(sentences(line)),
        )


def sentences_of(every: Iterable[Line]) -> list[Sentence]:
    """Return the sentences of all lines; offsets count in the text."""
    return [Sentence(line.start + one.start, line.start + one.end) for line in every for one in line.sentences]


def _still_over(over: list[Heading], line: str, *, bullet: bool, labelled: bool, bulleted: bool) -> list[Heading]:
    """Return the headings that still stand over a line that is none itself.

    A number of a heading's own level ends that heading; a lead-in ("我们收集：") ends with its list.
    """
    level = _number_level(line)
    if level is not None:
        over = [item for item in over if item.level < level or item.level == _LEAD]
        if labelled:  # "一、信息收集：…" is heading and text in one line
            title = re.split(r"[：:]", line, maxsplit=1)[0]
            over = [*(item for item in over if item.level != _LEAD), Heading(level, title, _topic(title), False)]
    if over and over[-1].level == _LEAD and not bullet:
        statement = not labelled and (_OWN_STATEMENT.search(line) is not None or len(line) >= _LIST_LINE)
        if bulleted or statement:
            over = over[:-1]
    return over


def _number_level(line: str) -> int | None:
    text = line.strip()
    return next((level for shape, level in _LEVELS if shape.match(text)), None)


def _bare(line: str) -> int:
    found = _MARK.match(line)
    return found.end() if found else 0


def _topic(line: str) -> Topic:
    return next((topic for topic, words in _TOPICS if words.search(line)), "other")


def heading_level(line: str) -> int | None:
    """Return how deep a heading stands (less is higher), or `None` for a line that is no heading."""
    text = line.strip()
    if text.startswith("#"):
        return len(text) - len(text.lstrip("#"))
    bare = text.strip("*")
    lead = _LEAD if bare.endswith(("：", ":")) and "。" not in bare else None
    if len(text) > _LONGEST_HEADING or re.search(r"[。；;，,]|[：:]\s*\S", bare):
        return lead
    return next((level for shape, level in _LEVELS if shape.match(text)), lead)


def is_table_head(line: str) -> bool:
    """Tell whether a row, cells parted by tabs, is the head of a table about data, permissions or SDKs."""
    cells = [cell.strip() for cell in line.split("\t")]
    return (
        len(cells) > 1
        and all(len(cell) < 16 for cell in cells)
        and any(
            _DATA_COLUMN.search(cell) or _AIM_COLUMN.search(cell) or cell.lower() in {"sdk", "名称", "内容"}
            for cell in cells
        )
    )


def cells(line: Line) -> list[tuple[int, int, str]]:
    """Return (start, end, heading or "") of each cell of a row; offsets count in the line."""
    found, start = [], 0
    row = line.text.split("\t")
    # a cell that spans rows above is missing or empty in front: the others stand to the right
    missing = max(0, len(line.columns) - len(row))
    for number, cell in enumerate(row, start=missing):
        head = line.columns[number] if number < len(line.columns) else ""
        found.append((start, start + len(cell), head))
        start += len(cell) + 1
    return found


def tells_data(head: str) -> bool:
    """Tell whether a column of this name lists kinds of data or permissions."""
    return _DATA_COLUMN.search(head) is not None and re.search(r"隐私|链接|目的|用途|后果|方式", head) is None


def tells_aim(head: str) -> bool:
    """Tell whether a column of this name says what for, by whom or how, and so names no data."""
    return _AIM_COLUMN.search(head) is not None


_ASKS = re.compile(r"(?:是否|会不会|收不收|有没有|会否)|[吗？]$|收集情况|申请情况|收集与否")
_ASKS_ELSE = re.compile(r"必[需要填选]|可[选关]|关闭|敏感|共享|默认|撤回|拒绝|提供|去标识|同意|境外|出境")
_NO = re.compile(
    r"\W*(?:否|不(?:收集|申请|读取|获取|使用|采集|涉及|调用|会|要|收|读|碰)?|无|未(?:收集|申请|使用)?|没有|从不|no|×|x|✗|✕|✘|❌)\W*$",
    re.IGNORECASE,
)
_PLAIN_NO = re.compile(r"\W*(?:不(?:收集|申请|读取|获取|采集|收|读|碰)|未(?:收集|申请)|从不收集|×|✗|✕|✘|❌)\W*$")
_YES = re.compile(r"\W*(?:是|会|√|✓|✔|有|yes|收集|申请)\W*$", re.IGNORECASE)


def refuses(line: Line) -> bool:
    """Tell whether a row says in a column of its own that what it names is not collected."""
    row = [(line.text[low:high].strip(), head) for low, high, head in cells(line)]
    asked = [cell for cell, head in row if _ASKS.search(head) and not _ASKS_ELSE.search(head)]
    if asked:
        return all(_NO.match(cell) for cell in asked)
    plain = [cell for cell, head in row if not _ASKS_ELSE.search(head)]
    return any(_PLAIN_NO.match(cell) for cell in plain) and not any(_YES.match(cell) for cell in plain)
