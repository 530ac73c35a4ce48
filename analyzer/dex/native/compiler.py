"""Builds the compiled core with the machine's C compiler. Only the standard library: the build of the wheel runs this.

``python analyzer/dex/native/compiler.py`` builds it in place, for a source tree.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = Path(__file__).parent
FLAGS = ("-std=c99", "-O3", "-Wall", "-Wextra", "-fPIC", "-shared", "-fvisibility=hidden")
_DIGITS = 16
_LONGEST = 120
"""Seconds that a compiler may take."""


def library_name(folder: Path = FOLDER) -> str:
    """Return the file name of the library that the sources make here: another one whenever they change."""
    machine = os.uname().machine if hasattr(os, "uname") else ""
    digest = hashlib.sha256(" ".join((*FLAGS, sys.platform, machine)).encode())
    for path in sorted([*folder.glob("*.c"), *folder.glob("*.h")]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return f"core-{digest.hexdigest()[:_DIGITS]}.so"


def build(target: Path, extra: Sequence[str] = (), folder: Path = FOLDER) -> str | None:
    """Compile all sources into one shared library at ``target``; return why that failed, `None` when it did not."""
    import shlex  # noqa: PLC0415  # who only asks for the name does not pay for these
    import subprocess  # noqa: PLC0415
    import tempfile  # noqa: PLC0415

    command = shlex.split(os.environ.get("CC") or "cc")
    sources = [str(path) for path in sorted(folder.glob("*.c"))]
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".core-") as scratch:
        made = Path(scratch, "core.so")
        try:
            done = subprocess.run(
                [*command, *FLAGS, *extra, "-o", str(made), *sources],
                check=False, capture_output=True, text=True, timeout=_LONGEST,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError) as error:
            return f"{command[0]}: {error}"
        if done.returncode or not made.is_file():
            return f"{command[0]}: {done.stderr.strip() or f'exit status {done.returncode}'}"
        made.replace(target)  # at once: another process never loads half a library
    return None


def build_in_place(folder: Path = FOLDER) -> tuple[Path | None, str | None]:
    """Build the library beside its sources unless it is there; return its path, or why there is none."""
    target = folder / library_name(folder)
    if not target.is_file():
        try:
            why = build(target, folder=folder)
        except OSError as error:
            why = str(error)
        if why is not None:
            return None, why
    for stale in folder.glob("core-*.so"):
        if stale != target:
            stale.unlink(missing_ok=True)
    return target, None


if __name__ == "__main__":
    path, why = build_in_place()
    sys.stdout.write(f"{path}\n" if path else f"no compiled core, the same is done in Python: {why}\n")
