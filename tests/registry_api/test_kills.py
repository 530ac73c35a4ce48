"""Processes are killed at random moments; `benchmarks/kills.py` does it two hundred times and makes the table."""

from dataclasses import replace

import pytest
from killing import play
from postgresserver import PostgresServer, why_not

from registry_api.migrations import migrate
from registry_api.settings import Settings

FAST = {"lease_seconds": 2, "poll_seconds": 0.05, "attempts": 6}


@pytest.fixture(scope="module")
def postgres():
    reason = why_not()
    if reason:
        pytest.skip(reason)
    with PostgresServer() as server:
        yield server


@pytest.mark.parametrize("workers", [1, 2])
def test_nothing_is_lost_or_done_twice_on_sqlite(settings, workers):
    outcome = play(replace(settings, **FAST), kills=5, workers=workers, seed=workers, pause=0.3)
    assert outcome.wrong == []
    assert sum(outcome.kills.values()) == 5
    assert outcome.states["succeeded"] > 0


@pytest.mark.parametrize("workers", [1, 2])
def test_nothing_is_lost_or_done_twice_on_postgresql(postgres, tmp_path, workers):
    made = Settings(data=tmp_path, database_url=postgres.database(f"kills{workers}"), node="test", **FAST)
    migrate(made)
    outcome = play(made, kills=5, workers=workers, seed=10 + workers, pause=0.3)
    assert outcome.wrong == []
    assert outcome.states["succeeded"] > 0
