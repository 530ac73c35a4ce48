"""Two published versions of a real app: what is known to have changed is found, and nothing is called the vendor's
that may be the reader's."""

import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

import pytest

from analyzer.cli.versions import compare_files

pytestmark = pytest.mark.network
CACHE = Path.home() / ".cache" / "eduaudit" / "versions"
PACKAGE, INSIDE = "io.appium.settings", "package/apks/settings_apk-debug.apk"
VERSIONS = {
    "7.0.20": "3ee930889b6c534d0e1f0d9da920a75fd5384861292ab348bfc662da5dd9e396",
    "8.0.0": "b541527a18bea55e6aeeb85a7a7b4c4982477dd070787fc2fa5b8dd83d2787ca",
}


def fetched(version):
    target = CACHE / f"{PACKAGE}-{version}.apk"
    npm = shutil.which("npm")
    if not target.exists():
        if npm is None:
            pytest.skip("npm is not installed")
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as folder:
            subprocess.run(
                [npm, "pack", "--silent", f"{PACKAGE}@{version}", "--pack-destination", folder],
                check=False, capture_output=True, timeout=280, env=os.environ | {"npm_config_loglevel": "error"},
            )  # fmt: skip
            found = list(Path(folder).glob("*.tgz"))
            if not found:
                pytest.skip(f"{PACKAGE} {version} cannot be fetched")
            with tarfile.open(found[0]) as tar:
                target.write_bytes(tar.extractfile(INSIDE).read())
    assert hashlib.sha256(target.read_bytes()).hexdigest() == VERSIONS[version]
    return target


def test_two_published_versions_differ_in_what_is_known_and_in_nothing_that_is_sure_without_being_read():
    diff = compare_files(fetched("7.0.20"), fetched("8.0.0"), cached=False)
    found = {(row.area, row.subject): row for row in diff.differences}
    assert found["identity", "version_code"].changes[0].old == "161"
    assert found["identity", "version_code"].direction == "up"
    assert found["signers", "replaced"].weight == "critical"  # each release has a debug key of its own
    assert diff.differences[0].area == "signers"
    assert not diff.old.coverage.complete
    sure = {row.kind for row in diff.differences if row.area in {"accesses", "sdks", "endpoints", "strings"}}
    assert sure.isdisjoint({"new", "gone"})
    assert [row for row in diff.differences if row.area == "accesses" and row.actor == "app"] == []
