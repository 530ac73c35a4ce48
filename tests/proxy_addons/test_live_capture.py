"""A real mitmdump between a real HTTPS origin and a real client, on loopback."""

import base64
import gzip
import hashlib
import http.client
import ipaddress
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from analyzer.model import TrafficFacts, read_record
from proxy_addons.incidents import warnings_now
from proxy_addons.modes import Phone
from proxy_addons.replay import read_captures

IMEI = "490154203237518"
PROFILE = f'profile: 1\nname: bench\nvalues:\n  device.imei: ["{IMEI}"]\n  phone_number: ["13912345678"]\n'


def certificate(subject, issuer_name, issuer_key, key, *, authority, names=()):
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if authority:
        usage = dict.fromkeys(
            (
                "digital_signature",
                "content_commitment",
                "key_encipherment",
                "data_encipherment",
                "key_agreement",
                "encipher_only",
                "decipher_only",
            ),
            False,
        )
        builder = builder.add_extension(x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage), critical=True)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def pem(*parts):
    out = b""
    for part in parts:
        if isinstance(part, x509.Certificate):
            out += part.public_bytes(serialization.Encoding.PEM)
        else:
            out += part.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
    return out


class Origin:
    """Answers everything; what it says in return is part of the test. Takes spooled facts too."""

    def __init__(self, folder):
        self.spooled = []
        outer = self
        ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bench CA")])
        ca = certificate(ca_name, ca_name, ca_key, ca_key, authority=True)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        alternatives = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        leaf = certificate(name, ca_name, ca_key, key, authority=False, names=alternatives)
        (folder / "origin-ca.pem").write_bytes(pem(ca))
        (folder / "origin.pem").write_bytes(pem(key, leaf))

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if self.path.startswith("/api/v1/apps/"):
                    outer.spooled.append((self.headers["Authorization"], body))
                answer = b'{"parentPhone":"13712345678"}' if self.path == "/class" else b"{}"
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST  # noqa: N815  # the name that http.server calls

            def log_message(self, *args):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *args):
                pass  # connections that the proxy drops at its end

        self.servers = [Server(("127.0.0.1", 0), Handler), Server(("127.0.0.1", 0), Handler)]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "origin.pem")
        self.servers[0].socket = context.wrap_socket(self.servers[0].socket, server_side=True)
        self.https, self.http = (server.server_port for server in self.servers)
        self.threads = [threading.Thread(target=server.serve_forever) for server in self.servers]
        for thread in self.threads:
            thread.start()

    def close(self):
        for server, thread in zip(self.servers, self.threads, strict=True):
            server.shutdown()
            server.server_close()
            thread.join()


@pytest.fixture
def origin(tmp_path):
    made = Origin(tmp_path)
    yield made
    while Capture.running:  # of a test that failed
        process = Capture.running.pop()
        if process.poll() is None:
            process.kill()
            process.communicate()
    made.close()


class Capture:
    """`eduaudit traffic capture` as a process of its own."""

    running: ClassVar[list] = []

    def __init__(self, folder, origin, *args, trust="origin-ca.pem"):
        (folder / "p.yaml").write_text(PROFILE, encoding="utf-8")
        self.folder = folder
        env = {
            **os.environ,
            "PYTHONPATH": str(Path.cwd()),
            "LC_ALL": "en_US.UTF-8",
            "EDUAUDIT_SPOOL": str(folder / "spool"),
            "COLUMNS": "160",
        }
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "analyzer",
                "traffic",
                "capture",
                "--app",
                "cn.example.app",
                "--profile",
                "p.yaml",
                "--listen",
                "127.0.0.1:0",
                "--out",
                "out",
                "--proxy-option",
                f"confdir={folder / 'conf'}",
                "--proxy-option",
                f"ssl_verify_upstream_trusted_ca={folder / trust}",
                *args,
            ],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.running.append(self.process)
        self.before = ""
        while not (first := self.process.stderr.readline()).startswith("Recording"):
            assert first, self.before
            self.before += first
        self.port = int(first.rsplit(":", 1)[1])
        self.guide = first
        while "Ctrl-C" not in (line := self.process.stderr.readline()):
            self.guide += line
        self.code = re.search(r"http://eduaudit\.mark/(\w+)/", self.guide).group(1)

    @property
    def flow_file(self):
        (path,) = (self.folder / "out").glob("*.flow")
        return path

    def send(self, url, body=None, headers=(), ca=True, cafile="conf/mitmproxy-ca-cert.pem"):
        context = ssl.create_default_context(cafile=self.folder / cafile) if ca else ssl.create_default_context()
        proxy = urllib.request.ProxyHandler(
            {"http": f"http://127.0.0.1:{self.port}", "https": f"http://127.0.0.1:{self.port}"}
        )
        opener = urllib.request.build_opener(proxy, urllib.request.HTTPSHandler(context=context))
        request = urllib.request.Request(
            url, data=body, headers=dict(headers), method="POST" if body is not None else "GET"
        )
        with opener.open(request, timeout=60) as response:
            return response.read()

    def mark(self, kind):
        self.send(f"http://eduaudit.mark/{self.code}/mark/{kind}", b"")

    def end(self):
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=120)
        assert self.process.returncode == 0, err
        assert "Traceback" not in err
        return out, err


def test_before_and_after_consent_through_a_real_proxy(tmp_path, origin):
    registry = f"http://127.0.0.1:{origin.http}"
    capture = Capture(tmp_path, origin, "--registry", registry, "--key", "edr_k")
    https = f"https://localhost:{origin.https}"
    jsonish = {"Content-Type": "application/json"}
    capture.mark("first_start")
    capture.send(f"{https}/start", json.dumps({"device": {"imei": IMEI}}).encode(), jsonish)
    assert "操作标记" in capture.send(f"http://eduaudit.mark/{capture.code}/").decode()
    capture.mark("agreed")
    capture.send(f"{https}/ad?imei_md5={hashlib.md5(IMEI.encode()).hexdigest().upper()}")
    packed = base64.b64encode(gzip.compress(json.dumps([{"m": "13912345678"}]).encode())).decode()
    for _ in range(2):
        capture.send(
            f"{https}/collect",
            ("data=" + packed.replace("+", "%2B").replace("=", "%3D")).encode(),
            {"Content-Type": "application/x-www-form-urlencoded"},
        )
    capture.send(f"http://127.0.0.1:{origin.http}/class", b"{}", jsonish)
    with pytest.raises(OSError, match="certificate"):
        capture.send(f"https://127.0.0.1:{origin.https}/pinned", ca=False)
    out, err = capture.end()
    assert "delivered" in err
    assert "localhost" in out

    ((authorization, body),) = origin.spooled
    assert authorization == "Bearer edr_k"
    facts = read_record(TrafficFacts, body)
    rows = [
        (
            row.data,
            row.host,
            row.encrypted,
            row.phase,
            row.foreground,
            row.count,
            row.encoding,
            row.where,
            row.key,
            row.value_redacted,
            row.proof,
        )
        for row in facts.transmissions
    ]
    assert rows == [
        (
            "device.imei",
            "localhost",
            True,
            "after_consent",
            True,
            1,
            ("md5",),
            "query",
            "imei_md5",
            "49***********18 =1",
            "known_value",
        ),
        (
            "device.imei",
            "localhost",
            True,
            "before_consent",
            True,
            1,
            ("json",),
            "body",
            "imei",
            "49***********18 =1",
            "known_value",
        ),
        (
            "phone_number",
            "localhost",
            True,
            "after_consent",
            True,
            2,
            ("form", "base64", "gzip", "json"),
            "body",
            "m",
            "13*******78 =1",
            "known_value",
        ),
    ]
    assert [(row.data, row.host, row.value_redacted, row.proof) for row in facts.received] == [
        ("phone_number", "127.0.0.1", "13*******78 ~1", "pattern")
    ]
    assert [(row.host, row.code) for row in facts.not_analysed if row.code == "tls_failed"] == [
        ("127.0.0.1", "tls_failed")
    ]
    assert (facts.flows, facts.marks, facts.profile) == (5, ("agreed", "first_start"), "bench")
    assert read_captures([capture.flow_file], tmp_path / "p.yaml", None, "cn.example.app") == facts, (
        "replay and live agree"
    )
    assert capture.flow_file.stat().st_mode & 0o077 == 0


def test_what_was_recorded_before_a_kill_is_there_for_replay(tmp_path, origin):
    capture = Capture(tmp_path, origin)
    capture.send(
        f"https://localhost:{origin.https}/a", json.dumps({"imei": IMEI}).encode(), {"Content-Type": "application/json"}
    )
    capture.mark("agreed")
    while capture.flow_file.stat().st_size == 0:
        time.sleep(0.05)
    capture.process.send_signal(signal.SIGKILL)
    capture.process.communicate()
    facts = read_captures([capture.flow_file], tmp_path / "p.yaml", None, None)
    assert [(row.data, row.phase) for row in facts.transmissions] == [("device.imei", "before_consent")]


def test_a_large_upload_passes_and_is_examined(tmp_path, origin):
    capture = Capture(tmp_path, origin)
    body = json.dumps({"imei": IMEI, "photo": "x" * (6 << 20)}).encode()
    assert capture.send(f"https://localhost:{origin.https}/up", body, {"Content-Type": "application/json"}) == b"{}"
    capture.end()
    (kept,) = capture.flow_file.with_suffix(".bodies").iterdir()
    assert kept.stat().st_size == len(body), "beside the capture, not in it"
    assert capture.flow_file.stat().st_size < 1 << 20
    facts = read_captures([capture.flow_file], tmp_path / "p.yaml", None, None)
    assert [(row.data, row.encoding) for row in facts.transmissions] == [("device.imei", ("json",))]


def test_marks_need_the_code_and_never_leave_the_machine(tmp_path, origin):
    capture = Capture(tmp_path, origin)
    connection = http.client.HTTPConnection("127.0.0.1", capture.port, timeout=60)
    code = capture.code
    key = {"Authorization": f"Bearer {code}"}
    for method, path, body, headers, status in (
        ("POST", f"/{code}/mark/agree", "", {}, 404),
        ("GET", f"/{code}/mark/agreed", "", {}, 404),
        ("POST", "/mark/agreed", "", {}, 403),
        ("POST", "/00000000/mark/agreed", "", {}, 403),
        ("POST", "//mark/agreed", "", {}, 403),
        ("GET", "/", "", {}, 200),
        ("GET", "/?code=wrong", "", {}, 403),
        ("GET", f"/?code={code.upper()}", "", {}, 303),
        ("POST", f"/{code}/mark/function?note=%E6%90%9C%E9%A2%98", "", {}, 303),
        ("POST", "/api/marks", '{"mark":"agreed"}', {}, 401),
        ("POST", "/api/marks", '{"mark":"agreed"}', {"Authorization": "Bearer x"}, 401),
        ("POST", "/api/marks", '{"mark":"agree"}', key, 422),
        ("POST", "/api/marks", "[", key, 400),
        ("POST", "/api/marks", "[]", key, 400),
        ("DELETE", "/api/marks", "", key, 405),
        ("POST", "/api/marks", '{"mark":"refused","note":"n"}', key, 201),
        ("GET", "/api/marks", "", key, 200),
    ):
        connection.request(method, f"http://eduaudit.mark{path}", body.encode(), headers)
        response = connection.getresponse()
        response.read()
        assert (method, path, body, response.status) == (method, path, body, status)
    connection.close()
    capture.end()
    (marks,) = (tmp_path / "out").glob("*.marks.jsonl")
    assert [(mark["mark"], mark["note"]) for mark in map(json.loads, marks.read_text().splitlines())] == [
        ("function", "搜题"),
        ("refused", "n"),
    ]
    assert code.encode() not in b"".join(path.read_bytes() for path in (tmp_path / "out").iterdir()), "kept nowhere"


def events(folder):
    (path,) = (folder / "out").glob("*.events.jsonl")
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_pinned_name_is_let_through_and_told_while_others_are_read(tmp_path, origin):
    capture = Capture(tmp_path, origin)
    for _ in range(2):
        with pytest.raises(OSError, match="certificate"):
            capture.send(f"https://127.0.0.1:{origin.https}/early", b"{}", cafile="origin-ca.pem")
    # Nothing worked so far: it may as well be the set-up, and nothing is let through.
    assert capture.send(f"https://localhost:{origin.https}/other", b"{}") == b"{}"
    with pytest.raises(OSError, match="certificate"):
        capture.send(f"https://127.0.0.1:{origin.https}/pinned", b"{}", cafile="origin-ca.pem")
    assert capture.send(f"https://127.0.0.1:{origin.https}/pinned", b"{}", cafile="origin-ca.pem") == b"{}"
    assert capture.send(f"https://localhost:{origin.https}/other", b"{}") == b"{}"
    capture.end()
    facts = read_captures([capture.flow_file], tmp_path / "p.yaml")
    (row,) = facts.not_analysed
    assert (row.host, row.code) == ("127.0.0.1", "tls_pinned")
    assert "let through unread from then on, 1 connections" in row.detail
    assert facts.flows == 2
    assert {event["event"] for event in events(tmp_path)} >= {"client", "tls_pinned", "tls_passed_through", "running"}


def test_a_phone_that_trusts_nothing_is_told_while_the_capture_runs(tmp_path, origin):
    capture = Capture(tmp_path, origin)
    for _ in range(6):
        with pytest.raises(OSError, match="certificate"):
            capture.send(f"https://localhost:{origin.https}/x", cafile="origin-ca.pem")
    capture.end()
    assert warnings_now(events(tmp_path), "en")[0].startswith("every TLS handshake failed")
    (row,) = read_captures([capture.flow_file]).not_analysed
    assert row.code == "tls_failed"
    assert "set-up" in row.detail


def test_a_server_with_a_wrong_certificate_is_told(tmp_path, origin):
    capture = Capture(tmp_path, origin, trust="conf/mitmproxy-ca-cert.pem")
    with pytest.raises(OSError):
        capture.send(f"https://localhost:{origin.https}/x", b"{}")
    capture.end()
    rows = [row for row in read_captures([capture.flow_file]).not_analysed if "server" in row.detail]
    assert [(row.host, row.code) for row in rows] == [("localhost", "tls_failed")]
    assert "certificate" in rows[0].detail


def test_a_phone_behind_wireguard_gets_its_own_key_and_code(tmp_path, origin):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    capture = Capture(
        tmp_path, origin, "--mode", "wireguard", "--phone", "pixel", "--phone", "mate", "--listen", f"127.0.0.1:{port}"
    )
    assert "▀" in capture.before
    assert "phone pixel" in capture.before
    capture.end()
    keys = [tmp_path / "conf" / f"eduaudit-wireguard-{name}.json" for name in ("pixel", "mate")]
    assert len({path.read_text() for path in keys}) == 2
    assert all(path.stat().st_mode & 0o077 == 0 for path in keys)
    (running,) = [event for event in events(tmp_path) if event["event"] == "running"]
    assert [mode.partition("@")[2] for mode in running["modes"]] == [f"127.0.0.1:{port}", f"127.0.0.1:{port + 1}"]
    assert sorted(one[1] for one in running["listen"]) == [port, port + 1]
    phone = Phone("pixel", keys[0], port)
    assert f"Endpoint = 192.0.2.7:{port}" in phone.configuration("192.0.2.7")
    private = json.loads(keys[0].read_text())["client_key"]
    assert private not in "".join(path.read_text() for path in (tmp_path / "out").glob("*.jsonl"))


def test_through_another_proxy(tmp_path, origin):
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()
    shutil.copy(tmp_path / "origin-ca.pem", tmp_path / "first")
    first = Capture(tmp_path / "first", origin)
    shutil.copy(tmp_path / "first" / "conf" / "mitmproxy-ca-cert.pem", tmp_path / "second" / "origin-ca.pem")
    second = Capture(tmp_path / "second", origin, "--mode", f"upstream:http://127.0.0.1:{first.port}")
    assert second.send(f"https://localhost:{origin.https}/a", json.dumps({"imei": IMEI}).encode()) == b"{}"
    second.end()
    first.end()
    for one in (first, second):
        assert len(read_captures([one.flow_file], tmp_path / "second" / "p.yaml").transmissions) == 1
