"""Migrations inside the package: `migrate` brings a database of any released version up to date."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from registry_api.db import Database
from registry_api.settings import Settings


def migrate(settings: Settings) -> None:
    """Create or upgrade our tables and those of the job engine."""
    from registry_api.jobs.dbos_jobs import migrate_jobs  # noqa: PLC0415 - the engine is heavy

    database = Database(settings)
    try:
        # One transaction for all revisions: an upgrade that fails leaves the database as it was.
        with database.writer.begin() as connection:
            command.upgrade(config(connection, settings.data), "head")
    finally:
        database.close()
    migrate_jobs(settings)


def config(connection: sa.Connection, data: Path) -> Config:
    """Return Alembic's configuration for an open connection and the record's folder; there is no ini file."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    made.attributes["data"] = data
    return made
