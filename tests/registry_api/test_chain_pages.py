"""Call chains and permission requests on the record page."""

import json
import re
from types import SimpleNamespace

import pytest
from chains import chained_report
from starlette.datastructures import URL

from analyzer.render import words as report_words
from registry_api.web import words as page_words
from registry_api.web.chains import chain_of, doubt_of
from registry_api.web.record import Tally, early_of, evidence_of, ledger_of, requests_of, searched
from registry_api.web.rendering import render


def page(report, lang):
    """The page of an app without a filing: the parts of the record that come from the report are real."""
    plain = report if isinstance(report, dict) else json.loads(report.dump())
    findings = [
        SimpleNamespace(
            ended=False,
            id=number, document=row, severity=row["severity"], sureness=row["status"], status="open", subject=row["subject"],
            rule=row["rule"], first_seen_at=None, last_seen_at=None,
        )
        for number, row in enumerate(plain["findings"])
    ]  # fmt: skip
    evidence = evidence_of(plain)
    record = SimpleNamespace(
        app=SimpleNamespace(name="示例", package="cn.example.study", province="11"),
        organization=SimpleNamespace(name="示例科技", uscc="91350100M000100Y43"),
        version=None, filing=None, run=SimpleNamespace(summary={"facts_rules": None}, rules="r"), report=plain, broken=None, comparison=[],
        ledger=ledger_of(plain), findings=findings, evidence=evidence, early=early_of(evidence), requests=requests_of(plain),
        searched=searched(plain), clauses={}, runs=[], intakes=[], trail=[], names={},
        tally=Tally(len(findings), len(findings)),
    )  # fmt: skip
    return render(
        "app.html", lang, record=record, signed_in=None, here=URL("http://127.0.0.1/apps/cn.example.study")
    ).body.decode()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_reads_before_consent_have_a_section_of_their_own_with_their_chains(lang):
    html = page(chained_report(), lang)
    before = html.partition('id="before"')[2].partition('id="evidence"')[0]
    for text in ("b-device.imei", "ImeiTracker.f", "agreed_policy_version", 'title="Lcom/umeng/commonsdk/UMConfigure;'):
        assert text in before, text
    assert "no path" in html if lang == "en" else "未找到从入口点到达的路径" in html
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(re.findall(r'id="([^"]+)"', html))


def test_the_chinese_page_has_chinese_words_for_links_entries_and_doubts():
    html = page(chained_report(), "zh")
    for text in (
        "启动页",
        "分派",
        "反射",
        "中间 6 步",
        "第三方代码（com.unknown.kit）",
        "途中的某个对象未能确定",
        "启动阶段，同意之前",
    ):
        assert text in html, text
    assert "dispatch_unsure" not in html


def test_without_a_search_nothing_says_that_no_path_was_found():
    html = page(chained_report(complete=False), "zh")
    assert "未找到从入口点到达的路径" not in html


def test_reports_of_an_older_engine_are_shown():
    report = json.loads(chained_report().dump())
    del report["permission_requests"], report["coverage"]["entries"]
    for row in report["accesses"]:
        for key in ("links", "entry", "doubt", "guard", "offsets"):
            del row[key]
    for finding in report["findings"]:
        for item in finding["evidence"]:
            del item["path"]
    assert "ImeiTracker.f" in page(report, "zh")
    assert requests_of(report) == []
    assert searched(report)
    for row in report["accesses"]:
        shown = chain_of(row, "zh")
        assert len(shown.head) + len(shown.middle) + len(shown.tail) == len(row["chain"])
        assert doubt_of(row, "zh") == ""


def test_page_and_reports_say_the_same():
    for key, pair in report_words.WORDS.items():
        if "." in key and key.split(".")[0] in {"link", "entry", "doubt", "guard", "moment"}:
            assert page_words.WORDS[key] == pair, key
