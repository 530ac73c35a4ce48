"""Other tools, each in an environment of its own under the cache, so that their pins never meet ours."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HOME = Path.home() / ".cache" / "eduaudit" / "peers"
VERSIONS = {"lief": "1.0.0", "apkid": "3.2.0", "exodus-core": "1.3.15"}

_LIEF = """
import sys, lief
for path in sys.argv[1:]:
    if lief.DEX.parse(path) is None:
        sys.exit(3)
"""
_EXODUS = """
import json, logging, sys
from collections import namedtuple
logging.disable(logging.CRITICAL)
from exodus_core.analysis.static_analysis import StaticAnalysis
analysis = StaticAnalysis(sys.argv[1])
if len(sys.argv) > 2:
    with open(sys.argv[2]) as file:
        rows = json.load(file)
    tracker = namedtuple("tracker", "name code_signature")
    analysis.signatures = [tracker(*row) for row in rows]
    analysis._compile_signatures()
print(len(analysis.detect_trackers()))
"""


@dataclass(frozen=True)
class Peer:
    """A tool as it is measured: its command, or why there is none."""

    title: str
    command: tuple[str, ...] = ()
    missing: str = ""


def prepare(name: str) -> tuple[Path | None, str]:
    """Return the folder of a peer's environment, made when need be, or `None` and why it cannot be made."""
    folder, version = HOME / name, VERSIONS[name]
    mark = folder / f".{version}"
    if mark.exists():
        return folder, ""
    HOME.mkdir(parents=True, exist_ok=True)
    done = subprocess.run([sys.executable, "-m", "venv", str(folder)], check=False, capture_output=True, text=True)
    if not done.returncode:
        done = subprocess.run(
            [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "-q",
             f"{name}=={version}"],
            check=False, capture_output=True, text=True, timeout=900,
        )  # fmt: skip
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
        return None, (lines or ["no output"])[-1][:200]
    mark.touch()
    return folder, ""


def signatures(folder: str) -> str:
    """Write the class prefixes of our SDK rules as Exodus signatures; return the file."""
    from analyzer.catalogue import load_catalogue

    rows = [
        # In Exodus's expressions a dot stands for the slash of the names that it looks through.
        (sdk.id, "|".join(value.value.replace("/", ".") for value in sdk.prefixes))
        for sdk in load_catalogue().sdks.values()
        if sdk.prefixes
    ]
    path = Path(folder, "signatures.json")
    path.write_text(json.dumps(rows))
    return str(path)


def peers(apk: Path, files: list[str], folder: str, *, live_signatures: bool) -> list[Peer]:
    """Return the tools for one package, whose DEX files are unpacked as ``files``; lookups happen before measuring."""
    found = []
    dexdump = shutil.which("dexdump")
    title = "dexdump -d (Debian)"
    found.append(Peer(title, (dexdump, "-d", *files)) if dexdump else Peer(title, missing="not installed"))
    commands: Mapping[str, tuple[str, tuple[str, ...]]] = {
        "lief": ("lief DEX.parse: tables only", ("bin/python", "-c", _LIEF, *files)),
        "apkid": ("apkid -j: packers and compilers only", ("bin/apkid", "-j", str(apk))),
        "exodus-core": (
            f"exodus-core: SDK names only, {'its live' if live_signatures else 'our'} signatures",
            ("bin/python", "-c", _EXODUS, str(apk), *([] if live_signatures else [signatures(folder)])),
        ),
    }
    for name, (title, (program, *rest)) in commands.items():
        home, why = prepare(name)
        if home is None:
            found.append(Peer(title, missing=f"does not install: {why}"))
        elif name == "exodus-core" and not dexdump:
            found.append(Peer(title, missing="needs dexdump"))
        else:
            found.append(Peer(f"{title} ({name} {VERSIONS[name]})", (str(home / program), *rest)))
    return found
