"""Two worker processes on one PostgreSQL and one S3 server, and what is left of a round when the database goes away."""

import json
import logging
import multiprocessing
import os
import threading
import time
import uuid
from dataclasses import replace
from datetime import timedelta

import httpx
import killing
import pytest
import sqlalchemy as sa
from postgresserver import PostgresServer, why_not
from sqlmodel import select

from registry_api.audits import runs, weekly
from registry_api.audits.models import AuditRun, FindingRow, Observation
from registry_api.audits.schedule import scheduler
from registry_api.db import now
from registry_api.exchange.backup import verify
from registry_api.filings.models import Filing
from registry_api.jobs.worker import BackgroundWorker
from registry_api.migrations import migrate
from registry_api.organizations.models import App, AppVersion, Organization
from registry_api.registry import Registry
from registry_api.settings import Settings
from registry_api.storage.blobs import record_blob

APPS = 40


@pytest.fixture
def postgres():
    if why_not():
        pytest.skip(why_not())
    with PostgresServer() as server:
        yield server


@pytest.fixture
def bucket(monkeypatch):
    from moto.server import ThreadedMotoServer

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "tester")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    httpx.put(f"http://{host}:{port}/apps").raise_for_status()
    yield {"blob_store": f"s3://apps/{uuid.uuid4()}", "blob_endpoint": f"http://{host}:{port}", "blob_timeout": 5.0}
    server.stop()


def fill(registry, count):
    with registry.database.write() as session:
        unit = Organization(name="单位", uscc=uuid.uuid4().hex[:18].upper(), province="31", created_at=now())
        session.add(unit)
        session.flush()
        for number in range(count):
            package = f"cn.out.a{number}"
            content = json.dumps({"package": package, "findings": ["DATA.X|s|high"]}).encode()
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
                    app_id=app.id, organization_id=unit.id, province="31", state="filed", created_at=now(),
                    updated_at=now(),
                )
            )  # fmt: skip


def wait_until(check, seconds=240):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if check():
                return
        except sa.exc.OperationalError:
            pass  # the database is away just now
        time.sleep(0.1)
    pytest.fail("did not happen in time")


def states(registry):
    with registry.database.read() as session:
        return dict(session.exec(select(AuditRun.state, sa.func.count()).group_by(AuditRun.state)).all())


def test_two_workers_finish_a_round_over_a_database_that_restarts_and_one_bucket(postgres, bucket, tmp_path):
    common = {"database_url": postgres.database("outage"), "lease_seconds": 4, "poll_seconds": 0.05, **bucket}
    settings = Settings(data=tmp_path / "office", node="office", attempts=6, **common)
    migrate(settings)
    registry = Registry(settings, analysis=killing._analysis())
    fill(registry, APPS)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["killing"])
    keys = {name: os.environ[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    workers = []
    for name in ("one", "two"):
        made, ready = replace(settings, data=tmp_path / name, node=name), context.Event()
        workers.append(context.Process(target=killing._work, args=(made, ready, keys), daemon=True))
        workers[-1].start()
        assert ready.wait(120)
    try:
        assert weekly.start(registry, scheduler(), "2026-W47") == APPS
        wait_until(lambda: states(registry).get("succeeded", 0) > 0)
        postgres.stop()
        postgres.start()
        wait_until(lambda: states(registry) == {"succeeded": APPS})
        assert weekly.start(registry, scheduler(), "2026-W48") == APPS, "both go on after it"
        wait_until(lambda: states(registry) == {"succeeded": 2 * APPS})
    finally:
        for worker in workers:
            worker.kill()
            worker.join()
    with registry.database.read() as session:
        assert len(session.exec(select(FindingRow)).all()) == APPS
        assert len(session.exec(select(Observation)).all()) == 2 * APPS, "one for each finding and audit"
        names = {(name or "").rsplit("-", 1)[0] for name in session.exec(select(AuditRun.worker)).all()}
    assert names <= {"one", "two"}
    assert verify(registry.database, registry.blobs).problems == []
    registry.close()


def test_an_audit_that_somebody_waits_for_passes_a_round_that_fills_all_workers(settings):
    """All places of the weekly queue are taken and stand still: the other queue has places of its own."""
    registry = Registry(replace(settings, poll_seconds=0.05, workers=1), analysis=killing._analysis())
    fill(registry, 30)
    judge, gate, standing = registry.analysis.report_of, threading.Event(), threading.Event()

    def report_of(facts):
        if facts.static.app.package != "cn.out.asked":
            standing.set()
            assert gate.wait(120)
        return judge(facts)

    registry.analysis.report_of = report_of
    weekly.start(registry, scheduler(), "2026-W47")
    with BackgroundWorker(registry):
        assert standing.wait(60)
        with registry.database.write() as session:
            app = session.exec(select(App).where(App.package == "cn.out.a29")).one()
            version = session.get(AppVersion, app.current_version_id)
            content = json.dumps({"package": "cn.out.asked"}).encode()
            version.artifact_sha256 = registry.blobs.put(content)
            session.add(version)
            asked = runs.request(session, registry.jobs, app, kind="manual").id
        wait_until(lambda: _state(registry, asked) == "succeeded", 60)
        assert states(registry).get("succeeded") == 1, "the round has not moved meanwhile"
        gate.set()
        wait_until(lambda: set(states(registry)) == {"succeeded"})
    registry.close()


def _state(registry, run_id):
    with registry.database.read() as session:
        return session.get(AuditRun, run_id).state


def test_a_lost_job_is_found_in_time():
    assert timedelta(seconds=60) >= runs.STRAY_AFTER
