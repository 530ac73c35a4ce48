"""Build the DEX files of the cases from source, byte for byte the same each time. See README.md in this folder.

Usage: python tests/reach/build.py [--all] [--check] [FAMILY ...]
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

import packages  # noqa: E402  # lies in the folder that the line above names
import programs  # noqa: E402  # lies in the folder that the line above names

STAMP = (2026, 1, 1, 0, 0, 0)
BUNDLED, PLATFORM = programs.STUBS / "bundled", programs.STUBS / "platform"


class BuildError(Exception):
    """A tool is missing or failed; the message is for a person."""


def sample_tools():
    """Return the module that fetches the Android API jar and the dexer for the samples."""
    spec = importlib.util.spec_from_file_location("sample_build", HERE.parents[1] / "samples" / "build.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(f"{Path(str(command[0])).name} failed:\n{(done.stderr or done.stdout).strip()[-6000:]}")


def file_of(name):
    """Return the source file of a bundled class."""
    return f"{name.replace('.', '/')}.java"


def compile_java(jobs, work, tools):
    """Compile all Java twins in one process; returns (case, twin) → (DEX files, stub sources used)."""
    (work / "platform").mkdir()
    sources = sorted(PLATFORM.rglob("*.java"))
    if sources:
        run("javac", "-nowarn", "-Xlint:-options", "-source", "8", "-target", "8", "-proc:none", "-bootclasspath", tools.android,
            "-d", work / "platform", *sources)  # fmt: skip
    lines = []
    for case, twin in jobs:
        entry = f"{case.id}.{twin}"
        bundled = {
            name: (BUNDLED / name).read_text(encoding="utf-8") for name in map(file_of, case.header.get("bundle", ()))
        }
        for name, text in (case.sources(twin) | bundled).items():
            path = work / "src" / entry / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        lines.append(f"{entry} {case.header.get('sdk', 24)}\n")
    (work / "jobs.txt").write_text("".join(lines), encoding="utf-8")
    run(
        "java",
        "-XX:TieredStopAtLevel=1",
        "-cp",
        tools.dx,
        HERE / "Compile.java",
        work,
        tools.android,
        work / "platform",
        BUNDLED,
    )
    built = {}
    for case, twin in jobs:
        entry = f"{case.id}.{twin}"
        used = set()
        for path in (work / "classes" / entry).rglob("*.class"):
            name = path.relative_to(work / "classes" / entry).as_posix().removesuffix(".class").split("$")[0] + ".java"
            if (BUNDLED / name).exists():
                used.add(f"bundled/{name}")
        built[case, twin] = ({"classes.dex": (work / "out" / entry / "classes.dex").read_bytes()}, sorted(used))
    return built


def assemble_smali(case, twin, work):
    """Assemble one smali twin; a ``# dex N`` line begins the classes of the N-th file."""
    folders = {}
    for name, text in case.sources(twin).items():
        path = work / "smali" / f"{case.id}.{twin}" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        folders[path.parent.name] = path.parent
    found = {}
    for number, folder in sorted(folders.items()):
        target = work / "smali" / f"{case.id}.{twin}" / f"{number}.dex"
        run("smali", "assemble", "--api", case.header.get("sdk", 24), "-o", target, folder)
        found[f"classes{'' if number == '1' else number}.dex"] = target.read_bytes()
    return found, []


def digest_of(case, twin, used):
    """Return the digest of everything that one twin was built from."""
    parts = [case.digest(twin)]
    parts += [f"{name}:{hashlib.sha256((programs.STUBS / name).read_bytes()).hexdigest()}" for name in used]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def recorded(family):
    """Return what the family's archive holds: entries, and what each twin was built from."""
    path = packages.BUILT / f"{family}.zip"
    if not path.exists():
        return {}, {}
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    return entries, json.loads(entries.pop("sources.json"))


def is_current(case, twin, sources):
    """Return whether the recorded build of a twin is of the source and stubs as they are now."""
    row = sources.get(f"{case.name}.{twin}")
    if row is None or not all((programs.STUBS / name).exists() for name in row["stubs"]):
        return False
    return row["digest"] == digest_of(case, twin, row["stubs"])


def build_family(family, work, *, everything=False):
    """Return the archive's bytes of one family and how many twins were compiled."""
    cases = programs.read_cases([family])
    entries, sources = recorded(family)
    jobs = [(case, twin) for case in cases for twin in programs.TWINS]
    todo = [job for job in jobs if everything or not is_current(*job, sources)]
    java = [job for job in todo if job[0].language == "java"]
    built = compile_java(java, work, sample_tools().find_tools()) if java else {}
    built |= {job: assemble_smali(*job, work) for job in todo if job[0].language == "smali"}
    new, rows = {}, {}
    for case, twin in jobs:
        start = f"{case.name}.{twin}"
        if (case, twin) in built:
            files, used = built[case, twin]
            rows[start] = {"digest": digest_of(case, twin, used), "stubs": used}
            new |= {f"{start}/{name}": raw for name, raw in files.items()}
        else:
            rows[start] = sources[start]
            new |= {name: raw for name, raw in entries.items() if name.startswith(f"{start}/")}
    new["sources.json"] = (json.dumps(rows, indent=0, sort_keys=True) + "\n").encode()
    return write_archive(new, work / f"{family}.zip"), len(todo)


def write_archive(entries, path):
    """Write a zip with sorted entries and one fixed time."""
    with zipfile.ZipFile(path, "w") as archive:
        for name in sorted(entries):
            info = zipfile.ZipInfo(name, STAMP)
            info.create_system = 0
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, entries[name], compresslevel=9)
    return path.read_bytes()


def main(arguments=None):
    """Build what changed or, with ``--check``, build everything elsewhere and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("families", nargs="*", metavar="FAMILY", help="folders of cases; all if none")
    parser.add_argument("--all", action="store_true", help="compile also what has not changed")
    parser.add_argument("--check", action="store_true", help="compile all, write nothing, compare")
    options = parser.parse_args(arguments)
    families = options.families or sorted(path.name for path in programs.CASES.iterdir() if path.is_dir())
    different = 0
    try:
        for family in families:
            with tempfile.TemporaryDirectory(prefix="eduaudit-reach-") as folder:
                raw, count = build_family(family, Path(folder), everything=options.all or options.check)
            target = packages.BUILT / f"{family}.zip"
            verdict = ""
            if options.check:
                same = target.exists() and target.read_bytes() == raw
                different += not same
                verdict = "  same" if same else "  DIFFERENT"
            else:
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(raw)
            print(f"{family:12} {len(raw):7} bytes, {count} compiled{verdict}")  # noqa: T201  # what a command says
    except (BuildError, ValueError) as error:
        print(f"build.py: {error}", file=sys.stderr)  # noqa: T201  # the same
        return 2
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
