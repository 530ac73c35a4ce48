import dataclasses
import re
from pathlib import Path

from click.testing import CliRunner

from registry_api.check import problems
from registry_api.cli import registry as command
from registry_api.settings import PREFIX, Settings


def test_a_whole_registry_passes(settings):
    settings.data.chmod(0o700)
    assert problems(settings, {"EDUAUDIT_DATA": "x", "EDUAUDIT_URL": "x"}) == []


def test_each_thing_that_is_wrong_has_its_line(settings):
    settings.data.chmod(0o755)
    wrong = dataclasses.replace(settings, workers=0, host="0.0.0.0", request_rate="often")
    found = "\n".join(problems(wrong, {"EDUAUDIT_WROKERS": "3"}))
    for word in ("EDUAUDIT_WROKERS: no such", "WORKERS: must be", "TRUSTED_PROXIES", "'often' is no rate", "chmod 700"):
        assert word in found


def test_an_older_database_is_told(settings):
    import sqlite3

    settings.data.chmod(0o700)
    connection = sqlite3.connect(settings.data / "registry.sqlite3")
    connection.execute("UPDATE alembic_version SET version_num = '0001'")
    connection.commit()
    connection.close()
    assert problems(settings, {}) == ["the database is of another version; run: eduaudit registry migrate"]


def test_a_database_that_is_away_is_told_without_its_password(settings):
    away = dataclasses.replace(settings, database_url="postgresql://u:secret@127.0.0.1:1/x")
    found = " ".join(problems(away, {}))
    assert "does not answer" in found
    assert "secret" not in found


def test_the_command_exits_1(tmp_path):
    done = CliRunner().invoke(command, ["check", "--data", str(tmp_path / "none")])
    assert done.exit_code == 1
    assert "no registry there" in done.output


def test_every_setting_is_in_the_documentation():
    text = (Path(__file__).parents[2] / "docs" / "operation.md").read_text("utf-8")
    documented = set(re.findall(rf"^\| `{PREFIX}([A-Z_]+)` \|", text, re.MULTILINE))
    assert documented == {item.name.upper() for item in dataclasses.fields(Settings)}
