"""Lines of Chinese: nothing lost, nothing too wide, no closing sign alone at the start."""

from __future__ import annotations

import io
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from analyzer.render.console import as_text
from analyzer.render.prose import ByWidth, Text, break_line, pieces

CHINESE = "启动页读取，。；：、（）《》“”"
TEXTS = st.text(alphabet=st.sampled_from(CHINESE + "aB/.;$_-> \t()[]é🙂𠮷"), max_size=80)


def lines_of(text: str, width: int) -> list[str]:
    cuts = [0, *break_line(text, width), len(text)]
    return [text[start:end] for start, end in pairwise(cuts)]


@given(TEXTS, st.integers(8, 60))
def test_lines_hold_the_text_and_fit(text, width):
    assert "".join(pieces(text)) == text
    lines = lines_of(text, width)
    assert "".join(lines) == text
    assert all(cell_len(line.rstrip()) <= width for line in lines)


@given(st.text(alphabet=st.sampled_from("启动页读取abc"), min_size=1, max_size=60), st.integers(10, 40))
def test_a_closing_sign_never_begins_a_line_and_an_opening_one_never_ends_it(text, width):
    text = "，".join(text) + "。（完）"
    for line in lines_of(text, width)[1:]:
        assert line[0] not in "，。）"
    for line in lines_of(text, width)[:-1]:
        assert not line.rstrip().endswith("（")


def test_a_sentence_fills_its_lines_and_a_name_is_cut_after_a_separator():
    text = "应用自身读取剪贴板的代码，有从启动页开始的调用链：启动页 MainActivity.onCreate。"
    assert lines_of(text, 30) == [
        "应用自身读取剪贴板的代码，有从",
        "启动页开始的调用链：启动页 ",
        "MainActivity.onCreate。",
    ]
    name = "Lcom/umeng/commonsdk/statistics/common/DeviceConfig;->getMac()"
    assert lines_of(name, 30) == ["Lcom/umeng/commonsdk/", "statistics/common/", "DeviceConfig;->getMac()"]


def test_a_bracket_stays_with_what_it_holds():
    assert lines_of("->init() [极光推送]", 10)[0] == "->init() "
    assert lines_of("->init() [极光推送]", 12) == ["->init() [极", "光推送]"]


def test_styles_survive_and_cells_of_tables_break_alike():
    sink = io.StringIO()
    console = Console(file=sink, width=20, force_terminal=True, color_system="standard", highlight=False)
    console.print(Text.assemble(("应用自身读取剪贴板", "bold"), "的代码，有调用链。"))
    plain = [line.replace("\x1b[1m", "").replace("\x1b[0m", "") for line in sink.getvalue().splitlines()]
    assert plain == ["应用自身读取剪贴板的", "代码，有调用链。"]
    assert sink.getvalue().startswith("\x1b[1m应用自身读取剪贴板\x1b[0m的")
    assert as_text(
        ["应用自身读取剪贴板的代码，有从启动页开始的调用链，途中没有用户操作，查看权限记录。"], width=60
    ) == ("应用自身读取剪贴板的代码，有从启动页开始的调用链，途中没有用\n户操作，查看权限记录。\n")


def test_a_block_suits_the_width():
    block = ByWidth(80, Text("wide"), Text("narrow"))
    assert as_text([block], width=80) == "wide\n"
    assert as_text([block], width=79) == "narrow\n"
