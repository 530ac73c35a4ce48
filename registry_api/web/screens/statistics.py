"""Statistics: each chart answers one question, and the table under it says the same without a script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

import analyzer
from registry_api.kit.requests import RegistryPart
from registry_api.statistics import kept
from registry_api.statistics.overview import TOP
from registry_api.web.rendering import render
from registry_api.web.visitors import Lang, PageRoute, Signed
from registry_api.web.words import province_name

router = APIRouter(route_class=PageRoute)

_MONTHS = 24
_GROUPS: tuple[tuple[str, str, str, frozenset[str], str], ...] = (
    (
        "filed",
        "已备案",
        "filed",
        frozenset({"filed", "change_requested", "change_returned", "rectification", "reaudit"}),
        "#2e8b57",
    ),
    ("returned", "退回补正", "returned", frozenset({"returned_for_correction"}), "#e08e0b"),
    ("refused", "不予备案", "refused", frozenset({"refused"}), "#c0392b"),
    ("waiting", "办理中", "in hand", frozenset({"draft", "submitted", "precheck", "under_review"}), "#5b8def"),
)
"""Name, words, states and colour of what a filing counts as; every other state is one that ended."""
_ENDED = ("ended", "已终止", "ended", frozenset[str](), "#8a94a0")


@dataclass(frozen=True)
class Figure:
    """One question with its chart and its table."""

    id: str
    question: str
    note: str
    option: dict[str, Any]
    head: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    nothing: str = ""
    """What is said instead of a chart whose bars would all be of no length."""
    link: str = ""
    """Path of a page about a row, to which the row's first cell, quoted, is added."""


@router.get("/statistics")
def statistics_page(request: Request, registry: RegistryPart, actor: Signed, lang: Lang = "zh") -> Response:
    """Show the figures within the reach of who looks."""
    shown = kept.statistics(registry, actor)
    months, provinces, times, overdue, findings = (
        shown.counted[name] for name in ("months", "provinces", "times", "overdue", "findings")
    )
    sdks = kept.sdks(registry, actor).counted[:TOP]
    figures = [
        _months(months, lang),
        _times(times, lang),
        _overdue(overdue, lang),
        _provinces(provinces, lang),
        _clauses(findings["top_clauses"], lang),
        _sdks(sdks, lang),
    ]
    everything = next((row for row in times if row["key"] == "*"), None)
    tiles = {
        "filings": sum(row["total"] for row in provinces),
        "filed": sum(_grouped(row["states"])["filed"] for row in provinces),
        "overdue": sum(row["reviews_overdue"] + row["notices_overdue"] for row in overdue),
        "median": f"{everything['median_working_days']:g}" if everything else None,
        "reopen": findings["reopen_rate"],
    }
    return render("statistics.html", lang, figures=figures, tiles=tiles, made=shown, signed_in=actor, here=request.url)


def _grouped(states: dict[str, int]) -> dict[str, int]:
    counts = {name: sum(states.get(state, 0) for state in members) for name, _, _, members, _ in _GROUPS}
    return {**counts, "ended": sum(states.values()) - sum(counts.values())}


def _t(lang: str, zh: str, en: str) -> str:
    return en if lang == "en" else zh


def _series(name: str, data: Sequence[Any], *, stack: str | None = None, color: str | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "bar", "name": name, "data": list(data), "barMaxWidth": 28}
    if stack:
        made["stack"] = stack
    if color:
        made["itemStyle"] = {"color": color}
    return made


def _chart(labels: Sequence[str], series: list[dict[str, Any]], *, lying: bool) -> dict[str, Any]:
    """Return a bar chart; ``lying`` bars suit long names, and begin at the top."""
    names = {
        "type": "category",
        "data": list(labels),
        "inverse": lying,
        "axisLabel": {"width": 150, "overflow": "truncate"} if lying else {},
    }
    values = {"type": "value", "minInterval": 1}
    legend = len(series) > 1
    return {
        "grid": {"left": 8, "right": 32, "top": 40 if legend else 12, "bottom": 8, "containLabel": True},
        "legend": {"top": 0, "show": legend, "type": "scroll"},
        "tooltip": {"trigger": "axis", "renderMode": "richText"},
        "xAxis": values if lying else names,
        "yAxis": names if lying else values,
        "series": series,
    }


def _standing(labels: list[str], rows: list[dict[str, int]], lang: str, *, lying: bool) -> dict[str, Any]:
    groups = (*_GROUPS, _ENDED)
    series = [
        _series(_t(lang, zh, en), [row[name] for row in rows], stack="all", color=color)
        for name, zh, en, _, color in groups
    ]
    return _chart(labels, series, lying=lying)


def _group_names(lang: str) -> list[str]:
    return [_t(lang, zh, en) for _, zh, en, _, _ in (*_GROUPS, _ENDED)]


def _months(rows: list[dict[str, Any]], lang: str) -> Figure:
    rows = [row for row in rows if row["key"] != "unknown"][-_MONTHS:]
    counts = [_grouped(row["states"]) for row in rows]
    labels = [row["key"] for row in rows]
    return Figure(
        "months",
        _t(
            lang, "每月提交的备案，如今备案、退回、不予备案各多少？", "Of the filings of each month, how do they stand?"
        ),
        _t(lang, "按最近一次提交的月份；近 24 个月。", "By the month of the last submission; the last 24 months."),
        _standing(labels, counts, lang, lying=False),
        (_t(lang, "月份", "Month"), _t(lang, "合计", "All"), *_group_names(lang)),
        tuple((row["key"], row["total"], *count.values()) for row, count in zip(rows, counts, strict=True)),
    )


def _provinces(rows: list[dict[str, Any]], lang: str) -> Figure:
    rows = sorted(rows, key=lambda row: (-row["total"], row["key"]))
    counts = [_grouped(row["states"]) for row in rows]
    labels = [province_name(row["key"], lang) for row in rows]
    return Figure(
        "provinces",
        _t(lang, "各省备案情况如何？", "How does each province stand?"),
        _t(lang, "按备案数排列，只含本账户可见的省。", "By the number of filings; only what this account may see."),
        _standing(labels, counts, lang, lying=True),
        (_t(lang, "省", "Province"), _t(lang, "合计", "All"), *_group_names(lang)),
        tuple((name, row["total"], *count.values()) for name, row, count in zip(labels, rows, counts, strict=True)),
    )


def _times(rows: list[dict[str, Any]], lang: str) -> Figure:
    def name(key: str) -> str:
        return _t(lang, "全部", "all") if key == "*" else province_name(key, lang)

    ranked = sorted(rows, key=lambda row: (row["key"] != "*", -row["median_working_days"], row["key"]))
    series = [
        _series(_t(lang, "中位数", "median"), [row["median_working_days"] for row in ranked], color="#5b8def"),
        _series(
            _t(lang, "九成以内", "nine in ten within"), [row["p90_working_days"] for row in ranked], color="#8a94a0"
        ),
    ]
    return Figure(
        "times",
        _t(lang, "从提交到决定用了多少工作日？", "How many working days from submission to decision?"),
        _t(
            lang,
            "按国务院公布的节假日与调休计；安排未公布的年份按周一至周五计。",
            "By the announced holidays and make-up days; Mondays to Fridays in years not announced yet.",
        ),
        _chart([name(row["key"]) for row in ranked], series, lying=True),
        (
            _t(lang, "省", "Province"),
            _t(lang, "已决定", "Decided"),
            _t(lang, "中位数", "Median"),
            _t(lang, "九成以内", "Nine in ten within"),
            _t(lang, "最长", "Longest"),
        ),
        tuple(
            (
                name(row["key"]),
                row["decided"],
                f"{row['median_working_days']:g}",
                f"{row['p90_working_days']:g}",
                row["longest"],
            )
            for row in ranked
        ),
    )


def _overdue(rows: list[dict[str, Any]], lang: str) -> Figure:
    ranked = sorted(rows, key=lambda row: (-row["reviews_overdue"] - row["notices_overdue"], row["key"]))
    names = [province_name(row["key"], lang) for row in ranked]
    late_reviews, late_notices = _t(lang, "逾期审核", "reviews overdue"), _t(lang, "逾期文书", "notices overdue")
    late = any(row["reviews_overdue"] or row["notices_overdue"] for row in ranked)
    series = [
        _series(late_reviews, [row["reviews_overdue"] for row in ranked], stack="late", color="#c0392b"),
        _series(late_notices, [row["notices_overdue"] for row in ranked], stack="late", color="#e08e0b"),
    ]
    return Figure(
        "overdue",
        _t(lang, "哪里有逾期？", "Where is work overdue?"),
        _t(lang, "到期日已过而仍未办结；暂停计时的不计。", "Past the day and not done; what is paused does not count."),
        _chart(names, series, lying=True),
        (
            _t(lang, "省", "Province"),
            _t(lang, "在审", "Reviews"),
            late_reviews,
            _t(lang, "在办文书", "Notices"),
            late_notices,
        ),
        tuple(
            (name, row["reviews"], row["reviews_overdue"], row["notices"], row["notices_overdue"])
            for name, row in zip(names, ranked, strict=True)
        ),
        nothing="" if late else _t(lang, "目前没有逾期。", "Nothing is overdue."),
    )


def _clauses(rows: list[dict[str, Any]], lang: str) -> Figure:
    known = analyzer.clauses()

    def name(key: str) -> str:
        clause = known.get(key)
        return f"{clause.article} {clause.title.pick(lang)}" if clause else key

    labels = [f"{row['key']} {name(row['key'])}" for row in rows]
    return Figure(
        "clauses",
        _t(lang, "现存问题最常违反哪些条款？", "Which clauses do standing findings cite most?"),
        _t(
            lang,
            "含已证实与疑似；每项问题按其引用的每一条计一次。",
            "Proven and suspected; once for each cited clause.",
        ),
        _chart(labels, [_series("", [row["total"] for row in rows], color="#5b8def")], lying=True),
        (_t(lang, "条款", "Clause"), _t(lang, "内容", "What it says"), _t(lang, "问题数", "Findings")),
        tuple((row["key"], name(row["key"]), row["total"]) for row in rows),
    )


def _sdks(rows: list[dict[str, Any]], lang: str) -> Figure:
    return Figure(
        "sdks",
        _t(lang, "应用最常含有哪些 SDK？", "Which SDKs do apps ship most?"),
        _t(lang, "检出的，非申报的；按应用当前版本。", "Detected, not declared; by the apps' current versions."),
        _chart(
            [row["name"] for row in rows], [_series("", [row["apps"] for row in rows], color="#2e8b57")], lying=True
        ),
        (_t(lang, "SDK", "SDK"), _t(lang, "名称", "Name"), _t(lang, "应用数", "Apps"), _t(lang, "版本数", "Versions")),
        tuple((row["sdk"], row["name"], row["apps"], row["versions"]) for row in rows),
        link="/sdks/",
    )
