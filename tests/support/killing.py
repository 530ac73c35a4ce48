"""Workers and servers that are killed at random moments, and the proof that nothing was lost or done twice.

The processes are forked from one that has loaded everything, so that a kill and a new start cost milliseconds.
`play` is what the test and `benchmarks/kills.py` share.
"""

import importlib.util
import json
import multiprocessing
import os
import random
import socket
import sys
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import sqlalchemy as sa
import uvicorn
from sqlmodel import select

from registry_api.accounts.access import Role
from registry_api.accounts.keys import issue
from registry_api.app import create_app
from registry_api.audits import runs
from registry_api.audits.models import AuditRun, FindingRow, Observation
from registry_api.db import now
from registry_api.exchange.backup import verify
from registry_api.filings.models import Filing
from registry_api.jobs import dbos_jobs  # noqa: F401 - loaded once, before the forks
from registry_api.jobs.worker import work
from registry_api.organizations.models import App, AppVersion, Organization
from registry_api.registry import Registry
from registry_api.storage.blobs import record_blob
from registry_api.trail.models import TrailEntry

_FAKES = Path(__file__).parents[1] / "registry_api" / "conftest.py"
APPS, FINDINGS = 6, 3
EVERY = 8
"""Requests after which a weekly round is begun."""


def _analysis(longest=0.05):
    if "fakes_for_kills" not in sys.modules:
        spec = importlib.util.spec_from_file_location("fakes_for_kills", _FAKES)
        sys.modules["fakes_for_kills"] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    made = sys.modules["fakes_for_kills"].FakeAnalysis()
    judge = made.report_of

    def report_of(facts):
        time.sleep(random.uniform(0, longest))  # so that kills fall into the middle of audits too
        return judge(facts)

    made.report_of = report_of
    return made


def _serve(settings, port, ready):
    registry = Registry(settings, analysis=_analysis())
    listener = socket.create_server(("127.0.0.1", port))
    server = uvicorn.Server(uvicorn.Config(create_app(registry), log_level="critical", lifespan="off"))
    ready.set()
    server.run(sockets=[listener])


def _work(settings, ready, environment=None, longest=0.05):
    os.environ.update(environment or {})  # a fork server keeps that of its own start
    runs.STRAY_AFTER = timedelta(seconds=5)  # a killed worker's queued runs are not waited for a minute
    work(Registry(settings, analysis=_analysis(longest)), threading.Event(), ready.set)


@dataclass
class Outcome:
    """What was counted at the end."""

    kills: Counter = field(default_factory=Counter)
    asked: int = 0
    rounds: int = 0
    states: Counter = field(default_factory=Counter)
    attempts: int = 0
    most_attempts: int = 0
    wrong: list = field(default_factory=list)
    seconds: float = 0.0


def _put_on_record(registry):
    with registry.database.write() as session:
        key = issue(session, name="admin", role=Role.ADMIN)[1]
        unit = Organization(name="单位", uscc=uuid.uuid4().hex[:18].upper(), province="31", created_at=now())
        session.add(unit)
        session.flush()
        packages = [f"cn.kill.a{uuid.uuid4().hex[:12]}" for _ in range(APPS)]
        for package in packages:
            found = [f"DATA.X{index}|subject|high" for index in range(FINDINGS)]
            content = json.dumps({"package": package, "findings": found}).encode()
            sha256 = registry.blobs.put(content)
            record_blob(session, sha256, len(content))
            app = App(package=package, name="n", organization_id=unit.id, province="31", search="", created_at=now())
            session.add(app)
            session.flush()
            version = AppVersion(
                app_id=app.id, artifact_sha256=sha256, artifact_name="a.apk", artifact_size=1, created_at=now()
            )
            session.add(version)
            session.flush()
            app.current_version_id = version.id
            session.add(
                Filing(
                    app_id=app.id,
                    organization_id=unit.id,
                    province="31",
                    state="filed",
                    created_at=now(),
                    updated_at=now(),
                )
            )
    return key, packages


def _ask(url, key, packages, stop, asked, weeks):
    """Ask for audits as a client does that must not lose one: the same request with the same key until answered.

    Every few requests a weekly round is begun too, whose runs share a job.
    """
    turn = 0
    while not stop.is_set():
        name, package = uuid.uuid4().hex, packages[turn % len(packages)]
        turn += 1
        head = {"Authorization": f"Bearer {key}", "Idempotency-Key": name}
        path, body, week = f"apps/{package}/audits", None, None
        if turn % EVERY == 0:
            week = f"{2000 + turn // EVERY // 50}-W{turn // EVERY % 50 + 1:02d}"
            path, body = "weekly", {"week": week}
        while True:
            try:
                answer = httpx.post(f"{url}/api/v1/{path}", headers=head, json=body, timeout=5)
            except httpx.HTTPError:
                answer = None
            if answer is not None and answer.is_success:
                if week:
                    weeks.append(week)
                else:
                    asked[name] = answer.json()["id"]
                break
            if answer is not None and answer.status_code not in {409, 500, 503}:
                asked[name] = f"refused: {answer.text}"
                break
            time.sleep(0.02)
        stop.wait(0.1)


def play(settings, *, kills, workers, seed=0, pause=0.2, patience=120.0, longest=0.05, wait=0.0):
    """Kill ``kills`` times while a client asks for audits, wait until all have ended, and return an `Outcome`.

    An audit lasts up to ``longest`` seconds. Before four kills in five, up to ``wait`` seconds are given for another
    request to be answered: else a slow machine only sees processes die that had not begun yet.
    """
    chance, outcome, started = random.Random(seed), Outcome(), time.monotonic()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["killing"])
    registry = Registry(settings, analysis=_analysis())
    key, packages = _put_on_record(registry)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]

    ready = {}

    def start(name):
        ready[name] = context.Event()
        process = context.Process(
            target=_serve if name == "server" else _work,
            args=(settings, port, ready[name]) if name == "server" else (settings, ready[name], None, longest),
            daemon=True,
        )
        process.start()
        return process

    names = ["server", *(f"worker {index + 1}" for index in range(workers))]
    running, asked, stop = {name: start(name) for name in names}, {}, threading.Event()
    weeks = []
    client = threading.Thread(target=_ask, args=(f"http://127.0.0.1:{port}", key, packages, stop, asked, weeks))
    client.start()
    try:
        while not asked and time.monotonic() - started < patience:
            time.sleep(0.05)
        answered = 0
        for _ in range(kills):
            victim = chance.choice(names)
            if chance.random() < 0.8:  # else it may be hit while it starts
                ready[victim].wait(5)
                until = time.monotonic() + wait
                while len(asked) + len(weeks) <= answered and time.monotonic() < until:
                    time.sleep(0.01)
            answered = len(asked) + len(weeks)
            time.sleep(chance.uniform(0, 2 * pause))
            running[victim].kill()
            running[victim].join()
            outcome.kills[victim] += 1
            running[victim] = start(victim)
        stop.set()
        client.join(patience)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and _unfinished(registry):
            time.sleep(0.1)
    finally:
        stop.set()
        for process in running.values():
            process.kill()
            process.join()
    _judge(registry, outcome, asked, weeks, packages)
    registry.close()
    outcome.seconds = time.monotonic() - started
    return outcome


def _unfinished(registry):
    with registry.database.read() as session:
        return session.exec(
            select(sa.func.count()).select_from(AuditRun).where(AuditRun.state.in_(["queued", "running"]))
        ).one()


def _judge(registry, outcome, asked, weeks, packages):
    with registry.database.read() as session:
        apps = session.exec(select(App.id).where(App.package.in_(packages))).all()
        runs = {run.id: run for run in session.exec(select(AuditRun).where(AuditRun.app_id.in_(apps)))}
        ends = Counter(
            session.exec(
                select(TrailEntry.object_id).where(TrailEntry.action.in_(["audit.finish", "audit.fail"]))
            ).all()
        )
        findings = Counter(session.exec(select(FindingRow.app_id).where(FindingRow.app_id.in_(apps))).all())
        fresh = session.exec(
            select(sa.func.count())
            .select_from(Observation)
            .join(FindingRow, FindingRow.id == Observation.finding_id)
            .where(FindingRow.app_id.in_(apps), Observation.outcome == "new")
        ).one()
    outcome.asked = len(asked)
    outcome.states = Counter(run.state for run in runs.values())
    outcome.attempts = sum(run.attempt for run in runs.values())
    outcome.most_attempts = max((run.attempt for run in runs.values()), default=0)
    wrong = outcome.wrong
    wrong += [f"an audit that was promised is not on record: {item}" for item in asked.values() if item not in runs]
    by_hand = [run for run in runs.values() if run.week is None]
    if len(set(asked.values())) != len(by_hand):
        wrong.append(f"{len(by_hand)} audits for {len(asked)} requests")
    rounds = Counter(run.week for run in runs.values() if run.week is not None)
    wrong += [f"the round of {week} has {rounds[week]} runs: promised {APPS}" for week in weeks if rounds[week] != APPS]
    outcome.rounds = len(weeks)
    for run in runs.values():
        if run.state not in {"succeeded", "failed"}:
            wrong.append(f"{run.id} never ended: {run.state}, attempt {run.attempt}")
        elif ends[run.id] != 1:
            wrong.append(f"{run.id} has {ends[run.id]} ends in the trail")
        if run.state == "failed" and (run.error_code != "worker_lost" or run.attempt < registry.settings.attempts):
            wrong.append(f"{run.id} failed: {run.error_code} {run.error_detail}")
    if any(number != FINDINGS for number in findings.values()) or fresh != sum(findings.values()):
        wrong.append(f"findings were written twice: {findings}, {fresh} new")
    wrong += verify(registry.database, registry.blobs).problems
