from dataclasses import replace

import pytest
from reports import HOSTILE, hostile_report

from analyzer.model import Bilingual
from analyzer.render import render


def cells(line):
    import unicodedata

    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [80, 160])
def test_no_line_is_wider_than_the_terminal_counting_chinese_as_two(lang, width):
    text = render(hostile_report(), "terminal", lang, width=width)
    assert max(map(cells, text.splitlines())) <= width


def test_text_of_the_app_cannot_colour_reorder_or_break_lines():
    text = render(hostile_report(), "terminal", "zh", width=160)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\\u202e" in text


def test_says_what_was_not_examined_and_how_sure_it_is():
    text = render(hostile_report(), "terminal", "zh", width=120)
    assert "备案材料 – 未检查" in text
    assert "[已证实]" in text
    assert "不完整，未发现不等于不存在" in text
    assert "已加固: libjiagu.so" in text
    assert "191-3.1、PIPL-13" in text
    assert "另有 2 处" in text


def test_colour_only_when_asked():
    assert "\x1b[" in render(hostile_report(), "terminal", "en", color=True)
    assert "\x1b[" not in render(hostile_report(), "terminal", "en")


def test_a_report_without_a_package_has_no_package_rows():
    from analyzer.model import App, ReportArtifact

    text = render(hostile_report(artifact=ReportArtifact(), app=App(package="cn.example")), "terminal", "zh")
    assert "SHA-256" not in text
    assert "cn.example" in text
    assert HOSTILE not in text


def test_gathered_findings_keep_an_explanation_that_says_something_else():
    first = hostile_report().findings[0]
    texts = [
        "清单申请了悬浮窗权限，用途不明，运行应用可证实。",
        "清单申请了修改设置权限，用途不明，运行应用可证实。",
        "应用并不持有该权限，而是向系统提供输入法。",
    ]
    findings = tuple(
        replace(first, subject=f"p{n}", explanation=Bilingual(zh=text, en=text)) for n, text in enumerate(texts)
    )
    text = render(hostile_report(findings=findings), "terminal", "zh", width=140)
    assert "×3" in text
    assert texts[0] in text
    assert texts[1] not in text
    assert texts[2] in text


@pytest.mark.parametrize("width", [80, 160])
def test_the_id_of_a_transmission_can_be_copied_whole(width):
    report = hostile_report()
    row = replace(report.transmissions[0], id="t-0123456789", host="a-very-long-host-name.of-somebody.example.com")
    text = render(replace(report, transmissions=(row,)), "terminal", "zh", width=width)
    assert "t-0123456789" in text
