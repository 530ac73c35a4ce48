from dataclasses import replace

import pytest


def test_a_modest_honest_app_gives_no_finding_at_all(modest, rules_of):
    assert rules_of(modest) == {}


@pytest.mark.parametrize("channel", ["static", "policy", "filing", "traffic"])
def test_a_channel_that_was_not_examined_accuses_nobody_of_medium_gravity(modest, rules_of, channel):
    found = rules_of(replace(modest, **{channel: None}))
    assert [key for key, row in found.items() if row.severity.rank <= 2] == []


def test_an_english_policy_is_not_held_against_each_kind_of_data(modest, build, rules_of):
    found = rules_of(replace(modest, policy=build.policy(language="other")))
    assert set(found) == {("POLICY.NOT_CHINESE", "language")}


def test_an_app_without_anything_examined_is_incomplete_and_without_findings(build, catalogue):
    from analyzer.judge import judge

    judgement = judge(build.facts(), catalogue)
    assert judgement.findings == ()
    assert judgement.ledger == ()
    assert judgement.summary.verdict == "incomplete"
