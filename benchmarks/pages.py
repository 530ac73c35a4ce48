"""Every page of the console on a record of 100,000 apps: time at the server, weight, and first paint in Chromium.

    python benchmarks/pages.py [--apps 100000] [--findings 200000] [--rounds 20] [--folder F]

Builds the data of ``benchmarks/registry.py`` (kept in --folder and used again), adds what pages show besides (cases,
schools, notices, SDKs, one app with 5,000 findings, one sample that was really filed and audited), starts the real
server on SQLite and asks for each page as who has it. Server CPU is that of the server's process for one request;
bars are for the time at the server (p95) and for first contentful paint.
"""

# ruff: noqa: E501, ISC004 - statements are kept in one piece; nothing in them comes from outside
from __future__ import annotations

import argparse
import dataclasses
import http.client
import re
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from registry import build, cpu_of, serving  # the file beside this one

from analyzer.cli.demo import running, tell
from registry_api.accounts.access import Role
from registry_api.accounts.keys import issue
from registry_api.migrations import migrate
from registry_api.registry import Registry
from registry_api.settings import Settings

ROOT = Path(__file__).parents[1]
SAMPLE = "cn.jieda.homework"
MANY = 5_000
BAR_SERVER, BAR_PAINT, BAR_BYTES = 100, 1000, 300_000
SCHOOLS = 2_000

PAGES: dict[str, tuple[str, ...]] = {
    "visitor": ("/login", "/portal?q=晨光", "/portal/apps/cn.bench.app0", "/portal/verify?code=教APP备1100000号"),
    "reviewer": (
        "/queue",
        "/queue?q=晨光",
        "/apps",
        "/apps?q=晨光",
        f"/apps/{SAMPLE}",
        f"/apps/{SAMPLE}/evidence/device.imei",
        f"/apps/{SAMPLE}/versions",
        "/apps/cn.bench.app1",
        "/notices",
        "/notices/board",
        f"/notices/compose?package={SAMPLE}",
        "/campaigns",
        "/campaigns/new",
        "/duplicates",
        "/sdks",
        "/sdks/sdk.7",
        "/sdks/sdk.7/alert?at_most=1.1",
        "/statistics",
        "/clauses/191-1.1",
    ),
    "supervisor": (
        "/queue",
        "/apps",
        "/notices",
        "/notices/board",
        "/duplicates",
        "/sdks",
        "/sdks/sdk.7",
        "/statistics",
        "/trail",
    ),
    "admin": ("/administration", "/administration/rules", "/administration/settings"),
    "vendor": ("/vendor", "/vendor/new", "/vendor/filings/1", "/vendor/check"),
    "school": ("/school", "/school?q=晨光", "/school/new?package=cn.bench.app0"),
}
"""Who → pages. The reviewer is one province's; the supervisor sees the country."""


def enrich(registry: Registry) -> None:
    """Add cases, schools with what they use, notices, SDKs and one app with very many findings."""
    numbers = "WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < {} - 1) SELECT n FROM c".format
    now = "'2026-11-02 01:00:00.000000'"
    document = (
        """'{"rule":"RULE.A1","severity":"high","status":"proven","title":{"zh":"标题","en":"title"},"subject":"s","""
        """"explanation":{"zh":"说明","en":"what"},"advice":{"zh":"建议","en":"advice"},"clauses":["191-1.1"],"""
        """"evidence":[{"kind":"access","where":"classes.dex","excerpt":"La;->b()V"}]}'"""
    )
    kinds = '["interview","rectification","delisting"]'
    statements = [
        "INSERT INTO review_case (kind, filing_id, app_id, province, organization_id, state, working_days, received_at,"
        " clock_started_at, paused_intervals, due_on, due_provisional, version) SELECT 'filing', id, app_id, province,"
        f" organization_id, 'open', 20, {now}, {now}, '[]', date('2026-11-20', '+' || (id % 25) || ' days'), 0, 1"
        " FROM filing WHERE state = 'under_review'",
        "INSERT INTO organization (name, uscc, province, search, grams, created_at) SELECT '学校' || n, 'S' || n, '11',"
        f" '', '', {now} FROM ({numbers(SCHOOLS)})",
        "INSERT INTO user_filing (app_id, provider_filing_id, organization_id, province, state, use_mode, document,"
        f" corrections, rounds, created_at, updated_at, version) SELECT f.app_id, f.id, o.id, '11', 'filed', 'free', '{{}}',"
        f" '[]', 1, {now}, {now}, 1 FROM organization o JOIN ({numbers(10)}) k JOIN filing f"
        " ON f.id = (o.id * 37 + k.n * 811) % 90000 + 1 WHERE o.uscc LIKE 'S%'",
        "INSERT INTO notice (kind, state, number, app_id, organization_id, province, findings, body, basis, term, drafted_by,"
        " due_on, due_provisional, attachments, created_at, updated_at, version, issued_at) SELECT"
        f' json_extract(\'{kinds}\', \'$[\' || (id % 3) || \']\'), json_extract(\'["drafted","issued","received","replied",'
        "\"closed\"]', '$[' || (id % 5) || ']'), NULL, id, organization_id, province, '[]', '正文', '', 5, 'key:x',"
        f" date('2026-11-20', '+' || (id % 25) || ' days'), 0, '[]', {now}, {now}, 1, {now} FROM app WHERE id % 5 = 0",
        "INSERT INTO shipped_sdk (app_version_id, sdk, app_id, province, organization_id, name, version, version_key, confidence,"
        " run_id) SELECT a.current_version_id, 'sdk.' || ((a.id + k.n * 7) % 60), a.id, a.province, a.organization_id, 'S', '1.'"
        " || (a.id % 30), '0000000001.' || substr('0000000000' || (a.id % 30), -10) || '!9', 'certain', 'r'"
        f" FROM app a JOIN ({numbers(8)}) k WHERE a.package LIKE 'cn.bench.%'",
        "INSERT INTO finding (app_id, province, organization_id, fingerprint, rule, severity, sureness, subject, status, gist,"
        " digest, document, first_seen_at, last_seen_at, first_run_id, last_run_id) SELECT 2, province, organization_id,"
        f" 'many' || n, 'RULE.A1', 'high', 'proven', 's' || n, 'open', '', '', {document}, {now}, {now}, 'r', 'r'"
        f" FROM app JOIN ({numbers(MANY)}) WHERE app.id = 2",
        "ANALYZE",
    ]
    with registry.database.writer.connect() as connection:
        for statement in statements:
            connection.execute(sa.text(statement.replace(":", "\\:")))
            connection.commit()


def prepared(folder: Path, apps: int, findings: int) -> Settings:
    """Return the settings of a record that is filled, filling it where it is not."""
    settings = Settings(data=folder / "sqlite")
    settings.data.mkdir(parents=True, exist_ok=True)
    built, rich = settings.data / f"built-{apps}-{findings}", settings.data / "enriched"
    if not built.exists():
        migrate(settings)
        build(settings, apps, 3, findings)
        built.touch()
    if not rich.exists():
        made = Registry(settings)
        enrich(made)
        made.close()
        rich.touch()
    if not (filed := settings.data / "filed").exists():
        made = Registry(settings)
        with made.database.write() as session:
            key = issue(session, name="pages", role=Role.ADMIN)[1]
        made.close()
        with running(settings.data) as place, tempfile.TemporaryDirectory() as work:
            tell(ROOT / "samples" / "homework", dataclasses.replace(place, key=key), "zh", Path(work))
            place.process.stdout.close()  # type: ignore[union-attr]  # opened as a pipe
        filed.touch()
    return settings


def keys_of(settings: Settings) -> dict[str, str]:
    """Return who → a key: a province's reviewer, the country's supervisor, one provider, one school."""
    made = Registry(settings)
    with made.database.write() as session:
        province = session.execute(sa.text("SELECT province FROM app WHERE package = :p"), {"p": SAMPLE}).scalar_one()
        session.execute(sa.text("UPDATE app SET province = :p WHERE id = 2"), {"p": province})
        school = session.execute(sa.text("SELECT id FROM organization WHERE uscc = 'S7'")).scalar_one()
        found = {
            "reviewer": issue(session, name="r", role=Role.LEAD, province=province)[1],
            "supervisor": issue(session, name="s", role=Role.SUPERVISOR)[1],
            "admin": issue(session, name="a", role=Role.ADMIN)[1],
            "vendor": issue(session, name="v", role=Role.VENDOR, organization_id=1)[1],
            "school": issue(session, name="u", role=Role.SCHOOL, organization_id=school)[1],
        }
    made.close()
    return found


def session_of(port: int, key: str) -> str:
    """Sign in; return the cookie."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", "/login", f"key={key}", {"Content-Type": "application/x-www-form-urlencoded"})
    return re.search(r"eduaudit_session=[^;]+", connection.getresponse().headers["set-cookie"] or "")[0]  # type: ignore[index]


def ask(port: int, pid: int, path: str, cookie: str, rounds: int) -> tuple[int, float, float, float, int]:
    """Return status, median and p95 of the time at the server in ms, its CPU a page in ms, and bytes."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    walls, size, status = [], 0, 0
    target = re.sub(r"[^\x00-\x7f]+", lambda found: "".join(f"%{b:02X}" for b in found[0].encode()), path)
    for number in range(rounds + 1):
        if number == 1:
            busy = cpu_of(pid)  # the first asking loads templates and code
        begun = time.perf_counter()
        connection.request("GET", target, headers={"Cookie": cookie})
        answer = connection.getresponse()
        size, status = len(answer.read()), answer.status
        walls.append((time.perf_counter() - begun) * 1000)
    p95 = statistics.quantiles(walls[1:], n=20)[-1] if rounds > 1 else walls[-1]
    return status, statistics.median(walls[1:]), p95, (cpu_of(pid) - busy) / rounds * 1000, size


def paints(url: str, cookies: dict[str, str], chromium: str) -> dict[tuple[str, str], tuple[float, int]]:
    """Return (who, path) → first contentful paint in ms and bytes over the wire without the chart library."""
    from playwright.sync_api import sync_playwright

    found: dict[tuple[str, str], tuple[float, int]] = {}
    with sync_playwright() as engine:
        browser = engine.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"]
        )
        for who, paths in PAGES.items():
            for path in paths:
                context = browser.new_context(viewport={"width": 1400, "height": 900})  # an empty cache each time
                if cookie := cookies[who]:
                    name, _, value = cookie.partition("=")
                    context.add_cookies([{"name": name, "value": value, "url": url}])
                page = context.new_page()
                weights: list[int] = []
                page.on("response", lambda answer, to=weights: to.append(weight_of(answer)))
                page.goto(url + path, wait_until="load", timeout=300_000)
                entry = "performance.getEntriesByName('first-contentful-paint').map(e => e.startTime)[0] ?? null"
                page.wait_for_function(entry.replace(" ?? null", " > 0"))
                found[who, path] = (page.evaluate(entry), sum(weights))
                context.close()
        browser.close()
    return found


def weight_of(answer: Any) -> int:
    """Return the bytes of one answer; none of the chart library."""
    return 0 if "echarts" in answer.url else len(answer.body())


def main() -> None:
    """Measure and print the table for docs/benchmarks.md."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--apps", type=int, default=100_000)
    parser.add_argument("--findings", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--server-only", action="store_true", help="no browser")
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="eduaudit-pages-"))
    settings = prepared(folder, given.apps, given.findings)
    keys = keys_of(settings)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with serving(settings, 1) as (port, pid):
        cookies = {who: session_of(port, keys[who]) if who in keys else "" for who in PAGES}
        painted = paints(f"http://127.0.0.1:{port}", cookies, chromium) if chromium and not given.server_only else {}
        print(
            "| who | page | server median, ms | p95, ms | CPU, ms | first paint, ms | page with style and scripts, KB |"
        )
        print("|---|---|---|---|---|---|---|")
        over = []
        for who, paths in PAGES.items():
            for path in paths:
                status, median, p95, busy, size = ask(port, pid, path, cookies[who], given.rounds)
                if status != 200:
                    sys.exit(f"{who} {path}: {status}")
                paint, weight = painted.get((who, path), (0.0, size))
                bad = p95 > BAR_SERVER or paint > BAR_PAINT or weight > BAR_BYTES
                over += [path] if bad else []
                row = (
                    who,
                    f"`{path}`",
                    f"{median:.0f}",
                    f"{p95:.0f}",
                    f"{busy:.0f}",
                    f"{paint:.0f}",
                    f"{weight / 1000:.0f}",
                )
                print(f"| {' | '.join(row)} |{' over' if bad else ''}", flush=True)
    print(
        f"\n{len(over)} of {sum(map(len, PAGES.values()))} over a bar (p95 {BAR_SERVER} ms, paint {BAR_PAINT} ms, {BAR_BYTES} B)."
    )
    if given.folder is None:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
