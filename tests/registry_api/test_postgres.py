"""The same code on PostgreSQL: started here on a free port, under an unprivileged user, when it is installed."""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from registry_api.accounts.access import Role
from registry_api.db import Database
from registry_api.filings.numbers import next_number
from registry_api.jobs.worker import BackgroundWorker
from registry_api.migrations import migrate
from registry_api.registry import Registry
from registry_api.settings import Settings
from registry_api.trail.chain import Act, append, verify


def _tools():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    elsewhere = shutil.which("initdb")
    return found[-1].parent if found else (Path(elsewhere).parent if elsewhere else None)


def _user():
    """PostgreSQL refuses to run as root: take the first unprivileged user there is."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    return ""


@pytest.fixture(scope="module")
def postgres():
    tools, user = _tools(), _user()
    if tools is None:
        pytest.skip("PostgreSQL (initdb) is not installed")
    if user == "":
        pytest.skip("running as root, and there is no unprivileged user for PostgreSQL")
    pytest.importorskip("psycopg")
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="eduaudit-pg-", dir="/tmp"))
    if user:
        shutil.chown(folder, user)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    data = folder / "data"
    subprocess.run(
        [tools / "initdb", "-D", data, "-A", "trust", "-U", "eduaudit", "-E", "UTF8", "--no-sync", "--locale=C"],
        user=user,
        cwd=folder,
        check=True,
        capture_output=True,
    )
    server = subprocess.Popen(
        [
            tools / "postgres",
            "-D",
            data,
            "-p",
            str(port),
            "-k",
            folder,
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "fsync=off",
        ],
        user=user,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"postgresql+psycopg://eduaudit@127.0.0.1:{port}/postgres"
    engine = sa.create_engine(url)
    for _ in range(200):
        try:
            with engine.connect():
                break
        except sa.exc.OperationalError:
            time.sleep(0.1)
    else:
        pytest.fail("PostgreSQL did not start")
    engine.dispose()
    yield url
    server.terminate()
    server.wait(30)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def upgraded(postgres, tmp_path_factory):
    settings = Settings(data=tmp_path_factory.mktemp("pg"), database_url=postgres, node="test", poll_seconds=0.1)
    migrate(settings)
    migrate(settings)
    return settings


@pytest.fixture
def settings(upgraded):
    return upgraded


@pytest.fixture
def registry(settings, request):
    import importlib.util

    spec = importlib.util.spec_from_file_location("fakes_for_postgres", Path(__file__).with_name("conftest.py"))
    fakes = importlib.util.module_from_spec(spec)
    sys.modules["fakes_for_postgres"] = fakes
    spec.loader.exec_module(fakes)
    made = Registry(settings, analysis=fakes.FakeAnalysis())
    yield made
    made.close()


def test_a_filing_is_submitted_audited_approved_and_its_trail_verifies(registry, api, submitted):
    answer = submitted({"findings": ["DATA.X|device.imei|high"]}, package="cn.pg.app")
    run = answer.json()["audit"]
    with BackgroundWorker(registry):
        deadline = time.monotonic() + 60
        while (
            api("GET", f"/audits/{run}").json()["state"] not in {"succeeded", "failed"} and time.monotonic() < deadline
        ):
            time.sleep(0.1)
    assert api("GET", f"/audits/{run}").json()["state"] == "succeeded", api("GET", f"/audits/{run}").text
    now = api("GET", f"/filings/{answer.json()['id']}", role="supervisor")
    done = api(
        "POST",
        f"/filings/{now.json()['id']}/transitions",
        role="supervisor",
        json={"event": "approve"},
        headers={"If-Match": now.headers["etag"]},
    )
    assert done.json()["number"].startswith("教APP备31")
    stale = api(
        "POST",
        f"/filings/{now.json()['id']}/transitions",
        role="supervisor",
        json={"event": "suspend", "reason": "r"},
        headers={"If-Match": now.headers["etag"]},
    )
    assert stale.status_code == 412
    assert api("GET", "/trail/verification").json()["intact"]
    assert api("GET", "/findings?package=cn.pg.app").json()["items"][0]["first_seen_at"].endswith("+00:00")


def test_numbers_are_gapless_and_the_chain_linear_under_concurrency(registry):
    got, lock = [], threading.Lock()

    def take(index):
        for turn in range(5):
            try:
                with registry.database.write() as session:
                    number = next_number(session, "51")
                    append(session, Act("system", "system", "test.act", "thing", number))
                    1 / ((index + turn) % 3)
                with lock:
                    got.append(number)
            except ZeroDivisionError:
                pass

    threads = [threading.Thread(target=take, args=(index,)) for index in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [f"教APP备51{serial:05d}号" for serial in range(1, len(got) + 1)]
    assert len(got) == 40
    with registry.database.read() as session:
        assert verify(session).broken_at is None


@pytest.mark.parametrize("statement", ["UPDATE trail SET reason = 'x'", "DELETE FROM trail", "TRUNCATE trail"])
def test_the_trail_refuses_to_change(registry, statement):
    with pytest.raises(sa.exc.DatabaseError, match="append-only"), registry.database.write() as session:
        session.execute(sa.text(statement))


def test_a_reading_session_cannot_write(settings):
    database = Database(settings)
    with database.read() as session, pytest.raises(sa.exc.DatabaseError, match="read-only"):
        session.execute(sa.text("DELETE FROM blob"))
    database.close()


def test_import_works_there_too(registry, filing_of):
    from registry_api.accounts.access import Actor, default_scopes
    from registry_api.exchange.filings import import_filings

    actor = Actor("console", "console", Role.ADMIN, scopes=frozenset(default_scopes(Role.ADMIN)))
    result = import_filings(registry, actor, [(1, filing_of(package="cn.pg.bulk", serial="000200"))])
    assert (result.imported, result.errors) == (1, [])


def test_two_audits_of_one_app_that_finish_together_write_one_history(registry, api, submitted, monkeypatch):
    """Both see the same new finding; one writes it as new, the other finds it there."""
    from registry_api.audits import recording
    from registry_api.audits.pipeline import perform

    def slow(*args):  # between looking what is known and writing what is new
        time.sleep(0.3)
        write(*args)

    write = recording._write
    monkeypatch.setattr(recording, "_write", slow)

    rules = [f"DATA.{index}" for index in range(20)]
    registry.analysis.suppressed = set(rules)
    spec = {"findings": [f"{rule}|s|high" for rule in rules]}
    perform(registry, submitted(spec, package="cn.pg.twin", serial="000300").json()["audit"], "w")
    registry.analysis.suppressed = set()
    first, second = (api("POST", "/apps/cn.pg.twin/audits").json()["id"] for _ in range(2))
    together, judge = threading.Barrier(2), registry.analysis.report_of

    def report_of(facts):
        report = judge(facts)
        started = f"2026-01-01T00:00:0{together.wait(30)}+00:00"
        return replace(report, run=replace(report.run, started=started))

    registry.analysis.report_of = report_of
    threads = [threading.Thread(target=perform, args=(registry, run, run[:8])) for run in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    shown = [api("GET", f"/audits/{run}").json() for run in (first, second)]
    assert [(item["state"], item["attempt"]) for item in shown] == [("succeeded", 1)] * 2, shown
    assert sorted(item["summary"].get("new", 0) for item in shown) == [0, 20]
    assert len(api("GET", "/apps/cn.pg.twin/findings").json()["items"]) == 20
    assert api("GET", "/trail/verification").json()["intact"]


def test_the_same_file_arriving_twice_at_once_is_one_blob(registry):
    from registry_api.storage.blobs import record_blob

    together, errors = threading.Barrier(4), []

    def note():
        try:
            with registry.database.write() as session:
                session.execute(sa.text("SELECT 1"))
                together.wait(30)
                record_blob(session, "f" * 64, 5)
                time.sleep(0.05)
        except sa.exc.SQLAlchemyError as error:
            errors.append(error)

    threads = [threading.Thread(target=note) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


@pytest.mark.parametrize("path", ["/apps?q=%00", "/filings?number=%00", "/apps/%00", "/audits?package=%00"])
def test_a_character_that_the_database_refuses_is_the_caller_s_error(api, path):
    answer = api("GET", path)
    assert answer.status_code in {404, 422}, answer.text
    assert answer.json()["code"] in {"invalid", "not-found"}


def test_a_year_of_one_filing_there_too(registry, api, upload, filing_of, monkeypatch):
    from filing_year import Clock, play

    from registry_api.audits.pipeline import perform

    fakes = sys.modules["fakes_for_postgres"]
    registry._jobs = jobs = fakes.HandJobs()

    def drain():
        while jobs.waiting:
            perform(registry, jobs.waiting.pop(0).run_id, "w")

    mine, school = play(api, registry, upload, filing_of, drain, Clock(monkeypatch), package="cn.pg.year")
    assert mine[0] == "filing.draft"
    assert mine[-1] == "filing.revoke"
    assert school[-2:] == ["user_filing.invalidate", "user_filing.end"]


def test_sixteen_approvers_at_once_give_numbers_without_gaps(registry):
    from approvers import approve_together

    approve_together(registry, "44")
    with registry.database.read() as session:
        assert verify(session).broken_at is None
