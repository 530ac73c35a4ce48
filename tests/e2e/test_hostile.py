"""Hostile packages through the real extractor and judge: what is readable is read, what is not is said, the trick too.

`tests/support/hostile.py` makes each of them.
"""

import json
import os
import re
import subprocess
import sys

import pytest
from hostile import tricks

from analyzer import report_of, sandbox
from analyzer.catalogue import load_catalogue
from analyzer.cli.root import main
from analyzer.extract import extract_facts
from analyzer.model import Facts, UnreadableInputError
from analyzer.render import render
from analyzer.sandbox import prepared

TRICKS = tricks()
UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Characters that must never reach a terminal, a page or a file as they are (line feeds and tabs are layout)."""
THROUGH_THE_COMMAND = (
    "truncated central directory",
    "false end record of an empty archive in the comment",
    "no end record",
    "100,001 entries",
    "encrypted flag on every entry",
    "name with newline",
    "150 MB of zeros as second DEX",
    "manifest: hostile texts",
    "manifest: nested 3,000 deep",
    "signing block: v3 with a length of 4 GB",
    "XAPK whose packages are all damaged",
)


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


class Here:
    """An extraction that has already been done in this process, in place of one in a process of its own."""

    def __init__(self, outcome):
        self.outcome = outcome

    def result(self, ended=None):
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def cancel(self):
        pass


@pytest.fixture
def command(capfdbinary, monkeypatch):
    """Return the real `eduaudit audit` as a function of file, form, language and what extraction came to."""
    monkeypatch.setenv("EDUAUDIT_NO_CACHE", "1")
    monkeypatch.setattr(prepared, "prepare", lambda: None)

    def run(path, form, lang, outcome):
        monkeypatch.setattr(sandbox, "start_extraction", lambda path, limits: Here(outcome), raising=False)
        status = main(["audit", str(path), "--format", form, "--lang", lang])
        return status, *(one.decode() for one in capfdbinary.readouterr())

    return run


@pytest.mark.parametrize("name", TRICKS)
def test_trick_is_survived_and_said(tmp_path, catalogue, command, name):
    trick = TRICKS[name]()
    path = tmp_path / "input.apk"
    path.write_bytes(trick.data)
    if trick.refused:
        with pytest.raises(UnreadableInputError, match=trick.refused) as raised:
            extract_facts(path, catalogue)
        assert "\n" not in str(raised.value)
        for form in ("json", "terminal"):
            status, out, err = command(path, form, "zh", raised.value)
            assert (status, out, len(err.splitlines())) == (2, "", 1)
        return
    facts = extract_facts(path, catalogue)
    assert {one.code for one in facts.anomalies} >= set(trick.anomalies)
    assert {one.code for one in facts.coverage.reasons} == set(trick.reasons)
    assert facts.coverage.complete == (not trick.reasons)
    assert (facts.app.package, facts.coverage.classes) == (trick.package, trick.classes)
    if trick.label:
        assert facts.app.label == trick.label
    report = report_of(Facts(static=facts))
    if trick.finding:
        (found,) = [one for one in report.findings if one.rule == trick.finding]
        assert {one.where for one in found.evidence} >= set(trick.anomalies) - {"duplicate_entry", "data_prefix"}
    if trick.reasons:
        assert report.summary.verdict != "nothing_found"
    for lang in ("zh", "en"):
        assert not UNSHOWN.search(re.sub(r"\x1b\[[0-9;]*m", "", render(report, "terminal", lang)))
        page = render(report, "html", lang)
        assert not UNSHOWN.search(page)
        assert "<script>alert(1)" not in page
    status, out, err = command(path, "json", "zh", facts)
    assert status in {0, 1}
    assert "Traceback" not in err
    assert json.loads(out)["coverage"]["complete"] == (not trick.reasons)
    status, out, err = command(path, "terminal", "en", facts)
    assert status in {0, 1}
    assert "Traceback" not in out + err
    assert not UNSHOWN.search(re.sub(r"\x1b\[[0-9;]*m", "", out))
    assert ("incomplete: nothing found does not mean" in " ".join(out.split())) == bool(trick.reasons)
    for text in strings(json.loads(render(report, "json"))):
        assert not UNSHOWN.search(text)
        assert "\n" not in text


@pytest.mark.parametrize("name", THROUGH_THE_COMMAND)
def test_command_ends_in_order_on_a_trick(tmp_path, name):
    trick = TRICKS[name]()
    path = tmp_path / "input.apk"
    path.write_bytes(trick.data)
    done = subprocess.run(
        [sys.executable, "-m", "analyzer", "audit", str(path), "--format", "json"],
        check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120,
        env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    if trick.refused:
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    else:
        assert done.returncode in {0, 1}
        assert json.loads(done.stdout)["coverage"]["complete"] == (not trick.reasons)
    assert list(tmp_path.iterdir()) == [path]
