"""Class files translated by us lead to the same reads, levels and chains as the files that Debian's dexer makes."""

import importlib.util
import shutil
import sys
from pathlib import Path

import packages
import pytest
from programs import ROOT, TWINS, found_lines, read_cases

from analyzer.catalogue import load_catalogue
from analyzer.dex.classfile import dex_of_classes
from analyzer.extract import extract_facts

pytestmark = [pytest.mark.network, pytest.mark.timeout(600)]
FAMILIES = ("actors", "consent", "constants", "dialogs")


@pytest.fixture(scope="module")
def classes(tmp_path_factory):
    """Compile the cases; returns the folder with a folder of class files for each twin."""
    if shutil.which("javac") is None:
        pytest.skip("javac is not installed")
    spec = importlib.util.spec_from_file_location("reach_class_build", Path(ROOT) / "build.py")
    build = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = build
    spec.loader.exec_module(build)
    work = tmp_path_factory.mktemp("classes")
    samples = build.sample_tools()
    try:
        build.compile_java([(case, twin) for case in CASES for twin in TWINS], work, samples.find_tools())
    except samples.BuildError as error:
        pytest.skip(str(error))
    return work / "classes"


CASES = [case for case in read_cases(FAMILIES) if case.language == "java"]


@pytest.mark.parametrize("family", FAMILIES)
def test_translated_class_files_give_the_expected_chains(family, classes, tmp_path, monkeypatch):
    different = {}
    for case in CASES:
        for twin in TWINS if case.family == family else ():
            files = sorted((classes / f"{case.id}.{twin}").rglob("*.class"))
            made = dex_of_classes([(one.name, one.read_bytes()) for one in files], "classes.dex")
            assert made.problems == ()
            lines = []
            for built in (dict(made.files), packages.built_dex(case, twin)):
                with monkeypatch.context() as patch:
                    patch.setattr(packages, "built_dex", lambda *_, built=built: built)
                    path = tmp_path / "app.apk"
                    path.write_bytes(packages.assemble(case, twin))
                facts = extract_facts(path, load_catalogue())
                codes = sorted({one.code for one in facts.coverage.reasons})
                lines.append((found_lines(facts, case.expected(twin)), codes))
            if lines[0] != lines[1]:
                different[f"{case.id}.{twin}"] = lines
    assert different == {}
