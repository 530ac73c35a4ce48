"""PostgreSQL is backed up by our own command while it runs, and restored into an empty database alone."""

from dataclasses import replace

import pytest
from postgresserver import PostgresServer, why_not
from sqlmodel import select

from registry_api.errors import RegistryError
from registry_api.exchange import postgres_backup
from registry_api.exchange.postgres_backup import back_up, bring_back
from registry_api.migrations import migrate
from registry_api.organizations.models import App
from registry_api.registry import Registry
from registry_api.settings import Settings


@pytest.fixture(scope="module")
def server():
    if why_not():
        pytest.skip(why_not())
    with PostgresServer() as made:
        yield made


@pytest.fixture
def settings(server, tmp_path, request):
    name = f"b{abs(hash(request.node.name))}"
    made = Settings(data=tmp_path / "data", database_url=server.database(name), node="test")
    migrate(made)
    return made


def test_a_backup_is_taken_restored_and_goes_on(registry, api, submitted, drain, server, tmp_path):
    submitted({"findings": ["A.B|c|low"]})
    drain()
    copy = tmp_path / "copy"
    taken = back_up(registry, copy)
    assert (taken.problems, taken.blobs > 0) == ([], True)
    submitted({}, package="cn.example.later")
    empty = Settings(data=tmp_path / "new", database_url=server.database("restored"), node="test")
    found = bring_back(copy, empty)
    assert (found.problems, found.entries, found.head) == ([], taken.entries, taken.head)
    again = Registry(empty, analysis=registry.analysis, jobs=registry.jobs)
    with again.database.read() as session:
        assert session.exec(select(App.package)).all() == ["cn.example.study"]
    again.close()
    with pytest.raises(RegistryError, match="not empty"):
        bring_back(copy, empty)
    with pytest.raises(RegistryError, match="is not empty"):
        back_up(registry, copy)


def test_a_damaged_backup_is_refused_before_the_database_is_touched(registry, submitted, drain, server, tmp_path):
    submitted({})
    drain()
    back_up(registry, tmp_path / "copy")
    next((tmp_path / "copy" / "blobs").glob("??/*")).write_bytes(b"altered")
    empty = Settings(data=tmp_path / "new", database_url=server.database("refused"), node="test")
    with pytest.raises(RegistryError, match="not intact"):
        bring_back(tmp_path / "copy", empty)
    dump = tmp_path / "none"
    dump.mkdir()
    with pytest.raises(RegistryError, match="no backup"):
        bring_back(dump, empty)


def test_a_tool_that_is_missing_and_one_that_fails_are_one_line(registry, tmp_path, monkeypatch):
    away = replace(registry.settings, database_url="postgresql://eduaudit:word@127.0.0.1:1/none")
    with pytest.raises(RegistryError) as refused:
        postgres_backup._run(away, "pg_dump", "--schema-only")
    assert "pg_dump:" in refused.value.detail
    assert "word" not in refused.value.detail
    with pytest.raises(RegistryError, match="not installed"):
        postgres_backup.tool("pg_none")
