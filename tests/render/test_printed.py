import io
import re
from dataclasses import replace

import pypdf
import pytest
from reports import both, hostile_report

from analyzer.model import Access, FindingEvidence, HumanCheck
from analyzer.model.report import CallPath
from analyzer.render import render
from analyzer.render.typeface import characters, markup, printable


def pages(report, lang="zh"):
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(render(report, "pdf", lang))).pages]


def text_of(report, lang="zh"):
    return re.sub(r"\s+", "", "".join(pages(report, lang)))


def outline(entries):
    for entry in entries:
        if isinstance(entry, list):
            yield from outline(entry)
        else:
            yield entry.title


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_report_says_verdict_finding_clause_ledger_and_checks(lang):
    text = text_of(hostile_report(), lang)
    wanted = {
        "zh": (
            "有已证实的问题",
            "同意前传输了OAID",
            "191-3.1",
            "匿名设备标识",
            "首页起不超过四次点击",
            "某推送",
            "libjiagu.so",
        ),
        "en": (
            "problemsproven",
            "OAIDwassentbeforeconsent",
            "191-3.1",
            "OAID*",
            "atmostfourtaps",
            "某推送",
            "libjiagu.so",
        ),
    }
    assert [word for word in wanted[lang] if word not in text] == []


def test_every_page_names_app_digest_rules_and_number():
    report = hostile_report()
    rows = tuple(replace(report.findings[0], subject=f"s{number}") for number in range(60))
    told = pages(replace(report, findings=rows))
    assert len(told) > 3
    for number, text in enumerate(told, 1):
        flat = re.sub(r"\s+", " ", text)
        assert f"{number} / {len(told)}" in flat
        assert "a" * 64 in flat
        assert "规则版本 r" in flat
        assert "作业<script>" in flat


def test_outline_leads_to_sections_and_findings():
    reader = pypdf.PdfReader(io.BytesIO(render(hostile_report(), "pdf", "zh")))
    titles = list(outline(reader.outline))
    assert titles[:3] == ["问题一览", "个人信息台账 (1)", "问题 (1)"]
    assert titles[3].startswith("1. 同意前传输了 OAID")
    assert titles[-2:] == ["需人工核对 (1)", "所引条款 (2)"]
    assert reader.metadata.title.startswith("个人信息审计报告")


def test_typeface_is_inside():
    reader = pypdf.PdfReader(io.BytesIO(render(hostile_report(), "pdf", "zh")))
    fonts = reader.pages[0]["/Resources"]["/Font"]
    embedded = [
        font
        for item in fonts.values()
        for font in [item.get_object()]
        if "/FontFile2" in str(font.get("/FontDescriptor", {}))
    ]
    assert embedded
    assert all("NotoSansSC" in font["/BaseFont"] for font in embedded)


def test_character_that_the_typeface_lacks_is_printed_by_its_number():
    assert ord("𠮷") not in characters()
    assert printable("𠮷野家😀") == "[U+20BB7]野家[U+1F600]"
    report = hostile_report()
    assert "[U+20BB7]野家[U+1F600]" in text_of(replace(report, app=replace(report.app, label="𠮷野家😀")))


def test_typeface_has_simplified_and_common_traditional_characters():
    for text in ("备案个人信息审计报告", "個人資訊學習應用程式", "●○–›×·…“”《》"):
        assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [("<b>&amp;", "&lt;b&gt;&amp;amp;"), ("a\u202eb", "a\\u202eb"), ("\ud800", "\\ud800"), ("\u00ad", "\\u00ad")],
)
def test_text_is_neither_command_nor_hidden(text, shown):
    assert markup(text) == shown


def test_value_longer_than_a_page_is_split():
    report = hostile_report()
    finding = replace(
        report.findings[0],
        explanation=both("长" * 6000, "long " * 3000),
        evidence=tuple(FindingEvidence(kind="sdk", where="W" * 3000, excerpt="x" * 3000) for _ in range(9)),
    )
    row = replace(report.ledger[0], actors=tuple(f"lib:{'a' * 300}{number}" for number in range(300)))
    tall = replace(row, data="sms", recipients=tuple(str(number % 10) for number in range(300)))
    sdk = replace(report.sdks[0], name="名" * 300, vendor="商" * 5000)
    for lang in ("zh", "en"):
        text = text_of(replace(report, findings=(finding,), ledger=(row, tall), sdks=(sdk,)), lang)
        assert "另有1处" in text if lang == "zh" else "1more" in text


def test_chain_is_told_with_its_doubt():
    path = CallPath(
        level="before_consent",
        entry="application",
        chain=("Lcn/x/App;->onCreate()V", "Lcn/x/B;->run()V"),
        links=("call",),
        offsets=(3,),
        doubt="dispatch_unsure",
    )
    evidence = FindingEvidence(kind="access", where="Lcn/x/B;->run()V [app]", excerpt="Lcn/x/A;->oaid()V", path=path)
    report = hostile_report()
    read = Access(
        data="device.oaid", api="La/A;->a()V", caller="Lcn/x/B;->run()V", actor="sdk:x", level="before_consent",
        chain=path.chain, links=("call",), entry="application",
    )  # fmt: skip
    finding = replace(report.findings[0], evidence=(evidence,))
    text = text_of(replace(report, findings=(finding,), accesses=(read,)))
    assert "App.onCreate›调用cn.x.B.run偏移0x3" in text
    assert "不能确定" in text
    assert "同意前可达的读取(1)" in text
    weak = replace(read, weak="argument unknown", data="calendar")
    told = text_of(replace(report, accesses=(read, weak)))
    assert "同意前可达的读取(1)" in told
    assert "日历" not in told
    assert "日历" in text_of(replace(report, accesses=(read, replace(weak, weak=None))))


def test_report_on_traffic_alone_has_no_package():
    from analyzer.model import App, ReportArtifact

    text = text_of(hostile_report(artifact=ReportArtifact(), app=App(package="cn.example")))
    assert "SHA-256" not in text
    assert "cn.example" in text


def test_duties_at_large_come_after_what_this_app_shows():
    report = hostile_report()
    checks = (
        HumanCheck(clause="PIPL-51", look_at=both("要求出示制度", "ask for the rules"), general=True),
        *report.summary.human,
    )
    text = text_of(replace(report, summary=replace(report.summary, human=checks)))
    assert text.index("需人工核对(1)") < text.index("首页起不超过四次点击") < text.index("要求出示制度")


def test_report_without_findings_says_so():
    assert "没有问题" in text_of(hostile_report(findings=()))


def test_no_line_of_chinese_begins_with_a_comma():
    finding = replace(
        hostile_report().findings[0],
        explanation=both("".join("字" * (n % 6 + 1) + "，；："[n % 3] for n in range(600)), "x"),
    )
    lines = "\n".join(pages(hostile_report(findings=(finding,)))).split("\n")
    assert sum(line.count("字") > 20 for line in lines) > 10
    assert [line for line in lines if line[:1] in set("，；：")] == []


def test_signs_of_the_ledger_are_drawn():
    text = text_of(hostile_report())
    assert "●" in text
    assert "○" in text


def test_equal_reports_give_equal_bytes():
    first = render(hostile_report(), "pdf", "zh")
    render(hostile_report(findings=()), "pdf", "en")
    assert render(hostile_report(), "pdf", "zh") == first
