"""`eduaudit diff`: packages and stored reports, exit status, and inputs that are neither."""

import json
from pathlib import Path

import jsonschema
import pytest

import analyzer
from analyzer.cli.root import main
from analyzer.model import Facts, canonical_json, diff_schema, record_plain

SAMPLES = Path(__file__).parents[2] / "samples"
HOMEWORK, READER = SAMPLES / "homework" / "homework.apk", SAMPLES / "reader" / "reader.apk"


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """Return the stored report of a sample, with and without its policy, and its stored facts."""
    folder = tmp_path_factory.mktemp("stored")
    facts = analyzer.static_facts(HOMEWORK)
    files = {
        "facts": canonical_json(facts),
        "report": analyzer.report_of(Facts(static=facts)).dump(),
        "policy": analyzer.report_of(
            Facts(static=facts, policy=analyzer.read_policy(SAMPLES / "homework" / "policy.html"))
        ).dump(),
    }
    for name, text in files.items():
        (folder / f"{name}.json").write_text(text)
    return folder


def test_all_facts_of_a_package_can_be_taken_from_its_report(stored):
    from dataclasses import fields, replace

    from analyzer.cli.versions import OTHERWISE, facts_of
    from analyzer.model import Report, StaticFacts, read_record

    assert {field.name for field in fields(StaticFacts)} - OTHERWISE <= {field.name for field in fields(Report)}
    facts = read_record(StaticFacts, (stored / "facts.json").read_text())
    taken = facts_of(read_record(Report, (stored / "policy.json").read_text()))
    assert taken is not None
    again = analyzer.report_of(Facts(static=replace(taken, rules=facts.rules)))
    assert again.findings == analyzer.report_of(Facts(static=facts)).findings


def run(capfdbinary, *args):
    status = main(["diff", *map(str, args)])
    out, err = capfdbinary.readouterr()
    return status, out.decode(), err.decode()


def test_a_package_does_not_differ_from_its_stored_report_or_facts(stored, capfdbinary):
    for other in (HOMEWORK, stored / "report.json", stored / "facts.json", stored / "policy.json"):
        status, out, _ = run(capfdbinary, other, HOMEWORK, "--format", "json")
        assert (status, json.loads(out)["differences"]) == (0, [])


def test_the_json_validates_and_is_the_same_every_time(stored, capfdbinary):
    status, out, _ = run(capfdbinary, stored / "report.json", READER, "--format", "json", "--lang", "en")
    assert status == 1
    jsonschema.Draft202012Validator.check_schema(diff_schema())
    jsonschema.validate(json.loads(out), diff_schema())
    assert out == run(capfdbinary, stored / "report.json", READER, "--format", "json", "--lang", "zh")[1]
    assert json.loads(out)["notes"][0]["code"] == "other_package"


def test_reports_of_different_channels_are_judged_alike(stored, capfdbinary):
    status, out, _ = run(capfdbinary, stored / "policy.json", stored / "report.json", "--format", "json")
    found = json.loads(out)
    assert (status, found["differences"]) == (0, [])
    assert [note["code"] for note in found["notes"]] == ["same_file", "judged_anew"]


def test_reports_of_the_same_channels_are_compared_as_they_are(stored, tmp_path, capfdbinary):
    document = json.loads((stored / "policy.json").read_text())
    document["findings"] = [row for row in document["findings"] if row["rule"] != "SECURITY.BACKUP"]
    document["run"]["rules"] = "older"
    (tmp_path / "last_week.json").write_text(json.dumps(document))
    status, out, _ = run(capfdbinary, tmp_path / "last_week.json", stored / "policy.json", "--format", "json")
    found = json.loads(out)
    assert status == 1
    assert [(row["kind"], row["because"]) for row in found["differences"]] == [("new", ["same_file", "rules"])]
    assert "judged_differently" in {note["code"] for note in found["notes"]}


def test_a_stored_report_of_the_package_alone_is_judged_by_the_rules_in_force(stored, tmp_path, capfdbinary):
    document = json.loads((stored / "report.json").read_text())
    document["findings"] = []
    document["run"]["rules"] = "older"
    (tmp_path / "last_week.json").write_text(json.dumps(document))
    status, out, _ = run(capfdbinary, tmp_path / "last_week.json", stored / "report.json", "--format", "json")
    assert (status, json.loads(out)["differences"]) == (0, [])


def test_no_difference_in_what_could_be_read_is_no_clean_answer(capfdbinary):
    packed = SAMPLES / "packed" / "packed.apk"
    status, out, _ = run(capfdbinary, packed, packed, "--lang", "en")
    assert status == 0
    assert "no difference in what could be read" in out
    assert run(capfdbinary, packed, packed, "--strict")[0] == 3


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "not valid JSON"),
        (b"[1]", "JSON object is expected"),
        (b'{"schema": "eduaudit.report/9"}', "eduaudit.report/9"),
        (b'{"schema": "eduaudit.report/1", "run": {}}', "no report"),
        (b'{"package": "cn.x", "name": "x"}', "lacks unit"),
        (b"[" * 100_000, "JSON"),
        (b"neither", "neither.json"),
        (b'{"schema": "eduaudit.report/1", "x": NaN}', "report"),
    ],
)
def test_what_is_neither_is_one_line_and_two(content, says, tmp_path, capfdbinary):
    path = tmp_path / "neither.json"
    path.write_bytes(content)
    for pair in ((path, HOMEWORK), (HOMEWORK, path)):
        status, out, err = run(capfdbinary, *pair)
        assert (status, out) == (2, "")
        assert says in err
        assert err.count("\n") == 1
        assert "internal error" not in err


def test_a_missing_file_is_one_line_and_two(capfdbinary):
    status, _, err = run(capfdbinary, "/nowhere.apk", HOMEWORK)
    assert (status, err.count("\n")) == (2, 1)
    assert "/nowhere.apk" in err


def test_a_report_on_traffic_alone_has_no_package_to_compare(stored, tmp_path, capfdbinary):
    empty = analyzer.report_of(Facts())
    (tmp_path / "empty.json").write_text(empty.dump())
    status, out, _ = run(capfdbinary, tmp_path / "empty.json", stored / "report.json", "--format", "json")
    assert status == 1
    assert {(row["kind"], *row["because"]) for row in json.loads(out)["differences"]} == {("first_seen", "channel")}
    assert record_plain(empty)["artifact"]["sha256"] is None


def test_a_package_is_compared_with_its_filing_in_either_order(capfdbinary):
    filing = SAMPLES / "homework" / "filing.json"
    status, out, _ = run(capfdbinary, filing, HOMEWORK, "--format", "json")
    found = json.loads(out)
    jsonschema.validate(found, diff_schema())
    assert status == 1
    assert (found["old"]["source"], found["new"]["source"]) == ("filing", "package")
    assert [note["code"] for note in found["notes"]] == ["filing_side"]
    assert run(capfdbinary, HOMEWORK, filing, "--format", "json")[1] == out
    assert {row["area"] for row in found["differences"]} <= {"identity", "permissions", "accesses", "sdks", "endpoints"}


def test_what_is_filed_is_no_difference_and_what_is_not_filed_is_new(tmp_path, capfdbinary):
    filing = json.loads((SAMPLES / "homework" / "filing.json").read_text())
    facts = analyzer.static_facts(HOMEWORK)
    app = filing["app"]
    app |= {
        "permissions": [row.name for row in facts.permissions if row.declared],
        "sdks": [row.name for row in facts.sdks],
        "personal_data": sorted({row.data for row in facts.accesses}),
        "package": facts.app.package, "name": facts.app.label, "version_name": facts.app.version_name,
    }  # fmt: skip
    filing["system"]["domains"] = sorted({row.host for row in facts.endpoints}) or ["x.example"]
    path = tmp_path / "filing.json"

    def differences():
        path.write_text(json.dumps(filing))
        status, out, err = run(capfdbinary, path, HOMEWORK, "--format", "json")
        assert err == ""
        rows = json.loads(out)["differences"]
        assert status == int(bool(rows))
        return {(row["area"], row["kind"], row["subject"]) for row in rows}

    assert differences() == set()
    camera, sdk = "android.permission.CAMERA", next(row for row in facts.sdks if row.id == "umeng-analytics")
    app["permissions"].remove(camera)
    app["permissions"].append("android.permission.READ_SMS")
    app["sdks"] = [*(name for name in app["sdks"] if name != sdk.name), "不存在的 SDK"]
    app["version_name"] = "9.9"
    assert differences() == {
        ("permissions", "new", camera),
        ("permissions", "gone", "android.permission.READ_SMS"),
        ("sdks", "new", sdk.id),
        ("sdks", "gone", "不存在的 SDK"),
        ("identity", "changed", "version_name"),
    }


def test_a_filing_is_compared_with_packages_only(stored, tmp_path, capfdbinary):
    filing = SAMPLES / "homework" / "filing.json"
    status, _, err = run(capfdbinary, filing, filing)
    assert (status, err.count("\n")) == (2, 1)
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"schema": "eduaudit.filing/1", "colour": 1}')
    status, _, err = run(capfdbinary, wrong, HOMEWORK)
    assert (status, err.count("\n")) == (2, 1)
    assert run(capfdbinary, filing, stored / "report.json", "--format", "html")[0] == 1
