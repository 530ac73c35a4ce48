"""A real third-party app for the demo: the one that the `uiautomator2` wheel carries, fetched by pip, never kept."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING, ClassVar

from analyzer.model.errors import EduauditError
from analyzer.model.record import dataclass

if TYPE_CHECKING:
    from pathlib import Path

REQUIREMENT = "uiautomator2==3.7.1"
TIMEOUT = 120


@dataclass(frozen=True)
class Foreign:
    """Where the app lies."""

    SOURCE: ClassVar[str] = REQUIREMENT
    path: Path


def fetch_foreign(work: Path) -> Foreign:
    """Download the wheel with pip and take its largest APK out. Raises `EduauditError` saying why it cannot be had."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--no-input",
        "--retries",
        "1",
        "--disable-pip-version-check",
        "--dest",
        str(work / "wheel"),
        REQUIREMENT,
    ]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        raise EduauditError(f"pip download {REQUIREMENT}: no answer in {TIMEOUT} s") from None
    wheels = list((work / "wheel").glob("*.whl")) if done.returncode == 0 else []
    if not wheels:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise EduauditError(lines[-1].removeprefix("ERROR: ") if lines else f"pip download {REQUIREMENT} failed")
    with zipfile.ZipFile(wheels[0]) as wheel:
        packages = [info for info in wheel.infolist() if info.filename.endswith(".apk")]
        if not packages:
            raise EduauditError(f"{wheels[0].name} holds no APK")
        largest = max(packages, key=lambda info: info.file_size)
        path = work / "foreign.apk"
        path.write_bytes(wheel.read(largest))
    return Foreign(path)
