"""The views of a report: what stands where, in which order, and that all links lead somewhere."""

import re
from dataclasses import replace

import pytest
from click.testing import CliRunner
from reports import hostile_report

from analyzer.cli.audit import audit
from analyzer.model import Bilingual, CoverageReason, Finding, FindingEvidence, Severity, Status
from analyzer.render import render
from analyzer.render.charts import ledger_bars, severity_bars
from analyzer.render.detail_words import coverage_text, evidence_text
from analyzer.render.fixes import fix_list
from analyzer.render.mismatches import mismatches


def finding(
    subject, *evidence, rule="CONSENT.CODE_BEFORE", severity=Severity.HIGH, status=Status.SUSPECTED, waived=None
):
    text = Bilingual(zh=rule, en=rule)
    return Finding(
        rule=rule, severity=severity, status=status, title=text, explanation=text, advice=text, clauses=(),
        subject=subject, evidence=evidence, fingerprint=f"1:{rule}{subject}", waived=waived,
    )  # fmt: skip


def seen(kind, where, excerpt=""):
    return FindingEvidence(kind=kind, where=where, excerpt=excerpt)


def report_of(*findings):
    return replace(hostile_report(), findings=findings)


def test_what_to_mend_is_gathered_by_sdk_then_manifest_code_server_and_document():
    report = report_of(
        finding("x", seen("sdk", "code cn/x"), rule="DISCLOSURE.SDK_NOT_NAMED", severity=Severity.MEDIUM),
        finding(
            "device.imei",
            seen("access", "Lcn/example/a/Tool$1;->run()V [app]", "Landroid/x/Y;->get()"),
            seen("access", "Lcn/x/Push;->id()V [sdk:x]", "Landroid/x/Y;->get()"),
            seen("transmission", "api.example.cn (body id)", "device.imei = 86…"),
            seen("policy", "p.html @3", "…"),
        ),
        finding("debuggable", seen("manifest", "AndroidManifest.xml", "debuggable=true")),
        finding("photo", seen("string", "assets/www/a.js", "x")),
        finding("net", seen("endpoint", "classes.dex: Lcn/example/a/Net;", "http://203.0.113.9/")),
        finding("icp", seen("filing", "/system/icp", "null"), severity=Severity.LOW),
        finding("gone", seen("manifest", "AndroidManifest.xml"), waived="known"),
    )
    groups = [(group.kind, group.name, [fix.finding.subject for fix in group.fixes]) for group in fix_list(report)]
    assert groups == [
        ("sdk", "x", ["x", "device.imei"]),
        ("manifest", "AndroidManifest.xml", ["debuggable"]),
        ("class", "cn.example.a.Net", ["net"]),
        ("class", "cn.example.a.Tool", ["device.imei"]),
        ("file", "assets/www/a.js", ["photo"]),
        ("server", "api.example.cn", ["device.imei"]),
        ("policy", "", ["device.imei"]),
        ("filing", "", ["icp"]),
    ]
    assert fix_list(report_of()) == []


def test_mismatches_are_what_examined_channels_contradict():
    base = hostile_report()
    row = base.ledger[0]
    rows = (
        replace(row, data="a.b", declared=False, present=True, observed=None),
        replace(row, data="c.d", declared=True, present=False, observed=None),
        replace(row, data="e.f", declared=None, present=True, observed=True),
        replace(row, data="g.h", declared=True, present=None, observed=None),
    )
    one = finding("p", seen("manifest", "AndroidManifest.xml"), seen("policy", "p.html @3"))
    filed = finding("q", seen("filing", "/app/sdks"), rule="FILING.SDK_UNDECLARED")
    alone = finding("r", seen("manifest", "AndroidManifest.xml"))
    found = mismatches(replace(base, ledger=rows, findings=(one, filed, alone)))
    assert [item.data for item in found.undeclared] == ["a.b"]
    assert [item.data for item in found.unseen] == ["c.d"]
    assert [item.subject for item in found.findings] == ["p", "q"]


def test_bars_count_what_is_not_waived():
    report = report_of(
        finding("a", status=Status.PROVEN),
        finding("b"),
        finding("c", waived="known"),
        finding("d", severity=Severity.LOW),
    )
    bars = severity_bars(report, "en")
    assert [(bar.label, bar.total, [part.number for part in bar.segments]) for bar in bars] == [
        ("high", 2, [1, 1]),
        ("low", 1, [1]),
    ]
    assert bars[0].segments[0].width == bars[0].segments[1].width
    assert severity_bars(report_of(), "en") == []
    assert all(bar.total for bar in ledger_bars(hostile_report(), "zh"))


ORDER = {
    "full": ["findings", "ledger", "sdks", "human"],
    "vendor": ["fixes", "findings", "sdks"],
    "regulator": ["ledger", "mismatches", "human", "findings", "sdks"],
}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("view", ORDER)
def test_page_has_the_parts_of_its_view_in_order_and_every_link_a_target(view, lang):
    html = render(hostile_report(), "html", lang, view=view)
    places = [html.index(f'<h2 id="{name}">') for name in ORDER[view]]
    assert places == sorted(places)
    for name in {"fixes", "mismatches", "human"} - set(ORDER[view]):
        assert f'id="{name}"' not in html
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)
    assert "<svg" in html


@pytest.mark.parametrize(
    ("view", "has", "lacks"),
    [
        ("vendor", ["整改清单", "推迟初始化"], ["个人信息台账"]),
        ("regulator", ["不一致之处", "个人信息台账"], ["整改清单"]),
    ],
)
def test_terminal_has_the_same_views(view, has, lacks):
    text = render(hostile_report(), "terminal", "zh", width=120, view=view)
    assert [word for word in has if word not in text] == []
    assert [word for word in lacks if word in text] == []


def test_view_is_for_people_only(tmp_path):
    app = tmp_path / "a.apk"
    result = CliRunner().invoke(audit, [str(app), "--view", "vendor", "--format", "json"])
    assert result.exit_code == 2
    assert "--view" in result.output


@pytest.mark.parametrize(
    ("item", "zh"),
    [
        (
            seen("sdk", "code cn/x; native libx.so", "某推送 1.2 (certain)"),
            ("代码 cn/x；本机库 libx.so", "某推送 1.2（确定）"),
        ),
        (seen("filing", "/app/use_mode", "required"), ("使用方式（备案 /app/use_mode）", "要求使用")),
        (seen("filing", "/app/other", "x"), ("/app/other", "x")),
        (seen("policy", "p [0–3]", "未见 / not found: 目的 / purpose"), ("p [0–3]", "未见：目的")),
        (seen("policy", "p [0–3]", "未见 / not found: IMEI"), ("p [0–3]", "未见：IMEI")),
        (
            seen(
                "transmission", "h.cn (body id)", "device.imei = required · plain · before_consent · ×1 · known_value"
            ),
            ("h.cn (body id)", "device.imei = required · 未编码 · 同意前 · ×1 · 已知值"),
        ),
        (
            seen("permission", "AndroidManifest.xml", "android.permission.X · used: null · used_by: app"),
            ("AndroidManifest.xml", "android.permission.X · 是否使用未知 · 使用者： app"),
        ),
        (seen("string", "assets/required", "required (certain)"), ("assets/required", "required (certain)")),
    ],
)
def test_our_words_of_evidence_are_chinese_on_chinese_pages_and_the_apps_own_stay(item, zh):
    assert evidence_text(item, "zh") == zh
    assert "未见" not in "".join(evidence_text(item, "en"))


def test_gaps_are_told_in_the_readers_language():
    gap = CoverageReason(code="dex_unreadable", detail="no DEX file could be read")
    assert coverage_text(gap, "zh") == ("DEX 无法读取", "没有一个 DEX 文件能读取")
    assert coverage_text(gap, "en") == ("DEX unreadable", "no DEX file could be read")
    assert coverage_text(CoverageReason(code="new_code", detail="x"), "zh") == ("new_code", "x")
