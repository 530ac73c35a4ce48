import os
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest

from analyzer.dex import load
from analyzer.dex.query import Query
from analyzer.dex.sites import PlainSites, hits_of, plain_sites
from analyzer.extract.aside import Aside
from analyzer.extract.swept import SweptCode
from analyzer.model import Endpoint, read_record, record_json

SAMPLE = Path(__file__).parents[2] / "samples" / "campus" / "campus.apk"
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def in_child(code):
    """Run code in a process of one thread, as the sandbox's child is."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stderr == ""
    return done.stdout


HEAD = """
import os, signal, sys
from analyzer.extract.aside import Aside
from analyzer.extract.swept import SweptCode
me = os.getpid()
"""


def test_without_a_copy_the_work_is_done_when_it_is_asked_for():
    done = []
    aside = Aside(SweptCode, lambda: done.append(1) or SweptCode(seconds={}, hosts=("a.cn",)), fork=False)
    assert not done
    assert aside.answer().hosts == ("a.cn",)
    assert done == [1]


@needs_fork
def test_a_copy_answers_with_an_equal_record():
    code = """
    aside = Aside(SweptCode, lambda: SweptCode(seconds={"x": 1.5}, hosts=("一.cn", str(os.getpid() == me))), fork=True)
    print(aside.is_copy, ascii(aside.answer().hosts))
    """
    assert in_child(HEAD + textwrap.dedent(code)) == "True ('\\u4e00.cn', 'False')\n"


@needs_fork
@pytest.mark.parametrize("end", ["os.kill(os.getpid(), signal.SIGSEGV)", "sys.exit(3)", "1 / 0", "os._exit(0)"])
def test_what_a_copy_fails_at_is_done_here(end):
    code = f"""
    def work():
        if os.getpid() != me:
            {end}
        return SweptCode(seconds={{}}, hosts=("here",))
    print(Aside(SweptCode, work, fork=True).answer().hosts)
    """
    assert in_child(HEAD + textwrap.dedent(code)) == "('here',)\n"


@needs_fork
def test_half_a_surrogate_pair_is_never_replaced():
    code = """
    work = lambda: SweptCode(seconds={}, hosts=("a\\ud800b",))
    print(ascii(Aside(SweptCode, work, fork=True).answer().hosts))
    """
    assert in_child(HEAD + textwrap.dedent(code)) == "('a\\ud800b',)\n"


@needs_fork
def test_copies_or_none_find_the_same():
    code = f"""
    from dataclasses import replace
    from pathlib import Path
    from analyzer.catalogue import load_catalogue
    from analyzer.extract.run import extract
    from analyzer.model import record_json
    facts = [extract(Path({str(SAMPLE)!r}), load_catalogue(), fork=fork) for fork in (True, False)]
    texts = [record_json(replace(one, seconds={{}}, peak_memory=0)) for one in facts]
    print(texts[0] == texts[1], len(facts[0].accesses) > 5)
    """
    assert in_child(HEAD + textwrap.dedent(code)) == "True True\n"


@needs_fork
def test_sdks_that_cannot_be_looked_for_are_a_reason_and_cost_nothing_else():
    code = f"""
    from pathlib import Path
    from analyzer.catalogue import load_catalogue
    from analyzer.extract import run, swept
    def fail(*inputs, **named):
        raise RuntimeError("none today")
    run.sdks.find_sdks = fail
    for fork in (True, False):
        found = run.extract(Path({str(SAMPLE)!r}), load_catalogue(), fork=fork)
        print([one.detail for one in found.coverage.reasons if one.code == "analyser_crashed"])
        print(found.sdks, len(found.accesses) > 5, any(one.level != "present" for one in found.accesses))
    def sweep_failed(*inputs):
        raise RuntimeError("no sites")
    swept.plain_sites = sweep_failed
    run.sdks.find_sdks = lambda *inputs, **named: print("looked for in", os.getpid() == me) or ()
    run.extract(Path({str(SAMPLE)!r}), load_catalogue(), fork=True)
    """
    lines = ["['sdks: RuntimeError: none today']", "() True True"]
    assert in_child(HEAD + textwrap.dedent(code)).splitlines() == [*lines, *lines, "looked for in True"]


def test_sites_survive_the_way_between_processes():
    with zipfile.ZipFile(SAMPLE) as archive:
        files = [(name, archive.read(name)) for name in archive.namelist() if name.endswith(".dex")]
    index = load(files)
    own = sorted(name for name in index.class_names() if "/" in name)[:3]
    hits = index.find(Query(types=frozenset(own), strings=frozenset({"android_id"}), prefixes=frozenset({"http"})))
    again, plain = load(files), plain_sites(hits.sites)
    sent = hits_of(again, read_record(PlainSites, record_json(plain)))
    assert {"string", "type"} <= {site.kind for site in sent.sites}
    assert plain_sites(sent.sites) == plain
    assert all(one.flow is again.flow for one in sent.sites)


def test_a_record_with_endpoints_is_read_back():
    row = Endpoint(host="a.cn", scheme="https", url="https://a.cn", found_in="x", recipient=None, country=None)
    one = SweptCode(seconds={}, endpoints=(row,))
    assert read_record(SweptCode, record_json(one)) == one
