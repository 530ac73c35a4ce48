"""Answers to questions: "通讯录呢？——从来不看。" denies what the question names, though the answer does not name it."""

from __future__ import annotations

import re
from typing import Literal

from .layout import Line
from .negation import Sentence

_MARK = r"^[\W_]*(?:A|答|回答|回复|答复)?\d*[\W_]*"
_HOW = r"(?:都|也|均|统统|通通|一概|一律|从来|从|绝对|绝|更|并|当然|肯定|压根|完全|暂时?|目前|真的?|我们|本应用|一样)*"
_DO = r"(?:需要|会|用|要|碰|看|读|收集|收|拿|取|获取|读取|采集|做|采|存|记录|记|传|查|有|知道|问|申请|涉及)"
_END = r"\s*(?:[，。！；,;!.（(—]|$)"
_NO = re.compile(
    rf"{_MARK}{_HOW}(?:(?:不|没|未){_HOW}{_DO}?{_DO}?(?:过|到|了|的|这么做|这样做)?|没有|否|无){_END}",
    re.IGNORECASE,
)
_NOT_SEEN = re.compile(
    _MARK + _HOW + r"(?:看|拿|读|得|查|听)不(?:到|着)(?=\s*[，。！；,;!.])(?!.{0,14}只)", re.IGNORECASE
)
_UNLESS = re.compile(_MARK + r"(?:除非|只有)[^。]{2,40}(?:否则|才)[^。]{0,6}(?:不|会)", re.IGNORECASE)
_STILL = re.compile(r"除非|除了|但(?:是)?(?:会|要|需)|不过(?:会|要)")
"""Behind a "no": it is not the whole answer."""
_OTHERS = re.compile(
    r"别人|其他人|他人|外人|同学|老师|家长|班里|陌生人|第三方|广告商|国外|境外|出国|卖|"
    r"泄露|泄漏|公开|公示|张贴|名单|转卖|展示|显示|共享|分享|强制|一直|后台|偷偷|必须|一定要"
)
"""A question about who sees it, or about one manner of it: a "no" denies just that."""


_WORD = re.compile(r"[^\W_]")


def verdict(question: str, answer: str) -> Literal["denied", "said"] | None:
    """Tell what an answer says of the data that its question names; `None` where it says nothing by itself."""
    if _UNLESS.match(answer):
        return "said"
    if _OTHERS.search(question) or not (_NO.match(answer) or _NOT_SEEN.match(answer)):
        return None
    return None if _STILL.search(answer) else "denied"


def answer_to(line: Line, sentence: Sentence, following: Line | None) -> tuple[str, int] | None:
    """Return the sentence behind a question, in its line or at the head of the next, and its place in the text."""
    for own in line.sentences:
        if own.start >= sentence.end and _WORD.search(line.text, own.start, own.end):
            return line.text[own.start : own.end], line.start + own.start
    if following is None or not following.sentences or "\t" in following.text:
        return None
    first = following.sentences[0]
    return following.text[first.start : first.end], following.start + first.start
