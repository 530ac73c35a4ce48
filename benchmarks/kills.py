"""Kill workers and servers at random moments, two hundred times, and print the table for docs/operation.md.

    python benchmarks/kills.py [--kills 200] [--seed 1] [--only sqlite|postgres]

The kills are shared out over SQLite and PostgreSQL with one and with two workers. A kill takes one to five seconds.
Exit 1 when anything was lost, done twice or left hanging, or when trail or files do not verify.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from killing import play
from postgresserver import PostgresServer, why_not

from registry_api.migrations import migrate
from registry_api.settings import Settings

HEADS = (
    "database", "workers", "kills (server / worker)", "audits asked for", "rounds of 6 apps", "succeeded",
    "failed after 3 lost workers", "attempts begun", "lost", "twice", "trail and files", "seconds",
)  # fmt: skip
FAST = {"node": "kills", "lease_seconds": 2, "poll_seconds": 0.05}

PLAYED = {"patience": 600, "longest": 0.5, "wait": 10}
"""Audits are so long that kills fall into them, and most kills wait until another request has been answered."""


def main() -> int:
    """Play all combinations and print one row for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=["sqlite", "postgres"])
    given = parser.parse_args()
    databases = [given.only] if given.only else ["sqlite", "postgres"]
    if "postgres" in databases and why_not():
        sys.stderr.write(f"left out: {why_not()}\n")
        databases.remove("postgres")
    wrong = 0
    sys.stdout.write(f"| {' | '.join(HEADS)} |\n|{'---|' * len(HEADS)}\n")
    with ExitStack() as stack:
        server = stack.enter_context(PostgresServer()) if "postgres" in databases else None
        for database in databases:
            for workers in (1, 2):
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="eduaudit-kills-")))
                url = server.database(f"kills{workers}") if server and database == "postgres" else ""
                settings = Settings(data=folder / "data", database_url=url, **FAST)
                migrate(settings)
                count = given.kills // (2 * len(databases))
                outcome = play(settings, kills=count, workers=workers, seed=given.seed + workers, **PLAYED)
                kills = outcome.kills
                lost = sum("promised" in item or "never ended" in item for item in outcome.wrong)
                twice = sum("twice" in item or "ends in" in item or "requests" in item for item in outcome.wrong)
                whole = "intact" if len(outcome.wrong) == lost + twice else "; ".join(outcome.wrong)
                cells = (
                    "SQLite" if database == "sqlite" else "PostgreSQL",
                    workers,
                    f"{kills.total()} ({kills['server']} / {kills.total() - kills['server']})",
                    outcome.asked,
                    outcome.rounds,
                    outcome.states["succeeded"],
                    outcome.states["failed"],
                    outcome.attempts,
                    lost,
                    twice,
                    whole,
                    f"{outcome.seconds:.0f}",
                )
                sys.stdout.write(f"| {' | '.join(map(str, cells))} |\n")
                sys.stdout.flush()
                for item in outcome.wrong:
                    sys.stderr.write(f"{item}\n")
                wrong += len(outcome.wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
