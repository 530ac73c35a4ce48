"""Many files: how many apps a second the weekly round gets through, by the command that the registry runs.

The record is filled directly; the round itself is ``eduaudit registry weekly --data FOLDER``, start to exit.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from apps import APPS, CACHE, dex_files, fetch

DEX_BYTES = 20_000_000
BAR_FRESH, BAR_KNOWN = 5.0, 100.0


@dataclass(frozen=True)
class Round:
    """One weekly round."""

    title: str
    apps: int
    extracted: int
    failed: int
    seconds: float
    """From the first audit's begin to the last one's end, by the record."""
    whole: float
    """The command, from start to exit."""

    @property
    def rate(self) -> float:
        return self.apps / self.seconds if self.seconds else 0.0


def build_apps(count: int, size: int) -> list[Path]:
    """Return packages of ``size`` bytes of real DEX each; a byte of each file's signature field makes them differ."""
    folder = CACHE / f"weekly-{size // 1_000_000}"
    folder.mkdir(parents=True, exist_ok=True)
    made = [folder / f"app-{number:04}.apk" for number in range(count)]
    if all(path.exists() for path in made):
        return made
    files: list[bytes] = []
    for name in APPS:
        for _, data in dex_files(fetch(name)):
            if sum(map(len, files)) + len(data) <= size * 1.05:
                files.append(data)
    with zipfile.ZipFile(fetch("android-apidemos")) as archive:
        base = {name: archive.read(name) for name in ("AndroidManifest.xml", "resources.arsc")}
    for number, path in enumerate(made):
        partial = path.with_suffix(".part")
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as target:
            for name, data in base.items():
                target.writestr(name, data)
            for place, data in enumerate(files, 1):
                own = data[:12] + number.to_bytes(20, "big") + data[32:]
                target.writestr(f"classes{place if place > 1 else ''}.dex", own)
        partial.replace(path)
    return made


def fill(data: Path, packages: list[Path], first: int, count: int) -> None:
    """Put ``count`` filed apps on record, numbered from ``first``, that share the packages in turn."""
    from registry_api.db import now
    from registry_api.filings.models import Filing
    from registry_api.migrations import migrate
    from registry_api.organizations.models import App, AppVersion, Organization
    from registry_api.registry import Registry
    from registry_api.settings import Settings
    from registry_api.storage.blobs import record_blob

    settings = Settings(data=data)
    migrate(settings)
    registry = Registry(settings)
    try:
        blobs = []
        for path in packages:
            content = path.read_bytes()
            blobs.append((registry.blobs.put(content), len(content), path.name))
        with registry.database.write() as session:
            for sha256, size, _ in blobs:
                record_blob(session, sha256, size)
            moment = now()
            unit = Organization(name="Benchmark", uscc=f"9131{first:014}", province="31", created_at=moment)
            session.add(unit)
            session.flush()
            for number in range(first, first + count):
                sha256, size, name = blobs[number % len(blobs)]
                app = App(
                    package=f"cn.example.bench{number}", name=f"Bench {number}", organization_id=unit.id, province="31",
                    created_at=moment,
                )  # fmt: skip
                session.add(app)
                session.flush()
                version = AppVersion(
                    app_id=app.id, artifact_sha256=sha256, artifact_name=name, artifact_size=size, created_at=moment
                )
                session.add(version)
                session.flush()
                app.current_version_id = version.id
                session.add(
                    Filing(
                        app_id=app.id, organization_id=unit.id, province="31", state="filed", created_at=moment,
                        updated_at=moment,
                    )
                )  # fmt: skip
    finally:
        registry.close()


def run_round(title: str, data: Path, week: str) -> Round:
    """Run the command for one ISO week and read from the record what it did."""
    command = [
        str(Path(sys.executable).with_name("eduaudit")), "registry", "weekly", "--data", str(data), "--week", week,
        "--fail-on", "never",
    ]  # fmt: skip
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    begin = time.perf_counter()
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    whole = time.perf_counter() - begin
    if done.returncode:
        raise RuntimeError(f"the weekly round fails: {(done.stderr.strip().splitlines() or ['no output'])[-1]}")
    with sqlite3.connect(data / "registry.sqlite3") as database:
        count, extracted, failed, first, last = database.execute(
            "select count(*), sum(coalesce(extracted, 0)), sum(state <> 'succeeded'), "
            "min(started_at), max(finished_at) from audit_run where dedupe like ?",
            (f"weekly:{week}:%",),
        ).fetchone()
    seconds = (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds()
    return Round(title, count, extracted or 0, failed or 0, seconds, whole)


def measure(fresh: int, known: int, size: int = DEX_BYTES) -> list[Round]:
    """Return the round in which every app is new, and one in which the facts of all apps are on store."""
    packages = build_apps(fresh, size)
    folder = Path(tempfile.mkdtemp(prefix="eduaudit-weekly-"))
    try:
        fill(folder, packages, 0, fresh)
        rounds = [run_round("nothing cached", folder, "2026-W01")]
        if known > fresh:
            fill(folder, packages, fresh, known - fresh)
        rounds.append(run_round("all cached", folder, "2026-W02"))
        return rounds
    finally:
        shutil.rmtree(folder, ignore_errors=True)
