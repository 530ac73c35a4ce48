"""Every clause is looked at by a check or by a person, and the table says by which."""

import json

import pytest
from click.testing import CliRunner

from analyzer.catalogue import find_rules, load_catalogue, parse_family
from analyzer.catalogue.coverage import coverage, missing_clauses
from analyzer.cli.rules import rules

FAMILIES = ("clauses", "checks", "policy_points")


@pytest.fixture(scope="module")
def table():
    return {row.clause.id: row for row in coverage(load_catalogue())}


@pytest.fixture
def plain():
    return {family: {key: dict(row) for key, row in parse_family(find_rules(), family).items()} for family in FAMILIES}


def test_no_clause_is_left_out(table):
    assert table.keys() == load_catalogue().clauses.keys()
    assert not [key for key, row in table.items() if row.missing]


def test_checks_stand_under_the_channels_that_they_read(table):
    assert "CONSENT.TRAFFIC_BEFORE" in table["191-3.1"].checks["traffic"]
    assert "CONSENT.TRAFFIC_BEFORE" not in table["191-3.1"].checks.get("static", ())
    assert "CONSENT.CODE_BEFORE" in table["191-3.1"].checks["static"]


def test_clauses_that_single_findings_add_are_covered_too(table):
    assert table["14-27"].checks["traffic"] == ("NECESSITY.OBSERVED",)
    assert "CONSENT.CODE_BEFORE" in table["GBT-43435-P3"].checks["static"]
    assert "POLICY.POINT_MISSING" in table["POL-05"].checks["policy"]


def test_a_clause_that_nobody_looks_at_is_found(plain):
    assert list(missing_clauses(plain)) == []
    plain["clauses"]["191-1.2"]["check"] = None
    plain["clauses"]["GBT-35273-A"]["basis"] = None
    plain["checks"]["START.SELF"]["clauses"] = []
    assert set(missing_clauses(plain)) >= {"191-1.2", "GBT-35273-A"}


def test_the_command_shows_one_text_or_all():
    run = CliRunner().invoke
    whole = json.loads(run(rules, ["coverage", "--format", "json"]).stdout)
    assert len(whole) == len(load_catalogue().clauses)
    points = run(rules, ["coverage", "POL", "--lang", "en"])
    assert points.exit_code == 0
    assert "POL-01" in points.stdout
    assert "191-1.1" not in points.stdout
    assert points.stdout.splitlines()[-1].startswith("1 texts, 18 clauses: 18 with checks")
    wrong = run(rules, ["coverage", "192"])
    assert wrong.exit_code == 2
    assert wrong.stderr.startswith("eduaudit: 192: unknown text; one of: ")
