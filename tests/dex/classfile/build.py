"""Compile `src/` into `everything.jar` (Java 17) and `everything8.jar` (Java 8 code, without lines and records).

Usage: python tests/dex/classfile/build.py [--check]. Needs the JDK 17 of Debian 12; the same each time. The JARs are
committed, so that tests need no Java.
"""

import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
STAMP = (2026, 1, 1, 0, 0, 0)


def compile_jar(release):
    with tempfile.TemporaryDirectory() as folder:
        source = (HERE / "src" / "Everything.java").read_text(encoding="utf-8")
        if release == "8":
            source = source.replace("record Pair(String name, long when) { }", PAIR).replace(
                "List.of(", "Arrays.asList("
            )
        path = Path(folder, "Everything.java")
        path.write_text(source, encoding="utf-8")
        subprocess.run(
            ["javac", "-nowarn", "-Xlint:-options", "--release", release, "-g:none", "-encoding", "UTF-8", "-d", folder, str(path)],
            check=True,
        )  # fmt: skip
        target = Path(folder, "made.jar")
        with zipfile.ZipFile(target, "w") as archive:
            for one in sorted(Path(folder).rglob("*.class")):
                info = zipfile.ZipInfo(one.relative_to(folder).as_posix(), STAMP)
                info.create_system, info.compress_type = 0, zipfile.ZIP_DEFLATED
                archive.writestr(info, one.read_bytes(), compresslevel=9)
        return target.read_bytes()


PAIR = re.sub(r"\s+", " ", "static class Pair { Pair(String name, long when) { } }")
JARS = {"everything.jar": "17", "everything8.jar": "8"}


def main():
    different = 0
    for name, release in JARS.items():
        made = compile_jar(release)
        if "--check" in sys.argv:
            different += made != (HERE / name).read_bytes()
        else:
            (HERE / name).write_bytes(made)
    return different


if __name__ == "__main__":
    sys.exit(main())
