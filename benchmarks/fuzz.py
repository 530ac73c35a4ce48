"""Damaged input for every parser, counted: ``python benchmarks/fuzz.py --only dex,zip --executions 20000``.

Each parser gets real files of the samples with bytes turned, numbers made extreme, pieces cut out, doubled or moved
between two files. An input must be read, or be refused with the parser's own errors: anything else is a crash, more
than ``--seconds`` for one input a hang; both are kept in ``--keep`` and end the command with status 1. A parser runs in
a process of its own with no more than 1 GiB of address space above what it needs to start.
The bar is 2 million executions for each; the table says how many were done, and how fast.
"""

from __future__ import annotations

import argparse
import io
import multiprocessing
import random
import re
import resource
import signal
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

BAR = 2_000_000
MEMORY = 1 << 30
EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFFE)
SHOWN = 3

Read = Callable[[bytes], object]


@dataclass(frozen=True)
class Parser:
    """What is fed: seeds, the reader, and the errors with which it may refuse."""

    seeds: Callable[[], list[bytes]]
    reader: Callable[[], tuple[Read, tuple[type[BaseException], ...]]]


def apk_entries(suffix: str) -> list[bytes]:
    """Return the entries of the sample packages whose name ends so."""
    found = []
    for path in sorted(ROOT.glob("samples/*/*.apk")):
        with zipfile.ZipFile(path) as package:
            found += [package.read(name) for name in package.namelist() if name.endswith(suffix)]
    return found


def sample_files(*patterns: str) -> list[bytes]:
    """Return files of the source tree."""
    return [path.read_bytes() for pattern in patterns for path in sorted(ROOT.glob(pattern))]


def _dex() -> tuple[Read, tuple[type[BaseException], ...]]:
    from analyzer.dex import Query, load

    query = Query(
        methods=frozenset({
            "Landroid/telephony/TelephonyManager;->getDeviceId()Ljava/lang/String;",
            "Ljava/net/NetworkInterface;->getHardwareAddress()[B",
            "Landroid/content/pm/PackageManager;->getInstalledPackages(I)Ljava/util/List;",
        }),
        overrides=frozenset({"Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V", "Ljava/lang/Runnable;->run()V"}),
        fields=frozenset({"Landroid/os/Build;->SERIAL:Ljava/lang/String;"}),
        strings=frozenset({"android_id"}),
        prefixes=frozenset({"http"}),
        types=frozenset({"Landroid/content/Intent;"}),
    )  # fmt: skip

    def read(data: bytes) -> object:
        index = load([("classes.dex", data)])
        return index.class_names, index.search_strings(re.compile(rb"http")), index.find(query), index.problems

    return read, ()


def _package() -> tuple[Read, tuple[type[BaseException], ...]]:
    from analyzer.catalogue import load_catalogue
    from analyzer.extract import extract_facts

    catalogue = load_catalogue()
    target = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None), "damaged.apk")
    manifest = apk_entries("AndroidManifest.xml")[0]

    def read(data: bytes) -> object:
        with zipfile.ZipFile(target, "w") as package:
            package.writestr("AndroidManifest.xml", manifest)
            package.writestr("classes.dex", data)
        return extract_facts(target, catalogue)

    return read, ()


def _archive() -> tuple[Read, tuple[type[BaseException], ...]]:
    from analyzer.container.archive import Archive
    from analyzer.container.limits import EntryUnreadableError, LimitReachedError, Limits

    def read(data: bytes) -> object:
        archive = Archive(data, Limits())
        for entry in archive.entries[:20]:
            try:
                archive.read(entry)
            except EntryUnreadableError:
                continue
        return archive.damaged

    return read, (ValueError, LimitReachedError)


def _signature() -> tuple[Read, tuple[type[BaseException], ...]]:
    from analyzer.container.archive import Archive
    from analyzer.container.limits import EntryUnreadableError, LimitReachedError, Limits
    from analyzer.container.signature import verify_package

    return (lambda data: verify_package(Archive(data, Limits()), 21, 33)), (
        ValueError,
        LimitReachedError,
        EntryUnreadableError,
    )


def _axml() -> tuple[Read, tuple[type[BaseException], ...]]:
    from analyzer.container.axml import parse_axml
    from analyzer.container.limits import LimitReachedError

    return parse_axml, (ValueError, LimitReachedError)


def _resources() -> tuple[Read, tuple[type[BaseException], ...]]:
    from analyzer.container.resources import ResourceTable

    def read(data: bytes) -> object:
        table = ResourceTable(data)
        return [table.candidates(0x7F010000 + number) for number in range(8)]

    return read, (ValueError,)


def _classes() -> tuple[Read, tuple[type[BaseException], ...]]:
    from analyzer.dex.classfile import dex_of_classes

    return (lambda data: dex_of_classes([("A.class", data)], "classes.dex")), ()


def _flow() -> tuple[Read, tuple[type[BaseException], ...]]:
    from proxy_addons.sources.flowfile import read_flow_file

    return (lambda data: list(read_flow_file(io.BytesIO(data)))), ()


def _har() -> tuple[Read, tuple[type[BaseException], ...]]:
    from analyzer.model import EduauditError
    from proxy_addons.sources.har import read_har

    return (lambda data: list(read_har(data))), (EduauditError, ValueError)


def _body() -> tuple[Read, tuple[type[BaseException], ...]]:
    from proxy_addons.decode.tree import unfold
    from proxy_addons.sources.message import Message

    def read(data: bytes) -> object:
        message = Message("f", 0.0, "request", "http", "https", "h.example", "POST", "/", (), data)
        return unfold(message)

    return read, ()


def _policy() -> tuple[Read, tuple[type[BaseException], ...]]:
    from analyzer.model import EduauditError
    from analyzer.policy.text import text_of

    return (lambda data: text_of("policy.html", data)), (EduauditError,)


def _bodies() -> list[bytes]:
    bodies = [
        b'{"imei":"490154203237518","list":[1,2,{"a":"b"}]}',
        b"a=1&b=%7B%22c%22%3A2%7D",
        b"\x08\x96\x01\x12\x03abc",
    ]
    from proxy_addons.sources.flowfile import read_flow_file

    for path in sorted(ROOT.glob("samples/*/capture.flow")):
        with path.open("rb") as file:
            bodies += [item.body for item in read_flow_file(file) if getattr(item, "body", None)]
    return bodies


PARSERS: dict[str, Parser] = {
    "zip": Parser(lambda: sample_files("samples/*/*.apk"), _archive),
    "signature": Parser(lambda: sample_files("samples/*/*.apk"), _signature),
    "manifest": Parser(lambda: apk_entries(".xml"), _axml),
    "resources": Parser(lambda: apk_entries(".arsc"), _resources),
    "dex": Parser(lambda: apk_entries(".dex"), _dex),
    "package": Parser(lambda: apk_entries(".dex"), _package),
    "flow": Parser(lambda: sample_files("samples/*/capture.flow"), _flow),
    "har": Parser(lambda: sample_files("samples/*/capture.har"), _har),
    "body": Parser(_bodies, _body),
    "policy": Parser(lambda: sample_files("samples/*/policy.html"), _policy),
}


def mutated(rng: random.Random, seeds: list[bytes]) -> bytes:
    """Return one damaged input; sometimes several damages in one."""
    data = bytearray(rng.choice(seeds))
    for _ in range(rng.choice((1, 1, 1, 2, 4, 8))):
        if not data:
            return bytes(data)
        at = rng.randrange(len(data))
        match rng.randrange(7):
            case 0:
                data[at] ^= 1 << rng.randrange(8)
            case 1:
                data[at] = rng.randrange(256)
            case 2:
                width = rng.choice((1, 2, 4))
                data[at : at + width] = (rng.choice(EXTREMES) & ((1 << 8 * width) - 1)).to_bytes(width, "little")
            case 3:
                del data[at : at + rng.choice((1, 2, 4, 16, 256))]
            case 4:
                piece = bytes(data[at : at + rng.choice((1, 4, 16, 64))])
                data[at:at] = piece * rng.choice((1, 1, 2, 64))
            case 5:
                other = rng.choice(seeds)
                cut = rng.randrange(len(other) + 1)
                data[at : at + 64] = other[cut : cut + rng.choice((4, 64, 512))]
            case _:
                del data[at:]
    return bytes(data)


@dataclass
class Outcome:
    """What came of one parser."""

    executions: int = 0
    refused: int = 0
    seconds: float = 0.0
    memory: int = 0
    failures: list[str] = field(default_factory=list)


class HangError(BaseException):
    """One input took too long."""


def _alarm(*_: Any) -> None:
    raise HangError


def feed(name: str, executions: int, budget: float, longest: float, seed: int, keep: Path) -> Outcome:
    """Run one parser in this process until ``executions`` or ``budget`` seconds are used."""
    parser = PARSERS[name]
    read, refusals = parser.reader()
    seeds = parser.seeds()
    for data in seeds:
        read(data)  # whole, each must be read
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    signal.signal(signal.SIGALRM, _alarm)
    outcome, rng, begun = Outcome(), random.Random(seed), time.perf_counter()
    while outcome.executions < executions and time.perf_counter() - begun < budget:
        data = mutated(rng, seeds)
        outcome.executions += 1
        signal.setitimer(signal.ITIMER_REAL, longest)
        try:
            read(data)
        except refusals:
            outcome.refused += 1
        except BaseException as error:  # whatever else comes out is what is looked for
            if isinstance(error, KeyboardInterrupt):
                raise
            keep.mkdir(parents=True, exist_ok=True)
            path = keep / f"{name}-{len(outcome.failures)}.bin"
            path.write_bytes(data)
            outcome.failures.append(f"{type(error).__name__}: {str(error)[:120]} ({path})")
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    outcome.seconds = time.perf_counter() - begun
    outcome.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return outcome


def main() -> int:
    """Print the table; 1 when anything crashed or hung."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--only", default=",".join(PARSERS))
    cli.add_argument("--executions", type=int, default=BAR)
    cli.add_argument("--budget", type=float, default=60.0, help="seconds for each parser")
    cli.add_argument("--seconds", type=float, default=5.0, help="that one input may take")
    cli.add_argument("--seed", type=int, default=1)
    cli.add_argument("--keep", type=Path, default=Path("fuzz-failures"))
    options = cli.parse_args()
    print("| parser | executions (bar 2,000,000) | refused | a second | memory | crashes and hangs |")
    print("|---|---|---|---|---|---|")
    failed = False
    for name in options.only.split(","):
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            given = (name, options.executions, options.budget, options.seconds, options.seed, options.keep)
            outcome = pool.apply(feed, given)
        failed |= bool(outcome.failures)
        rate = outcome.executions / outcome.seconds
        told = "<br>".join([str(len(outcome.failures)), *outcome.failures[:SHOWN]]) if outcome.failures else "none"
        figures = f"{outcome.executions:,} | {outcome.refused:,} | {rate:,.0f} | {outcome.memory} MB"
        print(f"| {name} | {figures} | {told} |", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
