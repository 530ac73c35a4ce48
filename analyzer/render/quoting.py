"""A finding in the words of an office's paper: what it is about, which clauses, what was seen; no codes of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analyzer.catalogue import load_catalogue
from analyzer.model import Clause, FindingEvidence
from analyzer.render.detail_words import evidence_text
from analyzer.render.words import WORDS, actor_name, place_name, word

_LAWS = frozenset({"PIPL", "CSL", "DSL", "NETDATA", "CRYPTO", "CHILD-REG", "MINOR-LAW", "MINOR-REG"})
"""Texts that count articles; the others have numbers of their own."""
_NAMED_BY_ARTICLE = frozenset({"EDU", "WORK"})
"""Collections of ours, whose articles name the text."""
_SDK = re.compile(r"sdk:([\w.-]+)")
_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True)
class FindingWords:
    """Parts of one finding, in Chinese, each one line."""

    subject: str
    clauses: tuple[str, ...]
    evidence: tuple[tuple[str, str], ...]
    """Where, and what was seen there."""


def finding_words(document: Mapping[str, Any], clauses: Mapping[str, Clause]) -> FindingWords:
    """Return the words of a stored finding; ids that no rule knows (any more) stay as they are."""
    names = _sdk_names(document)
    return FindingWords(
        _subject(str(document.get("subject") or ""), clauses, names),
        tuple(cite(name, clauses) for name in document.get("clauses") or ()),
        tuple(_evidence(item, names) for item in document.get("evidence") or ()),
    )


def cite(name: str, clauses: Mapping[str, Clause]) -> str:
    """Return a clause as offices cite it: text, article in Chinese numerals, what it says, and our id to look it up."""
    clause = clauses.get(name)
    if clause is None:
        return name
    text = load_catalogue().texts.get(clause.text)
    short, article = (text.short.zh if text else clause.text), clause.article
    if clause.text in _LAWS and article.isdigit():
        where = f"《{short}》第{numeral(int(article))}条"
    elif clause.text in _NAMED_BY_ARTICLE:
        where = article
    else:
        where = short if article == "—" else f"{short} {article}"
    return f"{where}：{clause.title.zh}（{name}）"


def numeral(number: int) -> str:
    """Return ``七十四`` for 74, as articles of laws are numbered; from 1 to 99, else the digits."""
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else _DIGITS[tens]) + ("十" if tens else "") + (_DIGITS[ones] if ones else "")


def _sdk_names(document: Mapping[str, Any]) -> dict[str, str]:
    """Return the names of those SDKs that the finding speaks of: reading all of them takes longer than the paper."""
    known = load_catalogue().sdks
    subject = str(document.get("subject") or "")
    told = " ".join([f"sdk:{subject}", subject, *(str(item.get("where")) for item in document.get("evidence") or ())])
    return {key: known[key].name.zh for key in _SDK.findall(told) if key in known}


def _subject(subject: str, clauses: Mapping[str, Clause], names: dict[str, str]) -> str:
    data = load_catalogue().personal_data
    if subject in data:
        return data[subject].title.zh
    if subject in clauses:
        return cite(subject, clauses)
    actor, slash, category = subject.rpartition("/")
    if slash and category in WORDS:
        return f"{actor_name(actor, names, 'zh')}，{word(category, 'zh')}"
    if subject.removeprefix("sdk:") in names:
        return names[subject.removeprefix("sdk:")]
    return actor_name(subject, {}, "zh") if subject.startswith("lib:") or subject in {"app", "unknown"} else subject


def _evidence(item: Mapping[str, Any], names: dict[str, str]) -> tuple[str, str]:
    found = FindingEvidence(
        kind=str(item.get("kind") or ""), where=str(item.get("where") or ""), excerpt=str(item.get("excerpt") or "")
    )
    where, excerpt = evidence_text(found, "zh")
    if found.kind == "filing":
        data = load_catalogue().personal_data
        excerpt = "、".join(data[part].title.zh if part in data else part for part in excerpt.split(", "))
    return place_name(where, names, "zh"), excerpt
