"""Files that the frameworks themselves publish: byte code of real Hermes compilers, runtime scripts of uni-app and Cordova."""

import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

import pytest

from analyzer.catalogue import load_catalogue
from analyzer.extract.hybrid.hermes import read_hermes
from analyzer.extract.hybrid.names import find_places, names_of

pytestmark = pytest.mark.network
CACHE = Path.home() / ".cache" / "eduaudit" / "hybrid"
COMPILERS = {
    "hermes-engine@0.7.2": 76,
    "hermes-engine@0.11.0": 84,
    "hermes-compiler@0.14.0": 96,
    "hermes-compiler@250829098.0.19": 98,
}
SOURCE = """
function f() { return DeviceInfo.getAndroidId(); }
var s = "你好，世界 \\u{1F600}", long = "%s", empty = "";
NativeModules.RNDeviceInfo.getMac(s, long, empty, "plain string", "caf\\u00e9");
""" % ("abc" * 100)


def fetch(package, wanted):
    """Return the folder with the files of a package whose name ends in one of these; skip where it cannot be had."""
    folder = CACHE / package.replace("/", "_")
    if not folder.exists():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("npm is not installed")
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as temporary:
            done = subprocess.run(
                [npm, "pack", "--silent", package, "--pack-destination", temporary],
                check=False, capture_output=True, text=True, timeout=280, env=os.environ | {"npm_config_loglevel": "error"},
            )  # fmt: skip
            found = list(Path(temporary).glob("*.tgz"))
            if done.returncode or not found:
                pytest.skip(f"{package} cannot be fetched")
            kept = Path(temporary, "kept")
            with tarfile.open(found[0]) as tar:
                for member in tar:
                    if member.isfile() and member.name.endswith(wanted) and ".." not in member.name:
                        target = kept / member.name
                        target.parent.mkdir(parents=True, exist_ok=True)
                        target.write_bytes(tar.extractfile(member).read())
            kept.rename(folder)
    return folder


def dumped_strings(compiler, source):
    """Return the string table as the compiler prints it: (kind, encoding, text), with its own escapes."""
    printed = subprocess.run(
        [compiler, "-dump-bytecode", "-O", source], check=True, capture_output=True
    ).stdout.decode()
    table = printed.partition("Global String Table:\n")[2].partition("\n\n")[0]
    return re.findall(r"^(\w)\d+\[(ASCII|UTF-16)[^\]]*\](?: #[0-9A-F]+)?: (.*)$", table, re.MULTILINE)


def as_dumped(text, encoding):
    """Write a string as the compiler prints it: of UTF-16 every byte."""
    return text if encoding == "ASCII" else "".join(f"\\x{byte:02X}" for byte in text.encode("utf-16-le"))


@pytest.mark.parametrize("package", COMPILERS)
def test_string_tables_of_real_byte_code_are_the_compilers_own(package, tmp_path):
    folder = fetch(package, ("linux64-bin/hermesc",))
    (compiler,) = (one for one in folder.rglob("hermesc") if one.is_file())
    compiler.chmod(0o755)
    source = tmp_path / "a.js"
    source.write_text(SOURCE, encoding="utf-8")
    made = tmp_path / "a.hbc"
    subprocess.run([compiler, "-emit-binary", "-O", "-out", made, source], check=True, capture_output=True)
    code = read_hermes(made.read_bytes())
    assert code.version == COMPILERS[package]
    rows = dumped_strings(compiler, source)
    assert len(rows) == len(code.strings) > 8
    for (kind, encoding, shown), text in zip(rows, code.strings, strict=True):
        assert shown == as_dumped(text, encoding)
        assert (kind == "i") == (text in code.identifiers)
    assert {"你好，世界 😀", "café", "abc" * 100, ""} <= set(code.strings)
    assert {"getAndroidId", "RNDeviceInfo", "DeviceInfo"} <= code.identifiers


RUNTIMES = {
    "@dcloudio/uni-app-plus@2.0.0": ("uniapp", 10),
    "@dcloudio/uni-app-plus@3.0.0-alpha-4080420251023001": ("uniapp", 1),
    "cordova-android@13.0.0": ("cordova", 1),
}
SHIPPED = re.compile(r"(?:__uniapp[a-z]*\.(?:js|html)|uni-app-view\.umd\.js|view\.umd(?:\.min)?\.js|cordova\.js)$")


@pytest.mark.parametrize("package", RUNTIMES)
def test_scripts_that_the_frameworks_ship_are_left_out(package):
    catalogue = load_catalogue()
    framework, least = RUNTIMES[package]
    rule = catalogue.frameworks[framework]
    files = [one for one in fetch(package, (".js", ".html")).rglob("*") if SHIPPED.search(one.name)]
    files = [one for one in files if "template" in one.parts or "templates" in one.parts or "dist" in one.parts]
    assert len(files) >= least
    named = 0
    for path in files:
        text = path.read_text(encoding="utf-8", errors="replace")
        assert rule.is_runtime(f"x/{path.name}", text), path.name
        named += len(list(find_places(text, path.name, names_of(catalogue, rule), page=path.suffix == ".html")))
        assert not rule.is_runtime("x/app-service.js", text)
    assert framework == "cordova" or named  # they do name interfaces: counting them would accuse the app
