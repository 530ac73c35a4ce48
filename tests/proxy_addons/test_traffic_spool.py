import json
import os
import signal
import ssl
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from analyzer.model import EduauditError, TrafficFacts, UnreadableInputError, read_record
from proxy_addons.commands.delivering import deliver
from proxy_addons.delivery import Sender
from proxy_addons.spool import Spool, write_durably


def facts(app="cn.example.app", flows=1):
    return TrafficFacts(engine="traffic/1", app=app, captures=("0" * 64,), profile=None, flows=flows)


class Registry:
    """A registry that answers what it is told to, and remembers what it got."""

    def __init__(self):
        self.status = [201]
        self.got = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((self.path, dict(self.headers), body))
                status = outer.status.pop(0) if len(outer.status) > 1 else outer.status[0]
                answer = b'{"title":"no such app"}'
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "http://127.0.0.1:9/elsewhere")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def registry():
    server = Registry()
    yield server
    server.close()


@pytest.fixture
def spool(tmp_path):
    return Spool(tmp_path / "spool")


def outcomes(spool, **kwargs):
    return [one.outcome for one in spool.send_all("edr_k", **kwargs)]


def test_an_entry_is_posted_with_key_and_idempotency_and_then_gone(spool, registry):
    entry = spool.put(facts(), registry.url + "/", "cn.example.app")
    assert outcomes(spool) == ["sent"]
    ((path, headers, body),) = registry.got
    assert path == "/api/v1/apps/cn.example.app/traffic"
    assert headers["Authorization"] == "Bearer edr_k"
    assert headers["Idempotency-Key"] == entry.key
    assert read_record(TrafficFacts, body) == facts()
    assert list(spool.entries()) == []


@pytest.mark.parametrize("status", [500, 503, 401, 403, 408, 429, 302])
def test_what_may_mend_is_kept(spool, registry, status):
    registry.status = [status]
    spool.put(facts(), registry.url, "a.b")
    assert outcomes(spool) == ["kept"]
    assert len(list(spool.entries())) == 1
    registry.status = [200]
    assert outcomes(spool) == ["sent"]


@pytest.mark.parametrize("status", [400, 404, 409, 422])
def test_what_is_refused_for_good_is_put_aside_with_the_answer(spool, registry, status):
    registry.status = [status]
    spool.put(facts(), registry.url, "a.b")
    (delivery,) = spool.send_all("edr_k")
    assert delivery.outcome == "rejected"
    assert "no such app" in delivery.answer
    (path,) = spool.rejected()
    assert json.loads(path.with_suffix(".answer").read_text())["status"] == status
    assert list(spool.entries()) == []


def test_a_registry_that_is_down_loses_nothing(spool):
    spool.put(facts(), "http://127.0.0.1:9", "a.b")
    (delivery,) = spool.send_all("k")
    assert delivery.outcome == "kept"
    assert "refused" in delivery.answer


def test_entries_wait_and_are_tried_again_within_the_patience(spool, registry, monkeypatch):
    monkeypatch.setattr("proxy_addons.spool.FIRST_WAIT", 0.01)
    registry.status = [500, 500, 201]
    spool.put(facts(), registry.url, "a.b")
    assert outcomes(spool, patience=30) == ["sent"]
    assert len({headers["Idempotency-Key"] for _, headers, _ in registry.got}) == 1
    assert len(registry.got) == 3


def test_only_the_named_registry_gets_its_entries(spool, registry):
    spool.put(facts(), "https://other.example.cn", "a.b")
    spool.put(facts(), registry.url, "a.b")
    assert len(list(spool.entries())) == 1, "equal facts are one entry: the last address counts"
    spool.put(facts(flows=2), "https://other.example.cn", "a.b")
    assert outcomes(spool, registry=registry.url) == ["sent"]
    assert [entry.registry for entry in spool.entries()] == ["https://other.example.cn"]


def test_the_sender_delivers_in_the_background(spool, registry):
    spool.put(facts(), registry.url, "a.b")
    with Sender(spool, registry.url, "k") as sender:
        sender._thread.join(30)
    assert list(spool.entries()) == []


def test_the_key_is_never_written(spool, registry):
    registry.status = [500]
    spool.put(facts(), registry.url, "a.b")
    list(spool.send_all("edr_secret"))
    assert not any(b"edr_secret" in path.read_bytes() for path in spool.folder.rglob("*") if path.is_file())
    assert spool.folder.stat().st_mode & 0o077 == 0


def test_wrong_addresses_and_foreign_files_are_told(spool, tmp_path):
    for url in ("ftp://x", "registry", "file:///etc/passwd"):
        with pytest.raises(EduauditError, match="--registry"):
            spool.put(facts(), url, "a.b")
    spool.folder.mkdir()
    (spool.folder / "x.json").write_text("{}")
    with pytest.raises(UnreadableInputError, match="not a spool entry"):
        list(spool.entries())


def test_a_disk_that_cannot_be_written_is_one_clear_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(EduauditError, match="cannot be spooled"):
        Spool(tmp_path / "file").put(facts(), "http://x", "a.b")


def test_a_failed_write_leaves_no_half_file(tmp_path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="space"):
        write_durably(tmp_path / "a.json", b"x")
    assert list(tmp_path.iterdir()) == []


WRITER = """
import sys
from pathlib import Path
from analyzer.model import TrafficFacts
from proxy_addons.spool import Spool
spool = Spool(Path(sys.argv[1]))
number = 0
while True:
    number += 1
    made = TrafficFacts(engine="traffic/1", app="a.b", captures=("0" * 64,) * 200, profile=None, flows=number)
    spool.put(made, "http://127.0.0.1:9", "a.b")
    print(number, flush=True)
"""


def test_kill_9_while_writing_loses_nothing_that_was_spooled(spool):
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(spool.folder)], stdout=subprocess.PIPE, text=True)
        while int(process.stdout.readline()) < 5:
            time.sleep(0)
        process.send_signal(signal.SIGKILL)
        rest = process.communicate()[0].split()
        told = int(rest[-1]) if rest else 5
        spooled = {read_record(TrafficFacts, entry.body).flows for entry in spool.entries()}
        assert spooled >= set(range(1, told + 1))


def test_a_registry_with_a_wrong_certificate_keeps_the_facts_and_says_so(spool, registry, tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1)).sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "s.pem").write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "s.pem")
    registry.server.socket = context.wrap_socket(registry.server.socket, server_side=True)
    registry.server.handle_error = lambda *_: None
    spool.put(facts(), registry.url.replace("http://127.0.0.1", "https://localhost"), "a.b")
    (delivery,) = spool.send_all("edr_k")
    assert delivery.outcome == "kept"
    assert "CERTIFICATE_VERIFY_FAILED" in delivery.answer
    assert registry.got == [], "the key was not handed over"
    assert len(list(spool.entries())) == 1


def test_a_disk_that_is_full_names_the_capture_to_try_again(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("proxy_addons.spool.write_durably", full)
    with pytest.raises(EduauditError, match=r"No space left.*traffic replay .*a\.flow --app a\.b"):
        deliver(facts(), "a.b", "http://127.0.0.1:9", "k", tmp_path / "spool", tmp_path / "a.flow")


def test_a_broken_entry_does_not_stop_the_others(spool, registry):
    spool.put(facts(), registry.url, "a.b")
    (spool.folder / "0.json").write_text("{}")
    os.utime(spool.folder / "0.json", (1, 1))
    deliveries = spool.send_all("edr_k")
    assert next(deliveries).outcome == "sent"
    with pytest.raises(UnreadableInputError, match=r"0\.json"):
        next(deliveries)
    assert len(registry.got) == 1
    assert (spool.folder / "0.json").exists()


FULL = """
import resource, sys
from pathlib import Path
from analyzer.cli.root import main
resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))
sys.exit(main())
"""


def test_the_real_command_names_a_disk_that_takes_no_more_and_leaves_no_half_entry(tmp_path):
    capture = tmp_path / "a.har"
    capture.write_text('{"log": {"entries": [{"request": {"url": "https://a.example/?imei=490154203237518"}}]}}')
    command = [sys.executable, "-c", FULL, "traffic", "replay", str(capture), "--app", "a.b", "--fail-on", "never"]
    command += ["--registry", "http://127.0.0.1:9", "--key", "edr_k", "--spool", str(tmp_path / "spool")]
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    lines = ended.stderr.splitlines()
    assert ended.returncode == 2, ended.stderr
    assert len(lines) == 1
    assert "cannot be spooled" in lines[0]
    assert list((tmp_path / "spool").iterdir()) == []
