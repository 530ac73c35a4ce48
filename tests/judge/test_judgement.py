import datetime as dt
import random
from dataclasses import fields, is_dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzer.judge import Settings, build_report, judge, read_waivers
from analyzer.model import Facts, Report, Run, UnreadableInputError, read_record

RUN = Run(tool="1", rules="r", engine="1", started="2026-01-01T00:00:00Z", seconds={}, peak_memory=None)


@pytest.fixture
def busy(build):
    """Many facts of every channel."""
    b = build
    data = ("device.imei", "device.oaid", "contacts", "location.precise", "installed_apps", "camera")
    sdks = (b.sdk("umeng-analytics"), b.sdk("tencent-gdt", "advertising"), b.sdk("alipay-sdk", "payment"))
    return b.facts(
        static=b.static(
            complete=False,
            permissions=tuple(
                b.permission(n, used=True)
                for n in ("READ_PHONE_STATE", "READ_CONTACTS", "ACCESS_FINE_LOCATION", "CAMERA")
            ),
            accesses=tuple(
                b.access(d, actor=a, caller=f"La/B;->{n}()V")
                for d in data
                for a in ("app", "sdk:umeng-analytics")
                for n in "xyz"
            ),
            sdks=sdks,
            components=tuple(b.component("service", f"cn.example.S{n}", exported=True) for n in range(20)),
        ),
        policy=b.policy(*b.said("phone_number"), *b.said("contacts", negated=True), missing=("POL-08", "POL-14")),
        filing=b.filing(use_mode="required"),
        traffic=b.traffic(
            *(
                b.sent(d, phase=p, recipient="sdk:umeng-analytics", host="alog.umeng.com")
                for d in data
                for p in ("before_consent", "after_consent")
            )
        ),
    )


def shuffled(facts, seed):
    """Put every list of facts into another order."""
    chance = random.Random(seed)

    def mixed(record):
        if record is None:
            return None
        changes = {}
        for name in (field.name for field in fields(record)):
            value = getattr(record, name)
            if isinstance(value, tuple) and value and is_dataclass(value[0]):
                changes[name] = tuple(chance.sample(value, len(value)))
        return replace(record, **changes)

    return Facts(**{name: mixed(getattr(facts, name)) for name in ("static", "filing", "traffic")}, policy=facts.policy)


def test_equal_facts_give_an_equal_report(busy, catalogue):
    assert build_report(busy, catalogue, RUN).dump() == build_report(busy, catalogue, RUN).dump()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
def test_the_order_of_facts_changes_nothing(busy, catalogue, seed):
    assert build_report(shuffled(busy, seed), catalogue, RUN).dump() == build_report(busy, catalogue, RUN).dump()


def test_fingerprints_are_unique_and_findings_sorted(busy, catalogue):
    judgement = judge(busy, catalogue)
    marks = [row.fingerprint for row in judgement.findings]
    assert len(marks) == len(set(marks)) > 20
    order = [(row.severity.rank, row.rule, row.subject) for row in judgement.findings]
    assert order == sorted(order)
    assert [row.data for row in judgement.ledger] == sorted(row.data for row in judgement.ledger)


def test_a_report_survives_its_own_json(busy, catalogue):
    report = build_report(busy, catalogue, RUN)
    assert read_record(Report, report.dump()) == report


def test_long_evidence_is_cut_and_counted(busy, catalogue):
    finding = next(row for row in judge(busy, catalogue).findings if row.rule == "SECURITY.EXPORTED")
    assert len(finding.evidence) == 10
    assert "共 20 处证据" in finding.explanation.zh
    assert "20 places in all, 10 shown" in finding.explanation.en
    fewer = judge(busy, catalogue, settings=Settings(evidences=3)).findings
    assert max(len(row.evidence) for row in fewer) == 3


def test_a_value_with_braces_is_shown_as_it_is(build, catalogue):
    facts = build.facts(static=build.static(), filing=build.filing(package="{subject}"))
    finding = next(row for row in judge(facts, catalogue).findings if row.rule == "FILING.PACKAGE_MISMATCH")
    assert "{subject}" in finding.explanation.zh


def test_the_verdict(build, modest, catalogue):
    def verdict(facts):
        return judge(facts, catalogue).summary.verdict

    assert verdict(modest) == "nothing_found"
    assert verdict(build.facts(static=build.static(complete=False))) == "incomplete"
    assert verdict(build.facts(static=build.static(sdks=(build.sdk("tencent-gdt", "advertising"),)))) == "suspected"
    assert verdict(build.facts(static=build.static(), filing=build.filing(version_name="2"))) == "suspected"
    assert verdict(build.facts(filing=build.filing(icp=None))) == "violations_proven"


def test_the_checklist_leaves_out_what_a_channel_examined(build, modest, catalogue):
    everything = {row.clause for row in judge(modest, catalogue).summary.human}
    nothing = {row.clause for row in judge(build.facts(), catalogue).summary.human}
    assert everything < nothing
    assert "191-4.3" in everything  # only a person can decide it
    assert [clause for clause in nothing if clause.startswith("14-")] == ["14-19"]  # of the filed type only


def test_counts_leave_out_waived_findings_and_keep_them_in_the_list(build, catalogue, tmp_path):
    facts = build.facts(filing=build.filing(icp=None))
    path = tmp_path / "waivers.yaml"
    path.write_text(
        "- {rule: FILING.PREREQUISITES, subject: icp, reason: 办理中, approver: 张三, until: 2026-12-31}\n",
        encoding="utf-8",
    )
    judgement = judge(facts, catalogue, waivers=read_waivers(path, dt.date(2026, 12, 31)))
    assert [(row.subject, row.waived) for row in judgement.findings] == [("icp", "办理中 (张三, 2026-12-31)")]
    assert judgement.summary.findings["medium"] == 0
    assert judgement.summary.verdict == "incomplete"


@pytest.mark.parametrize(("text", "why"), [
    ("- {rule: A.B, approver: x, until: 2027-01-01}", "waiver 1: reason is missing"),
    ("- {rule: A.B, reason: ' ', approver: x, until: 2027-01-01}", "waiver 1: reason is missing"),
    ("- {rule: A.B, reason: r, until: 2027-01-01}", "waiver 1: approver is missing"),
    ("- {rule: A.B, reason: r, approver: x, until: 2026-01-01}", "waiver 1: expired on 2026-01-01"),
    ("- {rule: A.B, reason: r, approver: x}", "waiver 1: until is missing"),
    ("- {rule: A.B, reason: r, approver: x, until: soon}", "waiver 1: until is missing or no date"),
    ("- {reason: r, approver: x, until: 2027-01-01}", "waiver 1: give either fingerprint or rule"),
    ("- {rule: A.B, reson: r, approver: x, until: 2027-01-01}", "waiver 1: unknown key reson"),
    ("rule: A.B", "a list of waivers is expected"),
    ("- [a", "is not YAML"),
])  # fmt: skip
def test_a_waiver_that_is_not_in_order_is_an_error(tmp_path, text, why):
    path = tmp_path / "w.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableInputError) as caught:
        read_waivers(path, dt.date(2026, 6, 1))
    assert why in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_empty_waivers_file_waives_nothing(tmp_path):
    path = tmp_path / "w.yaml"
    path.write_text("# none\n", encoding="utf-8")
    assert read_waivers(path, dt.date(2026, 6, 1)) == ()


def test_the_checklist_ends_with_what_is_of_the_operator_at_large(build, catalogue):
    rows = judge(build.facts(static=build.static()), catalogue).summary.human
    general = [row.general for row in rows]
    assert general == sorted(general)
    assert {row.clause for row in rows if row.general} >= {"PIPL-55", "CSL-21", "GBT-41391-6.7"}
    assert {row.clause for row in rows if not row.general} >= {"191-4.3", "EDU-06"}


def test_the_checklist_has_only_the_types_that_the_filing_names(build, catalogue):
    rows = judge(build.facts(static=build.static(), filing=build.filing(app_types=(27,))), catalogue).summary.human
    assert [row.clause for row in rows if row.clause.startswith("14-")] == ["14-27"]
