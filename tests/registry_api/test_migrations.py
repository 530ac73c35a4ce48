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
        assert len(ScriptDirectory.from_config(config(connection)).get_heads()) == 1
        command.downgrade(config(connection), "base")
    with database.writer.begin() as connection:
        command.upgrade(config(connection), "head")
    database.close()


def test_migrating_twice_keeps_the_data_and_the_file_is_in_wal_mode(settings, registry, key_of):
    key_of()
    migrate(settings)
    with pysqlite3.connect(settings.data / "registry.sqlite3") as raw:
        assert raw.execute("SELECT count(*) FROM api_key").fetchone() == (1,)
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    raw.close()
