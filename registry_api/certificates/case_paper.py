"""The case file on paper: what was filed, what was asked and answered, what was found, which acts followed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import analyzer
from registry_api.certificates.chinese import office_date
from registry_api.certificates.sheet import Sheet, build
from registry_api.kit.china import CHINA

_MOST = 400
"""Rows of one table; the record holds all."""

Label = Callable[[str], str]


@dataclass(frozen=True)
class CaseFile:
    """What goes into the file, gathered within the reader's reach."""

    name: str
    package: str
    provider: str
    uscc: str
    province: str
    state: str
    number: str | None
    filed_on: Any
    document: dict[str, Any]
    corrections: list[Any] = field(default_factory=list)
    findings: list[Any] = field(default_factory=list)
    notices: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[Any] = field(default_factory=list)
    trail: list[Any] = field(default_factory=list)
    clauses: Any = field(default_factory=dict)


def case_pdf(case: CaseFile, label: Label, word: Label, printed_on: Any) -> bytes:
    """Return the PDF. ``label`` names keys of the document, ``word`` codes of the record."""
    sheet = Sheet()
    story = [
        sheet.text("备案案卷", "title"),
        sheet.text(case.number or "（尚未编号）", "number"),
        sheet.table(
            [
                ("应用", f"{case.name}（{case.package}）"),
                ("备案单位", f"{case.provider}（统一社会信用代码 {case.uscc}）"),
                ("备案地", case.province),
                ("当前状态", word(case.state)),
                ("备案日期", office_date(case.filed_on) if case.filed_on else "—"),
                ("案卷打印", office_date(printed_on)),
            ],
            (26, 120),
        ),
    ]
    for title, part in (
        ("一、备案材料", list(_document(sheet, case, label))),
        ("二、补正事项", list(_corrections(sheet, case))),
        ("三、检测问题", list(_findings(sheet, case, word))),
        ("四、监管文书", list(_notices(sheet, case))),
        ("五、附件", list(_attachments(sheet, case, word))),
        ("六、办理记录", list(_trail(sheet, case, word))),
    ):
        story += [sheet.text(title, "heading"), *(part or [sheet.text("无。", "flush")])]
    return build(story, title=f"备案案卷 {case.package}", font=sheet.font, foot="由备案登记平台生成 · 以平台记录为准")


def _document(sheet: Sheet, case: CaseFile, label: Label) -> Iterator[Any]:
    blocks = (("unit", "单位"), ("system", "业务系统"), ("app", "应用"))
    for key, title in blocks:
        part = case.document.get(key)
        if isinstance(part, dict) and part:
            yield sheet.text(title, "flush")
            yield sheet.table([(label(name), _plain(_named(name, value))) for name, value in part.items()], (40, 106))


_TABLES = {
    "unit_type": "unit_types",
    "category": "categories",
    "stages": "stages",
    "user_groups": "user_groups",
    "app_types": "app_types",
    "functions": "permission_functions",
    "use_mode": "use_modes",
}
"""Field of a filing → the table of its codes; contents and personal data are named by `_WORDS` and the rules."""
_WORDS = {
    "android": "安卓",
    "ios": "苹果",
    "ads": "广告",
    "games": "游戏",
    "social": "社交",
    "live": "直播",
}
_CODED = frozenset({"platform", "contains"})


def _named(name: str, value: Any) -> Any:
    """Return the words of a field's codes; what no table knows stays, as does what was typed freely."""
    if isinstance(value, list):
        return [_named(name, item) for item in value]
    if name in _TABLES:
        return analyzer.code_names(_TABLES[name]).get(str(value), (value,))[0]
    if name == "personal_data" and isinstance(value, str):
        return analyzer.finding_words({"subject": value}, {}).subject
    if name in _CODED and isinstance(value, str):
        return _WORDS.get(value, value)
    return _dated(value) if name.endswith("_date") and isinstance(value, str) else value


def _dated(text: str) -> str:
    try:
        return office_date(text)
    except ValueError:
        return text  # typed before forms were strict, or imported


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(map(_plain, value)) or "无"
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return "—" if value is None or value == "" else str(value)


def _corrections(sheet: Sheet, case: CaseFile) -> Iterator[Any]:
    for item in case.corrections[:_MOST]:
        state = "已解决" if item.resolved_at else "未解决"
        yield sheet.text(f"第 {item.round} 次提交　{item.field}　{state}", "item")
        yield sheet.text(f"问题：{item.problem}", "detail")
        if item.suggestion:
            yield sheet.text(f"建议：{item.suggestion}", "detail")
        if item.reply:
            yield sheet.text(f"答复：{item.reply}", "detail")


def _findings(sheet: Sheet, case: CaseFile, word: Label) -> Iterator[Any]:
    for number, row in enumerate(case.findings[:_MOST], 1):
        document = row.document
        yield sheet.text(
            f"{number}. {document['title']['zh']}（{word(row.severity)}，{word(row.sureness)}，{word(row.status)}）",
            "item",
        )
        told = analyzer.finding_words({**document, "subject": row.subject}, case.clauses)
        yield sheet.text(f"对象：{told.subject}　规则：{row.rule}", "detail")
        yield from (sheet.text(f"依据：{clause}", "detail") for clause in told.clauses)
    if len(case.findings) > _MOST:
        yield sheet.text(f"另有 {len(case.findings) - _MOST} 项，见平台。", "flush")


def _notices(sheet: Sheet, case: CaseFile) -> Iterator[Any]:
    if case.notices:
        rows = [
            (
                item["number"] or "（未编号）",
                (item["title"] or {}).get("zh") or item["kind"],
                office_date(datetime.fromisoformat(item["issued_at"])) if item["issued_at"] else "—",
                office_date(item["due_on"]) if item["due_on"] else "—",
            )
            for item in case.notices[:_MOST]
        ]
        yield sheet.table(rows, (60, 30, 30, 30), ("文号", "文书", "发出", "到期"))


def _attachments(sheet: Sheet, case: CaseFile, word: Label) -> Iterator[Any]:
    if case.attachments:
        rows = [(word(item.kind), item.name, f"SHA-256 {item.blob_sha256}") for item in case.attachments[:_MOST]]
        yield sheet.table(rows, (26, 50, 74), ("类型", "文件", "校验值"))


def _trail(sheet: Sheet, case: CaseFile, word: Label) -> Iterator[Any]:
    if case.trail:
        rows = [
            (
                f"{office_date(item.at)} {item.at.astimezone(CHINA):%H:%M}",
                word(item.action),
                word(f"role.{item.role}"),
                item.reason or "",
            )
            for item in case.trail[:_MOST]
        ]
        yield sheet.table(rows, (38, 36, 26, 50), ("时间", "事项", "办理角色", "说明"))
