import pysqlite3
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from registry_api.db import Database
from registry_api.migrations import config, migrate
from registry_api.tables import metadata


def test_the_migrations_make_exactly_the_tables_of_the_models(registry):
    with registry.database.writer.begin() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_object": lambda o, name, kind, reflected, _: (
                    not (kind == "table" and reflected and name not in metadata.tables)
                ),
            },
        )
        assert compare_metadata(context, metadata) == []


def test_there_is_one_head_and_it_can_be_taken_back(settings):
    database = Database(settings)
    with database.writer.begin() as connection:
        assert len(ScriptDirectory.from_config(config(connection, settings.data)).get_heads()) == 1
        command.downgrade(config(connection, settings.data), "base")
    with database.writer.begin() as connection:
        command.upgrade(config(connection, settings.data), "head")
    database.close()


def test_migrating_twice_keeps_the_data_and_the_file_is_in_wal_mode(settings, registry, key_of):
    key_of()
    migrate(settings)
    with pysqlite3.connect(settings.data / "registry.sqlite3") as raw:
        assert raw.execute("SELECT count(*) FROM api_key").fetchone() == (1,)
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    raw.close()


def test_a_database_of_the_first_tables_keeps_its_filings(tmp_path):
    import sqlalchemy as sa

    from registry_api.settings import Settings

    database = Database(Settings(data=tmp_path / "old"))
    moment = "2026-01-01 00:00:00"
    with database.writer.begin() as connection:
        command.upgrade(config(connection, tmp_path / "old"), "0001")
    with database.writer.begin() as connection:
        for statement in (
            f"INSERT INTO organization VALUES (1, '甲', 'U', '31', '{moment}')",
            f"INSERT INTO app VALUES (1, 'cn.a.b', 'n', 1, '31', NULL, '', '{moment}')",
            (
                "INSERT INTO filing (id, app_id, organization_id, province, state, document, facts, corrections, created_at,"
                f" updated_at, version) VALUES (1, 1, 1, '31', 'filed', '{{}}', '{{}}', '[]', '{moment}', '{moment}', 3)"
            ),
            (
                "INSERT INTO audit_run (id, app_id, filing_id, kind, state, attempt, enqueued, enqueued_at, requested_at,"
                f" summary) VALUES ('r', 1, 1, 'submit', 'succeeded', 1, 1, '{moment}', '{moment}', '{{}}')"
            ),
            *(
                "INSERT INTO finding (id, app_id, province, organization_id, fingerprint, rule, severity, sureness,"
                " subject, status, document, first_seen_at, last_seen_at, first_run_id, last_run_id) VALUES"
                f" ({number}, 1, '31', 1, 'f{number}', 'A.B', 'low', 'proven', 's', '{status}', '{{}}', '{moment}',"
                f" '{moment}', 'r', 'r')"
                for number, status in ((1, "open"), (2, "gone"), (3, "gone"))
            ),
            "INSERT INTO observation VALUES (2, 'r', 'gone', 'rules')",
            "INSERT INTO observation VALUES (3, 'r', 'gone', 'input')",
        ):
            connection.execute(sa.text(statement))
    with database.writer.begin() as connection:
        command.upgrade(config(connection, tmp_path / "old"), "head")
        row = connection.execute(sa.text("SELECT state, platform, rounds, version FROM filing")).one()
        assert tuple(row) == ("filed", "android", 0, 3)
        assert connection.execute(sa.text("PRAGMA foreign_key_check")).all() == []
        ended = connection.execute(sa.text("SELECT status FROM finding ORDER BY id")).scalars().all()
        assert ended == ["open", "retracted", "rectified"]
        command.downgrade(config(connection, tmp_path / "old"), "0001")
        assert connection.execute(sa.text("SELECT count(*) FROM audit_run")).scalar() == 1
    database.close()
