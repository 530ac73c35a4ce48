import pysqlite3
import pytest

from registry_api.trail.chain import Act, append, verify


@pytest.fixture
def raw(registry, settings):
    with registry.database.write() as session:
        for index in range(5):
            append(session, Act("system", "system", "test.act", "thing", str(index), payload={"中文": index}))
    connection = pysqlite3.connect(settings.data / "registry.sqlite3")
    yield connection
    connection.close()


def result(registry):
    with registry.database.read() as session:
        return verify(session)


def test_the_trail_verifies_and_refuses_update_and_delete(registry, raw):
    found = result(registry)
    assert (found.entries, found.broken_at) == (5, None)
    for statement in ("UPDATE trail SET reason = 'x' WHERE seq = 2", "DELETE FROM trail WHERE seq = 2"):
        with pytest.raises(pysqlite3.IntegrityError, match="append-only"):
            raw.execute(statement)
        raw.rollback()


@pytest.mark.parametrize(
    ("statement", "at", "why"),
    [
        ("UPDATE trail SET reason = 'x' WHERE seq = 3", 3, "changed"),
        ("UPDATE trail SET payload = '{}' WHERE seq = 1", 1, "changed"),
        ("UPDATE trail SET at = '2020-01-01 00:00:00.000000' WHERE seq = 4", 4, "changed"),
        ("DELETE FROM trail WHERE seq = 2", 2, "missing"),
        ("UPDATE trail SET prev_hash = hash WHERE seq = 5", 5, "does not follow"),
    ],
)
def test_tampering_behind_the_triggers_is_found(registry, raw, statement, at, why):
    raw.execute("DROP TRIGGER trail_no_update")
    raw.execute("DROP TRIGGER trail_no_delete")
    raw.execute(statement)
    raw.commit()
    found = result(registry)
    assert found.broken_at == at
    assert why in found.why


def test_a_transition_that_rolls_back_leaves_no_entry(registry, raw):
    with pytest.raises(ZeroDivisionError), registry.database.write() as session:  # noqa: PT012 - the error comes after the write
        append(session, Act("system", "system", "test.act", "thing", "x"))
        1 / 0  # noqa: B018
    assert result(registry).entries == 5


def test_concurrent_writers_keep_the_chain_linear(registry):
    import threading

    def write():
        for _ in range(10):
            with registry.database.write() as session:
                append(session, Act("system", "system", "test.act", "thing", "x"))

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = result(registry)
    assert (found.entries, found.broken_at) == (80, None)


def test_backup_is_verified_and_verify_names_an_altered_file(registry, api, submitted, drain, tmp_path):
    from registry_api.exchange.backup import backup
    from registry_api.exchange.backup import verify as check

    submitted({"findings": ["A.B|c|low"]})
    drain()
    done = backup(registry, tmp_path / "copy")
    assert done.problems == []
    assert done.blobs == 3
    assert (tmp_path / "copy" / "registry.sqlite3").exists()
    victim = next(path for path in registry.blobs.folder.rglob("*") if path.is_file())
    victim.write_bytes(b"altered")
    assert check(registry.database, registry.blobs).problems == [f"blob {victim.name}: altered"]
    from registry_api.errors import RegistryError

    with pytest.raises(RegistryError, match="not empty"):
        backup(registry, tmp_path / "copy")


def test_the_database_cannot_be_written_through_the_reader_and_naive_times_are_refused(registry):
    import datetime as dt

    import sqlalchemy as sa
    from sqlalchemy.exc import OperationalError, StatementError

    from registry_api.storage.models import Blob

    with registry.database.read() as session, pytest.raises(OperationalError, match="readonly"):
        session.execute(sa.text("DELETE FROM blob"))
    with pytest.raises(StatementError, match="without zone"), registry.database.write() as session:
        session.add(Blob(sha256="x", size=1, created_at=dt.datetime(2026, 1, 1)))  # noqa: DTZ001 - the naive time is the point
    with registry.database.write() as session:
        session.add(
            Blob(sha256="y", size=1, created_at=dt.datetime(2026, 1, 1, 8, tzinfo=dt.timezone(dt.timedelta(hours=8))))
        )
    with registry.database.read() as session:
        assert session.get(Blob, "y").created_at == dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
