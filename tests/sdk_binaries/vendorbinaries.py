"""Vendors' own archives out of public npm packages: fetched by the npm client, checked by hash, dexed by Debian's dx."""

import csv
import hashlib
import importlib.util
import io
import json
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
from typing import Any

import pytest
from classrenamer import rename_classes

TABLE = Path(__file__).with_name("binaries.tsv")
CACHE = Path.home() / ".cache" / "eduaudit" / "sdks"
RECIPE = Path(__file__).resolve().parents[2] / "samples" / "build.py"
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
ELEMENT = re.compile(r"<([a-z-]+)(\s[^<>]*)>")
ATTRIBUTE = re.compile(r"""\bandroid:(\w+)\s*=\s*["']([^"']*)""")
KINDS = frozenset({"activity", "service", "receiver", "provider"})
RENAMED = 2
"""Counts up when `classrenamer` changes, so that nothing old is taken out of the cache."""
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
    manifest: str
    """Manifest or `plugin.xml` of the package with the vendor's components; empty: the archive's own, or none."""
    libs: tuple[str, ...]
    """Native libraries of the package that belong to the archive."""
    built: str
    """Version that the code carries; empty: none."""
    part_of: str
    """Id of the archive without which this one is of no use."""

    @property
    def file(self) -> Path:
        return CACHE / f"{self.sha256[:16]}{Path(self.path).suffix}"

    @property
    def label(self) -> str:
        """File name with the version that the vendor gave it."""
        return Path(self.path).name


def read_table(table: Path) -> list[Binary]:
    with table.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE))
    binaries = []
    for row in rows:
        names, carries, libs = row.pop("names").split(), row.pop("carries").split(), row.pop("libs").split()
        binaries.append(
            Binary(
                **row,
                names=frozenset(names),
                carries=frozenset(one.rstrip("?") for one in carries),
                faint=frozenset(one[:-1] for one in carries if one.endswith("?")),
                libs=tuple(libs),
            )
        )
    return binaries


BINARIES = read_table(TABLE)
LIBRARIES = read_table(TABLE.with_name("libraries.tsv"))
"""Open-source libraries that collect nothing, with the rule that may name them."""


def grouped(binaries: list[Binary]) -> list[Any]:
    """Return test parameters that one worker takes together: what is fetched, translated and read is kept by process."""
    return [pytest.param(one, id=one.id, marks=pytest.mark.xdist_group(one.id)) for one in binaries]


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
    wanted = {one.path: one for one in (*BINARIES, *LIBRARIES) if (one.package, one.version) == (package, version)}
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
            members = list(tar)
            _note_beside(package, version, tar, members)
            for member in members:
                binary = wanted.get(member.name)
                if binary is None:
                    continue
                data = tar.extractfile(member).read()
                if hashlib.sha256(data).hexdigest() == binary.sha256:
                    partial = Path(folder, "part")
                    partial.write_bytes(data)
                    partial.replace(binary.file)


def _note_beside(package: str, version: str, tar: tarfile.TarFile, members: list[tarfile.TarInfo]) -> None:
    """Keep what of a package stands beside its archives: manifests, and the names of native libraries."""
    rows = [one for one in BINARIES if (one.package, one.version) == (package, version)]
    wanted = {one.manifest for one in rows if one.manifest}
    texts = {one.name: tar.extractfile(one).read().decode("utf-8", "replace") for one in members if one.name in wanted}
    libraries = sorted({Path(one.name).name for one in members if one.name.endswith(".so")})
    noted = _beside_file(package, version)
    partial = noted.with_suffix(f".{os.getpid()}.part")
    partial.write_text(json.dumps({"manifests": texts, "libraries": libraries}))
    partial.replace(noted)


def _beside_file(package: str, version: str) -> Path:
    return CACHE / f"{package.replace('/', '_')}-{version}.beside.json"


@dataclass(frozen=True)
class Beside:
    """What an app that uses an archive takes over besides its code."""

    components: tuple[tuple[str, str], ...]
    """(kind, class), of classes that the archive defines."""
    metadata: tuple[tuple[str, str], ...]
    libraries: tuple[str, ...]
    assets: tuple[str, ...]


def beside(binary: Binary) -> Beside:
    """Return the components, meta-data, libraries and assets that come along with an archive."""
    archive = fetch(binary)
    texts, libraries, assets = [], list(binary.libs), []
    if archive.suffix == ".aar":
        with zipfile.ZipFile(archive) as aar:
            texts.append(aar.read("AndroidManifest.xml").decode("utf-8", "replace"))
            libraries += [Path(name).name for name in aar.namelist() if name.endswith(".so")]
            assets += [name for name in aar.namelist() if name.startswith("assets/") and not name.endswith("/")]
    if binary.manifest or binary.libs:
        noted = _beside_file(binary.package, binary.version)
        if not noted.exists():
            _unpack(binary.package, binary.version)
        kept = json.loads(noted.read_text())
        if not set(binary.libs) <= set(kept["libraries"]):
            raise AssertionError(f"{binary.id}: {set(binary.libs) - set(kept['libraries'])} not in {binary.package}")
        texts += [kept["manifests"][binary.manifest]] if binary.manifest else []
    defined = class_names(class_jars(archive))
    components, metadata = [], []
    for text in texts:
        for tag, attributes in ELEMENT.findall(COMMENT.sub("", text)):  # some plugin.xml are no well-formed XML
            given = dict(ATTRIBUTE.findall(attributes))
            name = given.get("name", "")
            if tag in KINDS and name.replace(".", "/") in defined:
                components.append((tag, name))
            elif tag == "meta-data" and name:
                metadata.append((name, given.get("value", "")))
    return Beside(*(tuple(dict.fromkeys(rows)) for rows in (components, metadata, libraries, assets)))


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
    if not target.exists():
        _make_dex(binary, class_jars(archive), target)
    return target


def renamed_dex(binary: Binary) -> Path:
    """Return the code as one DEX file in which only classes of the manifest and of native code keep their names."""
    archive = fetch(binary)
    target = archive.with_suffix(f".renamed{RENAMED}.dex")
    if not target.exists():
        pinned = {name.replace(".", "/") for _, name in beside(binary).components}
        _make_dex(binary, [rename_classes(class_jars(archive), pinned)[0]], target)
    return target


def _make_dex(binary: Binary, jars: list[bytes], target: Path) -> None:
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
