"""Statistics, sign-in through OpenID, notices, campaigns, search, public look-up and webhooks once more on PostgreSQL.

The tests are those of SQLite: loaded again, with a database of their own each, copied from one that was migrated once.
"""

import importlib.util
import itertools
from pathlib import Path

import pytest
import sqlalchemy as sa
from postgresserver import PostgresServer, why_not

from registry_api.migrations import migrate
from registry_api.settings import Settings

DOMAINS = {
    "statistics": (
        "filings",
        "test_filings_are_counted",
        "test_time_to",
        "test_a_refusal",
        "test_findings",
        "test_decl",
    ),
    "oidc": ("running", "issuer", "come", "test_a_claim_gives", "test_nothing_is_granted"),
    "notices": ("case", "test_a_notice_goes", "test_an_overdue", "test_numbers_of", "test_lists_are"),
    "campaigns": ("two_provinces", "test_a_province_", "test_the_scope", "test_an_alert"),
    "search": ("unit", "test_two_characters", "test_the_index_follows", "test_lists_filter", "test_the_state_of"),
    "public": ("filed", "look", "test_anyone_finds", "test_a_revoked_number"),
    "sealed_secrets": ("hook", "test_what_is_stored"),
}
"""Test file → beginnings of the names of its tests that run here too, and the fixtures that they need."""

for _name, _wanted in DOMAINS.items():
    _spec = importlib.util.spec_from_file_location(f"{_name}_on_postgres", Path(__file__).with_name(f"test_{_name}.py"))
    _module = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(_module)
    for _key, _value in vars(_module).items():
        if _key.startswith(_wanted) and (_key.startswith("test_") or _key in _wanted):
            assert not (_key.startswith("test_") and _key in globals()), _key
            globals()[_key] = _value

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    if why_not():
        pytest.skip(why_not())
    pytest.importorskip("psycopg")
    with PostgresServer() as running:
        migrate(Settings(data=tmp_path_factory.mktemp("pg"), database_url=running.database("migrated")))
        engine = sa.create_engine(running.url("postgres"), isolation_level="AUTOCOMMIT")
        running.engine = engine
        yield running
        engine.dispose()


@pytest.fixture
def settings(server, tmp_path):
    name = f"copy_{next(_numbers)}"
    with server.engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE migrated"))
    yield Settings(
        data=tmp_path / "data", database_url=f"postgresql://eduaudit@127.0.0.1:{server.port}/{name}", node="test"
    )
    with server.engine.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))


def test_it_is_postgresql_indeed(registry):
    with registry.database.read() as session:
        assert session.get_bind().dialect.name == "postgresql"
