"""The main job with real processes: registry, command line, proxy, HTTP client, and the page in a real browser."""

import contextlib
import hashlib
import http.server
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest
import yaml

SAMPLES = Path(__file__).parents[2] / "samples"
HOMEWORK = SAMPLES / "homework"
CHROMIUM = shutil.which("chromium")
EDUAUDIT = [sys.executable, "-m", "analyzer"]
PACKAGE = json.loads((HOMEWORK / "filing.json").read_text(encoding="utf-8"))["app"]["package"]


class Origin(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *args):
        pass


@contextlib.contextmanager
def origin():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def process(*args, wanted, env=None, stream="stdout"):
    """Run eduaudit until the ``wanted`` patterns were printed; yields their matches and the process."""
    child = subprocess.Popen(
        [*EDUAUDIT, *args],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "LC_ALL": "zh_CN.UTF-8", "PYTHONUTF8": "1", **(env or {})},
    )
    found, lines = {}, []
    try:
        for line in child.stdout:
            lines.append(line)
            found |= {name: hit.group() for name, pattern in wanted.items() if (hit := re.search(pattern, line))}
            if len(found) == len(wanted):
                break
        assert len(found) == len(wanted), "".join(lines)
        yield found, child
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(30)
        child.kill()
        child.stdout.close()


def run(*args, env=None):
    return subprocess.run(
        [*EDUAUDIT, *args],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "LC_ALL": "zh_CN.UTF-8", "PYTHONUTF8": "1", **(env or {})},
    )


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
def test_filing_audit_capture_and_findings_on_the_record(tmp_path):
    from playwright.sync_api import sync_playwright

    profile = yaml.safe_load((HOMEWORK / "profile.yaml").read_text(encoding="utf-8"))
    imei = profile["values"]["device.imei"][0]
    serving = process(
        "registry",
        "serve",
        "--data",
        str(tmp_path / "record"),
        "--port",
        "0",
        wanted={"key": r"edr_\S+", "login": r"http://\S+/login\?token=\S+"},
    )
    with serving as (served, _), origin() as site:
        url = served["login"].split("/login")[0]
        access = {"EDUAUDIT_KEY": served["key"]}

        submitted = run(
            "registry",
            "submit",
            str(HOMEWORK / "homework.apk"),
            "--filing",
            str(HOMEWORK / "filing.json"),
            "--policy",
            str(HOMEWORK / "policy.html"),
            "--url",
            url,
            "--wait",
            env=access,
        )
        assert submitted.returncode == 0, submitted.stderr
        assert f"{url}/apps/{PACKAGE}" in submitted.stdout

        capturing = process(
            "traffic",
            "capture",
            "--app",
            PACKAGE,
            "--profile",
            str(HOMEWORK / "profile.yaml"),
            "--listen",
            "127.0.0.1:0",
            "--out",
            str(tmp_path / "capture"),
            "--registry",
            url,
            "--spool",
            str(tmp_path / "spool"),
            wanted={"proxy": r"127\.0\.0\.1:(?!0\b)\d+", "marks": r"http://eduaudit\.mark/\w+"},
            env=access,
        )
        with capturing as (printed, child):
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": "http://" + printed["proxy"]}))

            def post(address, document):
                request = urllib.request.Request(
                    address, json.dumps(document).encode(), {"Content-Type": "application/json"}
                )
                return opener.open(request, timeout=30).read()

            post(f"{printed['marks']}/mark/consent_shown", {})
            post(f"{site}/start", {"imei_md5": hashlib.md5(imei.encode()).hexdigest()})
            time.sleep(0.2)
            post(f"{printed['marks']}/mark/agreed", {})
            time.sleep(0.2)
            post(f"{site}/login", {"device": {"imei": imei}})
            time.sleep(1)
            child.send_signal(signal.SIGINT)
            said = child.stdout.read()
            assert child.wait(60) == 0, said

        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
            )
            # Half size: Chromium paints no picture of more than 16,384 pixels, and this record is long.
            page = browser.new_page(viewport={"width": 1280, "height": 1600}, device_scale_factor=0.5)
            outside = []
            page.on("request", lambda request: outside.append(request.url) if not request.url.startswith(url) else None)
            page.goto(served["login"])
            page.goto(f"{url}/apps/{PACKAGE}")
            text = page.inner_text("body")
            page.screenshot(path=tmp_path / "record.png", full_page=True)
            browser.close()
        assert outside == []
        assert "解答小站" in text
        assert "191-3.1" in text
        assert "已证实" in text
        assert "IMEI" in text

        request = urllib.request.Request(
            f"{url}/api/v1/apps/{PACKAGE}/findings?limit=200", headers={"Authorization": f"Bearer {served['key']}"}
        )
        findings = json.load(urllib.request.urlopen(request, timeout=30))["items"]
        proven = {(item["rule"], item["subject"]) for item in findings if item["status"] == "proven"}
        assert ("CONSENT.TRAFFIC_BEFORE", "device.imei") in proven

        weekly = run("registry", "weekly", "--url", url, "--fail-on", "never", env=access)
        assert weekly.returncode == 0, weekly.stderr
        again = run("registry", "weekly", "--url", url, "--fail-on", "never", env=access)
        assert again.returncode == 0, again.stderr


def test_wrong_key_is_one_line_and_changes_nothing(tmp_path):
    with process(
        "registry",
        "serve",
        "--data",
        str(tmp_path / "record"),
        "--port",
        "0",
        wanted={"key": r"edr_\S+", "login": r"http://\S+/login\?token=\S+"},
    ) as (served, _):
        url = served["login"].split("/login")[0]
        done = run(
            "registry",
            "submit",
            str(HOMEWORK / "homework.apk"),
            "--filing",
            str(HOMEWORK / "filing.json"),
            "--url",
            url,
            "--key",
            "edr_wrong_key",
        )
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        request = urllib.request.Request(f"{url}/api/v1/apps", headers={"Authorization": f"Bearer {served['key']}"})
        assert json.load(urllib.request.urlopen(request, timeout=30))["items"] == []
