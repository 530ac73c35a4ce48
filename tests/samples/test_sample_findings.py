"""The whole report of each sample, all four channels in it, against `expected.yaml`: nothing missing, nothing extra."""

import json
import warnings
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import jsonschema
import pytest
import yaml

from analyzer import audit
from analyzer.catalogue import load_catalogue
from analyzer.model import Severity
from analyzer.model.report import json_schema
from proxy_addons.replay import read_captures

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
DAY = date(2026, 9, 1)  # of the captures: certificates age
IDS = ("reader", "homework", "campus", "packed")
LEVELS = {"present", "reachable", "before_consent"}


@cache
def expected(sample):
    return yaml.safe_load((SAMPLES / sample / "expected.yaml").read_text(encoding="utf-8"))


def run(sample, *, traffic=True):
    folder = SAMPLES / sample
    seen = None
    if traffic:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # mitmproxy's own use of pyparsing, at import
            seen = read_captures([folder / "capture.flow"], folder / "profile.yaml", folder / "marks.jsonl")
    return audit(
        folder / f"{sample}.apk",
        policy=next(folder.glob("policy.*")),
        filing=folder / "filing.json",
        traffic=seen,
        today=DAY,
    )


@cache
def report(sample, traffic=True):
    return run(sample, traffic=traffic)


def chained(sample):
    """Whether the report was made with call chains: only then levels and what rests on them are compared."""
    found = report(sample)
    sites = (*found.accesses, *found.permission_requests)
    return found.coverage.entries is not None or any(row.level != "present" for row in sites)


def in_force(sample, rows):
    """Leave out the rows of `expected.yaml` that need call chains, or their absence, where it is the other way."""
    return [row for row in rows if row.get("reach") in {None, chained(sample)}]


def findings_of(rows):
    return {
        (row["rule"], subject, row["status"], row["severity"])
        for row in rows
        for subject in row["subjects"]
        if row["rule"] is not None
    }


@pytest.mark.parametrize("sample", IDS)
def test_findings_are_exactly_the_expected_ones(sample):
    found = {(row.rule, row.subject, row.status.value, row.severity.value) for row in report(sample).findings}
    assert found == findings_of(in_force(sample, expected(sample)["findings"]))
    assert report(sample).summary.verdict == expected(sample)["verdict"]


@pytest.mark.parametrize("sample", IDS)
def test_each_finding_cites_the_expected_clauses(sample):
    cited = {(row.rule, row.subject): set(row.clauses) for row in report(sample).findings}
    for row in in_force(sample, expected(sample)["findings"]):
        for subject in row["subjects"]:
            assert set(row["clauses"]) <= cited[row["rule"], subject], (row["rule"], subject)


@pytest.mark.parametrize("sample", IDS)
def test_each_wrong_accusation_that_the_sample_invites_is_absent(sample):
    made = Counter(row.rule for row in report(sample).findings)
    wanted = Counter(rule for rule, *_ in findings_of(in_force(sample, expected(sample)["findings"])))
    for row in expected(sample)["not_findings"]:
        if row["rule"] is not None:
            assert made[row["rule"]] == wanted[row["rule"]], row["topic"]


@pytest.mark.parametrize("sample", IDS)
def test_findings_cite_no_clause_that_their_rule_does_not_announce(sample):
    catalogue = load_catalogue()
    points = {clause for key, point in catalogue.policy_points.items() for clause in (key, *point.clauses)}
    for finding in report(sample).findings:
        rule = catalogue.checks[finding.rule]
        known = {*rule.clauses, *rule.adds, *(points if finding.rule == "POLICY.POINT_MISSING" else ())}
        assert all(key in known or catalogue.clauses[key].text in known for key in finding.clauses), finding.rule


@pytest.mark.parametrize("sample", IDS)
def test_what_no_check_shows_yet_stands_in_the_list_for_a_person(sample):
    told = {row.clause for row in report(sample).summary.human}
    assert {row["clause"] for row in in_force(sample, expected(sample)["not_yet"])} <= told
    assert all(row["why"] for row in expected(sample)["not_yet"])


@pytest.mark.parametrize("sample", IDS)
def test_transmissions_are_exactly_the_expected_ones(sample):
    def expected_row(row):
        return (
            *(row[key] for key in ("data", "host", "phase", "where", "key", "encrypted", "count", "proof")),
            tuple(row["encoding"]),
            row.get("recipient"),
            row.get("interval_s"),
        )

    found = [
        (r.data, r.host, r.phase, r.where, r.key, r.encrypted, r.count, r.proof, r.encoding, r.recipient, r.interval_s)
        for r in report(sample).transmissions
    ]
    assert sorted(map(str, found)) == sorted(str(expected_row(row)) for row in expected(sample)["transmissions"])
    assert report(sample).not_analysed == ()


@pytest.mark.parametrize("sample", IDS)
def test_sdks_and_how_sure_they_are_are_exactly_the_expected_ones(sample):
    found = {(row.id, row.confidence) for row in report(sample).sdks}
    assert found == {(row["id"], row["confidence"]) for row in expected(sample)["sdks"]}


@pytest.mark.parametrize("sample", IDS)
def test_accesses_are_exactly_the_expected_ones(sample):
    found = Counter((r.data, r.api, r.caller, r.actor, r.weak is not None) for r in report(sample).accesses)
    wanted = Counter(
        (row["data"], row["api"], row["caller"], row["actor"], row.get("weak", False))
        for row in expected(sample)["accesses"]
    )
    assert found == wanted


@pytest.mark.parametrize("sample", IDS)
def test_levels_are_exactly_the_expected_ones(sample):
    wanted = {(row["data"], row["api"], row["caller"]): row["level"] for row in expected(sample)["accesses"]}
    found = {(row.data, row.api, row.caller): row.level for row in report(sample).accesses}
    assert found == (wanted if chained(sample) else dict.fromkeys(wanted, "present"))
    assert not [row for row in report(sample).accesses if row.level == "before_consent" and row.doubt]


@pytest.mark.parametrize("sample", IDS)
def test_chains_are_exactly_the_expected_ones_and_end_at_the_caller(sample):
    wanted = {
        row["caller"]: (row["entry"], (*row["from"], row["caller"]), tuple(row["links"]))
        for row in expected(sample).get("chains", ())
    }
    for row in report(sample).accesses:
        assert bool(row.chain) is (row.level != "present")
        assert not row.chain or (row.chain[-1] == row.caller and len(row.links) == len(row.chain) - 1 and row.entry)
        if row.chain and row.caller in wanted:
            assert (row.entry, row.chain, row.links) == wanted[row.caller]
    if chained(sample):
        early = {row.caller for row in report(sample).accesses if row.level == "before_consent"}
        assert early == set(wanted)


@pytest.mark.parametrize("sample", IDS)
def test_permission_requests_are_exactly_the_expected_ones(sample):
    if not chained(sample):
        return
    found = sorted((row.permissions, row.caller, row.actor, row.level) for row in report(sample).permission_requests)
    rows = expected(sample)["permission_requests"]
    assert found == sorted((tuple(row["permissions"]), row["caller"], row["actor"], row["level"]) for row in rows)


@pytest.mark.parametrize("sample", IDS)
def test_the_ledger_says_when_each_kind_of_data_can_be_read(sample):
    if not chained(sample):
        return
    complete = expected(sample)["coverage"]["complete"]
    reads = [row for row in expected(sample)["accesses"] if not row.get("weak")]
    for row in report(sample).ledger:
        levels = {read["level"] for read in reads if read["data"] == row.data}
        assert row.before_consent is ("before_consent" in levels or (False if complete else None))
        assert row.reachable is (bool(levels) or (False if complete else None))


@pytest.mark.parametrize("sample", IDS)
def test_permissions_are_exactly_the_expected_ones(sample):
    found = {row.name: (row.used, row.used_by) for row in report(sample).permissions if row.declared}
    wanted = {row["name"]: row.get("not_yet", row) for row in expected(sample)["permissions"]}
    assert found == {name: (row["used"], tuple(sorted(row["used_by"]))) for name, row in wanted.items()}
    needed = {row.name: row.used_by for row in report(sample).permissions if not row.declared}
    undeclared = expected(sample)["permissions_undeclared"]
    assert needed == {row["name"]: tuple(sorted(row["used_by"])) for row in undeclared}


@pytest.mark.parametrize("sample", IDS)
def test_what_policy_and_filing_say_is_exactly_what_is_expected(sample):
    rows = report(sample).declarations
    said = [row for row in rows if row.source == "policy" and row.data]
    wanted = expected(sample)["declared"]
    assert {row.data for row in said if not row.negated and not row.general} == set(wanted["policy"])
    assert {row.data for row in said if row.negated} == set(wanted["policy_denied"])
    assert {row.data for row in rows if row.source == "filing" and row.data} == set(wanted["filing"])
    assert {row.sdk for row in rows if row.source == "policy" and row.sdk} == set(wanted.get("policy_sdks", ()))
    missing = {row.id for row in report(sample).policy_points if row.found is False}
    assert missing == set(expected(sample)["policy_points_missing"])


@pytest.mark.parametrize("sample", IDS)
def test_identity_and_coverage_are_exactly_the_expected_ones(sample):
    app, want = report(sample).app, expected(sample)
    assert (app.package, app.label, app.version_name, app.version_code, app.min_sdk, app.target_sdk) == tuple(
        want["app"][key] for key in ("package", "label", "version_name", "version_code", "min_sdk", "target_sdk")
    )
    assert [(signer.schemes, signer.verified) for signer in app.signers] == [(tuple(want["app"]["schemes"]), True)]
    coverage = report(sample).coverage
    assert coverage.complete is want["coverage"]["complete"]
    assert sorted({row.code for row in coverage.reasons}) == want["coverage"]["reasons"]


@pytest.mark.parametrize("sample", IDS)
def test_the_report_fits_its_published_schema(sample):
    jsonschema.Draft202012Validator(json_schema()).validate(json.loads(report(sample).dump()))


@pytest.mark.parametrize("sample", IDS)
def test_two_runs_are_equal_to_the_byte_but_for_the_run(sample):
    def text(one):
        document = json.loads(one.dump())
        assert document.pop("run")
        return json.dumps(document, sort_keys=True, ensure_ascii=False)

    assert text(run(sample)) == text(report(sample))


def test_the_modest_app_has_no_finding_of_any_weight():
    assert not [row for row in report("reader").findings if row.severity.at_least(Severity.LOW)]
    assert report("reader").summary.channels == dict.fromkeys(("static", "policy", "filing", "traffic"), True)


@pytest.mark.parametrize("sample", IDS)
def test_without_a_capture_its_findings_are_gone_and_the_ledger_says_unknown(sample):
    checks = load_catalogue().checks
    alone = report(sample, traffic=False)
    assert alone.transmissions == ()
    assert not alone.summary.channels["traffic"]
    for row in alone.findings:
        assert {"static", "policy", "filing"}.intersection(checks[row.rule].channels), row.rule
        assert "transmission" not in {item.kind for item in row.evidence}, row.rule
    for row in alone.ledger:
        assert row.observed is None
        assert row.observed_before_consent is None
        assert row.recipients == ()


@pytest.mark.parametrize("sample", ["homework"])
def test_without_a_capture_the_code_is_suspected_instead(sample):
    """What both channels support alike stays as it is; what only the capture proves falls back to a suspicion."""
    whole = {(row.rule, row.subject, row.status.value, row.severity.value) for row in report(sample).findings}
    alone = {
        (row.rule, row.subject, row.status.value, row.severity.value) for row in report(sample, traffic=False).findings
    }
    assert alone - whole == findings_of(in_force(sample, expected(sample)["findings_without_traffic"]))
    gone = {rule for rule, *_ in whole - alone}
    kept = {rule for rule, *_ in whole & alone}
    with_traffic = {key for key, rule in load_catalogue().checks.items() if "traffic" in rule.channels}
    assert gone <= with_traffic
    assert not kept & with_traffic
