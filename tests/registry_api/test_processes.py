"""Several server processes: rates that they count together, and a family that replaces who dies."""

import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.model import EduauditError
from registry_api.accounts import shared_throttle
from registry_api.accounts.shared_throttle import SharedThrottle
from registry_api.processes import listen_many


@pytest.fixture
def moment(monkeypatch):
    clock = {"us": 10**12}
    monkeypatch.setattr(shared_throttle, "_microseconds", lambda: clock["us"])
    return clock


@given(
    limit=st.integers(1, 6),
    steps=st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 30_000_000)), max_size=60),
)
@settings(max_examples=60, deadline=None)
def test_no_client_passes_more_than_its_rate_in_any_window(limit, steps):
    throttle, passed, original = SharedThrottle(64), [], shared_throttle._microseconds
    clock = 10**12
    try:
        shared_throttle._microseconds = lambda: clock
        for who, pause in steps:
            clock += pause
            if throttle.hit(f"{limit}/minute", "x", who):
                passed.append((who, clock))
    finally:
        shared_throttle._microseconds = original
    for who, begin in passed:
        assert sum(name == who and begin <= when < begin + 60_000_000 for name, when in passed) <= limit


def test_a_client_comes_in_again_after_the_seconds_that_it_is_told(moment):
    throttle = SharedThrottle(64)
    assert [throttle.hit("3/minute", "x", "a") for _ in range(4)] == [True, True, True, False]
    wait = throttle.wait("3/minute", "x", "a")
    assert 60 <= wait <= 69
    assert throttle.free("3/minute", "x", "b")
    moment["us"] += (wait - 5) * 1_000_000
    assert not throttle.free("3/minute", "x", "a")
    moment["us"] += 5_000_000
    assert throttle.hit("3/minute", "x", "a")


def test_more_clients_than_places_forget_the_one_that_was_away_for_longest(moment):
    throttle = SharedThrottle(8)
    for number in range(8):
        moment["us"] += 1_000_000
        assert throttle.hit("1/minute", "x", str(number))
    moment["us"] += 1
    assert throttle.hit("1/minute", "x", "new")
    assert sum(throttle.free("1/minute", "x", str(number)) for number in range(1, 8)) <= 1


def test_processes_count_together():
    throttle = SharedThrottle(64)
    context = multiprocessing.get_context("fork")
    results = [throttle.hit("10/minute", "x", "a") for _ in range(4)]
    workers = [context.Process(target=_hits, args=(throttle,)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert all(results)
    assert not throttle.free("10/minute", "x", "a")


def _hits(throttle):
    for _ in range(3):
        throttle.hit("10/minute", "x", "a")


def test_a_port_that_is_served_is_not_shared():
    taken = listen_many("127.0.0.1", 0, 2)
    port = taken[0].getsockname()[1]
    assert {item.getsockname()[1] for item in taken} == {port}
    with pytest.raises(EduauditError, match="choose another with --port"):
        listen_many("127.0.0.1", port, 2)
    for item in taken:
        item.close()


def test_two_processes_serve_are_replaced_and_end_together(tmp_path):
    environ = {**os.environ, "EDUAUDIT_PUBLIC_RATE": "12/minute"}
    command = [sys.executable, "-m", "analyzer", "registry", "serve", "--data", str(tmp_path / "d"), "--port", "0"]
    server = subprocess.Popen(
        [*command, "--processes", "2", "--no-worker"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environ,
    )
    try:
        line = next(line for line in server.stdout if "registry at" in line)
        url = re.search(r"http://[0-9.:]+", line).group()
        first = _children(server.pid)
        assert len(first) == 2
        codes = [httpx.get(url + "/api/v1/public/apps?package=a").status_code for _ in range(20)]
        assert codes == [200] * 12 + [429] * 8
        os.kill(first[0], signal.SIGKILL)
        deadline = time.monotonic() + 30
        while len(set(_children(server.pid)) - {first[0]}) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(set(_children(server.pid)) - {first[0]}) == 2
        for _ in range(4):
            assert httpx.get(url + "/api/v1/health").json()["status"] == "ok"
        assert httpx.get(url + "/api/v1/public/apps?package=a").status_code == 429
    finally:
        family = _children(server.pid)
        server.terminate()
        assert server.wait(40) == 0
        server.stdout.close()
    assert not any(Path(f"/proc/{pid}").exists() for pid in family)


def _children(pid):
    return [int(item) for item in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
