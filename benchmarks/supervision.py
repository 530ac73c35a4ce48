# ruff: noqa: E501 - a statement reads best with a column list and its values on a line each
"""What supervision asks of a full record: findings lists, SDK look-up, statistics, week-on-week report.

    python benchmarks/supervision.py [--apps 100000] [--only sqlite|postgres] [--rounds 20] [--folder F]

Three versions and twenty findings an app, each with a document as long as a real one, two weekly rounds with an
observation of each finding. The rows are made by the database itself, kept in ``--folder`` and used again; the
questions are those of the API, asked in this process: p95 of wall clock, with CPU beside it.
The weekly report is handed out as the worker made it, kept for a quarter of an hour; making it is measured apart.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from registry import postgres
from sqlmodel import col, select

from registry_api.accounts.access import Actor, Role, default_scopes, scope_of
from registry_api.audits import weekly
from registry_api.audits.counts import fold
from registry_api.audits.kept_rounds import find_kept, refresh
from registry_api.audits.models import FindingRow
from registry_api.audits.rounds import compile_round
from registry_api.audits.schedule import scheduler
from registry_api.audits.shipped import count_versions, list_sdks, shippers
from registry_api.db import now
from registry_api.migrations import migrate
from registry_api.registry import Registry
from registry_api.settings import Settings
from registry_api.statistics.service import count_filings, count_findings

VERSIONS, FINDINGS, SDKS = 3, 20, 8
TEXT = 1400
"""Characters of a finding's document: those of the bundled sample have 1,500 in the middle."""
WEEKS = ("2026-W46", "2026-W47")
BARS = {"statistics, findings": 0.5, "statistics, filings": 0.5}
BAR = 0.1


def numbers(dialect: str, count: int) -> str:
    """Return a query of 0 … count - 1."""
    if dialect == "postgresql":
        return f"(SELECT generate_series(0, {count - 1}) AS n) AS numbers"
    return f"(WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < {count - 1}) SELECT n FROM c)"


def statements(dialect: str, apps: int) -> Iterator[str]:
    """Yield the statements that fill the tables."""
    text = "CAST({} AS TEXT)".format
    moment = (now() - timedelta(days=1)).strftime("%Y-%m-%d %H:%M:%S.%f")
    province = "CASE n % 4 WHEN 0 THEN '31' WHEN 1 THEN '44' WHEN 2 THEN '51' ELSE '61' END"
    severity = (
        "CASE n % 7 WHEN 0 THEN 'critical' WHEN 1 THEN 'high' WHEN 2 THEN 'high' WHEN 3 THEN 'low' ELSE 'medium' END"
    )
    status = "CASE n % 11 WHEN 0 THEN 'rectified' WHEN 1 THEN 'waived' WHEN 2 THEN 'reopened' ELSE 'open' END"
    words = " ".join(f"word{number}" for number in range(TEXT // 8))
    document = (
        '\'{"clauses": ["191-1.1"], "title": {"zh": "t", "en": "t"}, "evidence": [{"kind": "access"}],'
        f' "explanation": {{"zh": "", "en": "{words}"}}}}\''
    )
    yield (
        f"INSERT INTO organization (id, name, uscc, province, search, grams, created_at) SELECT n + 1, 'u' || {text('n')},"
        f" 'U' || {text('n')}, {province}, '', '', '{moment}' FROM {numbers(dialect, apps // 10 + 4)}"
    )
    yield (
        "INSERT INTO app (id, package, name, organization_id, province, current_version_id, search, grams, created_at)"
        f" SELECT n + 1, 'cn.b.a' || {text('n')}, 'a' || {text('n')}, n / 10 + 1, {province}, NULL, '', '', '{moment}'"
        f" FROM {numbers(dialect, apps)}"
    )
    yield (
        "INSERT INTO app_version (id, app_id, artifact_sha256, artifact_name, artifact_size, version_name, created_at)"
        f" SELECT n + 1, n / {VERSIONS} + 1, {text('n')}, 'a.apk', 1, '1.' || {text('n % 3')}, '{moment}'"
        f" FROM {numbers(dialect, apps * VERSIONS)}"
    )
    yield f"UPDATE app SET current_version_id = id * {VERSIONS}"
    yield (
        "INSERT INTO filing (app_id, organization_id, province, state, document, facts, corrections, created_at, updated_at,"
        f" version) SELECT id, organization_id, province, 'filed', '{{}}', '{{}}', '[]', '{moment}', '{moment}', 1 FROM app"
    )
    yield (
        "INSERT INTO shipped_sdk (app_version_id, sdk, app_id, province, organization_id, name, version, version_key,"
        f" confidence, run_id) SELECT v.id, 'sdk.' || {text('(v.id + s.n * 7) % 60')}, a.id, a.province, a.organization_id,"
        f" 'S', '1.' || {text('v.id % 30')}, '0000000001.' || substr('0000000000' || {text('v.id % 30')}, -10) || '!9',"
        f" 'certain', 'r' FROM app_version v JOIN app a ON a.id = v.app_id CROSS JOIN {numbers(dialect, SDKS)} s"
        if dialect == "sqlite"
        else "INSERT INTO shipped_sdk (app_version_id, sdk, app_id, province, organization_id, name, version, version_key,"
        f" confidence, run_id) SELECT v.id, 'sdk.' || {text('(v.id + s.n * 7) % 60')}, a.id, a.province, a.organization_id,"
        f" 'S', '1.' || {text('v.id % 30')}, '0000000001.' || lpad({text('v.id % 30')}, 10, '0') || '!9',"
        f" 'certain', 'r' FROM app_version v JOIN app a ON a.id = v.app_id"
        f" CROSS JOIN (SELECT generate_series(0, {SDKS - 1}) AS n) AS s"
    )
    yield (
        "INSERT INTO finding (app_id, province, organization_id, fingerprint, rule, severity, sureness, subject, status,"
        " gist, digest, document, first_seen_at, last_seen_at, first_run_id, last_run_id)"
        f" SELECT n / {FINDINGS} + 1, (SELECT province FROM app WHERE app.id = n / {FINDINGS} + 1), n / {FINDINGS * 10} + 1,"
        f" 'f' || {text('n')}, 'RULE.R' || {text('n % 90')}, {severity}, 'proven', 'sdk.' || {text('n % 60')}, {status},"
        f" '', '', {document}, '{moment}', '{moment}', 'r', 'r' FROM {numbers(dialect, apps * FINDINGS)}"
    )
    for number, week in enumerate(WEEKS):
        yield (
            "INSERT INTO audit_run (id, app_id, app_version_id, kind, dedupe, week, changes, state, attempt, enqueued,"
            " enqueued_at, requested_at, started_at, finished_at, engine, rules, extracted, summary) SELECT"
            f" '{week}-' || {text('id')}, id, current_version_id, 'weekly', 'weekly:{week}:' || {text('id')}, '{week}',"
            f" CASE WHEN id % 30 = {number} THEN 3 ELSE 0 END, 'succeeded', 1, 1, '{moment}', '{moment}', '{moment}',"
            f" '{moment}', 'e', 'r', {'false' if dialect == 'postgresql' else 0},"
            ' \'{"complete": true, "not_examined": 0}\' FROM app'
        )
        yield (
            "INSERT INTO observation (finding_id, run_id, outcome, cause) SELECT id,"
            f" '{week}-' || {text('app_id')}, CASE WHEN app_id % 30 = {number} AND id % {FINDINGS} < 3 THEN 'new'"
            " ELSE 'open' END, 'input' FROM finding"
        )
    yield "ANALYZE"


def questions(registry: Registry, apps: int) -> dict[str, Callable[[int], Any]]:
    """Return name → question, asked with a running number."""
    nation = scheduler()
    places = [
        Actor("b", "b", Role.REVIEWER, province=code, scopes=frozenset(default_scopes(Role.REVIEWER)))
        for code in ("31", "44", "51", "61")
    ]

    def within(work: Callable[[Any, Actor, int], Any]) -> Callable[[int], Any]:
        def asked(number: int) -> Any:
            with registry.database.read() as session:
                return work(session, places[number % 4] if number % 2 else nation, number)

        return asked

    def listing(*conditions: Any, order: Any = None) -> Callable[[Any, Actor, int], Any]:
        def asked(session: Any, actor: Actor, number: int) -> Any:
            statement = select(FindingRow).where(scope_of(FindingRow, actor), *conditions)
            if order is None:
                statement = statement.where(col(FindingRow.id) > number * 997 % (apps * FINDINGS)).order_by(
                    FindingRow.id
                )
            else:
                statement = statement.order_by(*order)
            return session.exec(statement.limit(51)).all()

        return asked

    standing = col(FindingRow.status).in_(("open", "confirmed", "notified", "reopened"))
    latest = (col(FindingRow.last_seen_at).desc(), col(FindingRow.id).desc())
    return {
        "findings, by id": within(listing()),
        "findings, standing and grave": within(listing(standing, col(FindingRow.severity) == "critical")),
        "findings, of a rule": within(listing(standing, col(FindingRow.rule) == "RULE.R7")),
        "findings, latest first": within(listing(order=latest)),
        "SDKs, all": within(lambda session, actor, _: list_sdks(session, actor)),
        "SDK, versions": within(lambda session, actor, number: count_versions(session, actor, f"sdk.{number % 60}")),
        "SDK, who ships at most 1.9": within(
            lambda session, actor, number: session.exec(
                shippers(actor, f"sdk.{number % 60}", at_most="1.9").limit(51)
            ).all()
        ),
        "statistics, findings": within(lambda session, actor, _: count_findings(session, actor, 20)),
        "statistics, filings": within(lambda session, actor, _: count_filings(session, actor, "province")),
        "week, tally": within(lambda session, actor, _: weekly.tally(session, actor, WEEKS[1])),
        "week, report as it is handed out": within(
            lambda session, actor, _: find_kept(session, actor, WEEKS[1], weekly.EVERYTHING)
        ),
        "week, report made anew (by a worker)": within(
            lambda session, actor, _: compile_round(session, actor, WEEKS[1])
        ),
    }


def measure(settings: Settings, name: str, apps: int, rounds: int) -> None:
    """Fill one database and print its table."""
    migrate(settings)
    registry = Registry(settings)
    try:
        dialect = registry.database.writer.dialect.name
        began = time.monotonic()
        with registry.database.writer.connect() as connection:
            there = connection.execute(sa.text("SELECT count(*) FROM app")).scalar_one()
            for statement in statements(dialect, apps) if not there else ():
                connection.execute(sa.text(statement))
                connection.commit()
        if there not in (0, apps):
            raise SystemExit(f"the folder holds {there} apps, not {apps}")
        print(f"\n{name}: {apps} apps, ready after {time.monotonic() - began:.0f} s\n", flush=True)
        began = time.monotonic()
        changes, reports = fold(registry), refresh(registry)
        print(f"a worker folds {changes} changes and makes {reports} reports: {time.monotonic() - began:.0f} s\n")
        print("| question | p50, ms | p95, ms | CPU of this process, ms | bar, ms |\n|---|---|---|---|---|", flush=True)
        for title, ask in questions(registry, apps).items():
            ask(0)
            walls, cpu = [], time.process_time()
            for number in range(rounds):
                begin = time.perf_counter()
                ask(number)
                walls.append((time.perf_counter() - begin) * 1000)
            cpu = (time.process_time() - cpu) / rounds * 1000
            if title.startswith("week, report as") and ask(0) is None:
                raise SystemExit("no report is kept")
            p95 = statistics.quantiles(walls, n=20)[-1] if rounds > 1 else walls[0]
            bar = "" if "anew" in title else f"{BARS.get(title, BAR) * 1000:.0f}"
            print(f"| {title} | {statistics.median(walls):.1f} | {p95:.1f} | {cpu:.1f} | {bar} |", flush=True)
    finally:
        registry.close()


def main() -> None:
    """Measure both databases, or one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--apps", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--only", choices=["sqlite", "postgres"])
    parser.add_argument("--folder", type=Path, help="where the databases are kept for another run")
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="eduaudit-supervision-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)  # PostgreSQL's own user must get into its part
    try:
        if given.only != "postgres":
            measure(Settings(data=folder / "sqlite"), "SQLite", given.apps, given.rounds)
        if given.only != "sqlite":
            with postgres(folder / "postgres") as url:
                measure(Settings(data=folder / "data", database_url=url), "PostgreSQL", given.apps, given.rounds)
    finally:
        if given.folder is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
