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


def test_nothing_is_lost_or_done_twice_on_sqlite(settings):
    outcome = play(replace(settings, **FAST), kills=3, workers=1, seed=1, pause=0.3)
    assert outcome.wrong == []
    assert sum(outcome.kills.values()) == 3
    assert outcome.states["succeeded"] > 0


def test_nothing_is_lost_or_done_twice_on_postgresql(postgres, tmp_path):
    made = Settings(data=tmp_path, database_url=postgres.database("kills"), node="test", **FAST)
    migrate(made)
    outcome = play(made, kills=3, workers=2, seed=12, pause=0.3)
    assert outcome.wrong == []
    assert outcome.states["succeeded"] > 0
