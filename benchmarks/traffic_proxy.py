"""What recording and replaying cost: mitmdump with our addons against bare mitmdump, and bulk replay against `-nr`.

    python benchmarks/traffic_proxy.py [--requests 20000] [--connections 4] [--replay-mb 60] [--analyse] [--json FILE]

One client sends the same mixed load over HTTPS keep-alive connections through both proxies at once, in alternating
blocks, to one origin, all on the loopback: what else the machine does hits both alike. CPU seconds are those of the
proxies' own processes. `--analyse` lets the analysis of `eduaudit traffic capture` follow the capture meanwhile.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import resource
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ROOT = Path(__file__).resolve().parent.parent
ADDONS = ROOT / "proxy_addons" / "addons.py"
MITMDUMP = [
    sys.executable,
    "-W",
    "ignore",
    "-c",
    "import sys; from mitmproxy.tools.main import mitmdump; sys.exit(mitmdump())",
]
BLOCK = 100
"""Requests that go through one proxy before the other has its turn."""
SIZES = [0, 0, 200, 900, 2_000, 6_000, 20_000, 60_000]
"""Bytes of request bodies; answers are drawn from the same list."""
PROFILE = 'profile: 1\nname: bench\nvalues:\n  device.imei: ["490154203237518"]\n  phone_number: ["13912345678"]\n'


def certificates(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
        .not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "ca.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "origin.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )


def bodies() -> list[bytes]:
    chance = random.Random(6)
    made = []
    for size in SIZES:
        items = []
        while len(json.dumps(items)) < size:
            items.append(
                {"id": chance.randrange(10**9), "title": f"lesson {chance.randrange(999)}", "score": chance.random()}
            )
        made.append(json.dumps({"items": items}).encode() if size else b"")
    return made


def unlike(body: bytes, number: int) -> bytes:
    """Return a body that only this request has, of nearly the same size."""
    return body.replace(b"lesson", b"less%02x" % (number % 256)) + b" " * (number % 251) if body else body


async def read_message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    at = head.lower().find(b"content-length:")
    size = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
    return head, await reader.readexactly(size) if size else b""


def origin(folder: Path, pipe) -> None:
    made = bodies()

    async def answer(reader, writer):
        try:
            while True:
                head, _ = await read_message(reader)
                number = int(head.split(b"n=", 1)[1].split(b"&", 1)[0])
                body = unlike(made[int(head.split(b"a=", 1)[1].split(b" ", 1)[0])], number)
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
                    + body
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, OSError, IndexError):
            writer.close()

    async def serve():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "origin.pem")
        server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


class Proxy:
    """One mitmdump, bare or with our addons."""

    def __init__(self, folder: Path, name: str, port: int, *options: str) -> None:
        self.name = name
        self.port = port
        command = [
            *MITMDUMP,
            "-q",
            "--listen-host",
            "127.0.0.1",
            "--listen-port",
            str(port),
            "--set",
            f"confdir={folder / 'conf'}",
        ]
        command += ["--set", f"ssl_verify_upstream_trusted_ca={folder / 'ca.pem'}", "--set", "http3=false", *options]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        self.times: list[float] = []
        self.seconds = 0.0
        self.memory: list[float] = []
        self.lines: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    def cpu(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss(self) -> float:
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(text.split("VmRSS:")[1].split()[0]) / 1024

    async def connect(self, folder: Path, target: int, count: int) -> None:
        for _ in range(600):
            try:
                (await asyncio.open_connection("127.0.0.1", self.port))[1].close()
                break
            except OSError:
                await asyncio.sleep(0.1)
        context = ssl.create_default_context(cafile=folder / "conf" / "mitmproxy-ca-cert.pem")
        for _ in range(count):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
            writer.write(f"CONNECT localhost:{target} HTTP/1.1\r\nHost: localhost:{target}\r\n\r\n".encode())
            await reader.readuntil(b"\r\n\r\n")
            await writer.start_tls(context, server_hostname="localhost")
            self.lines.append((reader, writer))

    async def block(self, requests: list[bytes], *, measured: bool = True) -> None:
        queue = list(reversed(requests))

        async def work(reader, writer):
            while queue:
                began = time.perf_counter()
                writer.write(queue.pop())
                await read_message(reader)
                if measured:
                    self.times.append(time.perf_counter() - began)

        began = time.perf_counter()
        await asyncio.gather(*(work(*line) for line in self.lines))
        if measured:
            self.seconds += time.perf_counter() - began


def requests_of(target: int, count: int, chance: random.Random) -> list[bytes]:
    made = bodies()
    out = []
    for number in range(count):
        # No two bodies are the same: what is remembered of one must not answer for the next.
        body, answer = unlike(chance.choice(made), number), chance.randrange(len(made))
        kind = b"POST" if body else b"GET"
        head = b"%b /v1/report?n=%d&a=%d HTTP/1.1\r\nHost: localhost:%d\r\nUser-Agent: okhttp/4.12.0\r\n" % (
            kind,
            number,
            answer,
            target,
        )
        out.append(head + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    return out


async def drive(folder: Path, target: int, proxies: list[Proxy], count: int, connections: int) -> None:
    for proxy in proxies:
        await proxy.connect(folder, target, connections)
    chance = random.Random(9)
    for proxy in proxies:
        await proxy.block(requests_of(target, 3 * BLOCK, chance), measured=False)  # warm
    before = [proxy.cpu() for proxy in proxies]
    blocks = max(count // BLOCK, 2)
    for number in range(blocks):
        load = requests_of(target, BLOCK, chance)
        for proxy in proxies if number % 2 else reversed(proxies):
            await proxy.block(load)
        if number % max(blocks // 5, 1) == 0 or number == blocks - 1:
            for proxy in proxies:
                proxy.memory.append(proxy.rss())
    for proxy, start in zip(proxies, before, strict=True):
        proxy.cpu_seconds = proxy.cpu() - start
        for _, writer in proxy.lines:
            writer.close()


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def measure_proxy(folder: Path, count: int, connections: int, *, analyse: bool) -> dict:
    certificates(folder)
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=origin, args=(folder, there), daemon=True)
    server.start()
    target = here.recv()
    capture = folder / "bench.flow"
    capture.touch()
    bare = Proxy(folder, "bare", free_port())
    while not (folder / "conf" / "mitmproxy-ca-cert.pem").exists():  # both take one CA
        time.sleep(0.1)
    ours = Proxy(
        folder,
        "ours",
        free_port(),
        "-s",
        str(ADDONS),
        "--set",
        f"eduaudit_out={capture}",
    )
    follower = multiprocessing.Process(target=follow, args=(folder, capture), daemon=True) if analyse else None
    if follower:
        follower.start()
    try:
        asyncio.run(drive(folder, target, [bare, ours], count, connections))
    finally:
        for process in (bare.process, ours.process):
            process.terminate()
            process.wait(30)
        server.terminate()
        if follower:
            follower.terminate()
    percentile = lambda proxy: statistics.quantiles(proxy.times, n=20)[18] * 1000  # noqa: E731
    return {
        "requests": len(ours.times),
        "connections": connections,
        "analysed meanwhile": analyse,
        "bare_per_s": round(len(bare.times) / bare.seconds, 1),
        "ours_per_s": round(len(ours.times) / ours.seconds, 1),
        "throughput_ratio": round(bare.seconds / ours.seconds, 3),
        "cpu_ms_bare": round(1000 * bare.cpu_seconds / len(bare.times), 3),
        "cpu_ms_ours": round(1000 * ours.cpu_seconds / len(ours.times), 3),
        "cpu_ratio": round(bare.cpu_seconds / ours.cpu_seconds, 3),
        "p95_bare_ms": round(percentile(bare), 1),
        "p50_added_ms": round(1000 * (statistics.median(ours.times) - statistics.median(bare.times)), 2),
        "p95_added_ms": round(percentile(ours) - percentile(bare), 2),
        # Of blocks that ran one after the other: a burst of other work hits few pairs, and the median none.
        "p95_added_ms_median_of_pairs": round(statistics.median(_p95_pairs(bare, ours)), 2),
        "rss_mb_bare": [round(value) for value in bare.memory],
        "rss_mb_ours": [round(value) for value in ours.memory],
        "capture_mb": round(capture.stat().st_size / 2**20, 1),
    }


def _p95_pairs(bare: Proxy, ours: Proxy) -> list[float]:
    """Return the p95 that was added, in ms, of each pair of blocks."""
    ninety_fifth = lambda times: statistics.quantiles(times, n=20)[18] * 1000  # noqa: E731
    starts = range(0, min(len(bare.times), len(ours.times)) - BLOCK + 1, BLOCK)
    return [ninety_fifth(ours.times[at : at + BLOCK]) - ninety_fifth(bare.times[at : at + BLOCK]) for at in starts]


def follow(folder: Path, capture: Path) -> None:
    """The analysing half of `eduaudit traffic capture`, as nice as there."""
    from analyzer.catalogue import load_catalogue
    from proxy_addons.pipeline import Examination
    from proxy_addons.replay import load_profile
    from proxy_addons.session import NICENESS
    from proxy_addons.sources.flowfile import follow_flow_file

    os.nice(NICENESS)
    (folder / "p.yaml").write_text(PROFILE)
    catalogue = load_catalogue()
    examination = Examination(catalogue, load_profile(folder / "p.yaml", catalogue))
    with capture.open("rb") as file:
        for batch in follow_flow_file(file, lambda: False, capture=capture):
            examination.add(batch, str(capture))


def measure_replay(folder: Path, capture: Path, megabytes: int) -> dict:
    """Replay what was just recorded, cut or repeated to a size."""
    from proxy_addons.sources.flowfile import RecordReader

    big = folder / "big.flow"
    with big.open("wb") as out:
        while out.tell() < megabytes << 20:
            with capture.open("rb") as file:
                reader = RecordReader(file)
                while out.tell() < megabytes << 20 and (record := reader.read()) is not None:
                    out.write(record)
    (folder / "p.yaml").write_text(PROFILE)
    ours = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "analyzer",
        "traffic",
        "replay",
        str(big),
        "--app",
        "cn.example.bench",
    ]
    ours += [
        "--profile",
        str(folder / "p.yaml"),
        "--format",
        "json",
        "--fail-on",
        "never",
        "--output",
        str(folder / "r.json"),
    ]
    theirs = [*MITMDUMP, "-q", "-n", "-r", str(big), "--set", f"confdir={folder / 'conf'}"]
    wall_ours, cpu_ours = timed([*ours, "--jobs", "2"])
    wall_theirs, cpu_theirs = timed(theirs)
    report = json.loads((folder / "r.json").read_text())
    return {
        "capture_mb": round(big.stat().st_size / 2**20, 1),
        "mitmdump_s": round(wall_theirs, 1),
        "ours_s": round(wall_ours, 1),
        "ratio": round(wall_theirs / wall_ours, 2),
        "mitmdump_cpu_s": round(cpu_theirs, 1),
        "ours_cpu_s": round(cpu_ours, 1),
        "ratio_of_cpu_on_two_cores": round(cpu_theirs / (cpu_ours / 2), 2),
        "not_analysed": len(report.get("not_analysed") or ()),
    }


def timed(command: list[str]) -> tuple[float, float]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    subprocess.run(
        command,
        check=True,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def show(part: str, figures: dict) -> None:
    print(part, *(f"  {key:28} {value}" for key, value in figures.items()), sep="\n", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--replay-mb", type=int, default=60)
    parser.add_argument("--analyse", action="store_true")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        result = {"proxy": measure_proxy(folder, given.requests, given.connections, analyse=given.analyse)}
        show("proxy", result["proxy"])
        if given.replay_mb:
            result["replay"] = measure_replay(folder, folder / "bench.flow", given.replay_mb)
            show("replay", result["replay"])
    if given.json:
        given.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
