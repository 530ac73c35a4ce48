"""Weekly rounds over many registered apps of which a few have changed: what the registry itself costs per app.

``python benchmarks/rounds.py [--apps 10000] [--changed 3]``. The facts and the filing are those of the bundled sample,
judged by the real rules; a changed app's extraction is taken from a prepared result, so its cost is *not* in the
figures: add that of your apps (``python benchmarks/static.py``). One process, SQLite, CPU time, audits one by one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from analyzer.model import StaticFacts, canonical_json, record_plain
from registry_api.accounts.access import Actor
from registry_api.analysis import AnalyzerFacade
from registry_api.audits import weekly
from registry_api.audits.models import StoredFacts
from registry_api.audits.pipeline import perform
from registry_api.audits.round_booklet import weekly_booklet
from registry_api.audits.rounds import compile_round
from registry_api.audits.schedule import scheduler
from registry_api.db import now
from registry_api.exchange.booklet import write_html, write_workbook
from registry_api.filings.models import Filing
from registry_api.jobs.port import Job
from registry_api.migrations import migrate
from registry_api.organizations.models import App, AppVersion, Organization
from registry_api.registry import Registry
from registry_api.settings import Settings
from registry_api.storage.blobs import record_blob

SAMPLE = Path(__file__).parents[1] / "samples" / "homework"
PROVINCES = ("31", "44", "51", "61")


class Prepared(AnalyzerFacade):
    """The real rules; an extraction answers at once with the sample's facts."""

    def __init__(self) -> None:
        self.facts = super().extract(SAMPLE / "homework.apk")
        self.rules = super().rules_version()
        self.extractions = 0

    def extract(self, path: Path) -> StaticFacts:
        self.extractions += 1
        return replace(self.facts, artifact=replace(self.facts.artifact, name=path.name))

    def rules_version(self) -> str:
        return self.rules


class Line:
    """The port to the job engine as a list: what an engine costs is not measured here."""

    def __init__(self) -> None:
        self.waiting: list[Job] = []

    def enqueue(self, _session: Any, job: Job) -> None:
        self.waiting.append(job)

    def close(self) -> None:
        self.waiting.clear()


def fill(registry: Registry, analysis: Prepared, count: int) -> None:
    """Put ``count`` filed apps on record whose facts are on store."""
    document = json.loads((SAMPLE / "filing.json").read_text("utf-8"))
    facts = record_plain(analysis.filing_facts(document))
    content = canonical_json(record_plain(analysis.facts)).encode()
    blob, moment = registry.blobs.put(content), now()
    with registry.database.write() as session:
        record_blob(session, blob, len(content))
        units = [
            Organization(name=f"Unit {code}", uscc=f"U{code}", province=code, created_at=moment) for code in PROVINCES
        ]
        session.add_all(units)
        session.flush()
        for number in range(count):
            unit, sha256 = units[number % len(units)], hashlib.sha256(str(number).encode()).hexdigest()
            app = App(
                package=f"cn.example.bench{number}", name=f"Bench {number}", organization_id=unit.id,
                province=unit.province, created_at=moment,
            )  # fmt: skip
            session.add(app)
            session.flush()
            version = AppVersion(
                app_id=app.id, artifact_sha256=sha256, artifact_name="a.apk", artifact_size=1, created_at=moment
            )
            session.add(version)
            session.flush()
            app.current_version_id = version.id
            session.add(
                Filing(
                    app_id=app.id, organization_id=unit.id, province=unit.province, state="filed", document=document,
                    facts=facts, created_at=moment, updated_at=moment,
                )
            )  # fmt: skip
            session.add(
                StoredFacts(
                    input_sha256=sha256, kind="static", engine=analysis.engine(), rules=analysis.rules,
                    blob_sha256=blob, created_at=moment,
                )
            )  # fmt: skip


def change(registry: Registry, share: float, count: int, week: int) -> int:
    """Give every so many apps a new version that was never extracted; return how many."""
    step = max(1, round(100 / share))
    numbers = range(week % step, count, step)
    with registry.database.write() as session:
        for number in numbers:
            content = f"{week}:{number}".encode()
            sha256 = registry.blobs.put(content)
            record_blob(session, sha256, len(content))
            version = AppVersion(
                app_id=number + 1, artifact_sha256=sha256, artifact_name="a.apk", artifact_size=1, created_at=now()
            )
            session.add(version)
            session.flush()
            app = session.get(App, number + 1)
            assert app is not None
            app.current_version_id = version.id
    return len(numbers)


def spent(work: Callable[[], Any]) -> tuple[Any, float]:
    """Return the result and the CPU seconds of this process."""
    begin = time.process_time()
    return work(), time.process_time() - begin


def drain(registry: Registry, line: Line) -> None:
    for job in line.waiting:
        perform(registry, job.run_id, "bench")
    line.waiting.clear()


def measure(count: int, share: float) -> None:
    """Print the table."""
    folder = Path(tempfile.mkdtemp(prefix="eduaudit-rounds-"))
    line, analysis, actor = Line(), Prepared(), scheduler()
    settings = Settings(data=folder)
    migrate(settings)
    registry = Registry(settings, analysis=analysis, jobs=line)  # type: ignore[arg-type]  # the part that is used
    try:
        fill(registry, analysis, count)
        print(f"\n{count} apps, {share:g} % changed; CPU time of one process, SQLite\n")
        heads = ("week", "runs", "extracted", "request, ms an app", "audit, ms an app", "changes", "report, s")
        print("| " + " | ".join((*heads, "HTML, s", "xlsx, s")) + " |")
        print("|---|---|---|---|---|---|---|---|---|")
        weeks = ("first audit of all", "nothing changed", f"{share:g} % changed", "other rules, nothing else")
        for number, title in enumerate(weeks, 1):
            if number == 3:
                change(registry, share, count, number)
            if number == 4:
                analysis.rules = "f" * 16
            before = analysis.extractions
            row = round_of(registry, line, actor, f"2026-W{number:02d}")
            print(f"| {title} | {row[0]} | {analysis.extractions - before} | " + " | ".join(row[1:]) + " |", flush=True)
    finally:
        registry.close()
        shutil.rmtree(folder, ignore_errors=True)


def round_of(registry: Registry, line: Line, actor: Actor, week: str) -> list[str]:
    """Run one round; return the cells of its row."""
    count, requested = spent(lambda: weekly.start(registry, actor, week))
    _, audited = spent(lambda: drain(registry, line))
    with registry.database.read() as session:
        report, compiled = spent(lambda: compile_round(session, actor, week))
    _, page = spent(lambda: write_html(weekly_booklet(report, "zh")))
    _, book = spent(lambda: write_workbook(weekly_booklet(report, "zh")))
    changes = sum(item["now"] for item in report["figures"].values())
    per = 1000 / max(count, 1)
    return [
        str(count), f"{requested * per:.2f}", f"{audited * per:.2f}", str(changes), f"{compiled:.2f}", f"{page:.2f}",
        f"{book:.2f}",
    ]  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--apps", type=int, default=10_000)
    parser.add_argument("--changed", type=float, default=3.0, help="per cent")
    given = parser.parse_args()
    measure(given.apps, given.changed)
