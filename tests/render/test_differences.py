"""The comparison for people: widths, words, order, and text that an app controls."""

import re
from dataclasses import replace

import pytest
from reports import HOSTILE, hostile_report

from analyzer.compare import Version, compare
from analyzer.model import App, Coverage, CoverageReason, Difference, ReportArtifact, Severity
from analyzer.render.difference_places import place_text
from analyzer.render.difference_words import WORDS
from analyzer.render.differences import render_diff


def cells(line):
    import unicodedata

    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line)


def made(old=None, new=None, mirrored=False):
    full = hostile_report()
    bare = hostile_report(
        **dict.fromkeys(("permissions", "sdks", "accesses", "endpoints", "findings", "components", "strings"), ()),
        app=App(package="cn.example", label="甲", version_code=9, version_name="9"),
        coverage=Coverage(complete=True, entries=1),
        artifact=ReportArtifact(format="apk", sha256="f" * 64, size=1, name="b.apk"),
    )
    sides = [
        Version(replace(bare, **(old or {})), "report", "r"),
        Version(replace(full, **(new or {})), "package", "r"),
    ]
    return compare(*(reversed(sides) if mirrored else sides), tool="0")


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [80, 160])
def test_no_line_is_wider_than_the_terminal_counting_chinese_as_two(lang, width, mirrored):
    text = render_diff(made(mirrored=mirrored), "terminal", lang, width=width)
    assert max(map(cells, text.splitlines())) <= width


@pytest.mark.parametrize("form", ["terminal", "html"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_text_of_an_app_can_neither_colour_nor_reorder_nor_become_markup(form, lang):
    text = render_diff(made(), form, lang, width=160)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\\u202e" in text
    assert HOSTILE not in text
    if form == "html":
        assert "<script>alert" not in text


def test_the_page_asks_nothing_of_any_network():
    text = render_diff(made(), "html", "zh")
    assert "default-src 'none'" in text
    assert re.findall(r"""(?:src|href)=["'](?!#)""", text) == []


def test_colour_only_when_asked():
    assert "\x1b[" in render_diff(made(), "terminal", "en", color=True)
    assert "\x1b[" not in render_diff(made(), "terminal", "en")


def test_what_was_not_seen_names_the_coverage_and_what_is_new_does_not():
    text = render_diff(made(mirrored=True), "terminal", "zh", width=160)
    assert "新版" in text
    gone = [line for line in text.splitlines() if "未看到" in line or "消失" in line]
    assert gone
    unread = Coverage(complete=False, reasons=(CoverageReason(code="packed", detail="d"),))
    seen = render_diff(made(old={"coverage": unread}), "terminal", "zh", width=160)
    assert "首次看到" in seen
    assert "检查范围不完整：已加固" in seen
    assert "packed" not in render_diff(made(old={"coverage": unread}), "html", "zh").replace('title="packed"', "")


def test_places_are_told_in_words():
    made_of = {"kind": "new", "weight": Severity.LOW, "changes": ()}
    gap = Difference(area="coverage", subject="complete", **made_of)
    assert place_text(gap, "no_manifest: no AndroidManifest.xml", {}, "zh") == "没有清单：没有 AndroidManifest.xml"
    assert place_text(gap, "no_manifest: no AndroidManifest.xml", {}, "en") == "no manifest: no AndroidManifest.xml"
    one = Difference(area="coverage", subject="dex_unreadable", **made_of)
    assert place_text(one, "no DEX file could be read", {}, "zh") == "没有一个 DEX 文件能读取"
    read = Difference(area="findings", subject="X a", **made_of)
    assert place_text(read, "La/B;->c()V [sdk:x] L", {"x": "某推送"}, "zh") == "La/B;->c()V [某推送] L"
    assert place_text(read, "La/B;->c([I)V [app] L[I", {}, "zh") == "La/B;->c([I)V [应用自身] L[I"
    used = place_text(read, "AndroidManifest.xml a.b.CAMERA · used: false", {}, "zh")
    assert "used" not in used
    assert used.startswith("AndroidManifest.xml a.b.CAMERA · ")
    assert place_text(read, "AndroidManifest.xml a.b.CAMERA · used: false", {}, "en").endswith("used: false")


def test_what_must_be_looked_at_first_comes_first():
    diff = made()
    ranks = [row.weight.rank for row in diff.differences]
    assert ranks == sorted(ranks)
    assert diff.differences[0].weight in {Severity.CRITICAL, Severity.HIGH}
    text = render_diff(diff, "terminal", "en", width=120)
    assert text.index("Look at these first") < text.index("Minor differences")


def test_every_area_kind_and_reason_has_words():
    from typing import get_args

    from analyzer.model.difference import Area, Because, DifferenceKind

    keys = [f"area.{name}" for name in get_args(Area)] + [f"kind.{name}" for name in get_args(DifferenceKind)]
    keys += [f"because.{name}" for name in get_args(Because)]
    assert [key for key in keys if key not in WORDS] == []
