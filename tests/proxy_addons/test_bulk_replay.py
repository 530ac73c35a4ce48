import os
import signal
from concurrent.futures import ProcessPoolExecutor, wait

import pytest
from mitmproxy.io import tnetstring
from mitmproxy.test import tflow, tutils

from proxy_addons import bulk
from proxy_addons.pipeline import Examination
from proxy_addons.replay import read_captures
from proxy_addons.sources.capture import open_capture


@pytest.fixture
def capture(tmp_path, monkeypatch):
    monkeypatch.setattr(bulk, "WORTH", 0)
    monkeypatch.setattr(bulk, "BATCH", 4000)
    bodies = [b'{"imei":"490154203237518","n":%d}' % number if number % 3 else b"x" * number for number in range(40)]
    flows = [tflow.tflow(req=tutils.treq(method=b"POST", content=body), resp=True) for body in bodies]
    path = tmp_path / "a.flow"
    path.write_bytes(b"".join(tnetstring.dumps(flow.get_state()) for flow in flows))
    return path


def test_several_processes_find_what_one_does(capture, profile):
    one = read_captures([capture], profile, jobs=1)
    assert one.transmissions[0].count > 20
    assert read_captures([capture], profile, jobs=2) == one


def test_a_cut_tail_is_told_last(capture, profile):
    capture.write_bytes(capture.read_bytes()[:-10])
    one = read_captures([capture], profile, jobs=1)
    assert [row.code for row in one.not_analysed] == ["capture_truncated"]
    assert read_captures([capture], profile, jobs=2) == one


class Watchful(ProcessPoolExecutor):
    """A pool that has noticed every death before it is given more."""

    def submit(self, fn, /, *args, **kwargs):
        future = super().submit(fn, *args, **kwargs)
        wait([future])
        return future


@pytest.mark.parametrize("pool", [ProcessPoolExecutor, Watchful])
def test_a_flow_that_kills_a_process_costs_itself(capture, catalogue, profile, monkeypatch, pool):
    monkeypatch.setattr(bulk, "ProcessPoolExecutor", pool)
    examination = Examination(catalogue, profile)
    look, deadly = examination.examiner.look, [item.flow for item in open_capture(capture).messages()][14]
    mother = os.getpid()

    def fatal(item):
        if item.flow == deadly and os.getpid() != mother:
            os.kill(os.getpid(), signal.SIGKILL)
        return look(item)

    examination.examiner.look = fatal
    examination.enter(bulk.examine_file(examination.examiner, capture, 2), str(capture))
    facts = examination.facts(["0" * 64])
    (row,) = facts.not_analysed
    assert (row.code, row.request_id) == ("analyser_error", deadly)
    assert facts.flows == 39


def test_a_small_capture_or_a_busy_process_is_left_to_one(capture, monkeypatch):
    monkeypatch.setattr(bulk.threading, "active_count", lambda: 1)  # other tests may have left a thread
    monkeypatch.setattr(bulk, "WORTH", 1 << 30)
    assert bulk.worth_it(capture, 4) == 1
    monkeypatch.setattr(bulk, "WORTH", 0)
    assert bulk.worth_it(capture, 4) == 4
    monkeypatch.setattr(bulk.threading, "active_count", lambda: 2)
    assert bulk.worth_it(capture, 4) == 1
