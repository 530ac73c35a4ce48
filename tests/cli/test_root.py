import os
import subprocess
import sys

import pytest

from analyzer.cli import root


def run(*args, **env):
    return subprocess.run(
        [sys.executable, "-m", "analyzer", *args],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "zh_CN.UTF-8", "PYTHONUTF8": "1", **env},
    )


def test_help_lists_every_group_and_imports_nothing_heavy():
    code = (
        "import sys; from analyzer.cli.root import main; main(['--help']);"
        "print([m for m in ('click', 'pydantic', 'numpy', 'androguard', 'mitmproxy', 'fastapi', 'importlib.metadata')"
        " if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stderr.strip() == "[]"
    for name in root.SUMMARIES:
        assert f"  {name} " in done.stdout


def test_an_audit_judges_without_the_libraries_that_read_what_others_write():
    code = (
        "import analyzer as a, sys; from analyzer.ahead import load_ahead; "
        "load_ahead(a.report_of, a.engine(), a.rules_version()); "
        "print([m for m in ('pydantic', 'numpy', 'yaml') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_every_registered_group_has_a_summary_in_both_languages():
    groups = root.own_entry_points()
    assert set(groups) == set(root.SUMMARIES)
    assert all(all(pair) for pair in root.SUMMARIES.values())


@pytest.mark.parametrize(
    ("locale", "word"), [("en_GB.UTF-8", "Usage"), ("zh_CN.UTF-8", "用法"), ("C", "用法"), ("de_DE", "用法")]
)
def test_language_is_the_locale_else_chinese(locale, word):
    assert word in run(LC_ALL=locale).stdout


def test_unknown_command_is_one_line_and_status_2():
    done = run("frobnicate")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "frobnicate" in done.stderr
    assert done.stdout == ""


def test_missing_file_is_one_line_and_status_2(tmp_path):
    done = run("audit", str(tmp_path / "absent.apk"))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "absent.apk" in done.stderr
