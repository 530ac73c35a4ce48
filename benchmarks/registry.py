"""The registry at its full size: 100,000 apps, 300,000 versions, findings; on SQLite and on PostgreSQL.

    python benchmarks/registry.py [--findings 2000000] [--only sqlite|postgres] [--folder F]

Builds the data (kept in --folder and used again), starts the real server, lets twenty clients ask as fast as they get
answers from a process of their own, and prints the table for docs/benchmarks.md.
"""

# ruff: noqa: E501 - rows of the generated data are kept in one piece
from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import pwd
import queue
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import contextmanager
from datetime import timedelta
from itertools import batched
from pathlib import Path
from urllib.parse import quote

from registry_api.accounts.access import Actor, Role, default_scopes
from registry_api.accounts.keys import issue
from registry_api.audits.models import FindingRow
from registry_api.db import now
from registry_api.exchange.filings import _insert, import_filings, read_rows
from registry_api.filings.models import Filing
from registry_api.migrations import migrate
from registry_api.organizations.models import App, AppVersion, Organization
from registry_api.organizations.search import grams_of, search_text
from registry_api.organizations.uscc import check_character
from registry_api.registry import Registry
from registry_api.settings import Settings

FIRST = [
    "晨光",
    "智慧",
    "启明",
    "博学",
    "未来",
    "星河",
    "青禾",
    "乐思",
    "知行",
    "云帆",
    "小树",
    "阳光",
    "海豚",
    "飞鸟",
    "麦田",
    "远航",
    "明德",
    "致远",
    "朝阳",
    "新芽",
]
SECOND = [
    "课堂",
    "作业",
    "直播",
    "口算",
    "听力",
    "阅读",
    "题库",
    "校园",
    "家校",
    "英语",
    "数学",
    "物理",
    "编程",
    "书法",
    "美术",
    "音乐",
    "体育",
    "拼音",
    "词典",
    "错题",
]
THIRD = [
    "学习",
    "助手",
    "平台",
    "宝典",
    "通",
    "邦",
    "帮",
    "大师",
    "乐园",
    "在线",
    "精灵",
    "盒子",
    "教室",
    "空间",
    "管家",
    "天地",
    "学堂",
    "部落",
    "伙伴",
    "星球",
]
PROVINCES = [
    "11",
    "12",
    "13",
    "31",
    "32",
    "33",
    "34",
    "35",
    "36",
    "37",
    "41",
    "42",
    "43",
    "44",
    "45",
    "50",
    "51",
    "52",
    "53",
    "61",
]
STATES = (
    ["filed"] * 90 + ["under_review"] * 3 + ["returned_for_correction"] * 3 + ["draft"] * 2 + ["suspended", "revoked"]
)
RULES = [f"RULE.{letter}{index}" for letter in "ABCDE" for index in range(12)]


def code_of(number, province):
    head = f"91{province}0000M{number:06d}Y4"[:17].ljust(17, "0")
    return head + check_character(head)


def document_of(name, package, province, uscc, unit):
    return {
        "schema": "eduaudit.filing/1",
        "unit": {
            "legal_name": unit,
            "uscc": uscc,
            "region": province + "0000",
            "contact_name": "测试",
            "contact_phone": "13800138000",
        },
        "system": {
            "name": f"{name}平台",
            "icp": "京ICP备12345678号",
            "mlps": province + "010099001-00001",
            "domains": ["example.cn"],
        },
        "app": {
            "name": name,
            "package": package,
            "category": "learning",
            "app_types": [19],
            "personal_data": ["phone_number"],
            "stages": ["primary"],
        },
    }


def build(settings, apps, versions, findings):
    """Fill an empty database; about ten organisations' worth of apps for each provider."""
    made = Registry(settings)
    rng, moment = random.Random(7), now()
    units = [
        (f"{rng.choice(FIRST)}{rng.choice(SECOND)}科技有限公司{i}", rng.choice(PROVINCES)) for i in range(apps // 10)
    ]

    def write(model, rows):
        for part in batched(rows, 5000):
            with made.database.write() as session:
                _insert(session, model, part)

    write(
        Organization,
        (
            {
                "name": name,
                "uscc": code_of(i, p),
                "province": p,
                "search": search_text(name, code_of(i, p)),
                "grams": grams_of(search_text(name, code_of(i, p))),
                "created_at": moment,
            }
            for i, (name, p) in enumerate(units)
        ),
    )
    names = [f"{rng.choice(FIRST)}{rng.choice(SECOND)}{rng.choice(THIRD)}{'' if i % 3 else i}" for i in range(apps)]

    def app_rows():
        for i, name in enumerate(names):
            unit, province = units[i // 10]
            text = search_text(name, f"cn.bench.app{i}", unit)
            yield {
                "package": f"cn.bench.app{i}",
                "name": name,
                "organization_id": i // 10 + 1,
                "province": province,
                "current_version_id": (i + 1) * versions,
                "search": text,
                "grams": grams_of(text),
                "created_at": moment,
            }

    write(App, app_rows())
    write(
        AppVersion,
        (
            {
                "app_id": i // versions + 1,
                "artifact_sha256": f"{i:064x}",
                "artifact_name": "a.apk",
                "artifact_size": 1,
                "version_name": f"1.{i % versions}",
                "version_code": i % versions,
                "created_at": moment,
            }
            for i in range(apps * versions)
        ),
    )

    def filing_rows():
        for i, name in enumerate(names):
            unit, province = units[i // 10]
            state = STATES[rng.randrange(100)]
            number = f"教APP备{province}{i:05d}号" if state in {"filed", "suspended", "revoked"} else None
            when = moment - timedelta(hours=rng.randrange(8000))
            facts = {
                "name": name,
                "package": f"cn.bench.app{i}",
                "provider": unit,
                "uscc": code_of(i // 10, province),
                "icp": "x",
                "mlps": "y",
                "category": "learning",
                "stages": ["primary"],
            }
            yield {
                "app_id": i + 1,
                "organization_id": i // 10 + 1,
                "province": province,
                "state": state,
                "document": document_of(name, f"cn.bench.app{i}", province, code_of(i // 10, province), unit),
                "facts": facts,
                "number": number,
                "created_at": when,
                "updated_at": when,
                "submitted_at": when,
                "decided_at": when + timedelta(days=9) if number else None,
            }

    write(Filing, filing_rows())

    def finding_rows():
        for i in range(findings):
            app = i % apps
            rule = RULES[rng.randrange(len(RULES))]
            severity = rng.choice(("critical", "high", "medium", "low"))
            yield {
                "app_id": app + 1,
                "province": units[app // 10][1],
                "organization_id": app // 10 + 1,
                "fingerprint": f"f{i:040x}",
                "rule": rule,
                "severity": severity,
                "sureness": "proven",
                "subject": "device.imei",
                "status": rng.choice(("open", "open", "gone", "reopened")),
                "document": {
                    "rule": rule,
                    "severity": severity,
                    "title": {"zh": "标题", "en": "title"},
                    "explanation": {"zh": "说明", "en": "what"},
                    "advice": {"zh": "建议", "en": "advice"},
                    "clauses": ["191-1.1"],
                    "subject": "device.imei",
                    "evidence": [{"kind": "access", "where": "classes.dex", "excerpt": "La;->b()V"}],
                },
                "first_seen_at": moment,
                "last_seen_at": moment - timedelta(minutes=i % 100_000),
                "first_run_id": "r",
                "last_run_id": "r",
            }

    write(FindingRow, finding_rows())
    made.database.refresh_statistics()
    made.close()


@contextmanager
def postgres(folder):
    """A PostgreSQL of our own, on a free port, with the settings of a small machine."""
    tools = max(Path("/usr/lib/postgresql").glob("*/bin/initdb")).parent
    user = None
    if os.geteuid() == 0:
        user = next(name for name in ("postgres", "nobody") if name in {item.pw_name for item in pwd.getpwall()})
        for path in (folder.parent, folder):
            path.mkdir(parents=True, exist_ok=True)
        shutil.chown(folder, user)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    data = folder / "data"
    if not data.exists():
        subprocess.run(
            [tools / "initdb", "-D", data, "-A", "trust", "-U", "eduaudit", "-E", "UTF8", "--locale=C"],
            user=user,
            cwd=folder,
            check=True,
            capture_output=True,
        )
    options = [
        "-c",
        "listen_addresses=127.0.0.1",
        "-c",
        "shared_buffers=512MB",
        "-c",
        "random_page_cost=1.1",
        "-c",
        "max_connections=60",
    ]
    server = subprocess.Popen(
        [tools / "postgres", "-D", data, "-p", str(port), "-k", folder, *options],
        user=user,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"postgresql://eduaudit@127.0.0.1:{port}/postgres"
    for _ in range(300):
        try:
            with socket.create_connection(("127.0.0.1", port)):
                break
        except OSError:
            time.sleep(0.1)
    time.sleep(1)
    try:
        yield url
    finally:
        server.terminate()
        server.wait(60)


@contextmanager
def serving(settings, processes):
    """The server as a vendor of the registry would start it."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environ = {**os.environ, "EDUAUDIT_PUBLIC_RATE": "1000000/minute", "EDUAUDIT_DATABASE_URL": settings.database_url}
    command = [
        Path(sys.executable).with_name("eduaudit"),
        "registry",
        "serve",
        "--data",
        str(settings.data),
        "--port",
        str(port),
        "--no-worker",
        "--processes",
        str(processes),
    ]
    server = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                with socket.create_connection(("127.0.0.1", port)):
                    break
            except OSError:
                time.sleep(0.1)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(60)


def memory_of(pid):
    return (
        int(
            next(
                line.split()[1]
                for line in Path(f"/proc/{pid}/status").read_text().splitlines()
                if line.startswith("VmHWM")
            )
        )
        // 1024
    )


def family_of(pid):
    """The process and its children: the server processes of one start."""
    return [pid, *(int(item) for item in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]


def cpu_of(pid):
    total = 0
    for member in family_of(pid):
        parts = Path(f"/proc/{member}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(parts[11]) + int(parts[12])
    return total / os.sysconf("SC_CLK_TCK")


def requests_of(kind, rng, apps):
    if kind == "list":
        return rng.choice(
            (
                f"/apps?after={rng.randrange(apps)}",
                "/filings?state=under_review&limit=50",
                f"/apps?state=filed&after={rng.randrange(apps)}",
                f"/filings?sort=-updated_at&province={rng.choice(PROVINCES)}",
            )
        )
    if kind == "search":
        return f"/apps?q={quote(rng.choice((rng.choice(FIRST), rng.choice(SECOND), rng.choice(FIRST)[1] + rng.choice(SECOND)[0])))}"
    if kind == "findings":
        return rng.choice(
            (
                f"/findings?after={rng.randrange(apps)}",
                f"/findings?sort=-last_seen_at&province={rng.choice(PROVINCES)}",
                "/findings?status=standing&severity=high",
            )
        )
    if kind == "case":
        n = rng.randrange(apps)
        return rng.choice((f"/filings/{n + 1}", f"/apps/cn.bench.app{n}", f"/apps/cn.bench.app{n}/findings"))
    n = rng.randrange(apps)
    return rng.choice(
        (
            f"/public/apps?q={quote(rng.choice(FIRST))}",
            f"/public/apps?package=cn.bench.app{n}",
            f"/public/apps?number={quote(f'教APP备{rng.choice(PROVINCES)}{n:05d}号')}",
            f"/public/apps?provider={quote(rng.choice(FIRST) + rng.choice(SECOND))}",
        )
    )


async def ask(reader, writer, method, path, key, body=b"", **headers):
    """Send one request on a connection that stays open; return (status, body). Little more than the socket itself."""
    lines = [f"{method} /api/v1{path} HTTP/1.1", "Host: bench", f"Content-Length: {len(body)}"]
    lines += [f"Authorization: Bearer {key}"] if key else []
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    writer.write("\r\n".join([*lines, "", ""]).encode() + body)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
    return int(head[9:12]), await reader.readexactly(length)


def clients_of(one, clients, out):
    """Run twenty clients in one cheap process: what they cost is not the server's."""
    import uvloop

    times, failed = [], []

    async def everyone():
        await asyncio.gather(*(one(number, times, failed) for number in range(clients)))

    uvloop.run(everyone())
    out.put((times, failed[:3], len(failed)))


def load(port, key, kind, clients, seconds, apps, pause, out):
    end = time.monotonic() + seconds

    async def client(number, times, failed):
        rng = random.Random(number)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.sleep(rng.random() * pause)
        while time.monotonic() < end:
            path = requests_of(kind, rng, apps)
            begun = time.perf_counter()
            status, _ = await ask(reader, writer, "GET", path, "" if kind == "look-up" else key)
            times.append(time.perf_counter() - begun)
            if status >= 400:
                failed.append((status, path))
            if pause:
                await asyncio.sleep(pause)
        writer.close()

    clients_of(client, clients, out)


def submits(port, key, clients, each, pause, out):
    """Hand in new filings, each with a package of its own; only the submission is timed."""

    async def client(number, times, failed):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)

        async def call(method, path, body, **headers):
            if not isinstance(body, bytes):
                body, headers = json.dumps(body).encode(), {**headers, "Content_Type": "application/json"}
            status, text = await ask(reader, writer, method, path, key, body, **headers)
            return status, json.loads(text)

        code = code_of(900000 + number, "31")
        await call("POST", "/organizations", {"name": f"提交单位{number}", "uscc": code})
        await asyncio.sleep(random.Random(number).random() * pause)
        for _ in range(each):
            salt = uuid.uuid4().hex[:8]
            document = document_of(f"提交{salt}", f"cn.submit.x{salt}", "31", code, f"提交单位{number}")
            document["system"]["icp"] = "沪ICP备12345678号"
            _, filing = await call("POST", "/filings", {"document": document})
            _, upload = await call("PUT", f"/uploads/{uuid.uuid4()}", salt.encode() * 100)
            begun = time.perf_counter()
            status, answer = await call(
                "POST",
                f"/filings/{filing['id']}/submit",
                {"artifact_upload": upload["id"]},
                If_Match=f'"{filing["version"]}"',
            )
            times.append(time.perf_counter() - begun)
            if status != 202:
                failed.append((status, answer))
            await asyncio.sleep(pause)
        writer.close()

    clients_of(client, clients, out)


def run(target, *args):
    out = multiprocessing.Queue()
    process = multiprocessing.Process(target=target, args=(*args, out))
    process.start()
    while True:
        try:
            result = out.get(timeout=1)
            break
        except queue.Empty:
            if not process.is_alive():
                raise SystemExit("the clients ended without a result") from None
    process.join()
    return result


def quantile(times, share):
    return statistics.quantiles(times, n=100)[round(share * 100) - 1] * 1000


def measure(label, settings, options):
    made = Registry(settings)
    with made.database.write() as session:
        key = issue(session, name="bench", role=Role.ADMIN)[1]
    rows, kinds = [], options.kinds.split(",")
    with serving(settings, options.processes) as (port, pid):
        for kind in ("list", "search", "case", "look-up", "findings"):
            if kind not in kinds or (kind == "findings" and not options.findings):
                continue
            run(load, port, key, kind, 2, 1, options.apps, 0)  # everything is imported and connected
            for pause in (0, 1):
                begun, cpu = time.monotonic(), cpu_of(pid)
                times, failed, count = run(load, port, key, kind, options.clients, options.seconds, options.apps, pause)
                wall = time.monotonic() - begun
                assert not failed, (failed, count)
                busy = (cpu_of(pid) - cpu) / len(times) * 1000
                rows.append(
                    (
                        kind,
                        f"{options.clients} clients, " + ("a request a second each" if pause else "without a pause"),
                        len(times) / wall,
                        quantile(times, 0.5),
                        quantile(times, 0.95),
                        busy,
                    )
                )
                print(rows[-1], flush=True)
        for pause in (0, 1) if "submit" in kinds else ():
            cpu = cpu_of(pid)
            times, failed, count = run(submits, port, key, options.clients, 6, pause)
            assert not failed, (failed, count)
            rows.append(
                (
                    "submit",
                    f"{options.clients} clients, " + ("a filing a second each" if pause else "without a pause"),
                    0,
                    quantile(times, 0.5),
                    quantile(times, 0.95),
                    (cpu_of(pid) - cpu) / len(times) * 1000,
                )
            )
            print(rows[-1], flush=True)
        memory = sum(memory_of(member) for member in family_of(pid))
    batch = settings.data / "import.jsonl"
    salt = uuid.uuid4().hex[:6]
    with batch.open("w") as file:
        for i in range(options.imports):
            province = PROVINCES[i // 10 % 20]
            file.write(
                json.dumps(
                    document_of(
                        f"导入{i}",
                        f"cn.imp{salt}.a{i}",
                        province,
                        code_of(500000 + i // 10, province),
                        f"导入单位{i // 10}",
                    ),
                    ensure_ascii=False,
                )
                + "\n"
            )
    actor = Actor("console", "console", Role.ADMIN, scopes=frozenset(default_scopes(Role.ADMIN)))
    made.analysis.validate_filing({})
    begun, cpu = time.monotonic(), time.process_time()
    result = import_filings(made, actor, read_rows(batch))
    wall, cpu = time.monotonic() - begun, time.process_time() - cpu
    assert result.imported == options.imports, result.errors[:3]
    made.close()
    print(f"\n### {label}\n")
    print("| what | load | requests/s | median | p95 | server CPU a request |\n|---|---|---|---|---|---|")
    for kind, how, rate, median, p95, busy in rows:
        print(f"| {kind} | {how} | {f'{rate:,.0f}' if rate else ''} | {median:.0f} ms | {p95:.0f} ms | {busy:.1f} ms |")
    print(
        f"| import | {options.imports} filings, JSON lines, in process | {options.imports / wall:,.0f} filings/s | | | {options.imports / cpu:,.0f} filings a second of CPU |"
    )
    print(f"\nServer's peak memory: {memory} MB.", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--apps", type=int, default=100_000)
    parser.add_argument("--versions", type=int, default=3)
    parser.add_argument("--findings", type=int, default=0)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--imports", type=int, default=5_000)
    parser.add_argument("--only", choices=("sqlite", "postgres"))
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--kinds", default="list,search,case,look-up,findings,submit,import")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="eduaudit-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)

    def prepared(settings):
        mark = settings.data / f"built-{options.apps}-{options.findings}"
        if not mark.exists():
            begun = time.monotonic()
            migrate(settings)
            build(settings, options.apps, options.versions, options.findings)
            mark.touch()
            print(f"built in {time.monotonic() - begun:.0f} s", flush=True)
        return settings

    if options.only != "postgres":
        measure("SQLite", prepared(Settings(data=folder / "sqlite")), options)
    if options.only != "sqlite":
        with postgres(folder / "postgres") as url:
            (folder / "pg").mkdir(exist_ok=True)
            measure("PostgreSQL", prepared(Settings(data=folder / "pg", database_url=url)), options)
    if options.folder is None:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
