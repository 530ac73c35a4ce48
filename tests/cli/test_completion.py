"""What a shell is told at a Tab, by the real command and by a real bash."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analyzer.cli import root
from analyzer.cli.completion import SHELLS, Root

EDUAUDIT = str(Path(sys.executable).with_name("eduaudit"))


def tab(*words: str) -> list[str]:
    """Return what the command answers for the last of ``words``, without its kind."""
    environment = {"COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1), root.COMPLETE: "bash_complete"}
    done = subprocess.run(
        [EDUAUDIT], env={**os.environ, **environment}, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stderr == ""
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


def test_commands_options_and_values_are_completed():
    assert tab("eduaudit", "") == list(root.SUMMARIES)
    assert tab("eduaudit", "d") == ["diff", "demo"]
    assert tab("eduaudit", "audit", "--form") == ["--format"]
    assert "sarif" in tab("eduaudit", "audit", "--format", "s")
    assert tab("eduaudit", "registry", "week") == ["weekly"]
    assert tab("eduaudit", "registry", "weekly", "--prov") == ["--province"]
    assert tab("eduaudit", "completion", "") == list(SHELLS)


def test_a_group_without_its_extra_is_known_by_name_only(monkeypatch):
    monkeypatch.setitem(sys.modules, "registry_api.cli", None)
    group = Root({"registry": "registry_api.cli:registry"}, {"registry": "the registry"})
    context = group.make_context("eduaudit", [], resilient_parsing=True)
    assert [item.value for item in group.shell_complete(context, "reg")] == ["registry"]
    assert group.get_command(context, "registry") is None


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_of_each_shell_asks_this_command(shell):
    script = subprocess.run([EDUAUDIT, "completion", shell], capture_output=True, text=True, check=True).stdout
    assert f"{root.COMPLETE}={shell}_complete" in script
    assert "eduaudit" in script


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
def test_bash_itself_completes_with_the_script(tmp_path):
    script = tmp_path / "completion.bash"
    script.write_bytes(subprocess.run([EDUAUDIT, "completion", "bash"], capture_output=True, check=True).stdout)
    asked = (
        f"source {script}; COMP_WORDS=(eduaudit registry back); COMP_CWORD=2; "
        f'_eduaudit_completion {EDUAUDIT}; echo "${{COMPREPLY[@]}}"'
    )
    done = subprocess.run(["bash", "--norc", "-c", asked], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "backup"


def test_an_unknown_shell_is_one_clear_error():
    done = subprocess.run([EDUAUDIT, "completion", "tcsh"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "'tcsh' is not one of" in done.stderr
