"""`eduaudit rules judge`: many stored facts judged in one go, the same as one by one."""

import json
from datetime import date

import pytest
from click.testing import CliRunner

from analyzer import report_of
from analyzer.cli.rejudge import judge_again
from analyzer.cli.rules import rules
from analyzer.cli.stored import facts_json, read_facts
from analyzer.model import Facts, FilingFacts

CASE = Facts(
    filing=FilingFacts(package="cn.example.study", stages=("primary",), use_mode="required", charges=True, icp=None)
)
DAY = date(2026, 9, 1)


@pytest.fixture
def stored(tmp_path):
    folder = tmp_path / "facts"
    folder.mkdir()
    for name in ("a", "b", "c"):
        (folder / f"{name}.json").write_bytes(facts_json(CASE))
    return folder


def test_two_processes_say_what_one_says_and_in_order(stored):
    paths = sorted(stored.iterdir())
    alone = list(judge_again(paths, workers=1, today=DAY))
    assert [row._replace(seconds=0) for row in judge_again(paths, workers=2, today=DAY)] == [
        row._replace(seconds=0) for row in alone
    ]
    report = report_of(read_facts(paths[0]), today=DAY)
    assert alone[0].fingerprints == tuple(row.fingerprint for row in report.findings)
    assert alone[0].findings == report.summary.findings


def test_one_file_that_is_not_in_order_does_not_stop_the_others(stored, tmp_path):
    (stored / "b.json").write_text("{", encoding="utf-8")
    result = CliRunner().invoke(
        rules, ["judge", str(stored), "--workers", "1", "--output", str(tmp_path / "reports")], standalone_mode=False
    )
    rows = [json.loads(line) for line in result.output.splitlines()]
    assert [row["error"] is None for row in rows] == [True, False, True]
    assert result.return_value == 2
    assert sorted(path.name for path in (tmp_path / "reports").iterdir()) == ["a.json", "c.json"]
    assert json.loads((tmp_path / "reports" / "a.json").read_text(encoding="utf-8"))["schema"] == "eduaudit.report/1"


def test_nothing_to_judge_is_one_line(tmp_path):
    result = CliRunner().invoke(rules, ["judge", str(tmp_path)], standalone_mode=False)
    assert "没有事实文件" in str(result.exception)
