import json

import pytest
from click.testing import CliRunner

from analyzer.cli.rules import rules

GET_STRING = (
    "Landroid/provider/Settings$Secure;->getString(Landroid/content/ContentResolver;Ljava/lang/String;)"
    "Ljava/lang/String;"
)


def run(*args):
    return CliRunner().invoke(rules, list(args))


def test_list_counts_every_family():
    result = run("list", "--format", "json")
    assert result.exit_code == 0
    families = json.loads(result.stdout)["families"]
    assert families["sdks"] == 750
    assert families["recipients"] == 3573
    assert sum(count for name, count in families.items() if name.startswith("apis.")) == 2063
    assert families["app_types"] == 39
    assert all(families.values())


def test_list_says_the_version_in_the_wanted_language():
    assert run("list", "--lang", "zh").stdout.startswith("规则版本 ")
    assert run("list", "--lang", "en").stdout.startswith("rules version ")


@pytest.mark.parametrize(
    "family", ["sdks", "apis.method", "recipients", "clauses", "checks", "external_sdks", "packers"]
)
def test_list_of_a_family_has_a_line_for_each_row(family):
    count = json.loads(run("list", "--format", "json").stdout)["families"][family]
    assert len(run("list", family, "--lang", "en").stdout.splitlines()) == count


def test_list_of_an_unknown_family_is_wrong_use():
    result = run("list", "nothing")
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "family", "words"),
    [
        ("191-3.1", "clauses", ["191"]),
        ("jpush", "sdks", ["极光推送", "cn/jpush/android", "LibChecker"]),
        ("device.imei", "personal_data", ["IMEI"]),
        ("android.permission.CAMERA", "permissions", ["camera"]),
        ("prop:ro.serialno", "apis", ["device.serial"]),
        (GET_STRING, "apis", ["argument_decides", "取决于参数"]),
        ("a.stats.jpush.cn", "recipients", ["aurora-mobile", "*.jpush.cn"]),
        ("*/sa?project=", "recipients", ["sensorsdata"]),
        ("19", "app_types", ["学习"]),
        ("aurora-mobile", "companies", ["深圳市和讯华谷"]),
    ],
)  # fmt: skip
def test_show_finds_every_kind_of_id_with_its_origin(name, family, words):
    result = run("show", name, "--lang", "zh")
    assert result.exit_code == 0, result.stderr
    for word in words:
        assert word in result.stdout
    found = json.loads(run("show", name, "--format", "json").stdout)
    assert family in {record["family"] for record in found}
    for record in found:
        if record["family"] not in ("companies", "external_sdks"):
            assert record["sure"] in ("V", "1", "K", "?")
            assert record.get("source") or record.get("sources")


def test_show_puts_the_wanted_language_first():
    chinese, english = (run("show", "191-3.1", "--lang", lang).stdout for lang in ("zh", "en"))
    assert chinese != english
    title = json.loads(run("show", "191-3.1", "--format", "json").stdout)[0]["title"]
    assert f"title: {title['zh']}" in chinese
    assert f"title: {title['en']}" in english


def test_show_of_an_unknown_id_is_wrong_use():
    result = run("show", "no-such-thing")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "eduaudit: no-such-thing: no rule has this id\n"


def test_lint_of_the_real_rules_is_clean():
    result = run("lint", "--lang", "en")
    assert (result.exit_code, result.stdout) == (0, "")


def test_lint_of_bad_rules_exits_1_with_a_line_per_problem(tmp_path):
    (tmp_path / "sdks").mkdir()
    (tmp_path / "sdks" / "x.yaml").write_text("nonsense: 1\n")
    result = run("lint", "--rules", str(tmp_path))
    assert result.exit_code == 1
    assert any(line.startswith("sdks/x.yaml: ") for line in result.stdout.splitlines())
    listed = json.loads(run("lint", "--rules", str(tmp_path), "--format", "json").stdout)
    assert {"where", "what"} == set(listed[0])


def test_bad_rules_are_one_line_and_exit_2_for_the_other_commands(tmp_path):
    result = run("list", "--rules", str(tmp_path))
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
