import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from apks import Member, make_apk, make_zip, members

from analyzer.model import UnreadableInputError
from analyzer.sandbox import Extraction, Limits, run_extraction
from analyzer.sandbox.protocol import read_request, request


def child(code):
    return ("-c", code)


def run(path, code, limits=None):
    return Extraction(path, limits or Limits(), child("import sys, os, time\n" + code)).result()


@pytest.fixture
def apk(tmp_path):
    path = tmp_path / "a.apk"
    path.write_bytes(make_apk())
    return path


def reason(facts):
    assert facts.coverage.complete is False
    (one,) = facts.coverage.reasons
    return one.code, one.detail


def test_request_survives_the_way(tmp_path):
    path, limits = read_request(request(tmp_path / "a\n\u202e.apk", Limits(entries=7)))
    assert path == tmp_path / "a\n\u202e.apk"
    assert limits == Limits(entries=7)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("os.abort()", "SIGABRT"),
        ("os.kill(os.getpid(), 11)", "SIGSEGV"),
        ("raise SystemError", "exit code 1"),
        ("print('{}')", "no valid facts"),
        ("print('half', end=''); sys.stdout.flush(); os._exit(0)", "no valid facts"),
        ("os.close(0); os._exit(9)", "exit code 9"),
    ],
)
def test_crash_gives_facts_that_say_so_and_keep_the_identity(apk, code, told):
    facts = run(apk, code)
    assert facts.artifact.size == apk.stat().st_size
    assert facts.artifact.name == "a.apk"
    assert len(facts.artifact.sha256) == 64
    kind, detail = reason(facts)
    assert kind == "analyser_crashed"
    assert told in detail


def test_time_out_ends_even_a_child_that_ignores_the_request(apk):
    started = time.monotonic()
    facts = run(
        apk,
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: time.sleep(1)",
        Limits(wall_seconds=0.5),
    )
    assert reason(facts) == ("limit_reached", "analysis took longer than 0.5 seconds")
    assert time.monotonic() - started < 60


def test_flood_of_output_is_cut(apk):
    facts = run(apk, "sys.stdout.write('x' * 5_000_000)", Limits(result_bytes=1_000_000))
    assert reason(facts) == ("limit_reached", "facts larger than 1,000,000 bytes")


def test_lack_of_memory_is_told(apk):
    facts = run(apk, "sys.exit(21)")
    assert reason(facts) == ("limit_reached", "analysis needed more than 4,294,967,296 bytes of memory")


def test_real_child_under_too_little_memory_says_so_or_that_it_ended(apk):
    facts = run_extraction(apk, Limits(memory_bytes=48 << 20))
    kind, _ = reason(facts)
    assert kind in {"limit_reached", "analyser_crashed"}


def test_unreadable_input_is_one_line(tmp_path):
    path = tmp_path / "a.apk"
    path.write_bytes(b"%PDF-1.7\n")
    with pytest.raises(UnreadableInputError, match=r"a\.apk: not a ZIP archive"):
        run_extraction(path)
    with pytest.raises(UnreadableInputError, match="No such file"):
        run_extraction(tmp_path / "missing.apk")
    with pytest.raises(UnreadableInputError, match="directory"):
        run_extraction(tmp_path)


def test_nothing_secret_and_no_proxy_reaches_the_child(apk, monkeypatch):
    for name in ("HTTP_PROXY", "https_proxy", "AWS_SECRET_ACCESS_KEY", "EDUAUDIT_KEY"):
        monkeypatch.setenv(name, "leak")
    told = run(apk, "open(os.path.join(os.environ['TMPDIR'], 'x'), 'w'); sys.exit(40 + ('leak' in str(os.environ)))")
    assert "exit code 40" in reason(told)[1]


def test_child_has_its_limits(apk):
    code = (
        "from analyzer.sandbox.child import _confine\nfrom analyzer.sandbox import Limits\nimport pathlib, resource as r\n"
        f"_confine(pathlib.Path({str(apk)!r}), Limits(cpu_seconds=9, open_files=33), os.getppid())\n"
        "ok = (r.getrlimit(r.RLIMIT_CPU), r.getrlimit(r.RLIMIT_NOFILE), r.getrlimit(r.RLIMIT_CORE))"
        " == ((9, 9), (33, 33), (0, 0)) and r.getrlimit(r.RLIMIT_AS)[0] < 5 << 30\n"
        "sys.exit(40 + ok)"
    )
    assert "exit code 41" in reason(run(apk, code))[1]


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux only")
def test_child_dies_with_its_parent(apk, tmp_path):
    pid_file = tmp_path / "pid"
    child_code = (
        "import os, pathlib, time; from analyzer.sandbox.child import _confine; from analyzer.sandbox import Limits\n"
        f"_confine(pathlib.Path({str(apk)!r}), Limits(), os.getppid())\n"
        f"pathlib.Path({str(pid_file)!r}).write_text(str(os.getpid())); time.sleep(60)"
    )
    parent_code = (
        "import pathlib; from analyzer.sandbox import Extraction, Limits\n"
        f"Extraction(pathlib.Path({str(apk)!r}), Limits(), ('-c', {child_code!r})).result()"
    )
    parent = subprocess.Popen([sys.executable, "-c", parent_code], env={**os.environ, "PYTHONPATH": str(Path.cwd())})
    try:
        for _ in range(600):
            if pid_file.exists() and pid_file.read_text():
                break
            time.sleep(0.05)
        pid = int(pid_file.read_text())
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    for _ in range(200):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except FileNotFoundError:
            return
        if state == "Z":
            return
        time.sleep(0.05)
    pytest.fail("the child outlived its parent")


def test_cancelled_extraction_leaves_no_process(apk):
    extraction = Extraction(apk, Limits(), child("import time; time.sleep(60)"))
    pid = extraction._process.pid
    extraction.cancel()
    assert extraction._process.returncode is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_bomb_behind_a_small_file_is_refused_in_little_memory(tmp_path):
    path = tmp_path / "bomb.apk"
    path.write_bytes(make_zip([*members(), Member(b"classes2.dex", bytes(200 << 20))]))
    assert path.stat().st_size < 300_000
    facts = run_extraction(path)
    assert facts.coverage.complete is False
    assert "limit_reached" in {one.code for one in facts.coverage.reasons}
    assert facts.peak_memory < 200 << 20


def test_result_equals_an_extraction_in_this_process(apk):
    from analyzer.catalogue import load_catalogue
    from analyzer.extract import extract_facts

    there = replace(run_extraction(apk), seconds={}, peak_memory=None)
    here = replace(extract_facts(apk, load_catalogue()), seconds={}, peak_memory=None)
    assert there == here


def test_a_prepared_child_takes_the_next_request(apk):
    from analyzer.sandbox import dismiss, prepare
    from analyzer.sandbox.prepared import _waiting

    prepare()
    (waiting,) = _waiting
    extraction = Extraction(apk, Limits())
    assert extraction._process is waiting
    assert extraction.result().coverage.dex_files == 1
    assert not _waiting
    dismiss()


def test_a_prepared_child_that_is_not_asked_ends():
    from analyzer.sandbox import dismiss, prepare
    from analyzer.sandbox.prepared import _waiting

    prepare()
    (waiting,) = _waiting
    dismiss()
    assert waiting.returncode is not None
    assert not Path(waiting.scratch).exists()
    waiting = type(waiting)(("-c", "import sys; sys.exit(len(sys.stdin.read()))"), {})
    waiting.send(b"")
    waiting.read(lambda chunk: None, 60)
    assert waiting.returncode == 0
    waiting.close()


def test_what_fails_beside_the_code_costs_that_alone(apk, monkeypatch):
    from analyzer.catalogue import load_catalogue
    from analyzer.extract import run as module

    whole = module.extract(apk, load_catalogue())
    for error, code in (
        (module.ForkedError("ended by signal 11"), "analyser_crashed"),
        (module.ForkedMemoryError("out of memory"), "limit_reached"),
    ):

        class Failing:
            def __init__(self, work, most):
                pass

            def answer(self):
                raise error  # noqa: B023  # used at once

        monkeypatch.setattr(module, "Forked", Failing)
        facts = module.extract(apk, load_catalogue(), fork=True)
        assert facts.artifact == whole.artifact
        assert facts.accesses == whole.accesses
        assert facts.coverage.complete is False
        assert code in {reason.code for reason in facts.coverage.reasons}
        assert facts.app.signers == ()
        assert "signature_missing" not in {anomaly.code for anomaly in facts.anomalies}
