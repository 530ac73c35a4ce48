"""The weekly report as people read it, in Chinese or English."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import analyzer
from registry_api.audits.rounds import KINDS, kind_of
from registry_api.audits.weekly import begin_of
from registry_api.exchange.booklet import Booklet, Cell, Section, Tile, Value
from registry_api.kit.china import CHINA

WORDS = {
    "new": ("新增", "New"),
    "reopened": ("再次出现", "Reopened"),
    "rectified": ("已整改", "Rectified"),
    "retracted": ("我方撤回", "Retracted by us"),
    "critical": ("严重", "critical"),
    "high": ("高", "high"),
    "medium": ("中", "medium"),
    "low": ("低", "low"),
    "info": ("提示", "info"),
    "proven": ("已证实", "proven"),
    "suspected": ("疑似", "suspected"),
}
"""Code → (Chinese, English) of the codes in a report."""


def word_of(code: str, lang: str) -> str:
    """Return the word for a code."""
    pair = WORDS.get(code)
    return pair[lang == "en"] if pair else code


def place_of(code: str | None, lang: str) -> str:
    """Return the name of a province."""
    pair = analyzer.code_names("provinces").get(code or "")
    return pair[lang == "en"] if pair else code or "–"


def stamp_of(text: str) -> str:
    """Return a moment to the minute in China's time."""
    return datetime.fromisoformat(text).astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def change_of(now: int, before: int, lang: str) -> str:
    """Return the difference to the week before as a text."""
    more = now - before
    sign = f"+{more}" if more > 0 else f"−{-more}" if more < 0 else "±0"
    return f"last week {before}, {sign}" if lang == "en" else f"上周 {before}，{sign}"


def weekly_booklet(report: dict[str, Any], lang: str) -> Booklet:
    """Return the booklet of what `registry_api.audits.rounds.compile_round` gave."""

    def t(zh: str, en: str) -> str:
        return en if lang == "en" else zh

    states, figures = report["states"], report["figures"]
    done, failed = states.get("succeeded", 0), states.get("failed", 0)
    tones = {"new": "bad", "reopened": "bad", "rectified": "good", "retracted": "soft"}
    tiles = [
        Tile(t("应用", "Apps"), report["total"], change_of(report["total"], report["total_before"], lang)),
        Tile(
            t("完成检测", "Audited"),
            done,
            t(
                f"重新提取 {report['extracted']}，事实未变仅重新判定 {done - report['extracted']}",
                f"{report['extracted']} extracted, {done - report['extracted']} judged anew",
            ),
        ),
        *(
            Tile(
                word_of(kind, lang),
                figures[kind]["now"],
                change_of(figures[kind]["now"], figures[kind]["before"], lang),
                tones[kind] if figures[kind]["now"] else "",
            )
            for kind in KINDS
        ),
        Tile(t("现存问题", "Standing"), report["standing"], t("制表时", "when this was made")),
        Tile(t("检测失败", "Failed"), failed, t("未得出结论", "no conclusion"), "bad" if failed else ""),
    ]
    return Booklet(
        title=t(
            f"教育移动应用每周检测报告（{_week(report['week'])}）",
            f"Weekly audit of educational apps, {report['week']}",
        ),
        lines=_lines(report, lang),
        tiles=tiles,
        warnings=_warnings(report, lang),
        sections=[
            _breakdown(t("按省份", "By province"), t("省份", "Province"), report["by_province"], "province", lang),
            _breakdown(t("按严重程度", "By severity"), t("级别", "Severity"), report["by_severity"], "severity", lang),
            _breakdown(t("按条款", "By clause"), t("条款", "Clause"), report["by_clause"], "clause", lang),
            _breakdown("SDK", "SDK", report["by_sdk"], "sdk", lang),
            _changes(report, lang),
            _failures(report, lang),
            _unexamined(report, lang),
            _waivers(report, lang),
        ],
        lang=lang,
    )


def _week(week: str) -> str:
    """Return ``2026年第48周，11月23日至29日`` for ``2026-W48``."""
    first = begin_of(week)
    last = first + timedelta(days=6)
    month = "" if last.month == first.month else f"{last.month}月"
    year, number = week.split("-W")
    return f"{year}年第{int(number)}周，{first.month}月{first.day}日至{month}{last.day}日"


def _lines(report: dict[str, Any], lang: str) -> list[str]:
    part = report["part"]
    chosen = [
        place_of(part["province"], lang) if part["province"] else "",
        (f"campaign {part['campaign']}" if lang == "en" else f"专项治理 {part['campaign']}")
        if part["campaign"]
        else "",
        (f"changed since {part['since']}" if lang == "en" else f"{part['since']} 以来有变化的")
        if part["since"]
        else "",
    ]
    scope = ", ".join(filter(None, chosen)) if lang == "en" else "、".join(filter(None, chosen))
    made = stamp_of(report["made_at"])
    rules, engines = ", ".join(report["rules"]) or "–", ", ".join(report["engines"]) or "–"
    if lang == "en":
        return [
            f"Scope: {scope or 'all apps within reach'}. Compared with {report['before']}. Made at {made}.",
            f"Rules {rules}; engine {engines}. {report['notices_drafted']} notices drafted, none issued by the system.",
            (
                "Rectified: the app or its papers changed, and an audit that looked there did not see it again. "
                "Retracted by us: only our rules or engine changed; nobody mended anything."
            ),
        ]
    return [
        f"范围：{scope or '可见范围内全部应用'}。对比周：{report['before']}。制表时间：{made}。",
        f"规则 {rules}；引擎 {engines}。拟稿文书 {report['notices_drafted']} 件，系统不自动签发。",
        "“已整改”指应用或材料有变化，且检查到该处后未再发现；“我方撤回”指仅规则或引擎变化，并非有人整改。",
    ]


def _warnings(report: dict[str, Any], lang: str) -> list[str]:
    found, missing = [], report["not_examined"]
    left = report["total"] - report["done"]
    if left:
        found.append(
            f"The round has not ended: {left} of {report['total']} apps are still waiting."
            if lang == "en"
            else f"本轮尚未结束：{report['total']} 个应用中还有 {left} 个未完成。"
        )
    cancelled = report["states"].get("cancelled", 0)
    if cancelled:
        found.append(f"{cancelled} audits were cancelled." if lang == "en" else f"{cancelled} 个检测被取消。")
    parts = (
        (report["states"].get("failed", 0), "个应用检测失败", "audits failed"),
        (missing["incomplete"], "个应用检查不完整", "apps were not examined in full"),
        (missing["without_package"], "个在管应用没有可检测的安装包", "supervised apps have no package to examine"),
        (missing["not_in_round"], "个在管应用未列入本轮", "supervised apps are not in this round"),
        (missing["findings"], "项原有问题本周未检查到", "earlier findings were not looked at this week"),
    )
    told = [f"{number} {en}" if lang == "en" else f"{number} {zh}" for number, zh, en in parts if number]
    if told:
        found.append(
            "Not looked at: " + "; ".join(told) + ". Nothing found there is not nothing there."
            if lang == "en"
            else "未检查：" + "；".join(told) + "。未发现不等于不存在。"
        )
    return found


def _breakdown(title: str, name: str, rows: list[dict[str, Any]], key: str, lang: str) -> Section:
    def label(row: dict[str, Any]) -> Value:
        if key == "severity":
            return Cell(word_of(row[key], lang), row[key])
        if key == "province":
            return place_of(row[key], lang)
        return f"{row['name']} ({row['sdk']})" if key == "sdk" else row[key]

    before = "before" if lang == "en" else "上周"
    extra = ("apps", "audited", "failed") if key == "province" else ()
    heads = {"apps": ("应用", "Apps"), "audited": ("完成", "Audited"), "failed": ("失败", "Failed")}
    standing = key in {"province", "severity"}
    return Section(
        title,
        [
            name,
            *(heads[item][lang == "en"] for item in extra),
            *(text for kind in KINDS for text in (word_of(kind, lang), before)),
            *(["Standing" if lang == "en" else "现存"] if standing else []),
        ],
        [
            [
                label(row),
                *(row[item] for item in extra),
                *(value for kind in KINDS for value in _pair(row, kind)),
                *([row["standing"]] if standing else []),
            ]
            for row in rows
        ],
        empty="No change." if lang == "en" else "没有变化。",
    )


def _pair(row: dict[str, Any], kind: str) -> tuple[Value, Value]:
    tone = {"new": "bad", "reopened": "bad", "rectified": "good"}.get(kind, "") if row[kind] else "soft"
    return Cell(row[kind], tone), Cell(row[f"{kind}_before"], "soft")


def _changes(report: dict[str, Any], lang: str) -> Section:
    heads = (
        ("变化", "Change"), ("级别", "Severity"), ("把握", "Sureness"), ("省份", "Province"), ("应用", "App"),
        ("包名", "Package"), ("问题", "Finding"), ("对象", "Subject"), ("条款", "Clauses"), ("原因", "Cause"),
    )  # fmt: skip
    causes = {"input": ("应用或材料", "app or papers"), "rules": ("规则或引擎", "rules or engine")}
    rows: list[list[Value]] = []
    for item in report["changes"]:
        kind = kind_of(item["outcome"], item["cause"])
        rows.append(
            [
                Cell(word_of(kind, lang), "good" if kind == "rectified" else "soft" if kind == "retracted" else "bad"),
                Cell(word_of(item["severity"], lang), item["severity"]),
                word_of(item["sureness"], lang),
                place_of(item["province"], lang),
                item["app"],
                item["package"],
                item["title"].get(lang) or item["rule"],
                item["subject"],
                ", ".join(item["clauses"]),
                causes.get(item["cause"], (item["cause"],) * 2)[lang == "en"],
            ]
        )
    more = report["more_changes"]
    note = (f"{more} more changes are not listed." if lang == "en" else f"另有 {more} 项变化未列出。") if more else ""
    return Section(
        "Changes" if lang == "en" else "变化明细",
        [pair[lang == "en"] for pair in heads],
        rows,
        note,
        "No change against the week before." if lang == "en" else "与上周相比没有变化。",
    )


def _failures(report: dict[str, Any], lang: str) -> Section:
    heads = (("省份", "Province"), ("应用", "App"), ("包名", "Package"), ("代码", "Code"), ("说明", "What happened"),
             ("尝试次数", "Attempts"))  # fmt: skip
    return Section(
        "Failed audits" if lang == "en" else "检测失败",
        [pair[lang == "en"] for pair in heads],
        [
            [
                place_of(item["province"], lang),
                item["app"],
                item["package"],
                item["code"],
                item["detail"],
                item["attempts"],
            ]
            for item in report["failures"]
        ],
        empty="None." if lang == "en" else "无。",
    )


def _unexamined(report: dict[str, Any], lang: str) -> Section:
    missing = report["not_examined"]
    reasons = (
        ("incomplete_apps", "检查不完整（加壳、超时等，见该应用报告）", "not examined in full, see the app's report"),
        ("without_package_apps", "没有可检测的安装包", "no package to examine"),
    )
    rows: list[list[Value]] = [
        [place_of(item["province"], lang), item["app"], item["package"], en if lang == "en" else zh]
        for key, zh, en in reasons
        for item in missing[key]
    ]
    heads = (("省份", "Province"), ("应用", "App"), ("包名", "Package"), ("原因", "Why"))
    more = missing["incomplete"] + missing["without_package"] - len(rows)
    note = (f"{more} more are not listed." if lang == "en" else f"另有 {more} 个未列出。") if more > 0 else ""
    return Section(
        "Not examined" if lang == "en" else "未检查的",
        [pair[lang == "en"] for pair in heads],
        rows,
        note,
        _nothing_missing(report, lang),
    )


def _nothing_missing(report: dict[str, Any], lang: str) -> str:
    if report["states"].get("succeeded", 0) == report["total"]:
        return "Every app of the round was examined in full." if lang == "en" else "本轮应用均已完整检查。"
    return (
        "None beside the audits that failed, were cancelled or still wait."
        if lang == "en"
        else "除检测失败、被取消和尚未完成的以外，没有其他。"
    )


def _waivers(report: dict[str, Any], lang: str) -> Section:
    heads = (("省份", "Province"), ("应用", "App"), ("包名", "Package"), ("问题", "Finding"), ("截止", "Until"))
    return Section(
        "Waivers that ended" if lang == "en" else "本周到期的豁免",
        [pair[lang == "en"] for pair in heads],
        [
            [
                place_of(item["province"], lang),
                item["app"],
                item["package"],
                item["title"].get(lang) or item["rule"],
                item["until"],
            ]
            for item in report["waivers_ended"]
        ],
        empty="None." if lang == "en" else "无。",
    )
