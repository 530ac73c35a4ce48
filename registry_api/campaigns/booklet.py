"""A campaign's report as people read it, in Chinese or English."""

from __future__ import annotations

from typing import Any

import analyzer
from registry_api.audits.round_booklet import place_of, stamp_of, word_of
from registry_api.campaigns.progress import FIGURES
from registry_api.exchange.booklet import Booklet, Cell, Section, Tile, Value

_HEADS = {
    "found": ("发现", "Found"),
    "notified": ("已通知", "Notified"),
    "rectified": ("已整改", "Rectified"),
    "open": ("未整改", "Open"),
    "waived": ("已豁免", "Waived"),
    "retracted": ("我方撤回", "Retracted by us"),
    "apps": ("应用", "Apps"),
    "audited": ("完成检测", "Audited"),
}
_TABLES = ("provinces", "categories", "use_modes", "stages")


def campaign_booklet(report: dict[str, Any], lang: str) -> Booklet:
    """Return the booklet of what `registry_api.campaigns.endpoints.report_of` gave."""

    def t(zh: str, en: str) -> str:
        return en if lang == "en" else zh

    def head(name: str) -> str:
        return _HEADS[name][lang == "en"]

    progress, closed = report["progress"], report["state"] == "closed"
    runs = progress["runs"]
    chosen = [analyzer.code_names(table)[code][lang == "en"] for table in _TABLES for code in report["scope"][table]]
    warnings = []
    if not closed:
        warnings.append(
            t("专项治理尚未结束，以下为当前进度。", "The campaign has not been closed: figures of the moment.")
        )
    for state, zh, en in (
        ("without_package", "个应用没有可检测的安装包", "apps have no package to examine"),
        ("failed", "个应用检测失败，未得出结论", "audits failed, without a conclusion"),
        ("cancelled", "个检测被取消", "audits were cancelled"),
    ):
        if runs.get(state):
            warnings.append(t(f"{runs[state]} {zh}。", f"{runs[state]} {en}."))
    tones = {"found": "bad", "open": "bad", "rectified": "good"}
    return Booklet(
        title=t(
            f"专项治理{'总结' if closed else '进度'}报告：{report['name']}",
            f"Campaign {'closing' if closed else 'progress'} report: {report['name']}",
        ),
        lines=[
            t("依据：", "Basis: ") + (report["basis"] or "–"),
            t("范围：", "Scope: ")
            + (t("、", ", ").join(chosen) or t("全部在管应用", "all supervised apps"))
            + t("（启动时固定）", " (frozen at the start)"),
            t(
                f"启动 {_day(report['started_at'])}，期限 {report['due_on'] or '–'}，结束 {_day(report['ended_at'])}，"
                f"制表 {stamp_of(report['made_at'])}",
                f"Started {_day(report['started_at'])}, due {report['due_on'] or '–'}, ended "
                f"{_day(report['ended_at'])}, made at {stamp_of(report['made_at'])}",
            ),
        ],
        tiles=[
            Tile(
                head("apps"),
                progress["apps"],
                t(f"完成检测 {runs.get('succeeded', 0)}", f"{runs.get('succeeded', 0)} audited"),
            ),
            *(Tile(head(name), progress[name], "", tones.get(name, "") if progress[name] else "") for name in FIGURES),
        ],
        warnings=warnings,
        sections=[
            Section(
                t("按省份", "By province"),
                [t("省份", "Province"), *map(head, ("apps", "audited", *FIGURES))],
                [
                    [place_of(row["province"], lang), *(row[name] for name in ("apps", "audited", *FIGURES))]
                    for row in progress["by_province"]
                ],
                empty=t("没有应用。", "No app."),
            ),
            Section(
                t("按严重程度", "By severity"),
                [t("级别", "Severity"), *map(head, FIGURES)],
                [
                    [Cell(word_of(row["severity"], lang), row["severity"]), *(row[name] for name in FIGURES)]
                    for row in progress["by_severity"]
                ],
            ),
            _apps(progress, lang),
        ],
        lang=lang,
    )


def _apps(progress: dict[str, Any], lang: str) -> Section:
    names = ("found", "rectified", "open", "waived", "retracted")
    heads = (("省份", "Province"), ("应用", "App"), ("包名", "Package"), *(_HEADS[name] for name in names))
    rows: list[list[Value]] = [
        [
            place_of(row["province"], lang),
            row["app"],
            row["package"],
            *(Cell(row[name], "bad" if name == "open" and row[name] else "") for name in names),
        ]
        for row in progress["app_rows"]
    ]
    more = progress["more_apps"]
    note = (f"{more} more apps are not listed." if lang == "en" else f"另有 {more} 个应用未列出。") if more else ""
    return Section(
        "Apps with findings" if lang == "en" else "有问题的应用",
        [pair[lang == "en"] for pair in heads],
        rows,
        note,
        "None." if lang == "en" else "无。",
    )


def _day(stamp: str | None) -> str:
    return stamp_of(stamp)[:10] if stamp else "–"
