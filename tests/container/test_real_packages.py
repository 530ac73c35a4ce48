import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

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


@pytest.mark.skipif(not shutil.which("apksigner"), reason="apksigner is not installed")
def test_signer_equals_apksigners(apk):
    result = verify_package(Archive.open(apk, Limits()), 19, 32)
    told = subprocess.run(
        ["apksigner", "verify", "--print-certs", "--min-sdk-version", "19", apk],
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    (signer,) = result.signers
    assert signer.sha256 in told
    assert signer.md5 in told
    assert (result.refusal, signer.schemes, signer.verified) == (None, ("v1", "v2"), True)
