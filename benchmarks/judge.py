"""How fast facts are judged: `python benchmarks/judge.py [--apps 10000] [--workers 2]`.

The facts are those of the samples, each with all four channels, varied with a fixed seed: rows left out, the code's
own rows repeated under other names, up to twenty times.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
import warnings
from dataclasses import replace
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from analyzer import gather
from analyzer.catalogue import load_catalogue
from analyzer.cli.rejudge import judge_again
from analyzer.cli.stored import facts_json, read_facts
from analyzer.judge import judge
from analyzer.model import Facts, StaticFacts

ROOT = Path(__file__).parents[1]
SAMPLES = ("reader", "homework", "campus", "packed")
DISTINCT = 1000
"""Files of facts; the list of apps goes through them as often as it takes."""
DAY = date(2026, 9, 1)


def real_facts() -> list[Facts]:
    """Return the facts of the samples, all channels."""
    from proxy_addons.replay import read_captures

    found = []
    for name in SAMPLES:
        folder = ROOT / "samples" / name
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            seen = read_captures([folder / "capture.flow"], folder / "profile.yaml", folder / "marks.jsonl")
        facts, _ = gather(
            folder / f"{name}.apk",
            policy=next(folder.glob("policy.*")),
            filing=folder / "filing.json",
            traffic=seen,
            cached=True,
        )
        found.append(facts)
    return found


def vary(facts: Facts, number: int) -> Facts:
    """Return another app: the rows of one, some left out, the code's own repeated under other names."""
    dice = random.Random(number)  # a benchmark, the same each time
    static = facts.static
    assert static is not None
    package = f"{static.app.package}.v{number}"
    keep = dice.uniform(0.3, 1.0)
    size = dice.choice((1, 1, 2, 5, 20))

    def some(rows):
        return tuple(row for row in rows if dice.random() < keep)

    def more(rows):
        return tuple(
            replace(row, caller=row.caller.replace(";->", f"{copy or ''};->"))
            for row in some(rows)
            for copy in range(size)
        )

    changed: StaticFacts = replace(
        static,
        app=replace(static.app, package=package),
        sdks=some(static.sdks),
        permissions=some(static.permissions),
        accesses=more(static.accesses),
        security=more(static.security),
        strings=some(static.strings),
    )
    traffic = facts.traffic
    return replace(
        facts,
        static=changed,
        traffic=replace(traffic, app=package, transmissions=some(traffic.transmissions)) if traffic else None,
        policy=facts.policy if dice.random() < 0.7 else None,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--apps", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    catalogue, real = load_catalogue(), real_facts()
    with tempfile.TemporaryDirectory(prefix="eduaudit-judge-") as folder:
        files = []
        for number in range(min(DISTINCT, options.apps)):
            path = Path(folder, f"{number}.json")
            path.write_bytes(facts_json(vary(real[number % len(real)], number)))
            files.append(path)
        read = [read_facts(path) for path in files[:200]]
        for facts in real:
            judge(facts, catalogue, today=DAY)
        cpu = []
        for facts in read:
            clock = time.process_time()
            findings = len(judge(facts, catalogue, today=DAY).findings)
            cpu.append((time.process_time() - clock, findings))
        took = sorted(seconds * 1000 for seconds, _ in cpu)
        print(
            f"judging one app: median {statistics.median(took):.1f} ms, 95 % {took[int(len(took) * 0.95)]:.1f} ms, "
            f"slowest {took[-1]:.1f} ms CPU ({len(took)} apps, {max(found for _, found in cpu)} findings at most)"
        )
        apps = [files[number % len(files)] for number in range(options.apps)]
        clock = time.perf_counter()
        rows = list(judge_again(apps, workers=options.workers, today=DAY))
        wall = time.perf_counter() - clock
        spent = sum(row.seconds for row in rows)
        assert not any(row.error for row in rows)
        print(
            f"{len(rows):,} apps from stored facts, {options.workers} processes: {wall:.0f} s wall, {spent:.0f} s CPU "
            f"({spent / len(rows) * 1000:.1f} ms an app: read, judge, lay out)"
        )


if __name__ == "__main__":
    main()
