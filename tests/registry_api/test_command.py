"""The command against a real server in a process of its own, with the real analyzer and a bundled sample."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "samples" / "homework"
pytestmark = pytest.mark.skipif(not (SAMPLE / "homework.apk").exists(), reason="the sample is not built")


@pytest.fixture
def inside(capsys):
    """The command in this process, for what needs none of its own: starting one takes seconds."""

    def call(*args):
        from types import SimpleNamespace

        from analyzer.cli.dispatch import run

        capsys.readouterr()
        try:
            code = run("registry", "registry_api.cli:registry", [str(item) for item in args])
        except SystemExit as stop:
            code = stop.code
        out, err = capsys.readouterr()
        return SimpleNamespace(returncode=code, stdout=out, stderr=err)

    return call


def eduaudit(*args, data=None, **env):
    return subprocess.run(
        [sys.executable, "-m", "analyzer", "registry", *map(str, args)],
        capture_output=True,
        check=False,
        text=True,
        timeout=240,
        env={**os.environ, **({"EDUAUDIT_DATA": str(data)} if data else {}), **env},
    )


class Server:
    def __init__(self, data):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "analyzer", "registry", "serve", "--data", str(data), "--port", "0"],
            stdout=subprocess.PIPE,
            text=True,
        )
        self.lines = []
        for line in self.process.stdout:
            self.lines.append(line)
            if line.startswith("registry at "):
                break
        else:
            pytest.fail(f"the server ended: {self.lines}")
        self.url = re.search(r"http://[\d.:]+", self.lines[-1]).group()

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)
        self.process.stdout.close()


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("registry") / "data"


@pytest.fixture(scope="module")
def server(data):
    made = Server(data)
    made.key = re.search(r"edr_\w+", made.lines[0]).group()
    yield made
    made.stop()


def submit(server, app, filing, *more, key=None, command=eduaudit):
    return command("submit", app, "--filing", filing, *more, "--url", server.url, "--key", key or server.key)


def one_line(done, *words):
    assert done.returncode == 2, done.stdout + done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in last, last


def test_a_sample_is_submitted_audited_and_shown(server, data, inside):
    done = submit(
        server, SAMPLE / "homework.apk", SAMPLE / "filing.json", "--policy", next(SAMPLE.glob("policy.*")), "--wait"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    url = done.stdout.strip().splitlines()[-1]
    package = json.loads((SAMPLE / "filing.json").read_text("utf-8"))["app"]["package"]
    assert url == f"{server.url}/apps/{package}"
    with httpx.Client(follow_redirects=True) as browser:
        login = server.lines[-1].split()[-1]
        assert browser.get(login).status_code == 200
        page = browser.get(url)
    assert page.status_code == 200
    assert "个人信息台账" in page.text
    assert page.text.count("<article") > 0

    again = eduaudit("weekly", "--data", data, "--fail-on", "never")
    assert again.returncode == 0, again.stderr
    assert "1 个应用，完成 1（重新提取 0，事实未变仅重新判定 1），失败 0" in again.stdout
    assert "没有变化" in again.stdout
    by_url = inside("weekly", "--url", server.url, "--key", server.key)
    assert by_url.stdout == again.stdout
    assert "完好 / intact" in inside("verify", "--data", data).stdout
    copy = inside("backup", data.parent / "copy", "--data", data)
    assert copy.returncode == 0, copy.stderr


def test_bad_input_gets_one_clear_line_and_exit_2(server, tmp_path, inside, monkeypatch):
    filing = json.loads((SAMPLE / "filing.json").read_text("utf-8"))
    apk = SAMPLE / "homework.apk"
    one_line(submit(server, apk, SAMPLE / "filing.json", key="edr_00000000_00"), "401", "API key")
    one_line(submit(server, tmp_path / "none.apk", SAMPLE / "filing.json", command=inside), "none.apk", "no such file")
    code = filing["unit"]["uscc"]
    filing["unit"]["uscc"] = code[:-1] + ("0" if code[-1] != "0" else "1")
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps(filing), encoding="utf-8")
    one_line(submit(server, apk, wrong, command=inside), "/unit/uscc")
    wrong.write_text("{", encoding="utf-8")
    one_line(submit(server, apk, wrong, command=inside), "wrong.json", "not JSON")
    one_line(
        inside("submit", apk, "--filing", SAMPLE / "filing.json", "--url", "http://127.0.0.1:9", "--key", "x"),
        "no registry answers",
    )
    one_line(inside("verify", "--data", tmp_path / "nothing"), "no registry there")
    one_line(eduaudit("serve", data=tmp_path / "x", EDUAUDIT_PORT="many"), "EDUAUDIT_PORT")
    monkeypatch.setenv("EDUAUDIT_DATABASE_URL", "mysql://u:secret@h/d")
    done = inside("migrate", "--data", tmp_path / "x")
    one_line(done, "EDUAUDIT_DATABASE_URL", "postgresql://")
    assert "secret" not in done.stderr


def test_a_database_that_does_not_answer_gets_one_clear_line(tmp_path, inside, monkeypatch):
    pytest.importorskip("psycopg")
    monkeypatch.setenv("EDUAUDIT_DATABASE_URL", "postgresql://u:secret@127.0.0.1:1/x")
    done = inside("migrate", "--data", tmp_path / "x")
    one_line(done, "the database does not answer", "refused")
    assert "internal error" not in done.stderr
    assert "secret" not in done.stderr


def test_a_vendor_mends_what_was_returned_and_is_told_what_is_not_taken_over(server, data, tmp_path, inside):
    filing = json.loads((SAMPLE / "filing.json").read_text("utf-8"))
    package = filing["app"]["package"] = "cn.jieda.second"
    filing["app"]["edu_filing"] = "教APP备330000号"
    path, apk = tmp_path / "filing.json", SAMPLE / "homework.apk"
    path.write_text(json.dumps(filing), encoding="utf-8")
    vendor = inside("key", "issue", "v", "--role", "vendor", "--organization", filing["unit"]["uscc"], "--data", data)
    one_line(
        inside("key", "issue", "v", "--role", "vendor", "--organization", "X", "--data", data), "--organization", "X"
    )
    reviewer = inside("key", "issue", "r", "--role", "reviewer", "--province", "33", "--data", data).stdout.strip()
    key = vendor.stdout.strip()
    first = submit(server, apk, path, "--wait", "--lang", "en", key=key, command=inside)
    assert first.returncode == 0, first.stderr
    assert "problems proven" in first.stdout
    assert "提示 warning  /app/edu_filing" in first.stderr
    with httpx.Client(base_url=server.url + "/api/v1", headers={"Authorization": f"Bearer {reviewer}"}) as http:
        queue = http.get("/filings", params={"state": "under_review", "package": package}).json()["items"]
        at = f"/filings/{queue[0]['id']}/transitions"
        item = {"field": "/app/sdks", "problem": "未列出极光推送", "suggestion": "补充"}
        http.post(at, json={"event": "return", "corrections": [item]}, headers={"If-Match": "*"}).raise_for_status()
        filing["app"]["sdks"] = ["jpush"]
        path.write_text(json.dumps(filing), encoding="utf-8")
        second = submit(server, apk, path, "--wait", key=key, command=inside)
        assert "待补正" in second.stderr
        assert "未列出极光推送" in second.stderr
        assert "mended" in second.stderr
        assert "有已证实的问题" in second.stdout
        done = http.post(at, json={"event": "approve"}, headers={"If-Match": "*"}).json()
    assert done["number"].startswith("教APP备33")
    assert done["document"]["app"]["sdks"] == ["jpush"]
    del filing["app"]["sdks"]
    path.write_text(json.dumps(filing), encoding="utf-8")
    third = submit(server, apk, path, key=key, command=inside)
    assert third.returncode == 0
    assert "NOT changed" in third.stderr


def test_a_port_that_is_taken_gets_one_line_and_nothing_is_written(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = eduaudit("serve", "--data", tmp_path / "data", "--port", taken.getsockname()[1])
    one_line(done, "Address already in use", "--port")
    assert not (tmp_path / "data" / "registry.sqlite3").exists()


def test_import_key_schema_and_restore(settings, tmp_path, inside):
    data = settings.data
    filing = json.loads((SAMPLE / "filing.json").read_text("utf-8"))
    (tmp_path / "f.jsonl").write_text(json.dumps(filing) + "\n{\n", encoding="utf-8")
    done = inside("import", tmp_path / "f.jsonl", "--data", data)
    assert (done.returncode, done.stdout.strip()) == (1, "1 imported, 0 known before, 1 with errors")
    assert "row 2" in done.stderr
    key = inside("key", "issue", "甲", "--role", "reviewer", "--province", "31", "--link", "--data", data)
    assert re.fullmatch(r"edr_\w{8}_\w{64}\n/login\?token=\S+\n", key.stdout)
    assert json.loads(inside("schema", "filing").stdout)["$id"] == "urn:eduaudit:schema:filing:1"
    assert json.loads(inside("schema", "diff").stdout)["$id"] == "urn:eduaudit:schema:diff:1"
    assert "under_review" in inside("schema", "transitions").stdout
    assert inside("backup", tmp_path / "copy", "--data", data).returncode == 0
    done = inside("restore", tmp_path / "copy", "--data", tmp_path / "back")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "完好 / intact")
    one_line(inside("restore", tmp_path / "copy", "--data", data), "not empty")


def test_importing_the_command_costs_nothing_heavy():
    code = "import sys, registry_api.cli; print([m for m in ('fastapi', 'sqlmodel', 'dbos', 'rich', 'httpx', 'alembic') if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, text=True).stdout.strip() == "[]"
    )
