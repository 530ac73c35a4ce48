"""Whatever an app, policy or capture holds is inert in every format."""

import io
import json
from dataclasses import replace

import openpyxl
import pypdf
import pytest
import standards
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reports import both, hostile_report

from analyzer.model import FindingEvidence, ReportInput
from analyzer.render import FORMATS, render
from analyzer.render.escape import inert, lines, visible

HIDDEN = "\u202e\u2066\u200b\u00ad\ufeff\x00\x07\x1b\r\u2028\ud800\ufffe\U000e0041"
POISONS = (
    "=cmd|' /C calc'!A0",
    "<img src=x onerror=alert(1)>",
    "&amp;",
    "](http://e.example)",
    "{0}",
    "_x0041_",
    "]]>",
    "%s",
    "</para>",
)
evil = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=40),
    st.lists(st.sampled_from([*HIDDEN, *POISONS, "作业", "𠮷", "😀", " ", "\n"]), max_size=8).map("".join),
    st.sampled_from(["长" * 300, "W" * 300, "=" * 300]),
)


def poisoned(text, other):
    report = hostile_report()
    finding = replace(
        report.findings[0],
        subject=text,
        explanation=both(text, text),
        advice=both(other, other),
        waived=other or None,
        clauses=("191-3.1", text),
        evidence=tuple(
            FindingEvidence(kind=kind, where=where, excerpt=other)
            for kind in ("access", "string", "policy", "transmission", "filing", "signature", "component")
            for where in (text, f"La/{text};->b()V [app]", "AndroidManifest.xml", f"{text} (body {other})")
        ),
    )
    return replace(
        report,
        findings=(finding,),
        app=replace(report.app, label=text, package=other, version_name=text),
        artifact=replace(report.artifact, name=text),
        inputs=(ReportInput(kind="policy", name=other, sha256="d" * 64),),
        coverage=replace(report.coverage, reasons=(replace(report.coverage.reasons[0], code=text, detail=other),)),
        sdks=(replace(report.sdks[0], name=text, vendor=other, version=text),),
        permissions=(replace(report.permissions[0], name=text, group=other, level=text, justified_by=(other,)),),
        accesses=(replace(report.accesses[0], api=text, caller=other, actor=f"lib:{text}"),),
        transmissions=(replace(report.transmissions[0], host=text, key=other, recipient=text, country=other),),
        not_analysed=(replace(report.not_analysed[0], host=text, code=other, detail=text),),
    )


def hidden(text):
    return sorted({char for char in text if char != "\n" and visible(char) != char})


def strings(value):
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(evil, evil)
def test_documents_for_programs_are_valid_and_hide_nothing(text, other):
    report = poisoned(text, other)
    for form, checker in (("sarif", standards.sarif()), ("cyclonedx", standards.cyclonedx())):
        made = json.loads(render(report, form, "zh").encode("utf-8"))
        checker.validate(made)
        assert [one for one in strings(made) if hidden(one)] == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(evil, evil)
def test_workbook_opens_and_holds_texts_and_numbers_alone(text, other):
    made = openpyxl.load_workbook(io.BytesIO(render(poisoned(text, other), "xlsx", "en")))
    cells = [cell for sheet in made for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert [cell.value for cell in cells if cell.data_type == "s" and hidden(cell.value)] == []


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(evil, evil)
def test_printed_report_opens_and_runs_nothing(text, other):
    data = render(poisoned(text, other), "pdf", "zh")
    reader = pypdf.PdfReader(io.BytesIO(data))
    assert "个人信息审计报告" in reader.pages[0].extract_text()
    assert not {"/OpenAction", "/AA", "/Names"} & set(reader.trailer["/Root"])
    assert not any("/Annots" in page for page in reader.pages)


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_inert_data_keeps_the_line_breaks_of_our_own_alone(text):
    assert hidden(inert({text: [text]})[visible(text)][0]) == []
    assert "\n" not in inert(text)
    assert inert(lines(text, text)).count("\n") == 1


def test_what_xml_refuses_is_visible():
    assert visible("a\ufffe\uffff\U0001fffe") == "a\\ufffe\\uffff\\U0001fffe"


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_takes_every_hidden_character(form):
    made = render(poisoned(HIDDEN, HIDDEN), form, "zh")
    if isinstance(made, str) and form != "json":  # JSON is the contract: it holds what the app says
        assert hidden(made) == []
