import io
import zipfile
from dataclasses import replace
from datetime import datetime

import openpyxl
import pytest
from reports import both, hostile_report

from analyzer.model import Bundle, FindingEvidence
from analyzer.model.report import GovernanceFact
from analyzer.render import render

SHEETS = [
    "概要",
    "个人信息台账",
    "问题",
    "权限",
    "第三方 SDK",
    "传输记录",
    "读取个人信息的代码",
    "未检查与人工核对",
    "所引条款",
]


def book(report, lang="zh"):
    return openpyxl.load_workbook(io.BytesIO(render(report, "xlsx", lang)))


def column(sheet, name):
    heads = [cell.value for cell in sheet[1]]
    return [row[heads.index(name)].value for row in sheet.iter_rows(min_row=2)]


def test_sheets_are_those_that_are_filed():
    assert book(hostile_report()).sheetnames == SHEETS
    assert len(book(hostile_report(), "en").sheetnames) == len(SHEETS)


def test_ledger_and_findings_say_what_the_report_says():
    made = book(hostile_report())
    ledger = made["个人信息台账"]
    assert column(ledger, "标识") == ["device.oaid"]
    assert column(ledger, "已传输") == ["是"]
    assert column(ledger, "必要") == ["否"]
    assert column(ledger, "已声明") == ["–"]
    findings = made["问题"]
    assert column(findings, "把握程度") == ["已证实"]
    assert column(findings, "条款")[0].startswith("191-3.1（三、1）")
    assert "flow 5" in column(findings, "证据")[0]
    assert column(findings, "人工核实") == [None]


def test_what_was_not_examined_has_a_sheet():
    items = column(book(hostile_report())["未检查与人工核对"], "事项")
    assert {"备案材料", "已加固", "body_missing"} <= set(items)
    assert any(text.startswith("191-1.3") for text in items)


def test_hybrid_framework_has_a_sheet_where_there_is_one():
    bundle = Bundle(framework="uniapp", name="uni-app", place="assets/apps/x", unread=("x.hbc: 未知版本",))
    made = book(hostile_report(bundles=(bundle,)))
    assert column(made["混合框架"], "名称") == ["uni-app"]
    assert "x.hbc: 未知版本" in column(made["混合框架"], "详情")[0]


def test_overview_tells_package_verdict_and_rules():
    told = {row[0].value: row[1].value for row in book(hostile_report())["概要"].iter_rows() if row[0].value}
    assert told["SHA-256"] == "a" * 64
    assert told["结论"] == "有已证实的问题"
    assert told["规则版本"] == "r"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r="])
def test_no_text_of_an_app_becomes_a_formula(start):
    evil = f'{start}HYPERLINK("http://evil.example","x")'
    report = hostile_report()
    finding = replace(
        report.findings[0],
        subject=evil,
        title=both(evil, evil),
        evidence=(FindingEvidence(kind="string", where=evil, excerpt=evil),),
    )
    made = book(replace(report, findings=(finding,), app=replace(report.app, label=evil, package=evil)))
    for sheet in made:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert cell.hyperlink is None
                assert not isinstance(cell.value, str) or cell.quotePrefix


def test_tables_are_ready_to_print_and_to_filter():
    made = book(hostile_report())
    for sheet in made:
        assert sheet.page_setup.orientation == "landscape"
        assert int(sheet.page_setup.paperSize) == 9
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.oddFooter.right.text == "&P / &N"
    for sheet in made.worksheets[1:]:
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref.startswith("A1:")
        assert sheet.print_title_rows == "$1:$1"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_printed_columns_stay_readable_on_a4(lang):
    from analyzer.catalogue import load_catalogue
    from analyzer.render import tables

    names = tables.Names(hostile_report(), load_catalogue(), lang)
    for make in (getattr(tables, name) for name in vars(tables) if name.endswith("_table") and name != "_table"):
        table = make(names)
        printed = table.columns[: len(table.columns) - table.unprinted]
        assert sum(wide for _, wide in printed) <= 200, table.title
        assert all(len(row) == len(table.columns) for row in table.rows)


def test_what_a_person_fills_in_is_printed_and_what_machines_need_is_not():
    sheet = book(hostile_report())["问题"]
    heads = [cell.value for cell in sheet[1]]
    assert heads[-4:] == ["人工核实", "备注", "规则", "指纹"]
    assert sheet.print_area == "'问题'!$A$1:$L$2"
    assert str(sheet.data_validations.dataValidation[0].sqref) == "K2"
    assert column(sheet, "规则") == ["CONSENT.TRAFFIC_BEFORE"]


def test_text_longer_than_a_cell_may_be_is_cut_visibly():
    report = hostile_report()
    finding = replace(report.findings[0], explanation=both("长" * 40_000, "x"))
    [text] = column(book(replace(report, findings=(finding,)))["问题"], "说明")
    assert len(text) < 32_767
    assert text.endswith(" …")


def test_equal_reports_give_equal_bytes():
    first = render(hostile_report(), "xlsx", "zh")
    assert first == render(hostile_report(), "xlsx", "zh")
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert book(hostile_report()).properties.created == datetime(1980, 1, 1)  # noqa: DTZ001  # the format has no zone


def test_name_of_the_app_is_no_code_of_the_page_header():
    report = hostile_report()
    made = book(replace(report, app=replace(report.app, label="A&P & 作业" + "长" * 300)))
    assert made["问题"].oddHeader.left.text.startswith("A&&P && 作业")


def test_every_cited_clause_says_what_it_says_and_where_to_read_it():
    made = book(hostile_report())["所引条款"]
    rows = {row[0]: row for row in made.iter_rows(min_row=2, values_only=True)}
    assert rows["191-3.1"][4] == "https://www.cac.gov.cn/2019-12/27/c_1578986455686625.htm"
    assert "191号" in rows["191-3.1"][1]


def test_a_text_without_a_known_address_says_so():
    from analyzer.catalogue import load_catalogue
    from analyzer.render.tables import Names, cited_table

    finding = replace(hostile_report().findings[0], clauses=("164-6",))
    report = replace(hostile_report(), findings=(finding,), governance=())
    assert cited_table(Names(report, load_catalogue(), "zh")).rows[0][4] == "规则中没有收录"


def test_governance_facts_have_a_sheet_where_there_are_some():
    fact = GovernanceFact(
        id="uscc",
        title=both("统一社会信用代码", "USCC"),
        value="91510100MA0000008A",
        state="good",
        says=both("格式正确", "well formed"),
        clauses=("EDU-01",),
    )
    made = book(replace(hostile_report(), governance=(fact,)))
    assert made.sheetnames.index("治理事实") == SHEETS.index("问题") + 1
    assert column(made["治理事实"], "内容") == ["91510100MA0000008A"]
    assert column(made["治理事实"], "状态") == ["正常"]
