"""A real WireGuard client in a network of its own sends through `eduaudit traffic capture --mode wireguard`."""

import contextlib
import http.server
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from proxy_addons.modes import Phone
from proxy_addons.replay import read_captures

IMEI = "490154203237518"
OUTER, PHONE, ORIGIN = "10.231.7.1", "10.231.7.2", "10.231.8.1"
SENDER = """
import sys, urllib.request
request = urllib.request.Request(sys.argv[1], data=sys.argv[2].encode(), headers={"Content-Type": "application/json"})
print(urllib.request.urlopen(request, timeout=30).read().decode())
"""


def run(*command, check=True):
    return subprocess.run(command, check=check, capture_output=True, text=True, timeout=60).stdout


def may_make_networks():
    """Tell whether this machine has the client, and lets us make interfaces (root, with a tun device)."""
    if not all(map(shutil.which, ("ip", "wg", "wireguard-go"))) or not Path("/dev/net/tun").exists():
        return False
    name = f"edu{os.getpid()}p"
    made = subprocess.run(["ip", "netns", "add", name], check=False, capture_output=True).returncode == 0
    if made:
        run("ip", "netns", "del", name)
    return made and os.geteuid() == 0


@pytest.fixture
def network():
    if not may_make_networks():
        pytest.skip("needs root, /dev/net/tun, iproute2, wireguard-go and wireguard-tools")
    name, here, there = (f"edu{os.getpid()}{end}" for end in "nab")
    run("ip", "netns", "add", name)
    try:
        run("ip", "link", "add", here, "type", "veth", "peer", "name", there)
        run("ip", "link", "set", there, "netns", name)
        run("ip", "address", "add", f"{OUTER}/30", "dev", here)
        run("ip", "address", "add", f"{ORIGIN}/32", "dev", here)
        run("ip", "link", "set", here, "up")
        run("ip", "-n", name, "address", "add", f"{PHONE}/30", "dev", there)
        run("ip", "-n", name, "link", "set", there, "up")
        yield name
    finally:
        run("ip", "link", "del", here, check=False)
        run("ip", "netns", "del", name, check=False)


class Echo(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        answer = b'{"got":%d}' % len(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def started(command, **options):
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **options)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.communicate(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()


def tunnel(network, configuration, folder):
    """Start the client in its network; what is sent to the origin goes through it."""
    name = f"eduw{os.getpid()}"
    kept = [line for line in configuration.splitlines() if not re.match(r"(?i)(address|dns|mtu)\b", line.strip())]
    (folder / "wg.conf").write_text("\n".join(kept) + "\n")
    address = re.search(r"(?im)^address\s*=\s*([\d./]+)", configuration).group(1)
    inside = ("ip", "netns", "exec", network)
    client = subprocess.Popen(
        [*inside, "wireguard-go", "--foreground", name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    for _ in range(100):
        if subprocess.run([*inside, "wg", "show", name], check=False, capture_output=True).returncode == 0:
            break
        time.sleep(0.1)
    run(*inside, "wg", "setconf", name, str(folder / "wg.conf"))
    run("ip", "-n", network, "address", "add", address, "dev", name)
    run("ip", "-n", network, "link", "set", name, "up")
    run("ip", "-n", network, "route", "add", f"{ORIGIN}/32", "dev", name)
    return client


def test_what_a_real_client_sends_through_its_tunnel_is_recorded_and_found(network, tmp_path):
    (tmp_path / "p.yaml").write_text(f'profile: 1\nname: t\nvalues:\n  device.imei: ["{IMEI}"]\n')
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((OUTER, 0))
        port = probe.getsockname()[1]
    origin = http.server.ThreadingHTTPServer((ORIGIN, 0), Echo)
    threading.Thread(target=origin.serve_forever, daemon=True).start()
    command = [
        sys.executable, "-m", "analyzer", "traffic", "capture", "--app", "cn.example.app", "--profile", "p.yaml", "--out", "out",
        "--mode", "wireguard", "--phone", "pixel", "--listen", f"{OUTER}:{port}", "--proxy-option", f"confdir={tmp_path / 'conf'}",
    ]  # fmt: skip
    env = {**os.environ, "PYTHONPATH": str(Path.cwd()), "EDUAUDIT_SPOOL": str(tmp_path / "spool"), "COLUMNS": "160"}
    client = None
    try:
        with started(command, cwd=tmp_path, env=env, stdout=subprocess.DEVNULL) as capture:
            said = ""
            while "Ctrl-C" not in said:
                line = capture.stderr.readline()
                assert line, said
                said += line
            phone = Phone("pixel", tmp_path / "conf" / "eduaudit-wireguard-pixel.json", port)
            client = tunnel(network, phone.configuration(OUTER), tmp_path)
            url = f"http://{ORIGIN}:{origin.server_address[1]}/v1/report"
            body = json.dumps({"imei": IMEI})
            got = run("ip", "netns", "exec", network, sys.executable, "-c", SENDER, url, body)
            assert json.loads(got) == {"got": len(body)}
            capture.send_signal(signal.SIGINT)
            capture.communicate(timeout=120)
            assert capture.returncode == 0
    finally:
        if client is not None:
            client.terminate()
            client.wait(20)
        origin.shutdown()
        origin.server_close()
    (flow_file,) = (tmp_path / "out").glob("*.flow")
    (row,) = read_captures([flow_file], tmp_path / "p.yaml").transmissions
    assert (row.data, row.host, row.encrypted, row.address) == ("device.imei", ORIGIN, False, ORIGIN)
