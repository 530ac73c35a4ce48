"""The static side against its bars and its peers, in one run on the same files: ``python benchmarks/static.py``.

Ratios are taken on the same machine and input; a tool that is missing is said to be missing. Options: ``--apps a,b``,
``--runs 5``, ``--no-androguard`` (it takes a minute on the larger app). Where we are below a bar the table says so.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))

from apps import APPS, STITCHED, dex_files, fetch

BAR_RATIO, BAR_SPEED = 4.0, 120.0
BAR_FASTER = {"android-apidemos": 12, "appium-espresso-driver": 30, STITCHED: 60}
BAR_MEMORY = {"android-apidemos": 3, "appium-espresso-driver": 6, STITCHED: 12}
PACKAGES = {"android-apidemos": "io.appium.android.apis", "appium-espresso-driver": "io.appium.espressoserver.test"}

ANALYZE = """
import sys
from loguru import logger
logger.disable("androguard")
from androguard.misc import AnalyzeAPK
AnalyzeAPK(sys.argv[1])
"""
LIEF = """
import sys, zipfile, lief
with zipfile.ZipFile(sys.argv[1]) as archive:
    for name in archive.namelist():
        if name.startswith("classes") and name.endswith(".dex"):
            lief.DEX.parse(list(archive.read(name)))
"""


def deflated(apk: Path) -> list[tuple[bytes, int]]:
    """Return (raw deflate stream, inflated size) of the DEX files; stored ones are deflated first."""
    import zlib

    streams = []
    with zipfile.ZipFile(apk) as archive, apk.open("rb") as handle:
        for name, data in dex_files(apk):
            info = archive.getinfo(name)
            if info.compress_type == zipfile.ZIP_DEFLATED:
                handle.seek(info.header_offset + 26)
                first, second = struct.unpack("<HH", handle.read(4))
                handle.seek(info.header_offset + 30 + first + second)
                streams.append((handle.read(info.compress_size), len(data)))
            else:
                packer = zlib.compressobj(6, zlib.DEFLATED, -15)
                streams.append((packer.compress(data) + packer.flush(), len(data)))
    return streams


def inflate_all(streams: list[tuple[bytes, int]]) -> list[bytes]:
    from isal import isal_zlib

    return [isal_zlib.decompress(raw, -15, length) for raw, length in streams]


def dex_pass(name: str, apk: Path, runs: int) -> None:
    from analyzer.catalogue import load_catalogue
    from analyzer.dex import load
    from analyzer.extract import accesses, endpoints, sdks

    catalogue = load_catalogue()
    streams, names = deflated(apk), [file for file, _ in dex_files(apk)]
    size = sum(length for _, length in streams)
    rows: dict[str, list[float]] = {}

    def timed(stage: str, work, *inputs):
        begin = time.perf_counter()
        result = work(*inputs)
        rows.setdefault(stage, []).append(time.perf_counter() - begin)
        return result

    package = PACKAGES.get(name)
    for run in range(runs + 1):
        if run == 1:
            rows.clear()  # the first pass warms the process up
        data = timed("inflate (isal)", inflate_all, streams)
        index = timed("tables, code index", load, list(zip(names, data, strict=True)))
        found = timed("classes, SDKs", partial(sdks.find_sdks, index, catalogue, package=package))
        urls = timed("strings, URLs", endpoints.find_urls, index, catalogue.recipients)
        hits = timed("call sites", index.find, accesses.build_query(catalogue) | urls.query)
        owners = sdks.Owners(catalogue, package)
        reads = timed("accesses", accesses.find_accesses, hits, catalogue, owners)
        ends = timed("endpoints", endpoints.find_endpoints, urls, hits, catalogue.recipients)
    stages = {stage: statistics.median(values) for stage, values in rows.items()}
    total, inflate = sum(stages.values()), stages["inflate (isal)"]
    print(f"\n{name}: {size / 1e6:.1f} MB of DEX in {len(streams)} files")
    print(f"  {index.class_count} classes, {index.method_count} methods, {len(index.problems)} problems")
    print(f"  found: {len(hits.sites)} sites, {len(reads)} accesses, {len(found)} SDKs, {len(ends)} endpoints")
    for stage, seconds in stages.items():
        print(f"  {stage:<20} {seconds * 1e3:8.1f} ms   {seconds / inflate:5.2f} x inflate")
    speed, ratio = size / 1e6 / total, total / inflate
    print(f"  {'DEX pass, warm':<20} {total * 1e3:8.1f} ms   {ratio:5.2f} x inflate", end=" ")
    print(f"(bar {BAR_RATIO:.0f}: {verdict(ratio <= BAR_RATIO)})")
    print(f"  {'':<20} {speed:8.0f} MB/s (bar {BAR_SPEED:.0f}: {verdict(speed >= BAR_SPEED)})", end="; ")
    print(f"inflating alone runs at {size / 1e6 / inflate:.0f} MB/s here")


def verdict(reached: bool) -> str:
    return "reached" if reached else "NOT reached"


def tree_memory(root: int) -> int:
    """Return the resident bytes of a process and all below it, counting shared pages once each (PSS) where readable."""
    children: dict[int, list[int]] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                parent = int(Path(entry.path, "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
    total, line = 0, [root]
    while line:
        pid = line.pop()
        line += children.get(pid, [])
        try:
            for row in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if row.startswith("Pss:"):
                    total += int(row.split()[1]) * 1024
        except OSError:
            continue
    return total


def measured(command: list[str], folder: str) -> tuple[float, int, int]:
    """Run a command; return (wall seconds, peak bytes of its process tree, exit status)."""
    begin = time.perf_counter()
    # Byte code is kept as in any installation, also where the environment of this run forbids writing it.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    peak, done = [0], threading.Event()

    def sample() -> None:
        while not done.wait(0.03):
            peak[0] = max(peak[0], tree_memory(process.pid))

    sampler = threading.Thread(target=sample, daemon=True)
    sampler.start()
    process.wait()
    wall = time.perf_counter() - begin
    done.set()
    sampler.join()
    # Not `ru_maxrss`: a child begins as a copy of this process, whose size would be its peak.
    return wall, peak[0], process.returncode


def peers(name: str, apk: Path, runs: int, androguard: bool) -> None:
    ours = Path(sys.executable).with_name("eduaudit")
    dexdump = shutil.which("dexdump")
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(apk) as archive:
            for file, _ in dex_files(apk):
                archive.extract(file, folder)
        files = [str(Path(folder, file)) for file, _ in dex_files(apk)]
        table: list[tuple[str, float, int]] = []

        def run(title: str, command: list[str], times: int, allowed: tuple[int, ...] = (0,)) -> None:
            results = [measured(command, folder) for _ in range(times)]
            if any(status not in allowed for _, _, status in results):
                print(f"  {title:<40} failed with exit status {sorted({status for _, _, status in results})}")
                return
            table.append(
                (title, statistics.median(wall for wall, _, _ in results), max(peak for _, peak, _ in results))
            )

        if ours.exists():
            measured([str(ours), "audit", str(apk)], folder)  # warms the file cache and the byte code for everyone
            run("eduaudit audit --format json", [str(ours), "audit", str(apk), "--format", "json"], runs, (0, 1))
        else:
            print("  eduaudit: the command is not installed beside this Python")
        if androguard:
            if importlib.util.find_spec("androguard"):
                run("androguard AnalyzeAPK", [sys.executable, "-c", ANALYZE, str(apk)], 1)
            else:
                print("  androguard: not installed")
        else:
            print("  androguard: left out (--no-androguard)")
        if dexdump:
            run("dexdump -d", [dexdump, "-d", *files], runs)
        else:
            print("  dexdump: not installed")
        if importlib.util.find_spec("lief"):
            run("lief DEX.parse (tables only)", [sys.executable, "-c", LIEF, str(apk)], 1)
        else:
            print("  lief: not installed")
    mine = next((row for row in table if row[0].startswith("eduaudit")), None)
    for title, wall, peak in table:
        beside = (
            f"   {wall / mine[1]:6.1f} x our time, {peak / mine[2]:5.1f} x our memory"
            if mine and mine[0] != title
            else ""
        )
        print(f"  {title:<40} {wall:7.2f} s {peak / 1e6:8.0f} MB{beside}")
    other = next((row for row in table if row[0].startswith("androguard")), None)
    if mine and other and name in BAR_FASTER:
        faster, smaller = other[1] / mine[1], other[2] / mine[2]
        print(
            f"  bar: {BAR_FASTER[name]} x faster than AnalyzeAPK: {faster:.1f}, {verdict(faster >= BAR_FASTER[name])}"
        )
        print(f"  bar: 1/{BAR_MEMORY[name]} of its memory: 1/{smaller:.1f}, {verdict(smaller >= BAR_MEMORY[name])}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--apps",
        default=f"android-apidemos,appium-espresso-driver,{STITCHED}",
        help=f"of {', '.join([*APPS, STITCHED])}",
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--no-androguard", action="store_true")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {load:.1f}; medians of {options.runs} runs")
    for name in options.apps.split(","):
        try:
            apk = fetch(name)
        except RuntimeError as error:
            print(f"\n{name}: left out: {error}")
            continue
        dex_pass(name, apk, options.runs)
        peers(name, apk, min(options.runs, 3), not options.no_androguard)


if __name__ == "__main__":
    main()
