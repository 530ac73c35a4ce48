"""The weekly report on paper."""

import io

import pypdfium2
import pytest

from registry_api.exchange.booklet import WRITERS, Booklet, Cell, Section, Tile
from registry_api.exchange.printed import _MOST


def text_of(content):
    document = pypdfium2.PdfDocument(io.BytesIO(content))
    return len(document), "".join(page.get_textpage().get_text_range() for page in document)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_report_on_paper_says_what_the_others_say(lang):
    rows = [[f"应用{n}", Cell("严重", "critical"), n, None] for n in range(_MOST + 5)]
    booklet = Booklet(
        "每周检测报告 2026-W47",
        ["覆盖 3 个应用"],
        [Tile("新增", 7, "上周 5，+2", "bad")],
        ["2 个应用检测失败"],
        [
            Section("按省份", ["应用", "级别", "数", "备注"], rows, note="说明文字"),
            Section("空表", ["a"], [], empty="没有内容<b>&"),
        ],
        lang,
    )
    content = WRITERS["pdf"](booklet)
    assert content == WRITERS["pdf"](booklet), "equal figures give equal bytes"
    pages, text = text_of(content)
    assert pages > 10
    for said in ("每周检测报告 2026-W47", "上周 5", "2 个应用检测失败", "应用999", "说明文字", "没有内容<b>&"):
        assert said in text, said
    assert "应用1000" not in text
    assert ("另有 5 行" if lang == "zh" else "5 more rows") in text
