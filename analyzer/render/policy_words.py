"""The words of the policy report, Chinese and English."""

from __future__ import annotations

from typing import Any

_WORDS: dict[str, tuple[str, str]] = {
    "title": ("隐私政策阅读结果", "Reading of a privacy policy"),
    "points": ("18 项必备内容", "The 18 points"),
    "found": ("有", "found"),
    "absent": ("未见", "not found"),
    "unknown": ("未判断", "not judged"),
    "lacks": ("缺", "lacks"),
    "if": ("仅当", "only if"),
    "findings": ("发现", "Findings"),
    "names": ("应用与运营者", "App and operator"),
    "dates": ("日期", "Dates"),
    "published": ("发布", "published"),
    "updated": ("更新", "updated"),
    "effective": ("生效", "effective"),
    "data": ("写明的个人信息", "Personal data named"),
    "yes": ("收集", "collected"),
    "denied": ("声明不收集", "denied"),
    "general": ("仅笼统提到", "general words only"),
    "sdks": ("点名的 SDK", "SDKs named"),
    "companies": ("点名的公司", "Companies named"),
    "third_parties": ("清单中的第三方", "Third parties in lists"),
    "permissions": ("权限", "Permissions"),
    "no_purpose": ("旁边未见目的", "no purpose beside it"),
    "rights": ("用户权利", "Rights"),
    "answer_times": ("答复时限", "Times of answer"),
    "children": ("儿童规则", "Rules for children"),
    "cross_border": ("向境外提供", "Sending abroad"),
    "told": ("写明有", "told"),
    "catch_alls": ("概括性表述（等、例如）", "Catch-alls"),
    "wording": ("值得注意的表述", "Wording to look at"),
    "readability": ("可读性", "Readability"),
    "read": (
        (
            "{characters} 字，{sentences} 句，平均每句 {characters_per_sentence} 字，"
            "超过 100 字的 {long_sentences} 句，标题 {headings} 个，读完约 {minutes} 分钟"
        ),
        (
            "{characters} characters, {sentences} sentences of {characters_per_sentence} on average, "
            "{long_sentences} of more than 100, {headings} headings, about {minutes} minutes"
        ),
    ),
    "not_judged": ("没有判断的", "Not judged"),
    "none": ("无", "none"),
    "more": ("另有 {n} 条", "{n} more"),
    "access": ("查阅", "access"),
    "copy": ("复制", "copy"),
    "correct": ("更正", "correct"),
    "delete": ("删除", "delete"),
    "transfer": ("转移", "transfer"),
    "restrict": ("限制、拒绝", "restrict"),
    "withdraw": ("撤回同意", "withdraw"),
    "cancel": ("注销账号", "cancel the account"),
    "complain": ("投诉", "complain"),
    "under_14": ("不满十四周岁", "under 14"),
    "guardian_consent": ("监护人同意", "guardian's consent"),
    "own_rules": ("专门规则", "rules of their own"),
    "person_in_charge": ("负责人", "person in charge"),
    "proven": ("实证", "proven"),
    "suspected": ("疑似", "suspected"),
}


def policy_word(key: str, lang: str, **values: Any) -> str:
    """Return a word or sentence in `lang`, its placeholders filled."""
    text = _WORDS[key][lang == "en"]
    return text.format(**values) if values else text
