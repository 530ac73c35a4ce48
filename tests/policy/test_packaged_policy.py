"""Policies inside a package: listed always, read only when one alone fits, and then never proof."""

from dataclasses import replace

import pytest
from apks import launcher, make_apk, make_manifest
from policies import policies

from analyzer import report_of, with_packaged_policy
from analyzer.catalogue import load_catalogue
from analyzer.extract import extract_facts
from analyzer.model import Facts, FilingFacts, PackagedPolicy
from analyzer.policy import policy_facts
from analyzer.policy.packaged import choose_policy
from analyzer.policy.text import text_of
from analyzer.render import render

LONG = {one.name: one.markdown for half in ("dev", "held_out") for one in policies(half)}
OURS, OTHER = LONG["d09-typing-good-long"], LONG["h01-homework-legalistic"]
LABEL = "墨指打字"


def packaged(source, path="assets/privacy.html"):
    return PackagedPolicy(path=path, sha256="a" * 64, size=len(source), source=source)


def chosen(*sources, names=(LABEL,)):
    rows = [packaged(source, f"assets/{number}.txt") for number, source in enumerate(sources)]
    facts, states = choose_policy(rows, load_catalogue(), names)
    assert not any(row.source for row in states)
    return facts, [row.state for row in states]


@pytest.mark.parametrize(
    ("sources", "names", "states"),
    [
        ((OURS, OTHER), (LABEL,), ["used", "other_app"]),
        ((OURS,), ("江州墨指示例软件股份有限公司",), ["used"]),
        ((OURS, OURS + "\n修订。"), (LABEL,), ["several", "several"]),
        ((OURS,), (None, ""), ["other_app"]),
        ((OURS[:700],), (LABEL,), ["short"]),
        (("某推送SDK隐私政策\n" + OURS,), (LABEL,), ["sdk"]),
        ((f"{LABEL}隐私政策\n" + "我们重视您。" * 300,), (LABEL,), ["few_points"]),
        (("隐私政策\n" + "我们重视您。" * 300,), (LABEL,), ["unnamed"]),
        (("Privacy policy " * 200,), (LABEL,), ["not_chinese"]),
        (("\0binary",), (LABEL,), ["unreadable"]),
        ((), (LABEL,), []),
    ],
)
def test_a_text_is_read_only_when_it_alone_is_plainly_the_apps_own(sources, names, states):
    facts, found = chosen(*sources, names=names)
    assert found == states
    assert (facts is not None) == ("used" in states)
    assert facts is None or facts.packaged


@pytest.fixture
def apk(tmp_path):
    def make(**files):
        path = tmp_path / "a.apk"
        manifest = make_manifest(application={"label": LABEL}, components=[launcher()])
        path.write_bytes(make_apk(manifest, **files))
        return path

    return make


def test_extraction_finds_texts_that_call_themselves_a_policy(apk):
    path = apk(
        assets__privacy_dot_txt=OURS.encode("gb18030"),
        assets__copy_dot_txt=OURS.encode("gb18030"),
        assets__lesson_dot_txt=("课文。" * 3000 + "隐私政策").encode(),
        assets__app_dot_js="var title = '隐私政策'".encode(),
        res__raw__agreement_dot_html=f"<title>隐私协议</title>{OTHER}".encode(),
    )
    static = extract_facts(path, load_catalogue())
    assert [row.path for row in static.policies] == ["assets/privacy.txt", "res/raw/agreement.html"]
    assert static.policies[0].source == OURS


def test_findings_from_it_are_suspected_name_the_file_and_the_report_says_so(apk):
    static = extract_facts(apk(assets__privacy_dot_txt=OURS.encode()), load_catalogue())
    facts = with_packaged_policy(Facts(static=static, filing=FilingFacts(stages=("primary",), name=LABEL)))
    handed_in = replace(facts.policy, packaged=False)
    assert facts.policy.name == "assets/privacy.txt"
    report = report_of(facts)
    rows = [row for row in report.findings if any(item.kind == "policy" for item in row.evidence)]
    for row in rows:
        assert row.status == "suspected"
        assert "assets/privacy.txt" in row.explanation.zh
        assert "assets/privacy.txt" in row.explanation.en
    assert [(row.kind, row.packaged) for row in report.inputs] == [("policy", True)]
    assert [(row.path, row.state, row.source) for row in report.policies] == [("assets/privacy.txt", "used", "")]
    for form in ("terminal", "html"):
        assert "未必生效" in render(report, form, "zh")
    assert not [
        row for row in report_of(replace(facts, policy=handed_in)).findings if "未必是生效" in row.explanation.zh
    ]


def test_policy_handed_in_leaves_those_of_the_package_unread(apk):
    static = extract_facts(apk(assets__privacy_dot_txt=OURS.encode()), load_catalogue())
    given = policy_facts(text_of("p.md", OTHER.encode()), load_catalogue())
    facts = with_packaged_policy(Facts(static=static, policy=given))
    assert facts.policy is given
    assert [row.state for row in facts.static.policies] == ["not_needed"]
