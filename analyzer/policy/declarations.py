"""What a policy says that is collected, and which SDKs and companies it names: sentence by sentence, with quotes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from analyzer.catalogue import Catalogue
from analyzer.model import Declaration

from .negation import Reading, readings, sentences
from .words import Hit, WordIndex, fold

_LIST_LINE = 80  # characters; a longer line is a paragraph, not an entry
MAX_QUOTE = 240
"""Characters; a longer sentence is cut around the word."""

_GENERAL = "?"  # prefix of an id found by a word too general to name it
_LOCATION = frozenset({"location.precise", "location.coarse"})
_CUE = re.compile(
    r"收集|采集|获取|读取|填写|提供|上传|提交|用于|权限|授权|登记|录入|申请|调用|处理|使用|需要您|拍摄|注册|登录|\t|"
    r"^\s*(?:[-*•·]|[（(]?\d{1,2}[)）.、])|collect|obtain|provide|access|read|permission|use",
)
"""A sentence that speaks of collecting, a table row, or an entry of a list. Elsewhere a word is named in passing."""
_STRONG_CUE = re.compile(r"收集|采集|获取|填写|登记|录入")
_JUST_BEFORE = re.compile(r"(?:收集|采集|填写|登记|录入)(?:(?!为了|用于|以便|目的|核对)[^。；，,]){0,16}$")
"""Not across the purpose: "收集它是为了与学校的学籍库核对" names neither the school nor the record number."""
_PASSING = re.compile(r"妥善保管|告知他人|重置密码|冻结|操作日志|访问控制|人员|删除")
_OWN_CONTACT = re.compile(r"[\w.+-]+@[\w-]+|电话[:：]|地址[:：]|邮箱[:：]|发送邮件|该邮箱|联系方式|联系我们|客服|致电")
_CONTACT_DATA = frozenset({"email", "phone_number", "identity.address", "identity.name"})
"""In a sentence that gives the operator's own contact these words name no data of users."""
_LEGAL_FORM = re.compile(
    r"(?:[（(][^（()）]*[)）]|股份|有限责任公司|有限公司|公司|集团|\s*,?\s*(?:inc|llc|ltd|gmbh|corp|co|limited)\.?)+$",
    re.IGNORECASE,
)
_TRADE = re.compile(r"(?:信息技术|网络科技|网络技术|科技|信息|网络|技术|软件|移动|终端)+$")
_PLACE = re.compile(
    r"^(?:北京|上海|广州|深圳|杭州|南京|成都|武汉|厦门|合肥|天津|苏州|西安|长沙|广东|浙江|江苏|福建|贵州)市?"
)


class PolicyWords(NamedTuple):
    """The word indexes that one catalogue gives."""

    data: WordIndex
    """Particular and general words together, the longest wins: ``位置`` is not found inside ``精确位置``."""
    sdks: WordIndex
    companies: WordIndex


def policy_words(catalogue: Catalogue) -> PolicyWords:
    """Build the indexes from a catalogue: words of personal data, disclosure words of SDKs, names of companies."""
    data: dict[str, Iterable[str]] = {}
    for key, row in catalogue.personal_data.items():
        data[key] = (*row.words.zh, *row.words.en)
        data[_GENERAL + key] = (*row.weak_words.zh, *row.weak_words.en)
    companies = {row.vendor.zh: company_words(row.vendor.zh) for row in catalogue.sdks.values()}
    for record in catalogue.recipients.companies.values():
        name = record["name"]
        companies[name["zh"]] = (*companies.get(name["zh"], ()), *company_words(name["zh"]), *company_words(name["en"]))
    # "OAID" names the identifier, not one of the SDKs that fetch it
    taken = {fold(word) for words in data.values() for word in words}
    return PolicyWords(
        data=WordIndex(data),
        sdks=WordIndex(
            {key: [w for w in row.disclosure_words if fold(w) not in taken] for key, row in catalogue.sdks.items()}
        ),
        companies=WordIndex(companies),
    )


def company_words(name: str) -> tuple[str, ...]:
    """Return the words by which a text names a company: the full name, and the name without its legal form and place.

    A stem of fewer than three characters is too common to name anybody.
    """
    whole = re.sub(r"[（(].*?[)）]", "", name).strip()
    stem = _LEGAL_FORM.sub("", name).strip()
    short = _TRADE.sub("", _PLACE.sub("", stem)).strip()
    return tuple(dict.fromkeys(word for word in (name.strip(), whole, stem, short) if len(word) > 2))


def read_declarations(text: str, words: PolicyWords) -> tuple[Declaration, ...]:
    """Return one declaration for each thing that a sentence names, in the order of the text.

    A denied word ("不会收集…") gives a negated one; a word in a mere promise not to pass data on gives none.
    """
    folded = fold(text)
    found: list[Declaration] = []
    listing = False
    for sentence in sentences(text):
        part = folded[sentence.start : sentence.end]
        within, listing = listing and len(part) < _LIST_LINE, _goes_on(listing, part)
        hits = [(hit, "data") for hit in words.data.find(part)]
        hits += [(hit, "sdk") for hit in words.sdks.find(part)]
        hits += [(hit, "company") for hit in words.companies.find(part)]
        if not hits:
            continue
        meant = readings(part)
        seen: set[tuple[str, bool]] = set()
        for hit, kind in sorted(hits, key=lambda item: (item[0].start, item[1])):
            how = _meant(meant, hit)
            if how == "unshared" and kind == "data":
                continue
            for key in _named_by(hit, part, within) if kind == "data" else hit.ids:
                mark = (kind + key, how == "denied")
                if mark not in seen:
                    seen.add(mark)
                    offset = sentence.start + hit.start
                    quote = _quote(text[sentence.start : sentence.end], hit)
                    found.append(_declaration(kind, key, quote, offset, negated=how == "denied"))
    return tuple(found)


def _goes_on(listing: bool, sentence: str) -> bool:
    """Tell whether a list opened by "我们收集：" is open after this sentence."""
    if sentence.rstrip().endswith((":", "：")):
        return _CUE.search(sentence) is not None
    return listing and len(sentence) < _LIST_LINE and not sentence.rstrip().endswith("。")


def _named_by(hit: Hit, sentence: str, within: bool) -> list[str]:
    """Return the ids that a word names, marked general where it names them only in passing or too broadly."""
    cue = (within or _CUE.search(sentence) is not None) and not _PASSING.search(sentence)
    contact = _OWN_CONTACT.search(sentence) is not None and not _STRONG_CUE.search(sentence)
    alone = len(hit.ids) == 1 and _JUST_BEFORE.search(sentence[: hit.start]) is not None and "验证码" not in sentence
    named = []
    for key in hit.ids:
        plain = key.removeprefix(_GENERAL)
        if contact and plain in _CONTACT_DATA:
            continue
        # "位置信息" is the usual name of location; another general word counts where it can mean one thing only
        enough = not key.startswith(_GENERAL) or plain in _LOCATION or alone
        named.append(plain if cue and enough else _GENERAL + plain)
    return named


def _declaration(kind: str, key: str, quote: str, offset: int, *, negated: bool) -> Declaration:
    value: Mapping[str, Any] = {kind: key.removeprefix(_GENERAL)}
    return Declaration(
        **value, source="policy", quote=quote, offset=offset, negated=negated, general=key.startswith(_GENERAL)
    )


def _meant(stretches: list[Reading], hit: Hit) -> str:
    for stretch in stretches:
        if stretch.start <= hit.start < stretch.end:
            return stretch.meant
    return "said"


def _quote(sentence: str, hit: Hit) -> str:
    if len(sentence) > MAX_QUOTE:
        start = max(0, min(hit.start - MAX_QUOTE // 3, len(sentence) - MAX_QUOTE))
        sentence = ("…" if start else "") + sentence[start : start + MAX_QUOTE] + "…"
    return " ".join(sentence.split())
