"""Record the sample captures: real HTTP clients, through a real mitmdump, to an origin on loopback. See README.md.

Usage: python samples/capture.py [--output FOLDER] [ID ...]     (needs the `proxy` extra, httpx and curl)
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import datetime as dt
import gzip
import hashlib
import ipaddress
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from mitmproxy.http import HTTPFlow
from mitmproxy.io import FlowReader, FlowWriter

HERE = Path(__file__).resolve().parent
IDS = ("reader", "homework", "campus", "packed")
WITH_HAR = ("homework", "campus")
START = dt.datetime(2026, 9, 1, 8, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))
"""The invented moment of the first start; the capture's time stamps are rewritten from the scenario's offsets."""

AGENT = "okhttp/3.12.13"
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
"""A picture without content: start, JFIF header, end."""
BOUNDARY = "sample-boundary-0001"


@dataclass(frozen=True)
class Wire:
    """One request, ready to be sent."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None
    at: float
    client: str


@dataclass
class Filler:
    """Puts the profile's values into a scenario: ``{id}``, ``{md5:id}``, ``{MD5:id}`` (upper case), ``{sha256:id}``."""

    values: dict[str, list[str]]
    pattern: re.Pattern[str] = field(default=re.compile(r"\{(?:(\w+):)?([a-z_.]+)\}"))

    def text(self, template: str) -> str:
        """Fill one text."""

        def value(found: re.Match[str]) -> str:
            plain = self.values[found.group(2)][0]
            if not (name := found.group(1)):
                return plain
            digest = hashlib.new(name.lower(), plain.encode()).hexdigest()
            return digest.upper() if name.isupper() else digest

        return self.pattern.sub(value, template)

    def tree(self, value: Any) -> Any:
        """Fill every text of a structure."""
        if isinstance(value, dict):
            return {key: self.tree(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.tree(one) for one in value]
        return self.text(value) if isinstance(value, str) else value


def wire(request: dict[str, Any], filler: Filler) -> Wire:
    """Turn one entry of a scenario into bytes."""
    headers = {"User-Agent": AGENT, **filler.tree(request.get("headers", {}))}
    body: Any = filler.tree(request.get("body"))
    for layer in request.get("layers", ()):
        body = encode(layer, body, headers)
    url = filler.text(request["url"])
    return Wire(request["method"], url, headers, body, float(request["at"]), request["client"])


def encode(layer: str, body: Any, headers: dict[str, str]) -> bytes:
    """Lay one layer around ``body`` and set the header that goes with it."""
    kind = None
    if layer == "json":
        kind, body = "application/json; charset=utf-8", json.dumps(body, ensure_ascii=False).encode()
    elif layer == "form":
        kind, body = "application/x-www-form-urlencoded", urlencode(body).encode()
    elif layer == "multipart":
        kind, body = f"multipart/form-data; boundary={BOUNDARY}", multipart(body)
    elif layer == "jpeg":
        kind, body = "image/jpeg", JPEG
    elif layer == "gzip":
        kind, body = "application/octet-stream", gzip.compress(body, mtime=0)
    elif layer == "base64":
        kind, body = "text/plain", base64.b64encode(body)
    elif layer == "content-gzip":
        headers["Content-Encoding"], body = "gzip", gzip.compress(body, mtime=0)
    else:
        raise ValueError(f"unknown layer {layer!r}")
    if kind:
        headers["Content-Type"] = kind
    return body


def multipart(parts: dict[str, str]) -> bytes:
    """Write a multipart body; ``@jpeg`` stands for the picture."""
    out = []
    for name, value in parts.items():
        disposition = f'Content-Disposition: form-data; name="{quote(name)}"'
        if value == "@jpeg":
            out += [
                f'--{BOUNDARY}\r\n{disposition}; filename="homework.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'.encode()
            ]
            out += [JPEG, b"\r\n"]
        else:
            out += [f"--{BOUNDARY}\r\n{disposition}\r\n\r\n{value}\r\n".encode()]
    return b"".join(out) + f"--{BOUNDARY}--\r\n".encode()


class Origin(BaseHTTPRequestHandler):
    """Answers everything with a small JSON text; stands for every host of the scenarios."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        """Read the request and answer it."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b'{"ok":true}'
        self.send_response_only(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer  # noqa: N815  # the names that http.server calls

    def log_message(self, *_: Any) -> None:
        """Stay silent."""


@contextlib.contextmanager
def origin(folder: Path) -> Iterator[tuple[int, int]]:
    """Serve HTTP and HTTPS on loopback; yield both ports."""
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Origin) for _ in range(2)]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(origin_certificate(folder))
    servers[1].socket = context.wrap_socket(servers[1].socket, server_side=True)
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield servers[0].server_port, servers[1].server_port
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


def origin_certificate(folder: Path) -> Path:
    """Write a throw-away certificate and its key into one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sample origin")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "origin.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


def free_port() -> int:
    """Return a loopback port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def mitmdump() -> str:
    """Return the mitmdump of this environment, else of PATH."""
    beside = Path(sys.executable).with_name("mitmdump")
    found = str(beside) if beside.exists() else shutil.which("mitmdump")
    if not found:
        raise SystemExit("capture.py: mitmdump is missing; install the `proxy` extra")
    return found


@contextlib.contextmanager
def proxy(folder: Path, raw: Path, ports: tuple[int, int]) -> Iterator[tuple[str, Path]]:
    """Run mitmdump; yield its address and its CA certificate. It has written everything when this returns."""
    port = free_port()
    environment = {**os.environ, "SAMPLE_ORIGIN_HTTP": str(ports[0]), "SAMPLE_ORIGIN_HTTPS": str(ports[1])}
    process = subprocess.Popen(
        [mitmdump(), "-q", "--listen-host", "127.0.0.1", "-p", str(port), "-w", str(raw),
         "-s", str(HERE / "redirect.py"), "--set", f"confdir={folder / 'conf'}", "--set", "ssl_insecure=true",
         # Lazy: the request keeps the name that the client asked for, only the connection made for it is redirected.
         "--set", "connection_strategy=lazy"],
        env=environment,
    )  # fmt: skip
    ca = folder / "conf" / "mitmproxy-ca-cert.pem"
    try:
        for _ in range(300):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                if ca.exists():
                    break
            if process.poll() is not None:
                raise SystemExit("capture.py: mitmdump ended before it listened")
            time.sleep(0.1)
        else:
            raise SystemExit("capture.py: mitmdump does not listen")
        yield f"http://127.0.0.1:{port}", ca
    finally:
        process.terminate()
        process.wait(30)


def send(request: Wire, address: str, ca: Path) -> None:
    """Send one request with the client that the scenario names."""
    {"httpx": send_httpx, "urllib": send_urllib, "curl": send_curl}[request.client](request, address, ca)


def send_httpx(request: Wire, address: str, ca: Path) -> None:
    """Send with httpx."""
    trust = ssl.create_default_context(cafile=str(ca))
    with httpx.Client(proxy=address, verify=trust, trust_env=False, timeout=20) as client:
        client.request(request.method, request.url, headers=request.headers, content=request.body).raise_for_status()


def send_urllib(request: Wire, address: str, ca: Path) -> None:
    """Send with the standard library."""
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({"http": address, "https": address}),
        urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=str(ca))),
    )
    opener.open(
        urllib.request.Request(request.url, request.body, request.headers, method=request.method), timeout=20
    ).close()


def send_curl(request: Wire, address: str, ca: Path) -> None:
    """Send with curl; the body goes in on standard input."""
    command = [
        "curl",
        "-sS",
        "--fail",
        "-q",
        "--max-time",
        "20",
        "--proxy",
        address,
        "--noproxy",
        "",
        "--cacert",
        str(ca),
    ]
    command += ["-o", os.devnull, "-X", request.method]
    for name, value in request.headers.items():
        command += ["-H", f"{name}: {value}"]
    if request.body is not None:
        command += ["--data-binary", "@-"]
    subprocess.run([*command, request.url], input=request.body or b"", check=True)


def settle(raw: Path, requests: list[Wire], sample: str, target: Path) -> None:
    """Rewrite what differs from run to run: time stamps, ids, ports and the throw-away certificates.

    Requests were sent one after the other, so flows and scenario are in the same order; that is checked.
    """
    with raw.open("rb") as source:
        flows = [flow for flow in FlowReader(source).stream() if isinstance(flow, HTTPFlow)]
    if [flow.request.url for flow in flows] != [one.url for one in requests]:
        raise SystemExit(f"capture.py: {sample}: the capture does not hold the scenario's requests in their order")
    with target.open("wb") as out:
        writer = FlowWriter(out)
        for number, (flow, request) in enumerate(zip(flows, requests, strict=True), 1):
            start = START.timestamp() + request.at
            flow.id = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{sample}-{number}.sample.example"))
            flow.timestamp_created = start
            settle_message_times(flow, start)
            for side, connection in (("client", flow.client_conn), ("server", flow.server_conn)):
                connection.id = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{sample}-{number}-{side}.sample.example"))
                connection.timestamp_start = start - 0.05
                connection.timestamp_tls_setup = start - 0.01 if connection.tls else None
                connection.timestamp_end = start + 0.06
                connection.certificate_list = []
            flow.client_conn.peername, flow.client_conn.sockname = ("192.0.2.20", 40000 + number), ("192.0.2.1", 8080)
            # A documentation address stands for the server, as the origin on loopback did.
            flow.server_conn.timestamp_tcp_setup = start - 0.03
            flow.server_conn.address = (flow.request.host, flow.request.port)
            flow.server_conn.peername = ("192.0.2.10", flow.request.port)
            flow.server_conn.sockname = ("192.0.2.1", 50000 + number)
            writer.add(flow)


def settle_message_times(flow: HTTPFlow, start: float) -> None:
    """Give request and response the scenario's time."""
    flow.request.timestamp_start, flow.request.timestamp_end = start, start + 0.01
    if flow.response is None:
        raise SystemExit(f"capture.py: {flow.request.pretty_url} got no answer")
    flow.response.timestamp_start, flow.response.timestamp_end = start + 0.04, start + 0.05


def write_marks(marks: list[dict[str, Any]], target: Path) -> None:
    """Write the operator's marks in the format of `eduaudit traffic replay --marks`."""
    lines = [
        json.dumps({"time": (START + dt.timedelta(seconds=one["at"])).isoformat(), "mark": one["mark"]})
        for one in marks
    ]
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_har(flow: Path, target: Path, folder: Path) -> None:
    """Let mitmproxy itself export the capture as HAR."""
    subprocess.run(
        [mitmdump(), "-q", "-n", "-r", str(flow), "--set", f"hardump={target}", "--set", f"confdir={folder / 'conf'}"],
        check=True,
    )


def record(sample: str, target: Path) -> None:
    """Record one sample into the folder ``target``."""
    source = HERE / sample
    scenario = yaml.safe_load((source / "scenario.yaml").read_text(encoding="utf-8"))
    profile = yaml.safe_load((source / "profile.yaml").read_text(encoding="utf-8"))
    requests = [wire(one, Filler(profile["values"])) for one in scenario["requests"]]
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="eduaudit-capture-") as scratch:
        work = Path(scratch)
        with origin(work) as ports, proxy(work, work / "raw.flow", ports) as (address, ca):
            for request in requests:
                send(request, address, ca)
        settle(work / "raw.flow", requests, sample, target / "capture.flow")
        write_marks(scenario["marks"], target / "marks.jsonl")
        if sample in WITH_HAR:
            write_har(target / "capture.flow", target / "capture.har", work)
    print(f"{sample:9} {len(requests)} requests  {(target / 'capture.flow').stat().st_size} bytes")


def main() -> int:
    """Record the chosen samples."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ids", nargs="*", metavar="ID", help=f"of {', '.join(IDS)}; all if none")
    parser.add_argument("--output", type=Path, default=HERE, help="where the samples' folders lie; here if not given")
    options = parser.parse_args()
    chosen = options.ids or IDS
    if unknown := set(chosen) - set(IDS):
        parser.error(f"no such sample: {', '.join(sorted(unknown))}")
    for sample in chosen:
        record(sample, options.output / sample)
    return 0


if __name__ == "__main__":
    sys.exit(main())
