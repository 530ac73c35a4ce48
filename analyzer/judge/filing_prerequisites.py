"""What a filing must have beside well-formed fields: records in force, licences, texts that people can read.

Errors are what a text of law or notice says plainly; everything that depends on local practice is a warning.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any, Literal

from analyzer.model import Bilingual

from .filing_rules import FieldProblem

_CHINA = timezone(timedelta(hours=8))
_YEAR = timedelta(days=366)
_NAMES = frozenset({"/unit/legal_name", "/system/name", "/app/name"})
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
_BASE = re.compile(r"(\d{6,10})号")


def prerequisite_problems(
    data: Mapping[str, Any], values: Mapping[str, str], today: date | None = None
) -> list[FieldProblem]:
    """Return what stands against a filing although each field by itself is well formed.

    ``values`` maps JSON pointers to texts; ``today`` is the day in China when it is left out.
    """
    today = today or datetime.now(_CHINA).date()
    system, app = _block(data, "system"), _block(data, "app")
    return [
        *_unreadable(values),
        *_mlps(system, values, today),
        *_records(system, values),
        *_app(app, values),
    ]


def _block(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    block = data.get(name)
    return block if isinstance(block, dict) else {}


def _is_hidden(char: str) -> bool:
    return char in _BIDI or (unicodedata.category(char) == "Cc" and char not in "\n\r\t")


def _unreadable(values: Mapping[str, str]) -> Iterator[FieldProblem]:
    """Rare Han characters and emoji are kept as they are; what makes a text look like another one is refused."""
    for pointer, text in values.items():
        hidden = set() if text.isprintable() else {char for char in text if _is_hidden(char)}
        if hidden:
            codes = ", ".join(sorted(f"U+{ord(char):04X}" for char in hidden))
            yield _problem(
                pointer,
                "characters",
                f"含有不可见的控制字符：{codes}",
                f"holds control characters that cannot be seen: {codes}",
                ("删除这些字符后重新填写", "remove them"),
            )
        elif pointer in _NAMES and not any(char.isalnum() for char in text):
            yield _problem(
                pointer,
                "name",
                "名称中没有文字或数字",
                "the name holds no letter, character or digit",
                ("填写证照上的名称", "give the name as on the licence"),
            )
        elif pointer in _NAMES and any(unicodedata.category(char) in {"So", "Co", "Cn"} for char in text):
            yield _problem(
                pointer,
                "name_symbols",
                "名称含有表情符号或自造字，检索和证书上可能无法显示",
                "the name holds emoji or private characters: searches and certificates may not show them",
                ("请核对；确认无误可忽略", "please check; ignore it if it is right"),
                level="warning",
            )


def _mlps(system: Mapping[str, Any], values: Mapping[str, str], today: date) -> Iterator[FieldProblem]:
    level = system.get("mlps_level")
    if level == 1:
        yield _warning(
            "/system/mlps_level",
            "mlps_level",
            "第一级不需备案，教育系统一般为第二级或第三级",
            "level 1 is not recorded with the police; educational systems are usually level 2 or 3",
        )
    recorded, assessed = _day(values.get("/system/mlps_date")), _day(values.get("/system/mlps_report_date"))
    for pointer, day in (("/system/mlps_date", recorded), ("/system/mlps_report_date", assessed)):
        if day is not None and day > today:
            yield _problem(pointer, "future", "日期晚于今天", "the day lies ahead", ("请核对日期", "check the day"))
    if recorded is not None and today - recorded > 3 * _YEAR:
        yield _warning(
            "/system/mlps_date",
            "mlps_old",
            "备案证明已逾三年，请核实是否需换发",
            "the record is older than three years: check whether it must be issued anew",
        )
    # Level 3 is assessed every year; every two years at level 2 is local practice.
    allowed = {2: 2, 3: 1, 4: 1}.get(level if isinstance(level, int) else 0)
    if allowed and assessed is not None and today - assessed > allowed * _YEAR:
        yield _warning(
            "/system/mlps_report_date",
            "mlps_report_old",
            f"测评报告已逾 {allowed} 年",
            f"the assessment is older than {allowed} year(s)",
        )
    if level == 3 and not values.get("/system/mlps_report") and assessed is None:
        yield _warning(
            "/system/mlps_report",
            "mlps_report",
            "第三级系统须每年测评，尚未填写测评报告",
            "a level 3 system is assessed every year, and no report is named",
        )


def _records(system: Mapping[str, Any], values: Mapping[str, str]) -> Iterator[FieldProblem]:
    if system.get("outsourced") is True and not values.get("/system/third_party_developer"):
        yield _problem(
            "/system/third_party_developer",
            "required",
            "委托开发的，须填写第三方开发者",
            "what was developed by another party names it",
            ("填写受托开发单位名称", "give the name of the developer"),
        )
    icp, miit = _BASE.search(values.get("/system/icp", "")), _BASE.search(values.get("/system/miit_app_filing", ""))
    if icp and miit and icp[1] != miit[1]:
        yield _warning(
            "/system/miit_app_filing",
            "miit_other_subject",
            "App 备案号与 ICP 备案号的主体号不同",
            "the MIIT number names another subject than the ICP number",
        )


def _app(app: Mapping[str, Any], values: Mapping[str, str]) -> Iterator[FieldProblem]:
    stages = app.get("stages") if isinstance(app.get("stages"), list) else []
    if values.get("/app/category") == "subject_tutoring" and "preschool" in (stages or []):
        yield _problem(
            "/app/stages",
            "preschool_training",
            "学前儿童线上培训类应用不予备案",
            "online training of pre-school children is not filed",
            ("调整分类或学段；依据 2021-12-13 教育部办公厅通知", "notice of 2021-12-13; mend category or stages"),
        )
    if app.get("use_mode") == "required" and app.get("charges") is True:
        yield _warning(
            "/app/charges",
            "required_use_charges",
            "要求使用的应用不得向学生、家长收费",
            "an app whose use is required may not charge students or parents",
        )
    groups, contains = app.get("user_groups"), app.get("contains")
    if isinstance(groups, list) and isinstance(contains, list) and "students" in groups:
        for item in ("ads", "games"):
            if item in contains:
                yield _warning(
                    "/app/contains",
                    "minors_content",
                    "面向未成年人的教育产品不得插入广告、网络游戏链接",
                    "educational products for minors hold no advertisements and no links to games",
                )
                return


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _warning(pointer: str, code: str, zh: str, en: str) -> FieldProblem:
    return _problem(
        pointer, code, zh, en, ("请核对；确认无误可忽略", "please check; ignore it if it is right"), level="warning"
    )


def _problem(
    pointer: str, code: str, zh: str, en: str, fix: tuple[str, str], *, level: Literal["error", "warning"] = "error"
) -> FieldProblem:
    return FieldProblem(
        pointer=pointer,
        code=code,
        message=Bilingual(zh=zh, en=en),
        suggestion=Bilingual(zh=fix[0], en=fix[1]),
        level=level,
    )
