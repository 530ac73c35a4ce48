import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from apksigner import Apksigner, available

from analyzer.container import Limits
from analyzer.container.androguard_reader import read_with_androguard
from analyzer.container.archive import Archive
from analyzer.container.axml import parse_axml
from analyzer.container.manifest import read_manifest
from analyzer.container.resources import ResourceTable
from analyzer.container.signature import verify_package

pytestmark = pytest.mark.network


@pytest.fixture(scope="module")
def apk():
    """Return a public third-party APK, fetched once by the package client."""
    cache = Path.home() / ".cache" / "eduaudit"
    target = cache / "app-uiautomator-3.7.1.apk"
    if not target.exists():
        cache.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(cache), "uiautomator2==3.7.1"]
        if subprocess.run(command, check=False, capture_output=True).returncode:
            pytest.skip("uiautomator2 3.7.1 cannot be fetched")
        with zipfile.ZipFile(cache / "uiautomator2-3.7.1-py3-none-any.whl") as wheel:
            target.write_bytes(wheel.read("uiautomator2/assets/app-uiautomator.apk"))
    return target


def rows(element):
    yield element.tag, element.attributes
    for child in element.children:
        yield from rows(child)


def test_manifest_equals_androguards(apk):
    archive = Archive.open(apk, Limits())
    raw = bytes(archive.read(archive.by_name["AndroidManifest.xml"]))
    ours, theirs = list(rows(parse_axml(raw))), list(rows(read_with_androguard(raw)))
    assert [tag for tag, _ in ours] == [tag for tag, _ in theirs]
    for (tag, our), (_, their) in zip(ours, theirs, strict=True):
        assert our.keys() == their.keys(), tag
        for name, value in our.items():
            if value.text is not None:
                assert value.text == their[name].text
            elif value.reference:
                assert value.reference == their[name].reference


def test_label_and_identity(apk):
    archive = Archive.open(apk, Limits())
    table = ResourceTable(archive.read(archive.by_name["resources.arsc"]))
    manifest = read_manifest(archive.read(archive.by_name["AndroidManifest.xml"]), table, archive.notes)
    assert (manifest.package, manifest.label, manifest.version_name) == ("com.github.uiautomator", "ATX", "2.4.0")
    assert archive.notes.facts() == ()


@pytest.mark.skipif(not available, reason="apksigner or javac is not installed")
def test_verdict_on_real_packages_equals_apksigners(apk):
    """The fetched one, and what other tests and the benchmarks have fetched before."""
    paths = [apk, *sorted((Path.home() / ".cache" / "eduaudit" / "apps").glob("*.apk"))]
    with Apksigner() as apksigner:
        for path in paths:
            archive = Archive.open(path, Limits())
            manifest = read_manifest(archive.read(archive.by_name["AndroidManifest.xml"]), None, archive.notes)
            result = verify_package(archive, manifest.min_sdk, manifest.target_sdk)
            told = apksigner.verify(path)
            assert told.accepted == (result.refusal is None), path.name
            if told.accepted:
                assert told.schemes == result.verified, path.name
                known = {(one.sha256, one.sha1, one.md5) for one in result.signers}
                assert set(told.certificates) <= known, path.name
