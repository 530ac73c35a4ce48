import json
from dataclasses import replace

import pytest
import standards
from reports import HOSTILE, both, hostile_report

from analyzer.model import FindingEvidence, ReportArtifact, ReportInput, Severity
from analyzer.model.report import CallPath
from analyzer.render import render

CALLER = "Lcn/x/B;->run(I)V"


def run_of(report, lang="zh"):
    log = json.loads(render(report, "sarif", lang))
    standards.sarif().validate(log)
    return log["runs"][0]


def leaves(value, key=""):
    if isinstance(value, dict | list):
        for name, item in value.items() if isinstance(value, dict) else ((key, item) for item in value):
            yield from leaves(item, name)
    else:
        yield key, value


def report_with(*evidence, **changes):
    finding = replace(hostile_report().findings[0], evidence=evidence, **changes.pop("finding", {}))
    return hostile_report(findings=(finding,), **changes)


def item(kind, where, excerpt="x", path=None):
    return FindingEvidence(kind=kind, where=where, excerpt=excerpt, path=path)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_log_is_valid_and_says_level_sureness_and_subject(lang):
    run = run_of(hostile_report(), lang)
    result = run["results"][0]
    assert result["level"] == "error"
    assert ("[已证实]" if lang == "zh" else "[proven]") in result["message"]["text"]
    assert result["properties"]["precision"] == "very-high"
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    assert run["properties"]["humanChecks"][0]["clause"] == "191-1.3"


def test_rule_has_help_in_both_languages_with_its_clauses():
    rule = run_of(hostile_report())["tool"]["driver"]["rules"][0]
    for text in rule["help"].values():
        assert "同意前发送个人信息" in text
        assert "Personal data sent before consent" in text
        assert "191-3.1" in text
    assert rule["properties"]["security-severity"] == "8.0"


def test_clauses_are_taxa_of_their_legal_text():
    run = run_of(hostile_report())
    cited = run["results"][0]["taxa"]
    assert [taxon["id"] for taxon in cited] == ["191-3.1", "PIPL-13"]
    for taxon in cited:
        taxonomy = run["taxonomies"][taxon["toolComponent"]["index"]]
        assert taxonomy["taxa"][taxon["index"]]["id"] == taxon["id"]
        assert taxonomy["name"] == taxon["toolComponent"]["name"]
    rule = run["tool"]["driver"]["rules"][0]
    assert {row["target"]["id"] for row in rule["relationships"]} == {"191-3.1", "PIPL-13"}


def test_suspected_finding_lowers_the_precision_of_its_rule():
    first = hostile_report().findings[0]
    findings = (first, replace(first, status="suspected", severity=Severity.LOW))
    run = run_of(hostile_report(findings=findings))
    assert run["tool"]["driver"]["rules"][0]["properties"]["precision"] == "medium"
    assert [row["level"] for row in run["results"]] == ["error", "note"]


def test_code_is_located_in_the_package_by_class_and_method():
    report = report_with(item("access", f"{CALLER} [sdk:x]", "Lcn/x/A;->oaid()V"))
    run = run_of(report)
    place = run["results"][0]["locations"][0]
    assert place["physicalLocation"]["artifactLocation"] == {"uri": "%E6%A0%B7%E4%BE%8B%20app.apk", "index": 0}
    logical = place["logicalLocations"][0]
    assert logical["fullyQualifiedName"] == "cn.x.B.run"
    assert logical["decoratedName"] == CALLER
    assert run["artifacts"][0]["hashes"] == {"sha-256": "a" * 64}


def test_weakness_in_code_and_in_a_file_has_its_place():
    run = run_of(report_with(item("security", f"{CALLER} [app]"), item("security", "assets/a b.apk")))
    result = run["results"][0]
    assert result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "cn.x.B.run"
    assert "logicalLocations" in result["relatedLocations"][0]
    run = run_of(report_with(item("security", "assets/inner.apk")))
    place = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert (place["uri"], place["uriBaseId"]) == ("assets/inner.apk", "PACKAGE")


def test_policy_sentence_is_located_by_its_characters_in_the_text():
    policy = ReportInput(kind="policy", name="policy.html", sha256="d" * 64)
    run = run_of(report_with(item("policy", "policy @213", "我们不会收集"), inputs=(policy,)))
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "policy.html"
    assert place["region"] == {"charOffset": 213, "charLength": 6, "snippet": {"text": "我们不会收集"}}
    assert run["columnKind"] == "unicodeCodePoints"


def test_whole_policy_is_the_place_of_what_it_lacks():
    policy = ReportInput(kind="policy", name="p.html", sha256="d" * 64)
    run = run_of(report_with(item("policy", "p.html [0–1578]", "未见 / not found: SDK"), inputs=(policy,)))
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"charOffset": 0, "charLength": 1578}


def test_traffic_hangs_on_the_package_and_names_its_capture():
    capture = ReportInput(kind="capture", name=None, sha256="e" * 64)
    run = run_of(report_with(item("transmission", "a.example.com (body imei)"), inputs=(capture,)))
    result = run["results"][0]
    assert "uri" in result["locations"][0]["physicalLocation"]["artifactLocation"]
    place = result["relatedLocations"][0]
    assert run["artifacts"][place["physicalLocation"]["artifactLocation"]["index"]]["hashes"] == {"sha-256": "e" * 64}
    assert place["logicalLocations"][0]["name"] == "a.example.com"


def test_traffic_without_a_package_is_located_in_its_capture():
    capture = ReportInput(kind="capture", name=None, sha256="e" * 64)
    run = run_of(
        report_with(item("transmission", "a.example.com (body imei)"), inputs=(capture,), artifact=ReportArtifact())
    )
    [place] = run["results"][0]["locations"]
    assert place["logicalLocations"][0]["name"] == "a.example.com"
    assert place["physicalLocation"]["artifactLocation"] == {"index": 0}


def test_chain_is_a_code_flow_from_entry_point_to_read():
    path = CallPath(
        level="before_consent",
        entry="application",
        chain=("Lcn/x/App;->onCreate()V", CALLER),
        links=("call",),
        offsets=(3,),
    )
    run = run_of(report_with(item("access", f"{CALLER} [app]", "Lcn/x/A;->oaid()V", path)))
    steps = run["results"][0]["codeFlows"][0]["threadFlows"][0]["locations"]
    names = [step["location"]["logicalLocations"][0]["fullyQualifiedName"] for step in steps]
    assert names == ["cn.x.App.onCreate", "cn.x.B.run", "cn.x.A.oaid"]
    assert [step["executionOrder"] for step in steps] == [1, 2, 3]


def test_waiver_is_a_suppression_and_only_there():
    assert run_of(hostile_report())["results"][0]["suppressions"] == []
    run = run_of(report_with(item("sdk", "code x"), finding={"waived": "批准：甲"}))
    assert run["results"][0]["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": "批准：甲"}
    ]


def test_what_was_not_examined_is_notified():
    notes = run_of(hostile_report())["invocations"][0]["toolExecutionNotifications"]
    assert {note["descriptor"]["id"] for note in notes} == {"packed", "not_examined", "body_missing"}


def test_logs_of_two_runs_differ_in_the_invocation_alone():
    first = hostile_report()
    second = replace(first, run=replace(first.run, started="2027-05-05T05:05:05+00:00", seconds={"dex": 1.0}))
    assert render(first, "sarif", "zh") == render(first, "sarif", "zh")
    one, two = run_of(first), run_of(second)
    assert one.pop("invocations") != two.pop("invocations")
    assert one == two


def test_values_of_an_app_make_neither_links_nor_lines():
    evil = "[here](https://evil.example)\n# big {0} <b>"
    report = report_with(item("string", evil, evil), finding={"explanation": both(evil, evil), "rule": "NO.SUCH"})
    run = run_of(report)
    messages = [value for key, value in leaves(run) if key in {"text", "markdown"}]
    assert messages
    assert not [text for text in messages if "](" in text.replace("\\](", "") or "\u202e" in text]
    assert run["results"][0]["message"]["text"].count("\n") == 1
    assert "big" not in run["tool"]["driver"]["rules"][0]["help"]["markdown"]


def test_name_of_a_file_cannot_leave_its_place():
    evil = hostile_report().artifact
    run = run_of(hostile_report(artifact=replace(evil, name="javascript:x?#" + HOSTILE)))
    assert run["artifacts"][0]["location"]["uri"].startswith("javascript%3Ax%3F%23")
