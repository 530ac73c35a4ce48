"""What call chains, their lack and their doubts do to ledger and findings."""

import pytest

from analyzer.judge import judge, make_ledger

IMEI = {"caller": "Lcom/umeng/Device;->imei()V", "actor": "sdk:umeng-analytics"}
GUARD = 'preference "agreed" in Lcn/example/study/App;->onCreate()V'
JUDGED_BY_CODE = (
    "DISCLOSURE.DATA_PRESENT_NOT_DECLARED",
    "IDENTIFIERS.UNCHANGEABLE",
    "FILING.DATA_UNDECLARED",
)


def facts(b, *accesses, entries=5, complete=True, policy=None, filing=None, **changes):
    rows = (b.permission("READ_PHONE_STATE", used=True, used_by=("app",)),)
    static = b.static(permissions=rows, accesses=accesses, entries=entries, complete=complete, **changes)
    return b.facts(static=static, policy=policy, filing=filing)


def row_of(build, catalogue, *accesses, data="device.imei", **more):
    rows = {row.data: row for row in make_ledger(facts(build, *accesses, **more), catalogue)}
    return rows[data].present, rows[data].reachable, rows[data].before_consent


@pytest.mark.parametrize(
    ("level", "doubt", "expected"),
    [
        ("before_consent", None, (True, True, True)),
        ("reachable", None, (True, True, False)),
        ("present", None, (True, False, False)),
        ("before_consent", "consent_guard", (True, True, None)),
        ("before_consent", "dispatch_unsure", (True, None, None)),
        ("before_consent", "sdk_preinit", (True, None, None)),
        ("reachable", "dispatch_unsure", (True, None, False)),
    ],
)
def test_the_ledger_says_yes_and_no_only_where_it_is_certain(build, catalogue, level, doubt, expected):
    more = {} if level == "present" else {"doubt": doubt}
    assert row_of(build, catalogue, build.access("device.imei", level=level, **more)) == expected


def test_a_certain_chain_beside_a_doubtful_one_decides(build, catalogue):
    rows = (
        build.access("device.imei", level="before_consent", doubt="dispatch_unsure"),
        build.access("device.imei", level="reachable", caller="Lcn/example/study/B;->b()V"),
    )
    assert row_of(build, catalogue, *rows) == (True, True, None)


def test_no_path_means_nothing_without_a_search_or_with_unread_code(build, catalogue):
    read = build.access("device.imei")
    assert row_of(build, catalogue, read, entries=None) == (True, None, None)
    assert row_of(build, catalogue, read, complete=False) == (True, None, None)
    assert row_of(build, catalogue, read) == (True, False, False)


def weights(build, rules_of, level, *, entries=5, complete=True):
    read = build.access("device.imei", level=level)
    found = rules_of(
        facts(build, read, entries=entries, complete=complete, policy=build.policy(), filing=build.filing())
    )
    return {rule: found[rule, "device.imei"] for rule in JUDGED_BY_CODE}


def test_code_to_which_no_path_leads_weighs_less_and_says_so(build, rules_of):
    reached, dead = weights(build, rules_of, "reachable"), weights(build, rules_of, "present")
    for rule in JUDGED_BY_CODE:
        assert dead[rule].severity.rank == reached[rule].severity.rank + 1, rule
        assert "No path from any entry point was found" in dead[rule].explanation.en
        assert "没有找到从任何入口点到达它的路径" in dead[rule].explanation.zh
        assert "A call chain from an entry point" in reached[rule].explanation.en
        assert "executed" not in dead[rule].explanation.en


@pytest.mark.parametrize("changes", [{"entries": None}, {"complete": False}])
def test_code_whose_reach_is_unknown_keeps_its_weight(build, rules_of, changes):
    unknown, reached = weights(build, rules_of, "present", **changes), weights(build, rules_of, "reachable")
    for rule in JUDGED_BY_CODE:
        assert unknown[rule].severity == reached[rule].severity
        assert "No path" not in unknown[rule].explanation.en


def test_only_dead_code_is_no_reason_to_want_a_policy_in_the_app(build, rules_of):
    def wanted(level):
        static = build.static(strings=(), accesses=(build.access("clipboard", level=level),), entries=2)
        return ("CONSENT.NO_POLICY_IN_APP", "privacy_policy") in rules_of(build.facts(static=static))

    assert wanted("reachable")
    assert not wanted("present")


# --- before consent


def before(build, rules_of, *accesses, **more):
    return {
        key[1]: row for key, row in rules_of(facts(build, *accesses, **more)).items() if key[0] == "CONSENT.CODE_BEFORE"
    }


def test_one_finding_for_each_actor_and_category_with_the_chain(build, rules_of):
    early = {"level": "before_consent"}
    found = before(
        build,
        rules_of,
        build.access(
            "device.imei", **early, **IMEI, steps=("La/App;->onCreate()V", "Lcom/umeng/Um;->init()V"), offsets=(12,)
        ),
        build.access("device.android_id", **early, **IMEI),
        build.access("clipboard", **early, entry="launcher", steps=("Lcn/example/study/Main;->onResume()V",)),
        build.access("device.imei", level="reachable"),
    )
    assert set(found) == {"sdk:umeng-analytics/A11", "app/A10"}
    umeng = found["sdk:umeng-analytics/A11"]
    assert (umeng.severity, umeng.status) == ("high", "suspected")
    assert "IMEI" in umeng.explanation.zh
    assert "Android ID" in umeng.explanation.zh
    assert "Device.imei" in umeng.explanation.en
    assert [item.path.entry for item in umeng.evidence] == ["application", "application"]
    assert [item.path.offsets for item in umeng.evidence if item.path.offsets] == [(12,)]
    assert all(item.path.chain[-1] == IMEI["caller"] for item in umeng.evidence)
    assert "启动页" in found["app/A10"].explanation.zh


@pytest.mark.parametrize(
    ("data", "doubt", "severity"),
    [
        ("device.imei", None, "high"),
        ("device.android_id", None, "medium"),
        ("device.imei", "dispatch_unsure", "medium"),
        ("device.android_id", "dispatch_unsure", "low"),
        ("device.imei", "consent_guard", "info"),
        ("device.imei", "sdk_preinit", "info"),
    ],
)
def test_a_doubt_takes_weight_away_and_nothing_is_ever_proven(build, rules_of, data, doubt, severity):
    read = build.access(data, level="before_consent", doubt=doubt)
    (finding,) = before(build, rules_of, read).values()
    assert (finding.severity, finding.status) == (severity, "suspected")
    assert ("not certain" in finding.explanation.en) == (doubt is not None)


def test_an_unsure_rule_weighs_one_less(build, rules_of):
    (finding,) = before(build, rules_of, build.access("device.imei", level="before_consent", sure="?")).values()
    assert finding.severity == "medium"


def test_a_guard_is_named_and_handed_to_a_person_and_accuses_nobody(build, catalogue):
    read = build.access("device.imei", level="before_consent", doubt="consent_guard", guard=GUARD)
    judgement = judge(facts(build, read, policy=build.policy(*build.said("device.imei"))), catalogue)
    (finding,) = (row for row in judgement.findings if row.rule == "CONSENT.CODE_BEFORE")
    assert "App.onCreate 中先检查偏好设置“agreed”" in finding.explanation.zh
    assert "App.onCreate tests the preference “agreed” first" in finding.explanation.en
    told = [row.look_at.zh for row in judgement.summary.human if row.clause == "191-3.1" and "agreed" in row.look_at.zh]
    assert len(told) == 1


def test_an_exact_chain_beside_a_guarded_one_decides(build, rules_of):
    found = before(
        build,
        rules_of,
        build.access("device.imei", level="before_consent", doubt="consent_guard", guard=GUARD, **IMEI),
        build.access("device.android_id", level="before_consent", **IMEI),
    )
    assert found["sdk:umeng-analytics/A11"].severity == "medium"
    assert "not certain" not in found["sdk:umeng-analytics/A11"].explanation.en


def test_what_the_wire_shows_before_consent_is_not_suspected_again(build, rules_of):
    read = build.access("device.imei", level="before_consent")
    static = facts(build, read).static
    sent = build.traffic(build.sent("device.imei", phase="before_consent"))
    assert ("CONSENT.CODE_BEFORE", "app/A11") not in rules_of(build.facts(static=static, traffic=sent))
    later = build.traffic(build.sent("device.imei"))
    assert ("CONSENT.CODE_BEFORE", "app/A11") in rules_of(build.facts(static=static, traffic=later))


# --- SDKs that hold code for grave data


def sdk_reads(build, rules_of, *accesses, **more):
    changes = {"sdks": (build.sdk(),), **more}
    return {
        key[1]: row
        for key, row in rules_of(facts(build, *accesses, **changes)).items()
        if key[0] == "CONSENT.SDK_READS"
    }


def test_a_complete_graph_answers_when_an_sdk_reads(build, rules_of):
    def severity(**path):
        return sdk_reads(build, rules_of, build.access("device.imei", **IMEI, **path))["umeng-analytics"].severity

    assert severity(level="reachable", entry="launcher") == "info"
    assert severity(level="present") == "info"
    assert severity(level="reachable", entry="receiver") == "low"  # a broadcast may come before the user has agreed
    unread = sdk_reads(
        build, rules_of, build.access("device.imei", **IMEI, level="reachable", entry="launcher"), complete=False
    )
    assert unread["umeng-analytics"].severity == "low"


def test_an_sdk_that_start_up_reaches_is_told_once(build, rules_of):
    read = build.access("device.imei", **IMEI, level="before_consent")
    assert sdk_reads(build, rules_of, read) == {}
    assert set(before(build, rules_of, read, sdks=(build.sdk(),))) == {"sdk:umeng-analytics/A11"}


def test_third_party_code_that_no_rule_knows_is_shown_by_its_name(build, rules_of):
    read = build.access("device.imei", actor="lib:com.unknown.kit")
    (finding,) = sdk_reads(build, rules_of, read, entries=None).values()
    assert finding.subject == "lib:com.unknown.kit"
    assert "第三方代码（com.unknown.kit）" in finding.explanation.zh
    assert "lib:" not in finding.explanation.en


def test_long_chains_are_shortened_in_the_sentence_and_whole_in_the_evidence(build, rules_of):
    steps = tuple(f"Lcn/example/study/Step{n};->go()V" for n in range(20))
    (finding,) = before(build, rules_of, build.access("device.imei", level="before_consent", steps=steps)).values()
    assert "（15 步）" in finding.explanation.zh
    assert "Step0.go → Step1.go → …" in finding.explanation.zh
    assert len(finding.evidence[0].path.chain) == 21
