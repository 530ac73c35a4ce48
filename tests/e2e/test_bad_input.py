"""Bad input through the real command: one clear line that names the file, the right exit status, no traceback."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from apks import Member, make_apk, make_zip, members

SAMPLES = Path(__file__).parents[2] / "samples"
HOMEWORK = SAMPLES / "homework"
READER = SAMPLES / "reader"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(200)


def eduaudit(*args, **env):
    done = subprocess.run(
        [sys.executable, "-m", "analyzer", *map(str, args)],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "LC_ALL": "zh_CN.UTF-8", "PYTHONUTF8": "1", **env},
        timeout=120,
    )
    assert "Traceback" not in done.stderr
    return done


def refused(done, *words):
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    for word in words:
        assert str(word) in done.stderr


@pytest.mark.parametrize(
    ("content", "word"),
    [
        pytest.param(b"%PDF-1.7 nothing of a package", "not a ZIP", id="not a ZIP"),
        pytest.param(make_apk()[:-30], "truncated", id="truncated ZIP"),
        pytest.param(b"", "empty", id="empty file"),
    ],
)
def test_what_is_no_package_is_refused(tmp_path, content, word):
    path = tmp_path / "input.apk"
    path.write_bytes(content)
    refused(eduaudit("audit", path), "input.apk", word)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(
            make_zip([Member(m.name, m.content, flags=1) for m in members()]), None, id="encrypted-flag entries"
        ),
        pytest.param(make_zip(members()[1:]), "manifest_unreadable", id="no manifest"),
        pytest.param(make_apk(b"\3\0\x08\0" + b"\xff" * 80), "manifest_unreadable", id="broken binary XML"),
        pytest.param(make_zip(members()[:1]), "dex_unreadable", id="zero DEX"),
        pytest.param(make_apk(dex=b"dex\n035\0" + b"\xff" * 200), "dex_unreadable", id="DEX with bad offsets"),
        pytest.param(make_zip([*members(), Member(b"classes2.dex", bytes(200 << 20))]), "limit_reached", id="bomb"),
        pytest.param(make_zip([*members(), Member(b"../../etc/x", b"1")]), None, id="path traversal"),
    ],
)
def test_damaged_package_gives_a_report_that_says_what_was_not_read(tmp_path, content, code):
    path = tmp_path / "input.apk"
    path.write_bytes(content)
    done = eduaudit("audit", path, "--format", "json")
    assert done.returncode in {0, 1}
    report = json.loads(done.stdout)
    assert done.stderr == ""
    if code:
        assert code in {reason["code"] for reason in report["coverage"]["reasons"]}
        assert report["coverage"]["complete"] is False
        assert report["summary"]["verdict"] != "nothing_found"
        assert eduaudit("audit", path, "--strict", "--fail-on", "never", "--format", "json").returncode == 3
    else:
        assert report["anomalies"]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        pytest.param("policy.html", PNG, "image", id="policy is an image"),
        pytest.param("policy.pdf", b"%PDF-1.7\n" + bytes(300), "PDF", id="policy is a PDF"),
        pytest.param("policy.txt", b"", "empty", id="empty policy"),
    ],
)
def test_unreadable_policy_is_told_and_the_package_audited_without_it(tmp_path, name, content, word):
    path = tmp_path / name
    path.write_bytes(content)
    done = eduaudit("audit", READER / "reader.apk", "--policy", path, "--format", "json")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert name in line
    assert word in line
    assert "without the policy" in line
    alone = eduaudit("audit", READER / "reader.apk", "--format", "json")
    assert alone.returncode == 0
    assert told(done) == told(alone)


def told(done):
    """Return the report on standard output, but for the run."""
    return {key: value for key, value in json.loads(done.stdout).items() if key != "run"}


def test_filing_with_a_wrong_uscc_names_the_field(tmp_path):
    filing = json.loads((READER / "filing.json").read_text(encoding="utf-8"))
    code = filing["unit"]["uscc"]
    filing["unit"]["uscc"] = code[:-1] + ("0" if code[-1] != "0" else "1")
    path = tmp_path / "filing.json"
    path.write_text(json.dumps(filing), encoding="utf-8")
    refused(eduaudit("audit", READER / "reader.apk", "--filing", path), "filing.json", "/unit/uscc")


def test_filing_that_is_no_json_names_the_line(tmp_path):
    path = tmp_path / "filing.json"
    path.write_text('{\n"app": }', encoding="utf-8")
    refused(eduaudit("audit", READER / "reader.apk", "--filing", path), "filing.json", "line 2")


def test_profile_with_an_unknown_key_names_file_and_line(tmp_path):
    path = tmp_path / "phone.yaml"
    path.write_text("profile: 1\nname: phone\nvalues:\n  device.imie: ['860000000000001']\n", encoding="utf-8")
    done = eduaudit("traffic", "replay", HOMEWORK / "capture.flow", "--app", "cn.jieda.homework", "--profile", path)
    refused(done, "phone.yaml", "device.imie", "4")


def test_capture_cut_in_the_middle_counts_what_was_read(tmp_path):
    whole = (HOMEWORK / "capture.flow").read_bytes()
    path = tmp_path / "cut.flow"
    path.write_bytes(whole[: len(whole) * 2 // 3])
    done = eduaudit(
        "traffic",
        "replay",
        path,
        "--app",
        "cn.jieda.homework",
        "--profile",
        HOMEWORK / "profile.yaml",
        "--format",
        "json",
        "--marks",
        HOMEWORK / "marks.jsonl",
        "--fail-on",
        "never",
    )
    assert done.returncode == 0
    report = json.loads(done.stdout)
    assert report["transmissions"]
    assert "capture_truncated" in {row["code"] for row in report["not_analysed"]}
    assert len(done.stderr.splitlines()) == 1


def test_har_with_odd_entries_keeps_the_good_ones(tmp_path):
    har = json.loads((HOMEWORK / "capture.har").read_text(encoding="utf-8"))
    entries = har["log"]["entries"]
    har["log"]["entries"] = [None, {}, {"request": 7}, *entries, {"request": {"url": "::::", "method": None}}]
    path = tmp_path / "odd.har"
    path.write_text(json.dumps(har), encoding="utf-8")
    common = (
        "--app",
        "cn.jieda.homework",
        "--profile",
        HOMEWORK / "profile.yaml",
        "--format",
        "json",
        "--fail-on",
        "never",
    )
    marks = ("--marks", HOMEWORK / "marks.jsonl")
    odd = json.loads(eduaudit("traffic", "replay", path, *common, *marks).stdout)
    good = json.loads(eduaudit("traffic", "replay", HOMEWORK / "capture.har", *common, *marks).stdout)
    assert [row["data"] for row in odd["transmissions"]] == [row["data"] for row in good["transmissions"]]
    assert len(odd["not_analysed"]) > len(good["not_analysed"])


@pytest.mark.parametrize("command", ["serve", "capture"])
def test_port_taken_is_one_line(tmp_path, command):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        if command == "serve":
            done = eduaudit("registry", "serve", "--data", tmp_path / "record", "--port", port)
        else:
            done = eduaudit(
                "traffic", "capture", "--app", "cn.example.app", "--listen", f"127.0.0.1:{port}", "--out", tmp_path
            )
    refused(done, port)


def test_option_that_needs_another_is_wrong_use():
    done = eduaudit("audit", READER / "reader.apk", "--profile", READER / "profile.yaml")
    assert done.returncode == 2
    assert "--traffic" in done.stderr


def test_output_that_cannot_be_written_is_refused(tmp_path):
    refused(
        eduaudit("audit", READER / "reader.apk", "--output", tmp_path / "no" / "such" / "folder.json"), "folder.json"
    )
