import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from analyzer.extract.forked import Forked, ForkedError, ForkedMemoryError

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def in_child(code):
    """Run code in a process of one thread, as the sandbox's child is."""
    head = "import os, sys, time, signal\nfrom analyzer.extract.forked import *\n"
    done = subprocess.run(
        [sys.executable, "-c", head + textwrap.dedent(code)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""
    return done.stdout


def test_the_answer_comes_back_whole():
    assert in_child("print(len(Forked(lambda: b'x' * 3_000_000, 1 << 22).answer()))") == "3000000\n"


def test_what_the_copy_prints_goes_nowhere():
    assert in_child("print(Forked(lambda: (print('inside', flush=True), b'ok')[1], 99).answer())") == "b'ok'\n"


@pytest.mark.parametrize(
    ("work", "error"),
    [
        ("lambda: (_ for _ in ()).throw(MemoryError)", "ForkedMemoryError: out of memory"),
        ("lambda: 1 / 0", "ForkedError: ended with exit code 22"),
        ("lambda: sys.exit(0)", "ForkedError: ended with exit code 22"),
        ("lambda: os.kill(os.getpid(), signal.SIGSEGV)", "ForkedError: ended by signal 11"),
        ("lambda: os._exit(0)", "b''"),
        ("lambda: b'x' * 1000", "ForkedError: more than 99 bytes"),
    ],
)
def test_a_copy_that_fails_is_told(work, error):
    code = f"""
    try:
        print(Forked({work}, 99).answer())
    except ForkedError as error:
        print(f"{{type(error).__name__}}: {{error}}")
    """
    assert in_child(code) == error + "\n"


def test_a_cancelled_copy_leaves_no_process():
    assert in_child("""
    forked = Forked(lambda: time.sleep(60), 99)
    forked.cancel()
    try:
        os.waitpid(-1, 0)
    except ChildProcessError:
        print("none")
    """) == "none\n"  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux only")
def test_the_copy_dies_with_the_first_process(tmp_path):
    told = tmp_path / "pid"
    in_child(f"""
    forked = Forked(lambda: (open({str(told)!r}, 'w').write(str(os.getpid())), time.sleep(60)), 99)
    while not (os.path.exists({str(told)!r}) and os.path.getsize({str(told)!r})):
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGKILL)
    """)
    pid = int(told.read_text())
    for _ in range(500):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    pytest.fail("it outlived it")


def test_errors_are_of_one_family():
    assert issubclass(ForkedMemoryError, ForkedError)
    assert Forked.__doc__
