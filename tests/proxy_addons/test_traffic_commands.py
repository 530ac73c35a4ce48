import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from analyzer.model import Report, TrafficFacts, read_record

PROFILE = 'profile: 1\nname: bench\nvalues:\n  device.imei: ["490154203237518"]\n  phone_number: ["13912345678"]\n'


def har(*bodies, cut=0):
    entries = [
        {
            "startedDateTime": f"2026-08-01T10:00:{10 * number:02}+08:00",
            "request": {
                "method": "POST",
                "url": "https://ulogs.umeng.com/unify_logs",
                "headers": [{"name": "Content-Type", "value": "application/json"}],
                "postData": {"text": json.dumps(body)},
            },
            "response": {"status": 0},
        }
        for number, body in enumerate(bodies)
    ]
    text = json.dumps({"log": {"entries": entries}})
    return text[: len(text) - cut]


@pytest.fixture
def traffic(tmp_path):
    (tmp_path / "p.yaml").write_text(PROFILE, encoding="utf-8")
    (tmp_path / "a.har").write_text(har({"imei": "490154203237518"}, {"imei": "490154203237518"}, {"x": 1}))
    (tmp_path / "m.jsonl").write_text('{"time": "2026-08-01T10:00:05+08:00", "mark": "agreed"}\n')

    def run(*args, code=None, env=None):
        made = subprocess.run(
            [sys.executable, "-m", "analyzer", "traffic", *args],
            cwd=tmp_path,
            check=False,
            capture_output=True,
            text=True,
            timeout=200,
            stdin=subprocess.DEVNULL,
            env={
                **os.environ,
                "PYTHONPATH": str(Path.cwd()),
                "EDUAUDIT_SPOOL": str(tmp_path / "spool"),
                "LC_ALL": "en_US.UTF-8",
                **(env or {}),
            },
        )
        if code is not None:
            assert made.returncode == code, made.stderr
        assert "Traceback" not in made.stderr
        return made

    run.folder = tmp_path
    return run


def report(made):
    return read_record(Report, made.stdout)


REPLAY = ("replay", "a.har", "--app", "cn.example.app", "--profile", "p.yaml")


def test_replay_prints_a_report_of_the_shared_schema(traffic):
    made = report(traffic(*REPLAY, "--marks", "m.jsonl", "--format", "json", "--fail-on", "never", code=0))
    rows = [(row.data, row.phase, row.recipient, row.encoding, row.key, row.proof) for row in made.transmissions]
    assert rows == [
        ("device.imei", "after_consent", "sdk:umeng-analytics", ("json",), "imei", "known_value"),
        ("device.imei", "before_consent", "sdk:umeng-analytics", ("json",), "imei", "known_value"),
    ]
    assert any(row.data == "device.imei" and row.observed and row.observed_before_consent for row in made.ledger)


def test_replay_is_the_same_twice_but_for_run(traffic):
    one, two = (json.loads(traffic(*REPLAY, "--format", "json", "--fail-on", "never", code=0).stdout) for _ in range(2))
    assert one.pop("run")
    assert two.pop("run")
    assert one == two


def test_marks_beside_the_capture_are_found(traffic):
    (traffic.folder / "m.jsonl").rename(traffic.folder / "a.marks.jsonl")
    made = report(traffic(*REPLAY, "--format", "json", "--fail-on", "never"))
    assert {row.phase for row in made.transmissions} == {"before_consent", "after_consent"}
    (traffic.folder / "a.marks.jsonl").unlink()
    made = report(traffic(*REPLAY, "--format", "json", "--fail-on", "never"))
    assert {row.phase for row in made.transmissions} == {"unknown"}


def test_replay_fails_on_what_it_finds(traffic):
    assert traffic(*REPLAY, "--marks", "m.jsonl", "--fail-on", "low").returncode == 1


def test_output_goes_to_a_file(traffic):
    made = traffic(*REPLAY, "--format", "html", "--output", "r.html", "--fail-on", "never", code=0)
    assert made.stdout == ""
    assert "device.imei" in (traffic.folder / "r.html").read_text() or "IMEI" in (traffic.folder / "r.html").read_text()


def test_a_cut_capture_counts_what_was_read_and_warns_once(traffic):
    (traffic.folder / "a.har").write_text(har({"imei": "490154203237518"}, {"x": "y" * 50}, cut=40))
    made = traffic(*REPLAY, "--format", "json", "--fail-on", "never", code=0)
    assert made.stderr.count("\n") == 1
    assert "after 1 entries" in made.stderr
    assert [row.code for row in report(made).not_analysed] == ["capture_truncated"]
    assert len(report(made).transmissions) == 1
    assert traffic(*REPLAY, "--fail-on", "never", "--strict").returncode == 3


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (("replay", "none.flow", "--app", "a.b"), "none.flow"),
        (("replay", "p.yaml", "--app", "a.b"), "p.yaml"),
        (("replay", "a.har", "--app", "not a package"), "package name"),
        (("replay", "a.har", "--app", "a.b", "--profile", "m.jsonl"), "m.jsonl:1"),
        (("replay", "a.har", "--app", "a.b", "--marks", "p.yaml"), "p.yaml:1"),
        (("replay", "a.har", "--app", "a.b", "--registry", "http://x"), "--key"),
        (("capture", "--app", "a.b", "--listen", "x:y"), "--listen"),
        (("capture", "--app", "a.b", "--profile", "none.yaml"), "none.yaml"),
        (("capture", "--app", "a.b", "--registry", "ftp://x", "--key", "k"), "--registry"),
        (("profile", "check", "a.har"), "a.har"),
        (("profile", "new", "p.yaml"), "p.yaml"),
    ],
)
def test_wrong_use_is_one_line_and_status_2(traffic, args, why):
    made = traffic(*args, code=2)
    assert why in made.stderr
    assert len(made.stderr.strip().splitlines()) == 1 or "Usage:" in made.stderr


def test_a_port_that_is_taken_is_one_line_and_status_2(traffic):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        made = traffic("capture", "--app", "a.b", "--listen", f"127.0.0.1:{port}", code=2)
    assert made.stderr.strip().splitlines() == [
        f"eduaudit traffic: 127.0.0.1:{port}: 端口已被占用 / port is already taken"
    ]
    assert not list(traffic.folder.glob("*.flow"))


def test_what_mitmproxy_refuses_is_one_line(traffic):
    made = traffic("capture", "--app", "a.b", "--listen", "127.0.0.1:0", "--proxy-option", "no_such_option=1", code=2)
    assert "no_such_option" in made.stderr
    assert len(made.stderr.strip().splitlines()) == 1


def test_profile_new_and_check(traffic):
    traffic("profile", "new", "n.yaml", code=0)
    made = traffic("profile", "check", "n.yaml", code=0)
    assert made.stderr == ""
    assert "identity.name" in made.stdout


def test_a_registry_that_is_down_keeps_the_facts_for_the_next_run(traffic):
    made = traffic(*REPLAY, "--registry", "http://127.0.0.1:9", "--key", "k", "--fail-on", "never", code=0)
    assert "kept" in made.stderr
    assert "cn.example.app" in traffic("spool", "list", code=0).stdout
    assert "kept 1" in traffic("spool", "send", "--key", "k", code=1).stdout
    (entry,) = (traffic.folder / "spool").glob("*.json")
    body = json.loads(entry.read_text())["body"]
    assert read_record(TrafficFacts, body).app == "cn.example.app"
    assert "490154203237518" not in body


def test_keys_in_a_real_terminal_set_marks(traffic):
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "analyzer",
            "traffic",
            "capture",
            "--app",
            "a.b",
            "--listen",
            "127.0.0.1:0",
            "--proxy-option",
            f"confdir={traffic.folder}/conf",
        ],
        cwd=traffic.folder,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd()), "LC_ALL": "en_US.UTF-8", "TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(slave)
    seen = b""
    sent = False
    while True:
        try:
            seen += os.read(master, 4096)
        except OSError:  # the terminal is closed when the command has ended
            break
        if not sent and b"a=Agreed" in seen:
            time.sleep(0.3)
            os.write(master, b"sca?q")
            sent = True
    os.close(master)
    assert process.wait() == 0, seen
    (marks,) = traffic.folder.glob("*.marks.jsonl")
    assert [json.loads(line)["mark"] for line in marks.read_text().splitlines()] == [
        "first_start",
        "consent_shown",
        "agreed",
    ]


def test_the_proxy_ends_when_its_command_is_killed(traffic):
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "analyzer",
            "traffic",
            "capture",
            "--app",
            "a.b",
            "--listen",
            "127.0.0.1:0",
            "--proxy-option",
            f"confdir={traffic.folder}/conf",
        ],
        cwd=traffic.folder,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd()), "LC_ALL": "en_US.UTF-8"},
    )
    port = int(re.search(r":(\d+)$", process.stderr.readline().strip()).group(1))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    while True:  # the test's own time limit ends this loop
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return
        time.sleep(0.1)
