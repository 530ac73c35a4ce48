"""Programs with a known answer: what is found in each, from where it is reached, and by which way."""

import importlib.util
import sys
from functools import cache
from pathlib import Path

import pytest
from packages import assemble, built_digests
from programs import ROOT, TWINS, found_lines, read_cases, without_way

from analyzer.catalogue import load_catalogue
from analyzer.extract import extract_facts

CASES = read_cases()
_INTERFACE = "a framework method called through an interface of the app is not matched"
LIMITS = {
    ("test_exactly_the_listed_reads_are_found", "reads/own_interface.hit"): _INTERFACE,
    ("test_level_and_chain_are_as_listed", "reads/own_interface.hit"): _INTERFACE,
    ("test_level_and_chain_are_as_listed", "dialogs/shared_pool.miss"): (
        "callers of one method are not told apart: the level is right, the chain leaves out the click"
    ),
}
"""Known limits, said here until they are mended: such a test must fail."""
TWIN_CASES = [pytest.param(case, twin, id=f"{case.id}.{twin}") for case in CASES for twin in TWINS]


@pytest.fixture
def limit(request, case, twin):
    """Expect the failure of a known limit."""
    reason = LIMITS.get((request.function.__name__, f"{case.id}.{twin}"))
    if reason is not None:
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))


@cache
def facts_of(case_id, twin, folder):
    case = next(one for one in CASES if one.id == case_id)
    path = folder / f"{case.family}.{case.name}.{twin}.apk"
    path.write_bytes(assemble(case, twin))
    return extract_facts(path, load_catalogue())


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("reach")


@pytest.mark.parametrize(("case", "twin"), TWIN_CASES)
@pytest.mark.usefixtures("limit")
def test_exactly_the_listed_reads_are_found(case, twin, folder):
    expected = case.expected(twin)
    found = found_lines(facts_of(case.id, twin, folder), expected)
    assert sorted(map(without_way, found)) == sorted(map(without_way, expected)), case.header["shows"]


@pytest.mark.parametrize(("case", "twin"), TWIN_CASES)
@pytest.mark.usefixtures("limit")
def test_level_and_chain_are_as_listed(case, twin, folder):
    expected = case.expected(twin)
    assert found_lines(facts_of(case.id, twin, folder), expected) == expected, case.header["shows"]


@pytest.mark.parametrize(("case", "twin"), [one for one in TWIN_CASES if one.values[0].coverage("hit") is not None])
def test_what_was_not_followed_is_said(case, twin, folder):
    codes = sorted({one.code for one in facts_of(case.id, twin, folder).coverage.reasons})
    assert codes == sorted(case.coverage(twin))


@pytest.mark.parametrize(("case", "twin"), TWIN_CASES)
def test_twins_differ_in_what_is_expected(case, twin):
    assert case.expected("hit") != case.expected("miss"), "the twins show nothing"


@pytest.fixture(scope="module")
def build():
    spec = importlib.util.spec_from_file_location("reach_build", Path(ROOT) / "build.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("family", sorted({case.family for case in CASES}))
def test_built_programs_are_of_these_sources(family, build):
    sources = built_digests(family)
    cases = [case for case in CASES if case.family == family]
    stale = [f"{case.name}.{twin}" for case in cases for twin in TWINS if not build.is_current(case, twin, sources)]
    assert not stale, f"run python tests/reach/build.py {family}"
    assert set(sources) == {f"{case.name}.{twin}" for case in cases for twin in TWINS}


@pytest.mark.network
@pytest.mark.parametrize("family", sorted({case.family for case in CASES}))
def test_rebuilding_gives_the_same_bytes(family, build):
    assert build.main(["--check", family]) == 0


def test_there_are_at_least_150_pairs():
    assert len(CASES) >= 150
