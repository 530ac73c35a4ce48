import json
import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from registry_api.audits import runs
from registry_api.audits.models import AuditRun
from registry_api.jobs.dbos_jobs import APPLICATION_VERSION, DbosJobs, JsonSerializer
from registry_api.jobs.port import Job
from registry_api.jobs.worker import BackgroundWorker, worker_slot
from registry_api.registry import Registry

CONFTEST = Path(__file__).with_name("conftest.py")

SERVER = """
import importlib.util, sys, threading, time
spec = importlib.util.spec_from_file_location("fakes", {conftest!r})
fakes = importlib.util.module_from_spec(spec); spec.loader.exec_module(fakes)
from pathlib import Path
from registry_api.registry import Registry
from registry_api.settings import Settings
from registry_api.jobs.worker import work
analysis = fakes.FakeAnalysis()
if {slow}:
    def extract(path, real=analysis.extract):
        print("extracting", flush=True); time.sleep(120)
    analysis.extract = extract
registry = Registry(Settings(data=Path({data!r}), node="test", lease_seconds={lease}, poll_seconds=0.1), analysis=analysis)
work(registry, threading.Event(), lambda: print("ready", flush=True))
"""


@pytest.fixture
def registry(settings):
    """With the real job engine; the other fixtures follow."""
    from fakes_of_registry import FakeAnalysis  # set below

    made = Registry(settings, analysis=FakeAnalysis())
    yield made
    made.close()


@pytest.fixture(autouse=True, scope="module")
def _fakes():
    import importlib.util

    spec = importlib.util.spec_from_file_location("fakes_of_registry", CONFTEST)
    sys.modules["fakes_of_registry"] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield
    del sys.modules["fakes_of_registry"]


def wait_for(check, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = check()
        if found:
            return found
        time.sleep(0.05)
    pytest.fail("did not happen in time")


def run_of(registry, run_id):
    with registry.database.read() as session:
        return session.get(AuditRun, run_id)


def start(settings, *, slow, lease=60):
    code = SERVER.format(conftest=str(CONFTEST), data=str(settings.data), slow=slow, lease=lease)
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout.readline().strip() == "ready"
    return process


def end(process):
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()


def test_a_job_exists_exactly_when_its_transaction_commits(registry, submitted, api):
    run = submitted({}).json()["audit"]
    assert registry.jobs.status(Job(run, 1)) == "queued"
    with pytest.raises(ZeroDivisionError), registry.database.write() as session:  # noqa: PT012 - the error comes after the write
        registry.jobs.enqueue(session, Job("rolled-back", 1))
        1 / 0  # noqa: B018
    assert registry.jobs.status(Job("rolled-back", 1)) is None
    registry.jobs.cancel(Job(run, 1))
    assert registry.jobs.status(Job(run, 1)) == "done"


def test_jobs_are_json_of_a_fixed_version_and_never_pickle(registry, submitted):
    submitted({})
    with registry.database.read() as session:
        rows = session.execute(
            sa.text(
                "SELECT s.application_version, s.serialization, i.inputs FROM workflow_status s JOIN workflow_input i USING (workflow_uuid)"
            )
        ).all()
    assert [row[0] for row in rows] == [APPLICATION_VERSION]
    for _, kind, inputs in rows:
        assert kind == "eduaudit_json"
        assert json.loads(inputs)["args"]
    with pytest.raises(ValueError):
        JsonSerializer().deserialize(pickle.dumps("x", 0).decode())


def test_the_worker_performs_what_was_submitted(registry, submitted):
    run = submitted({"findings": ["A.B|c|low"]}).json()["audit"]
    with BackgroundWorker(registry):
        wait_for(lambda: run_of(registry, run).state == "succeeded")
    assert run_of(registry, run).worker == "test-0"


def test_two_workers_of_one_machine_have_two_names(registry):
    with worker_slot(registry) as first, worker_slot(registry) as second:
        assert [first, second] == ["test-0", "test-1"]
    with worker_slot(registry) as again:
        assert again == "test-0"


def test_a_run_whose_worker_was_killed_is_done_by_the_next_one(registry, settings, submitted, api):
    run = submitted({"findings": ["A.B|c|low"]}).json()["audit"]
    first = start(settings, slow=True)
    try:
        assert first.stdout.readline().strip() == "extracting"
        wait_for(lambda: run_of(registry, run).state == "running")
    finally:
        end(first)
    assert run_of(registry, run).state == "running"
    second = start(settings, slow=False)
    try:
        done = wait_for(lambda: (found := run_of(registry, run)).state == "succeeded" and found)
    finally:
        end(second)
    assert (done.attempt, done.summary["new"]) == (2, 1)
    assert len(api("GET", f"/audits/{run}/findings").json()["items"]) == 1
    assert api("GET", "/trail/verification").json()["intact"]


def test_another_worker_takes_over_when_the_lease_of_a_stopped_one_ends(registry, settings, submitted, api):
    run = submitted({"findings": ["A.B|c|low"]}).json()["audit"]
    first = start(settings, slow=True, lease=2)
    second = None
    try:
        assert first.stdout.readline().strip() == "extracting"
        os.killpg(first.pid, signal.SIGSTOP)  # hangs, still holding its slot
        second = start(settings, slow=False, lease=2)
        done = wait_for(lambda: (found := run_of(registry, run)).state == "succeeded" and found)
        assert (done.worker, done.attempt) == ("test-1", 2)
    finally:
        end(first)
        if second:
            end(second)
    assert len(api("GET", f"/audits/{run}/findings").json()["items"]) == 1


def test_weekly_jobs_wait_behind_interactive_ones(registry):
    assert runs.queue_of("weekly") == "weekly"
    assert {runs.queue_of(kind) for kind in ("submit", "manual", "traffic", "policy")} == {"interactive"}


def test_the_engine_needs_none_of_its_proprietary_parts(registry):
    from importlib.util import find_spec

    assert isinstance(registry.jobs, DbosJobs)
    assert find_spec("dbos_enterprise") is None
