import json
import os
from dataclasses import replace

import pytest
from apks import make_apk

import analyzer
from analyzer.model import CoverageReason, UnreadableInputError
from analyzer.sandbox import Limits, cache, run_extraction
from analyzer.sandbox.cache import FactsCache


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "eduaudit" / "facts"


@pytest.fixture
def apk(tmp_path):
    path = tmp_path / "a.apk"
    path.write_bytes(make_apk())
    return path


@pytest.fixture
def facts(apk):
    return run_extraction(apk)


def of(path, rules="r", **limits):
    return FactsCache(path, rules, Limits(**limits))


def bare(facts):
    return replace(facts, seconds={}, peak_memory=None)


def test_kept_facts_are_found_again_under_the_present_name(home, apk, facts):
    assert of(apk).find() is None
    of(apk).keep(facts)
    assert bare(of(apk).find()) == bare(facts)
    other = apk.with_name("b.apk")
    other.write_bytes(apk.read_bytes())
    assert of(other).find().artifact.name == "b.apk"


def test_other_content_rules_limits_ending_engine_or_code_find_nothing(home, apk, facts, monkeypatch):
    of(apk).keep(facts)
    assert of(apk, rules="other").find() is None
    assert of(apk, entries=7).find() is None
    renamed = apk.with_suffix(".jar")
    renamed.write_bytes(apk.read_bytes())
    assert of(renamed).find() is None
    changed = apk.with_name("c.apk")
    changed.write_bytes(apk.read_bytes() + b"x")
    assert of(changed).find() is None
    with monkeypatch.context() as context:
        context.setattr(cache, "ENGINE", "static/none")
        assert of(apk).find() is None
    with monkeypatch.context() as context:
        context.setattr(cache, "_code_version", lambda: "another")
        assert of(apk).find() is None
    assert of(apk).find() is not None


def test_facts_about_another_package_are_never_kept(home, apk, facts):
    """What a child that was taken over claims reaches no entry but that of the package it was given."""
    lie = replace(facts, artifact=replace(facts.artifact, sha256="f" * 64))
    of(apk).keep(lie)
    assert of(apk).find() is None
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    ("code", "detail", "kept"),
    [
        ("analyser_crashed", "dex: ValueError: x", False),
        ("limit_reached", "analysis took longer than 120 seconds", False),
        ("limit_reached", "analysis took more than 120 seconds of CPU time", False),
        ("limit_reached", "signatures: more than 1,000 bytes of memory", False),
        ("limit_reached", "more than 500 DEX files", True),
        ("packed", "some packer", True),
    ],
)
def test_what_another_run_might_do_better_is_not_kept(home, apk, facts, code, detail, kept):
    reason = CoverageReason(code=code, detail=detail)
    of(apk).keep(replace(facts, coverage=replace(facts.coverage, complete=False, reasons=(reason,))))
    assert (of(apk).find() is not None) is kept


def test_an_altered_cut_or_planted_entry_is_not_believed(home, apk, facts):
    of(apk).keep(facts)
    (entry,) = home.iterdir()
    whole = entry.read_bytes()
    for damaged in (b"", b"{}", whole[:-1], whole[:80] + bytes([whole[80] ^ 1]) + whole[81:], whole + b"x", b"\xff\n"):
        entry.write_bytes(damaged)
        assert of(apk).find() is None
    entry.write_bytes(whole)
    assert of(apk).find() is not None
    (home / entry.name).write_bytes(whole)
    other = apk.with_name("d.apk")
    other.write_bytes(apk.read_bytes() + b"x")
    entry.rename(home / of(other)._key)
    assert of(other).find() is None


def test_a_folder_that_others_may_write_to_is_not_used(home, apk, facts):
    home.mkdir(parents=True)
    home.chmod(0o777)
    of(apk).keep(facts)
    assert list(home.iterdir()) == []


def test_entries_are_private_and_the_oldest_go_first(home, apk, facts, monkeypatch):
    for number in range(3):
        path = apk.with_name(f"{number}.apk")
        path.write_bytes(apk.read_bytes() + bytes(number))
        one = of(path)
        one.keep(replace(facts, artifact=replace(facts.artifact, sha256=one.sha256)))
        os.utime(home / one._key, (number, number))
    size = max(entry.stat().st_size for entry in home.iterdir())
    monkeypatch.setattr(cache, "MOST_BYTES", 2 * size + 10)
    of(apk).keep(facts)
    assert {entry.name for entry in home.iterdir()} == {of(apk.with_name("2.apk"))._key, of(apk)._key}
    assert home.stat().st_mode & 0o077 == 0


def test_a_disk_that_takes_nothing_is_no_error(home, apk, facts):
    of(apk)
    home.rmdir()
    home.write_text("a file")
    kept = of(apk)
    kept.keep(facts)
    assert kept.find() is None


def test_audit_asks_and_fills_the_cache_only_when_told(home, apk, monkeypatch):
    first = analyzer.audit(apk)
    assert not home.exists()
    second = analyzer.audit(apk, cached=True)
    third = analyzer.audit(apk, cached=True)
    assert "cached" not in second.run.seconds
    assert "cached" in third.run.seconds
    plain = [json.loads(report.dump()) for report in (first, second, third)]
    for one in plain:
        del one["run"]
    assert plain[0] == plain[1] == plain[2]


def test_a_missing_file_is_told_as_ever(home, tmp_path):
    with pytest.raises(UnreadableInputError, match="No such file"):
        analyzer.audit(tmp_path / "absent.apk", cached=True)
