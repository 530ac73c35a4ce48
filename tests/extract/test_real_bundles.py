"""What Google's own bundletool makes of a package: a bundle, a set of splits and a universal set say the same as the package."""

import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from googletools import CannotFetchError, fetch_jar

from analyzer.catalogue import load_catalogue
from analyzer.extract import extract_facts

pytestmark = [pytest.mark.network, pytest.mark.timeout(600)]

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
APPS = Path.home() / ".cache" / "eduaudit" / "apps"
NAMES = ("homework", "packed")
PACKAGES = [
    *(SAMPLES / name / f"{name}.apk" for name in NAMES),
    *sorted(APPS.glob("*settings-*.apk")),
    *sorted(APPS.glob("*demos-*.apk")),
]
"""Two samples, and of the fetched apps io.appium.settings and android-apidemos."""
SAME = (
    "flags",
    "components",
    "permissions",
    "sdks",
    "accesses",
    "permission_requests",
    "packers",
    "bundles",
    "security",
)
OF_SIGNATURES = re.compile(r"META-INF/[^/]*\.(RSA|EC|DSA|SF|MF)")
PASSWORD = "sample"  # of a key that is made and dropped here


@pytest.fixture(scope="module")
def tools(tmp_path_factory):
    """Return (bundletool, aapt2 from inside of it, a key store)."""
    if shutil.which("java") is None or shutil.which("keytool") is None:
        pytest.skip("java is not installed")
    try:
        jar = fetch_jar("bundletool-all-1.17.2.jar")
    except CannotFetchError as error:
        pytest.skip(str(error))
    folder = tmp_path_factory.mktemp("bundletool")
    with zipfile.ZipFile(jar) as inside:
        aapt2 = Path(inside.extract("linux/aapt2", folder))
    aapt2.chmod(0o755)
    store = folder / "keys"
    run("keytool", "-genkeypair", "-keystore", store, "-storepass", PASSWORD, "-keypass", PASSWORD, "-alias", "a",
        "-keyalg", "RSA", "-dname", "CN=Sample")  # fmt: skip
    return jar, aapt2, store


def run(*command):
    done = subprocess.run([str(one) for one in command], check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-800:]


def place(name):
    """Return where a file of a package stands in a module."""
    if name == "AndroidManifest.xml":
        return f"manifest/{name}"
    if re.fullmatch(r"classes\d*\.dex", name):
        return f"dex/{name}"
    return name if name.startswith(("res/", "assets/", "lib/")) or name == "resources.pb" else f"root/{name}"


@pytest.fixture(scope="module", params=PACKAGES, ids=lambda path: path.stem)
def built(request, tools, tmp_path_factory):
    """Return a package and what bundletool makes of it."""
    jar, aapt2, store = tools
    folder = tmp_path_factory.mktemp("built")
    run(aapt2, "convert", "--output-format", "proto", "-o", folder / "proto.apk", request.param)
    with zipfile.ZipFile(folder / "proto.apk") as proto, zipfile.ZipFile(folder / "base.zip", "w") as module:
        for name in proto.namelist():
            if not OF_SIGNATURES.fullmatch(name) and not name.endswith("/"):
                module.writestr(place(name), proto.read(name))
    bundle = folder / "app.aab"
    run("java", "-jar", jar, "build-bundle", f"--modules={folder / 'base.zip'}", f"--output={bundle}")
    made = [bundle]
    for mode in ("default", "universal"):
        made.append(folder / f"{mode}.apks")
        run("java", "-jar", jar, "build-apks", f"--bundle={bundle}", f"--output={made[-1]}", f"--mode={mode}",
            f"--ks={store}", f"--ks-pass=pass:{PASSWORD}", "--ks-key-alias=a", f"--key-pass=pass:{PASSWORD}")  # fmt: skip
    return request.param, made


def unsigned(app):
    return replace(app, signers=(), signing_items=(), signature=None)


def told(facts):
    """Return host and place of each endpoint, and each text, where the forms name their files alike."""
    hosts = {
        (one.host, one.found_in.split("!")[-1].replace("resources.pb", "resources.arsc")) for one in facts.endpoints
    }
    return hosts, {one.value for one in facts.strings}


def test_bundle_and_sets_say_what_the_package_says(built):
    source, made = built
    catalogue = load_catalogue()
    package = extract_facts(source, catalogue)
    for path in made:
        facts = extract_facts(path, catalogue)
        assert facts.artifact.format == path.suffix[1:]
        assert unsigned(facts.app) == unsigned(package.app), path.name
        for part in SAME:
            assert getattr(facts, part) == getattr(package, part), (path.name, part)
        assert replace(facts.coverage, dex_bytes=0) == replace(package.coverage, dex_bytes=0), path.name
        assert told(facts) == told(package), path.name
        assert {one.code for one in facts.anomalies} <= {one.code for one in package.anomalies}, path.name


def test_sets_are_signed_and_verified(built):
    _, (_, *sets) = built
    for path in sets:
        app = extract_facts(path, load_catalogue()).app
        assert [one.verified for one in app.signers] == [True], path.name
