"""Facts are kept once and judged as often as the rules change, without the package."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from analyzer.catalogue import find_rules
from analyzer.cli.audit import audit
from analyzer.cli.rules import rules
from analyzer.model import EduauditError

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "samples" / "homework"


def run(*args):
    return CliRunner().invoke(audit, [*map(str, args), "--fail-on", "never"], standalone_mode=False)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    folder = tmp_path_factory.mktemp("facts")
    result = run(
        SAMPLE / "homework.apk", "--policy", SAMPLE / "policy.html", "--filing", SAMPLE / "filing.json",
        "--save-facts", folder / "facts.json", "--format", "json", "--output", folder / "report.json",
    )  # fmt: skip
    assert result.exception is None, result.exception
    return folder


def report(path):
    data = json.loads(path.read_text())
    data.pop("run")
    return data


def test_stored_facts_give_the_same_report_without_the_package(stored, tmp_path):
    again = tmp_path / "again.json"
    assert run("--facts", stored / "facts.json", "--format", "json", "--output", again).exception is None
    assert report(again) == report(stored / "report.json")


def test_facts_of_a_package_alone_are_judged_too(stored, tmp_path):
    alone = tmp_path / "static.json"
    alone.write_text(json.dumps(json.loads((stored / "facts.json").read_text())["static"]))
    again = tmp_path / "again.json"
    assert run("--facts", alone, "--format", "json", "--output", again).exception is None
    channels = report(again)["summary"]["channels"]
    assert channels == {"static": True, "policy": False, "filing": False, "traffic": False}


def test_a_newer_policy_takes_the_place_of_the_stored_one(stored, tmp_path):
    policy = tmp_path / "policy.txt"
    policy.write_text("隐私政策\n我们收集您的手机号用于注册。\n" * 5)
    again = tmp_path / "again.json"
    run("--facts", stored / "facts.json", "--policy", policy, "--format", "json", "--output", again)
    assert {row["data"] for row in report(again)["declarations"] if row["source"] == "policy"} == {"phone_number"}
    assert report(again)["artifact"] == report(stored / "report.json")["artifact"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda data: data | {"schema": "eduaudit.facts/0"}, "no facts of this version (schema: eduaudit.facts/0"),
        (lambda data: data | {"schema": "eduaudit.report/1"}, "a report, no facts"),
        (lambda data: data | {"extra": 1}, "extra: 未知的键"),
        (lambda data: data | {"static": {"schema_": "eduaudit.facts/1"}}, "not in order: static: "),
    ],
)
def test_what_are_no_facts_of_this_version_is_refused_in_one_line(stored, tmp_path, change, why):
    path = tmp_path / "odd.json"
    path.write_text(json.dumps(change(json.loads((stored / "facts.json").read_text()))))
    error = run("--facts", path).exception
    assert isinstance(error, EduauditError)
    assert why in str(error)
    assert "\n" not in str(error)


def test_cut_facts_and_other_files_are_refused(stored, tmp_path):
    path = tmp_path / "cut.json"
    path.write_bytes((stored / "facts.json").read_bytes()[:2000])
    assert "not valid JSON" in str(run("--facts", path).exception)
    assert "not a file of facts" in str(run("--facts", SAMPLE / "policy.html").exception)
    assert "cannot be read" in str(run("--facts", tmp_path / "none.json").exception)


def test_either_a_package_or_facts_are_given(stored):
    assert "--facts" in str(run().exception)
    assert "--facts" in str(run(SAMPLE / "homework.apk", "--facts", stored / "facts.json").exception)


# --- two sets of rules


@pytest.fixture
def older(tmp_path):
    root = tmp_path / "rules"
    shutil.copytree(find_rules(), root)
    return root


def change(root, name, old, new):
    path = root / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def diff(*args):
    return CliRunner().invoke(rules, ["diff", *map(str, args)])


def test_equal_rules_say_so(older):
    result = diff(older, "--lang", "en")
    assert (result.exit_code, result.stdout) == (0, "the rules are the same\n")


def test_changed_rules_show_what_they_change_in_a_stored_case(older, stored):
    change(older, "checks/necessity.yaml", "  severity: low\n", "  severity: high\n")
    change(older, "checks/consent.yaml", "CONSENT.CODE_BEFORE:", "CONSENT.CODE_EARLY:")
    result = diff(older, "--facts", stored / "facts.json", "--format", "json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert {(row["table"], row["id"], row["kind"]) for row in found["rules"]} == {
        ("checks", "NECESSITY.PRESENT", "changed"),
        ("checks", "CONSENT.CODE_EARLY", "gone"),
        ("checks", "CONSENT.CODE_BEFORE", "new"),
    }
    (fields,) = (row["fields"] for row in found["rules"] if row["id"] == "NECESSITY.PRESENT")
    assert fields == [{"path": "severity", "old": "high", "new": "low"}]
    (case,) = found["cases"].values()
    assert case
    assert {row["kind"] for row in case if row["rule"] == "CONSENT.CODE_BEFORE"} == {"new"}
    assert all(row["because"] == [f"checks {row['rule']}"] for row in case)
    text = diff(older, "--facts", stored / "facts.json", "--lang", "zh").stdout
    assert "severity: high → low" in text
    assert "因为: checks CONSENT.CODE_BEFORE" in text


def test_rules_that_are_not_in_order_are_refused(older):
    change(older, "checks/necessity.yaml", "  severity: low\n", "  severity: mild\n")
    result = diff(older)
    assert result.exit_code == 2
    assert result.stderr.startswith("eduaudit: ")
