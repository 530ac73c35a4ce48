"""The static side against its bars and its peers, in one run on the same files: ``python benchmarks/static.py``.

Ratios are taken on the same machine and input; a tool that is missing is said to be missing. What is printed are the
tables of ``docs/benchmarks.md``. Options: ``--apps a,b``, ``--runs 5``, ``--only dex,peers,growth,weekly``,
``--no-androguard`` (it takes minutes on the larger packages). Where we are below a bar the table says so.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import json
import os
import resource
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))

import growth
import weekly
from apps import APPS, STITCHED, dex_files, fetch
from peers import Peer, peers

BAR_RATIO, BAR_SPEED, BAR_REACH, BAR_GROWTH = 4.0, 120.0, 12.0, 1.3
BAR_FASTER = {"android-apidemos": 12, "appium-espresso-driver": 30, STITCHED: 60}
BAR_MEMORY = {"android-apidemos": 3, "appium-espresso-driver": 6, STITCHED: 12}
PACKAGES = {"android-apidemos": "io.appium.android.apis", "appium-espresso-driver": "io.appium.espressoserver.test"}
PARTS = ("dex", "peers", "growth", "weekly")
REACH = "reach"
"""The stage of ``run.seconds`` that holds reachability and chains."""
DEX = "dex"
"""The stage around all that is done with the code, from inflating to chains, SDKs and packers: by the clock, since
parts of it run beside each other."""

IDENTITY_STAGES = ("open", "dex_files", "dex_tables", "manifest", "signature", "sdks", "packers", "natives", "nested")
"""Stages that tell what was handed in, without looking at what it does: the DEX files are inflated in the second."""
BAR_IDENTITY = 8.0

ANALYZE = """
import sys
from loguru import logger
logger.disable("androguard")
from androguard.misc import AnalyzeAPK
AnalyzeAPK(sys.argv[1])
"""


@dataclass(frozen=True)
class DexPass:
    """The DEX pass in one warm process."""

    app: str
    size: int
    files: int
    inflate: float
    total: float

    @property
    def ratio(self) -> float:
        return self.total / self.inflate

    @property
    def speed(self) -> float:
        """MB a second."""
        return self.size / 1e6 / self.total


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


def dex_pass(name: str, apk: Path, runs: int) -> DexPass:
    """Time the stages, warm, and print them."""
    from analyzer.catalogue import load_catalogue
    from analyzer.dex import load
    from analyzer.extract import accesses, endpoints, sdks
    from analyzer.sandbox.child import COLLECT_AFTER

    catalogue = load_catalogue()
    gc.set_threshold(COLLECT_AFTER, 50, 100)  # as in the child process that reads packages
    gc.freeze()
    streams, names = deflated(apk), [file for file, _ in dex_files(apk)]
    size = sum(length for _, length in streams)
    rows: dict[str, list[float]] = {}

    def timed(stage: str, work, *inputs):
        begin = time.process_time()  # one thread that never waits: by the clock it is the same on a quiet machine
        result = work(*inputs)
        rows.setdefault(stage, []).append(time.process_time() - begin)
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
    return DexPass(name, size, len(streams), inflate, total)


def verdict(reached: bool) -> str:
    return "reached" if reached else "**not reached**"


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


def measured(command: list[str], folder: str, *, memory: bool) -> tuple[float, float, int, int]:
    """Run a command; return (wall seconds, CPU seconds and peak bytes of its process tree, exit status).

    Memory is looked at in a run of its own: to look takes the lock under which a process gets its pages, and a core.
    """
    begin, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
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
    if memory:
        sampler.start()
    process.wait()
    wall, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    done.set()
    if memory:
        sampler.join()
    # Not `ru_maxrss`: a child begins as a copy of this process, whose size would be its peak.
    return wall, processor, peak[0], process.returncode


def audit_command(apk: Path) -> list[str]:
    return [str(Path(sys.executable).with_name("eduaudit")), "audit", str(apk), "--format", "json", "--no-cache"]


def stages_of(apk: Path, runs: int) -> dict[str, float]:
    """Return the median seconds by stage that audits of a package report, each in a new process."""
    seen: dict[str, list[float]] = {}
    for _ in range(runs):
        done = subprocess.run(audit_command(apk), check=False, capture_output=True)
        if done.returncode not in (0, 1):
            raise RuntimeError(done.stderr.decode(errors="replace").strip().splitlines()[-1])
        for stage, seconds in json.loads(done.stdout)["run"]["seconds"].items():
            seen.setdefault(stage, []).append(seconds)
    return {stage: statistics.median(values) for stage, values in seen.items()}


@dataclass(frozen=True)
class Measured:
    """One tool on one package."""

    title: str
    wall: float
    processor: float
    """CPU seconds: less is said by the clock while others use the machine."""
    peak: int
    """Bytes of the process tree."""
    missing: str = ""


def measure(title: str, command: list[str], folder: str, times: int, allowed: tuple[int, ...] = (0,)) -> Measured:
    results = [measured(command, folder, memory=False) for _ in range(times)]
    results.append(measured(command, folder, memory=True))
    wrong = sorted({status for *_, status in results} - set(allowed))
    if wrong:
        return Measured(title, 0, 0, 0, missing=f"failed with exit status {wrong}")
    wall, processor = (statistics.median(row[column] for row in results[:-1]) for column in range(2))
    return Measured(title, wall, processor, results[-1][2])


def compare(apk: Path, runs: int, *, androguard: bool, live_signatures: bool) -> list[Measured]:
    """Measure us, then the others, one at a time on the same files."""
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(apk) as archive:
            for file, _ in dex_files(apk):
                archive.extract(file, folder)
        files = [str(Path(folder, file)) for file, _ in dex_files(apk)]
        others = peers(apk, files, folder, live_signatures=live_signatures)
        measured(audit_command(apk), folder, memory=False)  # warms the file cache and the byte code for everyone
        table = [measure("**eduaudit**", audit_command(apk), folder, runs, (0, 1))]
        if not androguard:
            others.insert(0, Peer("androguard `AnalyzeAPK`", missing="left out (--no-androguard)"))
        elif importlib.util.find_spec("androguard") is None:
            others.insert(0, Peer("androguard `AnalyzeAPK`", missing="not installed"))
        else:
            others.insert(0, Peer("androguard `AnalyzeAPK`", (sys.executable, "-c", ANALYZE, str(apk))))
        for peer in others:
            if peer.missing:
                table.append(Measured(peer.title, 0, 0, 0, missing=peer.missing))
            else:
                times = 1 if peer.title.startswith("androguard") else runs
                table.append(measure(peer.title, list(peer.command), folder, times))
        return table


def print_passes(passes: list[DexPass], stages: dict[str, dict[str, float]]) -> None:
    print("\n## DEX pass, warm: inflate, classes, SDKs, all access sites with callers, strings, URLs\n")
    print(f"| app | DEX | inflate | whole pass | × inflate (bar ≤ {BAR_RATIO:.0f}) | MB/s (bar ≥ {BAR_SPEED:.0f}) |")
    print("|---|---|---|---|---|---|")
    for row in passes:
        files = f"{row.files} file{'s' * (row.files > 1)}"
        print(
            f"| {row.app} | {row.size / 1e6:.1f} MB, {files} | {row.inflate * 1e3:.0f} ms"
            f" | {row.total * 1e3:.0f} ms | {row.ratio:.2f}, {verdict(row.ratio <= BAR_RATIO)}"
            f" | {row.speed:.0f}, {verdict(row.speed >= BAR_SPEED)} |"
        )
    print("\n## The same with call graph and chains, by the clock in audits of their own\n")
    print(f"| app | reach | all that is done with the code | × inflate (bar ≤ {BAR_REACH:.0f}) |")
    print("|---|---|---|---|")
    for row in passes:
        seconds = stages.get(row.app, {})
        if REACH not in seconds:
            print(f"| {row.app} | no stage `{REACH}` in `run.seconds` | | not measured |")
            continue
        ratio = seconds[DEX] / row.inflate
        print(
            f"| {row.app} | {seconds[REACH] * 1e3:.0f} ms | {seconds[DEX] * 1e3:.0f} ms"
            f" | {ratio:.1f}, {verdict(ratio <= BAR_REACH)} |"
        )


def print_identity(passes: list[DexPass], stages: dict[str, dict[str, float]]) -> None:
    print("\n## Identity: manifest, resources, signatures, SDKs, packers, native libraries, hidden code; no accesses\n")
    print(f"| app | stages together | × inflate (bar ≤ {BAR_IDENTITY:.0f}) |\n|---|---|---|")
    for row in passes:
        total = sum(stages.get(row.app, {}).get(stage, 0.0) for stage in IDENTITY_STAGES)
        ratio = total / row.inflate
        print(f"| {row.app} | {total * 1e3:.0f} ms | {ratio:.1f}, {verdict(ratio <= BAR_IDENTITY)} |")


def print_comparison(name: str, table: list[Measured]) -> None:
    mine = table[0]
    for number, row in enumerate(table):
        beside = row.missing
        if not row.missing and number and not mine.missing:
            faster, smaller = row.wall / mine.wall, row.peak / mine.peak
            work = f"{row.processor / mine.processor:.1f} × our CPU time"
            beside = f"{faster:.1f} × our time, {work}, {smaller:.1f} × our memory"
            if row.title.startswith("androguard") and name in BAR_FASTER:
                speed, memory = BAR_FASTER[name], BAR_MEMORY[name]
                beside = (
                    f"{faster:.1f} × our time (bar {speed}, {verdict(faster >= speed)}), {work}, "
                    f"{smaller:.1f} × our memory (bar {memory}, {verdict(smaller >= memory)})"
                )
            elif row.title.startswith(("exodus", "dexdump")):
                beside = f"{faster:.1f} × our time (bar > 1, {verdict(faster > 1)}), {work}, {smaller:.1f} × our memory"
        figures = (
            f"{row.wall:.2f} s | {row.processor:.2f} s | {row.peak / 1e6:.0f} MB" if not row.missing else "– | – | –"
        )
        print(f"| {name if not number else ''} | {row.title} | {figures} | {beside} |", flush=True)


def print_growth(runs: int) -> None:
    print("\n## Growth: the same real code, further copies under other package names\n")
    print("Only the first copy stands in the manifest. Whole process; DEX stages as the audit reports them.\n")
    print("| size | DEX | wall | per MB | peak memory | per MB | DEX stages | per MB |")
    print("|---|---|---|---|---|---|---|---|")
    first: tuple[float, float, float] | None = None
    worst = [0.0, 0.0, 0.0]
    for factor in growth.FACTORS:
        apk = growth.grow(factor)
        size = sum(len(data) for _, data in dex_files(apk)) / 1e6
        with tempfile.TemporaryDirectory() as folder:
            row = measure("", audit_command(apk), folder, runs, (0, 1))
        if row.missing:
            print(f"| × {factor} | {size:.1f} MB | {row.missing} | | | | | |")
            continue
        seconds = stages_of(apk, runs)
        stages = seconds[DEX]
        costs = (row.wall / size, row.peak / size, stages / size)
        first = first or costs
        worst = [max(old, cost / base) for old, cost, base in zip(worst, costs, first, strict=True)]
        print(
            f"| × {factor} | {size:.1f} MB | {row.wall:.2f} s | {costs[0] * 1e3:.0f} ms | {row.peak / 1e6:.0f} MB"
            f" | {costs[1] / 1e6:.1f} MB | {stages:.2f} s | {costs[2] * 1e3:.1f} ms |",
            flush=True,
        )
    print(f"\nDearest MB beside the first size's (bar ≤ {BAR_GROWTH}):", end=" ")
    names = ("time", "memory", "DEX stages")
    print(
        "; ".join(
            f"{name} {value:.2f} ×, {verdict(value <= BAR_GROWTH)}" for name, value in zip(names, worst, strict=True)
        )
    )


def print_weekly(fresh: int, known: int, size: int) -> None:
    print(f"\n## Many files: `eduaudit registry weekly`, apps of {size / 1e6:.0f} MB of DEX, {os.cpu_count()} cores\n")
    print("| round | apps | extracted | failed | by the record | apps a second | whole command |")
    print("|---|---|---|---|---|---|---|")
    for row, bar in zip(weekly.measure(fresh, known, size), (weekly.BAR_FRESH, weekly.BAR_KNOWN), strict=True):
        print(
            f"| {row.title} | {row.apps} | {row.extracted} | {row.failed} | {row.seconds:.2f} s"
            f" | {row.rate:.1f} (bar ≥ {bar:.0f}, {verdict(row.rate >= bar and not row.failed)}) | {row.whole:.2f} s |",
            flush=True,
        )


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--apps",
        default=f"android-apidemos,appium-espresso-driver,{STITCHED}",
        help=f"of {', '.join([*APPS, STITCHED])}",
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default=",".join(PARTS), help=f"of {', '.join(PARTS)}")
    parser.add_argument("--no-androguard", action="store_true")
    parser.add_argument(
        "--live-signatures", action="store_true", help="exodus-core fetches its own; else it gets our SDKs' prefixes"
    )
    parser.add_argument("--fresh", type=int, default=40, help="apps of the weekly round that are new")
    parser.add_argument("--known", type=int, default=1000, help="apps of the weekly round whose facts are on store")
    parser.add_argument("--weekly-bytes", type=int, default=weekly.DEX_BYTES, help="bytes of DEX of each of them")
    return parser.parse_args()


def main() -> None:
    chosen = options()
    parts = set(chosen.only.split(","))
    load = os.getloadavg()[0]
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {load:.1f}; medians of {chosen.runs} runs")
    apps: dict[str, Path] = {}
    for name in chosen.apps.split(",") if parts & {"dex", "peers"} else ():
        try:
            apps[name] = fetch(name)
        except RuntimeError as error:
            print(f"\n{name}: left out: {error}")
    if "dex" in parts:
        passes = [dex_pass(name, apk, chosen.runs) for name, apk in apps.items()]
        stages = {name: stages_of(apk, min(chosen.runs, 3)) for name, apk in apps.items()}
        print_passes(passes, stages)
        print_identity(passes, stages)
    if "peers" in parts:
        print("\n## Whole process: `eduaudit audit APP --format json`, everything on, against peers\n")
        print("| app | tool | wall | CPU | peak memory of the tree | beside us |\n|---|---|---|---|---|---|")
        for name, apk in apps.items():
            androguard = not chosen.no_androguard
            table = compare(apk, min(chosen.runs, 3), androguard=androguard, live_signatures=chosen.live_signatures)
            print_comparison(name, table)
    if "growth" in parts:
        print_growth(min(chosen.runs, 3))
    if "weekly" in parts:
        print_weekly(chosen.fresh, chosen.known, chosen.weekly_bytes)


if __name__ == "__main__":
    main()
